"""Ways, times and fees of the portal's table: nothing is guessed, and "Miễn phí" is not believed at once."""

from __future__ import annotations

import pytest

from knowledge.national.fees import read_fee, speaks_of_fees
from knowledge.national.times import read_time
from knowledge.national.ways import Row, read_rows
from knowledge.schema import FeeKind, TimeUnit, WayKind
from tests.knowledge.portal import way, ways

FREE = "Miễn phí"


def _row(
    fee: str = FREE, fee_note: str = "", note: str = "", time: str = "5 Ngày làm việc", sure: bool = True
) -> Row:
    return Row(WayKind.ONLINE, time, fee, fee_note, note, sure)


def test_rows_are_told_apart_though_nothing_stands_between_them() -> None:
    text = ways(
        way(
            "Trực tuyến",
            "5 Ngày làm việc",
            "100,000 VNĐ",
            "mỗi tổ ong",
            "Nộp trên Cổng, không nộp Trực tiếp tại chợ.",
        ),
        way("Dịch vụ bưu chính", "7 Ngày", FREE),
        way("Trực tiếp", "1 Giờ", "Không có thông tin", "", "Nộp tại phường."),
    )
    rows, before = read_rows(text)
    assert before == ""
    assert [(row.kind, row.time, row.fee, row.fee_note, row.note) for row in rows] == [
        (
            "trực tuyến",
            "5 Ngày làm việc",
            "100,000 VNĐ",
            "mỗi tổ ong",
            "Nộp trên Cổng, không nộp Trực tiếp tại chợ.",
        ),
        ("bưu chính", "7 Ngày", FREE, "", ""),
        ("trực tiếp", "1 Giờ", "Không có thông tin", "", "Nộp tại phường."),
    ]


@pytest.mark.parametrize(
    ("written", "time", "fee"),
    [
        ("Trực tiếp120 VNĐ", "1", "20 VNĐ"),
        ("Trực tiếp1100 Việt Nam Đồng", "1", "100 Việt Nam Đồng"),
        ("Trực tiếp1Miễn phí", "1", FREE),
        ("Trực tiếp120,000 VNĐ", "1", "20,000 VNĐ"),
        ("Trực tiếp1.5 Ngày làm việc40,000 Việt Nam Đồng", "1.5 Ngày làm việc", "40,000 Việt Nam Đồng"),
        ("Trực tiếpKhông có thông tinKhông có thông tin", "Không có thông tin", "Không có thông tin"),
        ("Trực tiếpKhông phải trả kết quảMiễn phí", "Không phải trả kết quả", FREE),
        ("Trực tiếp5 Ngày làm việc10 USD", "5 Ngày làm việc", "10 USD"),
    ],
)
def test_time_and_fee_are_split_where_they_run_together(written: str, time: str, fee: str) -> None:
    (row,), before = read_rows(ways(written))
    assert (row.time, row.fee, before) == (time, fee, "")
    assert row.sure


def test_digits_that_can_be_split_in_two_ways_are_not_sure() -> None:
    (row,), _ = read_rows(ways("Trực tiếp1125,000 VNĐ"))
    assert not row.sure
    told = read_fee(row, [], None)
    assert told.fee.kind is FeeKind.UNKNOWN
    confirmed = Row(row.kind, row.time, row.fee, "125.000 đồng/tổ", row.note, row.sure)
    assert read_fee(confirmed, [], None).fee.amount == 125_000


@pytest.mark.parametrize(
    ("after", "fee_note", "note"),
    [
        ("(mỗi lần (không kể ảnh))Nộp tại phường", "mỗi lần (không kể ảnh)", "Nộp tại phường"),
        ("(gồm: a) ong mật b) ong ruồi)Nộp", "gồm: a) ong mật b) ong ruồi", "Nộp"),
        ("(theo khoản 5)Nộp", "theo khoản 5", "Nộp"),
        ("(chưa đóng ngoặc", "chưa đóng ngoặc", ""),
        ("Không ngoặc (có sau)", "", "Không ngoặc (có sau)"),
    ],
)
def test_the_note_in_brackets_ends_where_its_bracket_closes(after: str, fee_note: str, note: str) -> None:
    (row,), _ = read_rows(ways(f"Trực tiếp5 NgàyMiễn phí{after}"))
    assert (row.fee_note, row.note) == (fee_note, note)


