"""The tables of papers: rows that run together, groups that are cases, rows that are no papers."""

from __future__ import annotations

import pytest

from knowledge.national.file_names import split_file_name
from knowledge.national.findings import Findings, Outcome
from knowledge.national.papers import Papers, read_papers, read_tables
from tests.knowledge.portal import paper, papers


def _read(text: str) -> tuple[Papers, Findings]:
    findings = Findings("9.100001")
    return read_papers(text, findings), findings


def _names(found: Papers) -> list[str]:
    return [document.name for document in found.documents]


def test_rows_are_told_apart_by_their_counts() -> None:
    found, findings = _read(
        papers(paper("Đơn xin nuôi ong"), paper("Ảnh tổ ong", 0, 2), paper("Bản đồ vườn", 1, 3))
    )
    assert [(item.name, item.originals, item.copies) for item in found.documents] == [
        ("Đơn xin nuôi ong", 1, 0),
        ("Ảnh tổ ong", 0, 2),
        ("Bản đồ vườn", 1, 3),
    ]
    assert findings.found == []


@pytest.mark.parametrize(
    "name",
    [
        "Giấy theo Luật Nuôi ong năm 2020",
        "Đơn theo Mẫu số 01",
        "Giấy theo Nghị định 116",
        "Hồ sơ gồm: 01 bản chính, 02 bản sao giấy khám ong",
        "Nộp 1 bản chính sổ mật",
        "01 bản sao giấy khám ong",
        "Giấy khám ong (01 bản chính)",
    ],
)
def test_digits_of_a_name_are_no_count(name: str) -> None:
    found, _ = _read(papers(paper(name, 1, 2), paper("Ảnh tổ ong")))
    assert _names(found) == [name, "Ảnh tổ ong"]
    assert (found.documents[0].originals, found.documents[0].copies) == (1, 2)


def test_a_table_of_its_own_heading_is_a_case() -> None:
    found, _ = _read(
        papers(paper("Đơn xin nuôi ong"))
        + papers(paper("Giấy thuê vườn"), heading="* Trường hợp thuê vườn:")
        + papers(paper("Giấy cho vườn"), heading="b) Trường hợp được cho vườn")
    )
    assert found.cases == {
        "truong-hop-thue-vuon": "Trường hợp thuê vườn",
        "b-truong-hop-duoc-cho-vuon": "b) Trường hợp được cho vườn",
    }
    assert [document.cases for document in found.documents] == [
        [],
        ["truong-hop-thue-vuon"],
        ["b-truong-hop-duoc-cho-vuon"],
    ]


def test_cases_that_begin_alike_have_names_of_their_own() -> None:
    long = "Trường hợp nuôi ong trên mái nhà của người khác"
    tables = [papers(paper("Đơn"), heading=f"{long} {where}") for where in ("ở phố", "ở làng")]
    found, _ = _read("".join(tables))
    assert list(found.cases.values()) == [f"{long} ở phố", f"{long} ở làng"]
    assert len({document.cases[0] for document in found.documents}) == 2


@pytest.mark.parametrize(
    "heading", ["--", "Thành phần hồ sơ:", "a) Thành phần hồ sơ gồm:", "* Giấy tờ phải nộp:"]
)
def test_headings_that_name_no_case_make_none(heading: str) -> None:
    found, _ = _read(papers(paper("Đơn"), heading=heading) + papers(paper("Ảnh"), heading="Trường hợp khác"))
    assert list(found.cases.values()) == ["Trường hợp khác"]


def test_papers_to_be_shown_are_not_handed_in() -> None:
    found, _ = _read(
        papers(paper("Đơn"), heading="* Giấy tờ phải nộp:")
        + papers(paper("Thẻ người nuôi ong"), heading="* Giấy tờ phải xuất trình:")
        + papers(paper("- Xuất trình sổ mật khi đến nhận"))
    )
    assert [document.action for document in found.documents] == ["nộp", "xuất trình", "xuất trình"]


def test_the_heading_of_the_only_table_is_a_note_and_no_case() -> None:
    found, findings = _read(papers(paper("Đơn"), heading="Theo Điều 5 Luật Nuôi ong, cụ thể:"))
    assert found.cases == {}
    assert found.notes == ["Theo Điều 5 Luật Nuôi ong, cụ thể:"]
    assert [finding.outcome for finding in findings.found] == [Outcome.KEPT]


def test_rows_that_are_no_papers_become_notes() -> None:
    remarks = [
        "Trường hợp đã có giấy điện tử thì không phải nộp bản giấy.",
        "- Đối với ong rừng:",
        "* Số lượng hồ sơ: 01 bộ",
    ]
    found, findings = _read(papers(paper("Đơn"), *(paper(text, 0) for text in remarks)))
    assert _names(found) == ["Đơn"]
    assert found.notes == [text.lstrip("-* ") for text in remarks]
    assert [finding.text for finding in findings.found] == found.notes


def test_everything_under_a_heading_of_remarks_is_a_note() -> None:
    found, _ = _read(papers(paper("Đơn")) + papers(paper("Bản chụp phải rõ nét.", 1), heading="* Lưu ý:"))
    assert _names(found) == ["Đơn"]
    assert found.notes == ["Lưu ý:", "Bản chụp phải rõ nét."]


