"""Legal documents, steps, conditions, results, names, and fields that the crawl cut in two."""

from __future__ import annotations

import pytest

from knowledge.national.findings import Findings, Outcome
from knowledge.national.laws import read_laws
from knowledge.national.mend import mended
from knowledge.national.names import everyday_name, short_name
from knowledge.national.prose import read_conditions, read_result, read_steps
from knowledge.national.text import paragraphs
from tests.knowledge.portal import NOTHING, PAPERS, laws, record, result


def _laws(text: str) -> tuple[list[tuple[str, str]], Findings]:
    findings = Findings("9.100001")
    return [(law.name, law.number) for law in read_laws(text, findings)], findings


@pytest.mark.parametrize(
    "rows",
    [
        [("Luật Nuôi ong", "12/2020/QH14"), ("Quy định về tổ ong", "34/2021/NĐ-CP")],
        [
            ("Nghị định số 34/2021/NĐ-CP ngày 01/7/2021", "34/2021/NĐ-CP"),
            ("Luật 12/2020/QH14", "12/2020/QH14"),
        ],
        [("Nghị quyết cắt giảm giấy tờ", "66.7/2025/NQ-CP"), ("Sửa đổi một số điều", "5/2022/TT-BTC")],
        [("THÔNG TƯ VỀ TỔ ONG", "34/2021/TT-BTC"), ("QUY ĐỊNH VỀ MẬT", "7/2022/TT-BTC")],
        [("Quyết định về ong rừng", "9/2019/QĐ-TTg"), ("Quy chế phối hợp", "3/2011/TTLT-BTP-BNG-BCA")],
        [("Thông tư hướng dẫn Luật Nuôi ong năm 2020", "38/2021/TT-BCA"), ("Luật Mật", "8/2020/QH14")],
    ],
)
def test_titles_and_numbers_are_told_apart(rows: list[tuple[str, str]]) -> None:
    found, findings = _laws(laws(*rows))
    assert found == rows
    assert findings.found == []


def test_the_word_before_a_number_belongs_to_its_cell() -> None:
    found, _ = _laws(laws(("Luật Nuôi ong", "Luật số 12/2020/QH14"), ("Về mật", "Nghị định 34/2021/NĐ-CP")))
    assert found == [("Luật Nuôi ong", "12/2020/QH14"), ("Về mật", "34/2021/NĐ-CP")]


def test_a_number_inside_a_title_ends_no_row() -> None:
    title = (
        "Sửa đổi Nghị định số 34/2021/NĐ-CP ngày 01/7/2021 và Thông tư số 5/2022/TT-BTCngày 02/3/2022 về mật"
    )
    assert _laws(laws((title, "11/2023/NĐ-CP")))[0] == [(title, "11/2023/NĐ-CP")]


def test_a_title_that_is_only_a_number_is_one() -> None:
    found, _ = _laws(laws(("34/2021/NĐ-CP", "34/2021/NĐ-CP")))
    assert found == [("34/2021/NĐ-CP", "34/2021/NĐ-CP")]


def test_a_law_without_a_number_in_its_column_says_so_and_is_reported() -> None:
    found, findings = _laws(laws(("Luật Nuôi ong", "12/2020/QH14")) + "Hương ước của làng ong")
    assert found[1] == ("Hương ước của làng ong", "Cổng không ghi số")
    assert [(item.outcome, item.text) for item in findings.found] == [
        (Outcome.KEPT, "Hương ước của làng ong")
    ]
    named, _ = _laws(laws(("Thông tư số 34/2021/TT-BTC về mật ong", "")))
    assert named == [("Thông tư số 34/2021/TT-BTC về mật ong", "34/2021/TT-BTC")]


def test_no_information_is_no_law() -> None:
    found, findings = _laws(f"{NOTHING}Cơ quan thực hiệnPhường")
    assert found == []
    assert [item.outcome for item in findings.found] == [Outcome.FURNITURE]