def test_what_is_no_table_is_given_back() -> None:
    assert read_rows("Nộp ở chợ phiên.") == ([], "Nộp ở chợ phiên.")


@pytest.mark.parametrize(
    ("cell", "amount", "unit", "said"),
    [
        ("5 Ngày làm việc", 5, TimeUnit.WORKING_DAYS, "5 ngày làm việc"),
        ("30 Ngày", 30, TimeUnit.CALENDAR_DAYS, "30 ngày"),
        ("24 Giờ", 24, TimeUnit.HOURS, "24 giờ"),
        ("4 Tháng", None, TimeUnit.UNKNOWN, "4 tháng"),
        ("1.5 Ngày làm việc", None, TimeUnit.UNKNOWN, "1.5 ngày làm việc"),
        ("500 Ngày", None, TimeUnit.UNKNOWN, "500 ngày"),
        ("0 Ngày", None, TimeUnit.UNKNOWN, None),
        ("1", None, TimeUnit.UNKNOWN, None),
        ("110", None, TimeUnit.UNKNOWN, None),
        ("Không", None, TimeUnit.UNKNOWN, None),
        ("Không quy định", None, TimeUnit.UNKNOWN, "Không quy định"),
        ("Không có thông tin", None, TimeUnit.UNKNOWN, None),
        ("", None, TimeUnit.UNKNOWN, None),
    ],
)
def test_a_time_without_a_unit_gets_none(
    cell: str, amount: int | None, unit: TimeUnit, said: str | None
) -> None:
    time, words, doubt = read_time(cell)
    assert (time.amount, time.unit, words) == (amount, unit, said)
    settled = unit is not TimeUnit.UNKNOWN or cell in ("", "Không có thông tin")
    assert (doubt is None) == settled
    assert settled or cell in (time.note or "")


@pytest.mark.parametrize(
    "note", ["", "Không có", "Không", "Không quy định.", "Không thu lệ phí theo Luật Nuôi ong."]
)
def test_free_is_free_when_nothing_speaks_against_it(note: str) -> None:
    assert read_fee(_row(fee_note=note), [], None).fee.kind is FeeKind.FREE


@pytest.mark.parametrize(
    "row",
    [
        _row(fee_note="40.000 đồng/giấy"),
        _row(fee_note="Theo quy định của Luật Phí nuôi ong"),
        _row(fee_note="Không thu, trừ trường hợp nuôi quá mười tổ"),
        _row(fee_note="Miễn phí từ ngày 07/4/2026 đến 30/6/2026"),
        _row(note="Phí: 50.000đ một tổ"),
        _row(note="Người nuôi ong nộp phí tại quầy."),
        _row(time="1"),
    ],
)
def test_free_is_not_believed_when_its_own_row_speaks_of_money_or_was_never_filled_in(row: Row) -> None:
    told = read_fee(row, [], None)
    assert told.fee.kind is FeeKind.UNKNOWN
    assert told.said
    assert "Miễn phí" in told.said
    assert row.fee_note in told.said


def test_free_is_not_believed_when_another_way_costs_or_the_record_speaks_of_a_fee() -> None:
    assert read_fee(_row(), [_row("20,000 VNĐ")], None).fee.kind is FeeKind.UNKNOWN
    assert read_fee(_row(), [_row(fee_note="20.000đ")], None).fee.kind is FeeKind.UNKNOWN
    assert read_fee(_row(), [_row(fee_note="Không có")], None).fee.kind is FeeKind.FREE
    assert read_fee(_row(), [], "nộp lệ phí tại quầy").fee.kind is FeeKind.UNKNOWN