def test_a_paper_without_a_count_of_its_own_is_still_a_paper() -> None:
    found, _ = _read(papers(paper("Giấy khám ong", 0), paper("Bản đồ vườn", 0)))
    assert _names(found) == ["Giấy khám ong", "Bản đồ vườn"]


def test_a_group_name_among_the_rows_is_reported_because_its_place_is_lost() -> None:
    found, findings = _read(papers(paper("Đơn"), paper("- Giấy tờ phải nộp:", 0)))
    assert found.notes == []
    assert [(item.outcome, item.text) for item in findings.found] == [
        (Outcome.LEFT_OUT, "- Giấy tờ phải nộp:")
    ]


@pytest.mark.parametrize(
    ("marks", "right"),
    [
        (["b) ", "đ) ", "a) ", "d) ", "c) "], ["a) ", "b) ", "c) ", "d) ", "đ) "]),
        (["10. ", "2. ", "1. "], ["1. ", "2. ", "10. "]),
        (["b) ", "a) ", ""], ["b) ", "a) ", ""]),
        (["a) ", "a) ", "b) "], ["a) ", "a) ", "b) "]),
    ],
)
def test_rows_that_are_all_numbered_are_put_in_order(marks: list[str], right: list[str]) -> None:
    (table,), _ = read_tables(papers(*(paper(f"{mark}Giấy ong") for mark in marks)))
    assert [row.name[: len(mark)] for row, mark in zip(table.rows, right, strict=True)] == right


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Đơn xin nuôi ong theo mẫu", "Don_nuoi_ong.docx"),
        ("Đơn theo Mẫu số 02 kèm theo Nghị định số 34/2021/NĐ-CP", "Mẫu số 02.docx"),
        ("Đơn theo Nghị định số 34/2021/NĐ-CP ngày 01/7/2021", "Mau so 02 (1).doc"),
        ("Tờ khai (mẫu NO01 của Bộ Nuôi ong)", "Mẫu NO01 Tờ khai nuôi ong.docx"),
        ("Danh sách đàn ong;", "danhsach.xlsx"),
        ("Đơn đề nghị theo mẫu quy định", "1.7. Quyet dinh nuoi ong.docx"),
        ("Tờ khai nuôi ong", "TK 9.100001.docx"),
        ("Tờ trình theo quy định", "tờ trình.docx"),
        ("Hai mẫu", "Mau01.docMau02.doc"),
        ("Đơn theo Thông tư số 12/2020/TT-BNO", "PHỤ LỤC I.pdf"),
    ],
)
def test_the_file_of_a_form_is_told_from_the_name(name: str, file: str) -> None:
    assert split_file_name(name + file) == (name, file)


@pytest.mark.parametrize("name", ["Đơn xin nuôi ong", "Đơn theo mẫu don.docx", "Mật ong.", "don.docx"])
def test_where_there_is_no_seam_the_name_stays_whole(name: str) -> None:
    assert split_file_name(name) == (name, None)


def test_a_paper_with_a_file_is_a_form_that_the_portal_has() -> None:
    found, _ = _read(papers(paper("Đơn xin nuôi ong (Mẫu số NO-02)", file="Mau NO02.docx"), paper("Ảnh")))
    (form,) = found.forms
    assert (form.name, form.code) == ("Đơn xin nuôi ong (Mẫu số NO-02)", "NO-02")
    assert "Cổng" in (form.where or "")
    assert found.documents[0].form == "Mau NO02.docx"


def test_a_file_that_cannot_be_told_from_the_name_is_reported() -> None:
    found, findings = _read(papers(paper("Đơn theo mẫu don.docx")))
    assert _names(found) == ["Đơn theo mẫu don.docx"]
    assert len(found.forms) == 1
    assert [item.outcome for item in findings.found] == [Outcome.KEPT]


def test_a_number_of_copies_that_cannot_be_stays_in_the_words() -> None:
    found, findings = _read(papers(paper("Ảnh ong", 1, 50)))
    (document,) = found.documents
    assert (document.name, document.copies) == ("Ảnh ong (1 bản chính, 50 bản sao)", 0)
    assert len(findings.found) == 1


def test_a_row_without_a_name_is_reported() -> None:
    found, findings = _read(papers(paper("Đơn"), paper("-", 2)))
    assert _names(found) == ["Đơn"]
    assert [item.outcome for item in findings.found] == [Outcome.LEFT_OUT]


def test_what_stands_behind_the_last_row_or_is_no_table_becomes_a_note() -> None:
    behind, _ = _read(papers(paper("Đơn")) + "Nộp trực tuyến thì kê khai trên màn hình.")
    assert behind.notes == ["Nộp trực tuyến thì kê khai trên màn hình."]
    alone, findings = _read("Hồ sơ do phường hướng dẫn.")
    assert alone.notes == ["Hồ sơ do phường hướng dẫn."]
    assert findings.found[0].outcome is Outcome.KEPT


@pytest.mark.parametrize("text", ["", "--", "----", "KQ.G04.000398"])
def test_an_empty_field_is_no_paper(text: str) -> None:
    found, findings = _read(text)
    assert (found.documents, found.notes) == ([], [])
    assert all(item.outcome is Outcome.FURNITURE for item in findings.found)