def test_each_step_is_one_item_with_what_belongs_to_it() -> None:
    text = "- Bước 1: Gửi đơn.\n+ Gửi ban ngày.\n- Bước 2: Chờ\nphường trả lời.\n\n- Bước 3. Nuôi ong."
    assert read_steps(text) == ["Gửi đơn.\n+ Gửi ban ngày.", "Chờ phường trả lời.", "Nuôi ong."]


def test_steps_that_are_not_counted_from_one_keep_their_numbers() -> None:
    assert read_steps("Chuẩn bị tổ.\nBước 1: Gửi đơn.\nBước 2: Chờ.") == [
        "Chuẩn bị tổ.",
        "Bước 1: Gửi đơn.",
        "Bước 2: Chờ.",
    ]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("- Gửi đơn.\n+ Ban ngày.\n- Chờ.", ["Gửi đơn.\n+ Ban ngày.", "Chờ."]),
        (
            "a) Nộp hồ sơ:\n- Gửi đơn.\nb) Giải quyết:\n- Xem tổ.",
            ["a) Nộp hồ sơ:\n- Gửi đơn.", "b) Giải quyết:\n- Xem tổ."],
        ),
        (
            "1. Gửi đơn.\na) Ban ngày.\n2. Chờ 1.000 ngày.",
            ["1. Gửi đơn.\na) Ban ngày.", "2. Chờ 1.000 ngày."],
        ),
        ("Gửi đơn.\nChờ.", ["Gửi đơn.", "Chờ."]),
        ("người nuôi ong gửi đơn.", ["Người nuôi ong gửi đơn."]),
        ("", []),
        ("-\n+", []),
    ],
)
def test_a_text_is_cut_at_its_outermost_marks(text: str, items: list[str]) -> None:
    assert read_steps(text) == items


def test_a_sentence_broken_for_paper_is_one_line_again() -> None:
    assert paragraphs("Gửi đơn tới\n\tphường nơi có\ntổ ong.\nChờ.\n\n  a) tổ lớn\n") == [
        "Gửi đơn tới phường nơi có tổ ong.",
        "Chờ.",
        "a) tổ lớn",
    ]


@pytest.mark.parametrize("text", ["Không", "không có.", "Không quy định", " Không yêu cầu "])
def test_no_conditions_is_an_answer(text: str) -> None:
    (only,) = read_conditions(text)
    assert "không có yêu cầu" in only


def test_conditions_are_listed_and_no_information_is_none() -> None:
    assert read_conditions("- Vườn rộng.\n- Xa trường học.") == ["Vườn rộng.", "Xa trường học."]
    assert read_conditions("Không nuôi quá mười tổ.") == ["Không nuôi quá mười tổ."]
    assert read_conditions(NOTHING) == []


def test_the_result_loses_its_codes_and_the_end_of_the_page() -> None:
    findings = Findings("9.100001")
    assert read_result(result("Giấy phép nuôi ong"), findings) == ("Giấy phép nuôi ong", None)
    assert {item.outcome for item in findings.found} == {Outcome.FURNITURE}
    several, about = read_result(
        result("- Giấy phép.", "Văn bản từ chối", about="Giấy phép có hạn 5 năm."), findings
    )
    assert several == "- Giấy phép\n- Văn bản từ chối"
    assert about == "Giấy phép có hạn 5 năm."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Giấy phépMã: KQ.G10.000246...Mật.Mã: KQ.G10.001341", "- Giấy phép\n- Mật"),
        ("Giấy phépMã: VBTT", "Giấy phép"),
        ("Giấy phépMã: 12231", "Giấy phép"),
        ("Giấy phépMã: 000.00.00.G04-KQ3194", "Giấy phép"),
        ("Giấy phép", "Giấy phép"),
        ("", None),
    ],
)
def test_codes_of_every_kind_are_cut(text: str, name: str | None) -> None:
    assert read_result(text, Findings("9.100001"))[0] == name


def test_keywords_are_reported_and_not_taken_for_names() -> None:
    findings = Findings("9.100001")
    read_result(result("Giấy phép", words="ong, mật"), findings)
    assert ("ong, mật", Outcome.LEFT_OUT) in {(item.text, item.outcome) for item in findings.found}