@pytest.mark.parametrize(
    ("steps", "laws", "found"),
    [
        ("Người nuôi ong nộp lệ phí rồi về.", "", True),
        ("Phường thu phí xem tổ.", "", True),
        ("Nộp phí, lệ phí (nếu có).", "", False),
        ("Phường thu thập mẫu mật.", "", False),
        ("", "Quy định mức thu phí nuôi ong12/2020/TT-BTC", True),
        ("", "Quy định mức thuế mật ong12/2020/TT-BTC", False),
    ],
)
def test_where_else_a_record_speaks_of_fees(steps: str, laws: str, found: bool) -> None:
    assert (speaks_of_fees(steps, laws) is not None) == found


@pytest.mark.parametrize("fee", [FREE, "150,000 VNĐ", "Không có thông tin"])
@pytest.mark.parametrize("where", ["fee_note", "note"])
def test_a_fee_that_the_council_sets_is_neither_free_nor_an_amount(fee: str, where: str) -> None:
    note = "Mức thu do Hội đồng nhân dân cấp tỉnh quy định; miễn cho hộ nghèo"
    told = read_fee(_row(fee, **{where: note}), [], None)
    if where == "note" and fee == "Không có thông tin":
        assert told.fee.kind is FeeKind.UNKNOWN
    else:
        assert told.fee.kind is FeeKind.COUNCIL
        assert told.fee.amount is None
        assert told.said


@pytest.mark.parametrize(
    ("fee", "note", "amount"),
    [
        ("20,000 VNĐ", "", 20_000),
        ("1,200,000 Việt Nam Đồng", "1.200.000 đồng/thẻ", 1_200_000),
        ("2,000,000 VNĐ", "02 triệu đồng/lần cấp", 2_000_000),
        ("20 VNĐ", "20.000 đ/tờ khai", 20_000),
        ("100,000 VNĐ", "Theo Thông tư số 47/2019/TT-BTC ngày 05/8/2019", 100_000),
    ],
)
def test_an_amount_that_its_note_bears_out_is_one(fee: str, note: str, amount: int) -> None:
    told = read_fee(_row(fee, note), [], None)
    assert (told.fee.kind, told.fee.amount, told.doubt) == (FeeKind.AMOUNT, amount, None)


def test_what_an_amount_is_for_is_read_from_a_note_that_says_nothing_else() -> None:
    told = read_fee(_row("2,000 VNĐ", "đồng/trang"), [], None)
    assert (told.fee.per, told.fee.note, told.said) == ("trang", None, "2.000 đồng/trang")


@pytest.mark.parametrize(
    ("fee", "note", "reason"),
    [
        ("700 VNĐ", "", "thiếu hàng nghìn"),
        ("700 VNĐ", "900.000 đồng/cơ sở", "thiếu hàng nghìn"),
        ("200,000 VNĐ", "200.000đ; cấp lại do mất: 400.000đ", "nhiều mức"),
        ("115,000 VNĐ", "áp dụng đến hết ngày 31/12/2025", "chỉ áp dụng đến 31/12/2025"),
        ("50,000 VNĐ", "giảm nửa đến hết ngày 31 tháng 12 năm 2026", "chỉ áp dụng đến 31 tháng 12 năm 2026"),
        ("40 VNĐ", "40.000đ đến hết ngày 31/12/2024", "chỉ áp dụng đến 31/12/2024"),
        ("10 USD", "", "không phải tiền Việt Nam"),
    ],
)
def test_an_amount_that_is_doubtful_stays_words(fee: str, note: str, reason: str) -> None:
    told = read_fee(_row(fee, note), [], None)
    assert told.fee.kind is FeeKind.UNKNOWN
    assert told.fee.amount is None
    assert reason in (told.doubt or "")
    assert note in (told.fee.note or "")
    assert note in (told.said or "")


def test_no_fee_is_told_where_the_portal_has_none() -> None:
    told = read_fee(_row("Không có thông tin"), [], None)
    assert (told.fee.kind, told.said, told.doubt) == (FeeKind.UNKNOWN, None, None)
