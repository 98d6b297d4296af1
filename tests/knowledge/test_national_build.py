"""A record becomes a procedure in the portal's words, and nothing of it gets lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.national.build import to_procedure
from knowledge.national.findings import Finding, Findings, Outcome
from knowledge.national.names import told_apart
from knowledge.national.records import Record
from knowledge.national.text import composed
from knowledge.schema import FeeKind, Level, OnlineLevel, Procedure
from knowledge.store import digest
from motcua.reply import Facet
from tests.knowledge.portal import DAY, NOTHING, laws, paper, papers, record, result, way, ways

# Names of columns and cells that are data in the procedure, not words.
_LABELS = re.compile(
    "Hình thức nộp|Thời gian|Phí, lệ phí|Mô tả|Trực tuyến|Trực tiếp|Dịch vụ bưu chính|Ngày làm việc|Ngày|Giờ"
    "|Miễn phí|VNĐ|Việt Nam Đồng|Không có thông tin|Tên giấy tờ|Mẫu đơn, tờ khai|Số lượng|bản chính|bản sao"
    "|Mã:|Tên văn bản pháp lý|Mã văn bản|Từ khóa|Cấp bộ|Cấp tỉnh|Cấp xã|Cơ quan khác|Bước|Thành phần hồ sơ"
    "|Giấy tờ phải nộp|Giấy tờ phải xuất trình|Căn cứ pháp lý|Kết quả xử lý|Luật số|số|[Tt]hông tư"
    "|[Nn]ghị định|[Nn]ghị quyết|[Qq]uyết định|Luật|Bộ luật|Thủ tục"
)
# Where cells are written together, only the case of the letters tells words apart.
_RUNS = re.compile("[a-zà-ỹđăâêôơư]+")
_CAPITALISED = re.compile("[A-ZÀ-ỸĐĂÂÊÔƠƯ][a-zà-ỹđăâêôơư]+")


def _built(**changes: str | None) -> tuple[Procedure, list[Finding]]:
    fields = record(**changes)
    findings = Findings(fields["ma_thu_tuc"])
    return to_procedure(Record(1, fields), DAY, findings), findings.found


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def words_of(text: str) -> set[str]:
    """The words of a field, without their first letter when it is a capital."""
    return set(_RUNS.findall(_LABELS.sub(" ", composed(text))))


def lost_words(
    fields: dict[str, str], procedure: Procedure, findings: Iterable[Finding]
) -> dict[str, set[str]]:
    """Words of each field that are neither in the procedure nor in the report."""
    kept: set[str] = set()
    for text in [*_texts(procedure.model_dump(mode="json")), *(finding.text for finding in findings)]:
        kept |= words_of(text) | {word.lower() for word in _CAPITALISED.findall(composed(text))}
    return {name: lost for name, text in fields.items() if (lost := words_of(text) - kept)}


def test_a_whole_record_is_a_whole_procedure() -> None:
    procedure, findings = _built()
    assert procedure.imported
    assert (procedure.name, procedure.official_name) == (
        "Đăng ký nuôi ong trong khu dân cư",
        "Thủ tục đăng ký nuôi ong trong khu dân cư",
    )
    assert procedure.sample_questions == [procedure.short_name]
    assert (procedure.field, procedure.levels) == ("Nuôi ong", [Level.PROVINCE, Level.COMMUNE])
    assert procedure.audience == ["Công dân Việt Nam", "Tổ chức (không bao gồm doanh nghiệp, HTX)"]
    assert procedure.agency == "Ủy ban nhân dân cấp xã"
    assert procedure.place == "Cơ quan thực hiện: Ủy ban nhân dân cấp xã."
    assert procedure.steps == ["Người nuôi gửi đơn.", "Phường xem tổ ong.\n+ Xem ban ngày."]
    assert (procedure.time, procedure.fee) == ("5 ngày làm việc.", "Cổng ghi miễn phí.")
    assert {way.fee.kind for way in procedure.ways} == {FeeKind.FREE}
    assert [document.name for document in procedure.documents] == [
        "Đơn xin nuôi ong theo Mẫu số 02",
        "Giấy khám sức khỏe của đàn ong",
    ]
    assert procedure.result == "Giấy phép nuôi ong"
    assert len(procedure.conditions) == len(procedure.legal_basis) == 2
    assert procedure.unknown == [Facet.DELEGATE, Facet.LATE, Facet.LINKED]
    assert (procedure.provenance.decision, procedure.provenance.checked_on) == ("12/QĐ-BNO", DAY)
    assert procedure.provenance.url
    assert {finding.outcome for finding in findings} == {Outcome.FURNITURE}


def test_a_record_with_nothing_but_a_code_and_a_name_says_that_nothing_is_known() -> None:
    bare = {"ma_thu_tuc": "9.100001", "ten_thu_tuc": "Đăng ký nuôi ong"}
    procedure = to_procedure(Record(1, bare), DAY, Findings("9.100001"))
    assert procedure.unknown == [facet for facet in Facet if facet is not Facet.OVERVIEW]
    assert procedure.summary == "Đăng ký nuôi ong"
    assert "Cổng không ghi" in procedure.agency


def test_fields_that_say_there_is_no_information_are_unknown() -> None:
    procedure, _ = _built(
        yeu_cau_dieu_kien=NOTHING, co_quan_thuc_hien=NOTHING, can_cu_phap_ly=NOTHING, ket_qua_xu_ly=result("")
    )
    gone = {Facet.CONDITIONS, Facet.PLACE, Facet.LEGAL_BASIS, Facet.RESULT}
    assert gone <= set(procedure.unknown)


def test_an_address_is_where_to_go_and_an_agency_only_stands_in_for_it() -> None:
    assert _built(dia_chi_tiep_nhan="tầng 2, chợ Ong")[0].place == "Tầng 2, chợ Ong"
    procedure, _ = _built(co_quan_thuc_hien=None, co_quan_co_tham_quyen="Sở Ong")
    assert (procedure.agency, procedure.place) == ("Sở Ong", "Cơ quan thực hiện: Sở Ong.")


def test_times_and_fees_that_differ_by_way_say_that_the_portal_may_mean_something_else() -> None:
    rows = ways(way("Trực tuyến", "5 Ngày", "20,000 VNĐ"), way("Trực tiếp", "9 Ngày", "20,000 VNĐ"))
    procedure, _ = _built(cach_thuc_thuc_hien=rows)
    assert procedure.time
    assert procedure.time.startswith("Trực tuyến: 5 ngày.\nTrực tiếp: 9 ngày.\nCổng ghi khác nhau")
    assert procedure.fee == "20.000 đồng."


def test_descriptions_are_kept_with_their_way_and_said_where_they_tell_a_time() -> None:
    rows = ways(way("Trực tiếp", "1", "Miễn phí", "", "Trong 03 ngày kể từ ngày nhận tổ ong."))
    procedure, findings = _built(cach_thuc_thuc_hien=rows)
    assert procedure.ways[0].note == procedure.time == "Trong 03 ngày kể từ ngày nhận tổ ong."
    assert Facet.ONLINE in procedure.unknown
    assert [item.text for item in findings if item.outcome is Outcome.DOUBTED] == [
        "trực tiếp: 1",
        "trực tiếp: Miễn phí ()",
    ]


def test_a_time_that_is_only_a_number_is_no_answer() -> None:
    procedure, _ = _built(cach_thuc_thuc_hien=ways(way("Trực tiếp", "1", "20,000 VNĐ")))
    assert procedure.time is None
    assert Facet.TIME in procedure.unknown
    assert "“1”" in (procedure.ways[0].time.note or "")


def test_a_table_of_ways_that_cannot_be_read_is_kept_in_words_and_reported() -> None:
    procedure, findings = _built(cach_thuc_thuc_hien="Nộp ở chợ phiên.")
    (only,) = procedure.ways
    assert (only.fee.kind, only.note) == (FeeKind.UNKNOWN, "Nộp ở chợ phiên.")
    assert {Facet.TIME, Facet.FEE, Facet.ONLINE} <= set(procedure.unknown)
    assert "Nộp ở chợ phiên." in [item.text for item in findings if item.outcome is Outcome.KEPT]


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("Đăng ký ong trực tuyến toàn trình", OnlineLevel.FULL),
        ("Đăng ký ong bằng dịch vụ công một phần", OnlineLevel.PARTIAL),
        ("Đăng ký ong toàn trình hoặc một phần", OnlineLevel.UNKNOWN),
        ("Đăng ký ong", OnlineLevel.UNKNOWN),
    ],
)
def test_the_online_level_is_what_the_name_says(name: str, level: OnlineLevel) -> None:
    assert _built(ten_thu_tuc=name)[0].online_level is level


def test_a_record_of_one_province_or_of_abolished_districts_warns() -> None:
    local, _ = _built(so_quyet_dinh="9/QĐ-UBND")
    assert "chỉ áp dụng ở địa phương" in (local.provenance.note or "")
    stale, _ = _built(trinh_tu_thuc_hien="Gửi đơn tới UBND cấp huyện.")
    assert "cấp huyện" in (stale.provenance.note or "")
    assert _built()[0].provenance.note is None


@pytest.mark.parametrize(
    "changes", [{"dac_san": "mật"}, {"cap_thuc_hien": "Cấp làng"}, {"detail_url": "ftp://x/y"}]
)
def test_what_has_no_place_is_left_out_and_reported(changes: dict[str, str]) -> None:
    _, findings = _built(**changes)
    (text,) = changes.values()
    assert text in [item.text for item in findings if item.outcome is Outcome.LEFT_OUT]


def test_the_same_record_gives_the_same_content_on_every_day() -> None:
    assert digest(_built()[0]) == digest(_built()[0])
    later = to_procedure(Record(1, record()), date(2026, 5, 21), Findings("9.100001"))
    assert digest(later) != digest(_built()[0])


def test_procedures_of_one_name_say_whose_they_are() -> None:
    ours, _ = _built()
    other = ours.model_copy(update={"code": "9.100002", "agency": "Sở Ong"})
    third = ours.model_copy(update={"code": "9.100003", "name": "Nuôi bướm"})
    assert [item.name for item in told_apart([ours, other, third])] == [
        f"{ours.name} (Ủy ban nhân dân cấp xã)",
        f"{ours.name} (Sở Ong)",
        "Nuôi bướm",
    ]
    same = other.model_copy(update={"agency": ours.agency})
    assert [item.name for item in told_apart([ours, same])] == [
        f"{ours.name} (mã 9.100001)",
        f"{ours.name} (mã 9.100002)",
    ]


WORD = st.text(alphabet="abcđêghiklmnơptưxyăâ", min_size=2, max_size=9)
SENTENCE = st.lists(WORD, min_size=1, max_size=8).map(lambda words: " ".join(words).capitalize() + ".")
MARK = st.sampled_from(["", "- ", "+ ", "a) ", "1. ", "(i) ", "* ", "Bước 1: "])
LINES = st.lists(st.builds("{}{}".format, MARK, SENTENCE), min_size=1, max_size=5).map("\n".join)
TIME = st.sampled_from(["5 Ngày làm việc", "1", "3 Ngày", "2 Giờ", "4 Tháng", "1.5 Ngày", NOTHING])
FEE = st.sampled_from(["Miễn phí", NOTHING, "20,000 VNĐ", "100 VNĐ", "1,200,000 Việt Nam Đồng", "10 USD"])
MAYBE = st.one_of(st.just(""), SENTENCE)
ROW = st.builds(
    way, st.sampled_from(["Trực tuyến", "Dịch vụ bưu chính", "Trực tiếp"]), TIME, FEE, MAYBE, MAYBE
)
FILE = st.sampled_from(["", "Mau01.docx", "don.doc", "Phụ lục II.pdf"])
PAPER = st.builds(paper, SENTENCE, st.integers(0, 9), st.integers(0, 60), FILE)
HEADING = st.one_of(st.just("--"), SENTENCE, st.just("* Giấy tờ phải xuất trình:"), st.just("* Lưu ý:"))
TABLE = st.builds(lambda rows, heading: papers(*rows, heading=heading), st.lists(PAPER, max_size=4), HEADING)
NUMBER = st.sampled_from(["12/2020/QH14", "5/2022/TT-BTC", "Nghị định 34/2021/NĐ-CP", ""])
RECORD = st.builds(
    record,
    ten_thu_tuc=SENTENCE,
    linh_vuc=SENTENCE,
    co_quan_thuc_hien=SENTENCE,
    co_quan_phoi_hop=SENTENCE,
    dia_chi_tiep_nhan=LINES,
    trinh_tu_thuc_hien=LINES,
    yeu_cau_dieu_kien=LINES,
    cach_thuc_thuc_hien=st.lists(ROW, max_size=4).map(lambda rows: ways(*rows)),
    thanh_phan_ho_so=st.lists(TABLE, max_size=3).map("".join),
    can_cu_phap_ly=st.lists(st.tuples(SENTENCE, NUMBER), max_size=3).map(lambda rows: laws(*rows)),
    ket_qua_xu_ly=st.builds(result, SENTENCE, words=MAYBE, about=LINES),
    dac_san=SENTENCE,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RECORD)
def test_every_word_of_a_record_is_in_the_procedure_or_in_the_report(fields: dict[str, str]) -> None:
    findings = Findings(fields["ma_thu_tuc"])
    procedure = to_procedure(Record(1, fields), DAY, findings)
    assert lost_words(fields, procedure, findings.found) == {}


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(record())), st.text(max_size=200), max_size=20))
def test_no_text_whatever_stops_the_import(changes: dict[str, str]) -> None:
    fields = {**record(), **changes, "ma_thu_tuc": "9.100001", "ten_thu_tuc": "Đăng ký nuôi ong"}
    procedure = to_procedure(Record(1, fields), DAY, Findings("9.100001"))
    assert Procedure.model_validate_json(procedure.model_dump_json()) == procedure