@pytest.mark.parametrize(
    ("official", "name"),
    [
        ("Thủ tục đăng ký nuôi ong", "Đăng ký nuôi ong"),
        (". Thủ tục: cấp sổ mật.", "Cấp sổ mật"),
        ("THỦ TỤC ĐĂNG KÝ NUÔI ONG", "Đăng ký nuôi ong"),
        ("cấp sổ  mật\nong;", "Cấp sổ mật ong"),
        ("Thủ tục hải quan đối với mật", "Thủ tục hải quan đối với mật"),
        ("Đăng ký nuôi ong và UBND", "Đăng ký nuôi ong và UBND"),
    ],
)
def test_names_are_in_sentence_case_and_begin_with_what_is_done(official: str, name: str) -> None:
    assert everyday_name(official) == name


def test_a_short_name_is_short_and_keeps_its_end() -> None:
    assert short_name("Đăng ký nuôi ong") == "Đăng ký nuôi ong"
    where = "trên mái nhà người khác trong khu dân cư đông người ở phố cổ Hà Đông"
    name = f"Đăng ký nuôi ong (không kể ong rừng) {where}"
    short = short_name(name)
    assert len(short) <= 80
    assert "rừng" not in short
    head, tail = short.split(" … ")
    whole = name.replace(" (không kể ong rừng)", "")
    assert whole.startswith(f"{head} ")
    assert whole.endswith(f" {tail}")


def _mended(**fields: str | None) -> tuple[dict[str, str], Findings]:
    findings = Findings("9.100001")
    return mended(record(**fields), findings), findings


def test_a_sentence_cut_at_a_section_name_is_put_together_again() -> None:
    whole, findings = _mended(
        trinh_tu_thuc_hien="Bước 1. Lập hồ sơ theo mục 5 (",
        thanh_phan_ho_so="); nộp cho phường.\nBước 2. Chờ.",
    )
    assert whole["trinh_tu_thuc_hien"] == (
        "Bước 1. Lập hồ sơ theo mục 5 (Thành phần hồ sơ); nộp cho phường.\nBước 2. Chờ."
    )
    assert "thanh_phan_ho_so" not in whole
    assert [(item.field, item.outcome) for item in findings.found] == [("thanh_phan_ho_so", Outcome.MENDED)]


def test_the_table_of_ways_cut_at_the_legal_basis_is_whole_again() -> None:
    whole, _ = _mended(
        cach_thuc_thuc_hien="Hình thức nộpThời gianPhí, lệ phíMô tảTrực tiếp1 Ngày100,000 VNĐ(",
        can_cu_phap_ly=": Thông tư 5/2022/TT-BTC)Nộp tại phường.",
    )
    assert whole["cach_thuc_thuc_hien"].endswith("(Căn cứ pháp lý: Thông tư 5/2022/TT-BTC)Nộp tại phường.")


@pytest.mark.parametrize(
    "fields",
    [
        {"trinh_tu_thuc_hien": "Gửi đơn.", "thanh_phan_ho_so": "Hồ sơ do phường hướng dẫn."},
        {"trinh_tu_thuc_hien": "Gửi đơn theo mục", "thanh_phan_ho_so": f"--{PAPERS}Đơn1 bản chính"},
        {"trinh_tu_thuc_hien": "Gửi đơn theo mục", "thanh_phan_ho_so": "--"},
    ],
)
def test_what_is_not_certainly_cut_stays_where_it_is(fields: dict[str, str]) -> None:
    whole, findings = _mended(**fields)
    assert {name: whole[name] for name in fields} == fields
    assert findings.found == []


def test_the_head_of_the_page_is_no_agency() -> None:
    whole, findings = _mended(co_quan_co_tham_quyen="phê duyệtTên thủ tụcNuôi ongMã thủ tục9.100001")
    assert "co_quan_co_tham_quyen" not in whole
    assert findings.found[0].outcome is Outcome.LEFT_OUT
