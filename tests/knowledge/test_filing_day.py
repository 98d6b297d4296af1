"""The day of filing read from a question, and the day the result is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from knowledge import Procedure, answer, wants_due_date, with_due_date
from knowledge.due_dates import due_on
from knowledge.filing_day import FilingDay, apart_from_filing, filing_day
from knowledge.schema import Duration
from motcua.clock import HANOI
from motcua.reply import Command, Facet, Kind, Reply

Made = Callable[..., Procedure]
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=HANOI)


def on(text: str, now: datetime = MONDAY) -> FilingDay | None:
    return filing_day(text, now)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("nộp hôm nay thì bao giờ lấy", date(2026, 11, 16)),
        ("nop hnay thi bh co", date(2026, 11, 16)),
        ("nộp bữa nay mấy bữa nữa có hông", date(2026, 11, 16)),
        ("hôm nay tôi ra phường nộp thì bao giờ có kết quả", date(2026, 11, 16)),
        ("nay em nộp thì bao giờ có", date(2026, 11, 16)),
        ("mai tôi nộp thì đến ngày nào", date(2026, 11, 17)),
        ("sáng mai nộp thì sao", date(2026, 11, 17)),
        ("mai em lên ủy ban làm thì hôm nào lấy", date(2026, 11, 17)),
        ("mốt nộp thì bao giờ có", date(2026, 11, 18)),
        ("ngày mốt tui nộp bữa mô có", date(2026, 11, 18)),
        ("ngay mot nop thi sao", date(2026, 11, 18)),
        ("ngày kia tôi nộp thì hôm nào xong", date(2026, 11, 18)),
        ("3 ngày nữa tôi nộp thì bao giờ lấy", date(2026, 11, 19)),
        ("nộp thứ 6 này thì hôm nào có", date(2026, 11, 20)),
        ("nộp t6 này bh có z", date(2026, 11, 20)),
        ("nộp sáng thứ sáu thì thứ mấy có kết quả", date(2026, 11, 20)),
        ("nop chieu thu sau thi thu hai co chua", date(2026, 11, 20)),
        ("thứ hai nộp thì bao giờ có", date(2026, 11, 16)),
        ("thứ hai tới nộp thì bao giờ có", date(2026, 11, 23)),
        ("thứ 2 tuần sau em đi nộp thì mấy ngày có ạ", date(2026, 11, 23)),
        ("thứ tư tuần sau nộp", date(2026, 11, 25)),
        ("nộp thứ bảy", date(2026, 11, 21)),
        ("cn nộp online thì sao", date(2026, 11, 22)),
        ("chủ nhật tôi nộp trên mạng thì bao giờ có", date(2026, 11, 22)),
        ("đầu tuần sau nộp thì hôm nào lấy", date(2026, 11, 23)),
        ("tuần sau tôi nộp thì ngày nào có", date(2026, 11, 23)),
        ("nộp 25/12", date(2026, 12, 25)),
        ("nộp 25-12-2026 thì bao giờ có", date(2026, 12, 25)),
        ("nộp hồ sơ ngày 25/12/26", date(2026, 12, 25)),
        ("nộp ngày 25 thì khi nào có", date(2026, 11, 25)),
        ("nộp ngày 10 thì khi nào có", date(2026, 12, 10)),
        ("nộp ngày hai mươi lăm tháng mười hai thì bao giờ có", date(2026, 12, 25)),
        ("em nộp hồ sơ ngày 20 tháng 12 thì bao giờ có kết quả", date(2026, 12, 20)),
        ("nộp 30/4", date(2027, 4, 30)),
        ("nộp 4/2/2027 thì bao giờ lấy", date(2027, 2, 4)),
        ("tôi nộp hôm 10/11 thì bao giờ xong", date(2026, 11, 10)),
        ("hôm qua tôi nộp rồi thì bao giờ có", date(2026, 11, 15)),
        ("làm căn cước hôm nay thì bao giờ có", date(2026, 11, 16)),
        ("đăng ký kết hôn thứ 6 này thì bao giờ lấy", date(2026, 11, 20)),
        ("cho hỏi tôi nộp hồ sơ hộ chiếu hôm nay thì bao giờ lấy được", date(2026, 11, 16)),
    ],
)
def test_the_filing_day_is_read(text: str, day: date) -> None:
    found = on(text)
    assert found
    assert found.day == day


@pytest.mark.parametrize(
    "text",
    [
        "làm căn cước bao lâu thì có",
        "mình cần lý lịch tư pháp trước ngày 15, nộp từ giờ thì kịp không",
        "mẹ em đặt vé ngày hai mươi rồi giờ mới đi làm hộ chiếu thì có kịp không ạ",
        "cấp phép vỉa hè có nhanh không, mai là phải dựng rạp rồi",
        "vợ em sinh hôm qua giờ làm khai sinh bao lâu có",
        "bố mất hôm 12 giờ làm khai tử thì bao lâu",
        "làm thẻ trước thứ 6 có kịp không",
        "mai táng phí bao lâu thì có",
        "mái nhà hỏng mãi mới nộp thì bao lâu",
        "làm khai sinh cho con thứ hai mất bao lâu",
        "hạn nộp ngày 15 phải không",
        "nộp lệ phí hôm nay được không",
        "mai tôi đi nước ngoài thì bao giờ lấy hộ chiếu",
        "nhận kết quả thứ 6 được không",
        "mai mốt nộp thì sao",
        "nộp mùng 5 tết thì sao",
        "nộp trong 24 giờ có không",
        "nộp 30/2",
        "một lần nộp thì bao lâu",
        "",
    ],
)
def test_another_date_is_no_filing_day(text: str) -> None:
    assert on(text) is None


@pytest.mark.parametrize(
    ("text", "late"),
    [
        ("nộp sau 3 giờ chiều mai thì sao", True),
        ("nộp lúc 4h chiều mai", True),
        ("nộp 15h30 ngày mai", True),
        ("nộp lúc 3 rưỡi chiều mai", None),
        ("nộp trước 15h mai", False),
        ("nộp lúc 15 giờ ngày mai", False),
        ("8 giờ sáng mai nộp thì mấy giờ lấy", False),
        ("nộp sáng mai", False),
        ("nộp chiều mai", None),
        ("nộp mai thì 4 giờ chiều lấy được không", None),
    ],
)
def test_three_in_the_afternoon_is_the_limit(text: str, late: bool | None) -> None:
    assert on(text) == FilingDay(date(2026, 11, 17), late)


def test_a_time_without_a_day_is_today_or_tomorrow() -> None:
    assert on("sau 3 giờ chiều thì sao") == FilingDay(date(2026, 11, 16), late=True)
    assert on("nộp lúc 9 giờ sáng thì sao", MONDAY.replace(hour=11)) == FilingDay(
        date(2026, 11, 17), late=False
    )


def test_what_is_filed_today_is_filed_later_than_now() -> None:
    late = MONDAY.replace(hour=15, minute=30)
    assert on("nộp hôm nay thì bao giờ có", late) == FilingDay(date(2026, 11, 16), late=True)
    assert on("nộp mai thì bao giờ có", late) == FilingDay(date(2026, 11, 17))


def test_a_date_in_the_new_year() -> None:
    december = datetime(2026, 12, 28, 9, 0, tzinfo=HANOI)
    assert on("nộp ngày 5 thì bao giờ có", december) == FilingDay(date(2027, 1, 5))
    assert on("nộp 5/1 thì bao giờ có", december) == FilingDay(date(2027, 1, 5))
    assert on("nộp 20/12 thì bao giờ có", december) == FilingDay(date(2026, 12, 20))


@pytest.mark.parametrize(
    ("filed", "duration", "due"),
    [
        # over a weekend, over Tết 2027 (4 to 10 February), over 30/4 and 1/5, over 2/9, over New Year
        (date(2026, 11, 20), {"unit": "ngày làm việc", "amount": 1}, date(2026, 11, 23)),
        (date(2026, 11, 23), {"unit": "ngày làm việc", "amount": 3}, date(2026, 11, 27)),
        (date(2027, 2, 3), {"unit": "ngày làm việc", "amount": 1}, date(2027, 2, 11)),
        (date(2027, 2, 4), {"unit": "ngày làm việc", "amount": 1}, date(2027, 2, 12)),
        (date(2027, 2, 6), {"unit": "trong ngày"}, date(2027, 2, 11)),
        (date(2027, 4, 29), {"unit": "ngày làm việc", "amount": 2}, date(2027, 5, 5)),
        (date(2027, 4, 30), {"unit": "ngày làm việc", "amount": 1}, date(2027, 5, 5)),
        (date(2026, 9, 1), {"unit": "ngày làm việc", "amount": 5}, date(2026, 9, 10)),
        (date(2026, 12, 31), {"unit": "ngày làm việc", "amount": 1}, date(2027, 1, 4)),
        (date(2027, 1, 1), {"unit": "trong ngày"}, date(2027, 1, 4)),
        # calendar days end on a working day
        (date(2026, 11, 16), {"unit": "ngày", "amount": 7}, date(2026, 11, 23)),
        (date(2026, 11, 16), {"unit": "ngày", "amount": 5}, date(2026, 11, 23)),
        (date(2027, 1, 27), {"unit": "ngày", "amount": 10}, date(2027, 2, 11)),
        # hours; more than a working day is nothing to count
        (date(2026, 11, 16), {"unit": "giờ", "amount": 1}, date(2026, 11, 17)),
        (date(2026, 11, 16), {"unit": "giờ", "amount": 24}, None),
        (date(2026, 11, 16), {"unit": "chưa rõ"}, None),
        (date(2026, 11, 16), {"unit": "trong ngày"}, date(2026, 11, 17)),
    ],
)
def test_the_last_day_the_result_is_due(filed: date, duration: dict[str, Any], due: date | None) -> None:
    assert due_on(Duration.model_validate(duration), FilingDay(filed)) == due


@pytest.mark.parametrize(("late", "due"), [(True, date(2026, 11, 17)), (False, date(2026, 11, 16))])
def test_after_15_hours_a_same_day_result_comes_the_next_working_day(late: bool, due: date) -> None:
    assert due_on(Duration.model_validate({"unit": "trong ngày"}), FilingDay(date(2026, 11, 16), late)) == due


def test_a_date_named_is_never_too_early_after_15_hours() -> None:
    three = Duration.model_validate({"unit": "ngày làm việc", "amount": 3})
    assert due_on(three, FilingDay(date(2026, 11, 16), late=True)) == date(2026, 11, 20)


def told(procedure: Procedure, text: str, now: datetime = MONDAY) -> Reply:
    return with_due_date(answer(procedure, Facet.TIME), procedure, text, now)


def first_line(procedure: Procedure, text: str, now: datetime = MONDAY) -> str:
    return told(procedure, text, now).text.splitlines()[0]


def way(kind: str, **time: Any) -> dict[str, Any]:
    return {"kind": kind, "time": time, "fee": {"kind": "hđnd quy định"}}


def test_the_answer_names_the_assumption_and_the_date_first(made: Made) -> None:
    assert first_line(made(), "nộp hôm nay thì bao giờ lấy") == (
        "Nếu hồ sơ đủ, nộp thứ Hai 16/11/2026 tại quầy → chậm nhất thứ Năm 19/11/2026 (3 ngày làm việc)."
    )


def test_the_answer_keeps_what_it_said_its_card_and_its_source(made: Made) -> None:
    plain, dated = answer(made(), Facet.TIME), told(made(), "nộp mai thì bao giờ lấy")
    assert dated.text.endswith(plain.text)
    assert dated.card
    assert plain.card
    assert dated.card.sections[-1:] == plain.card.sections[-1:]
    assert len(dated.card.sections) > len(plain.card.sections)
    assert (dated.kind, dated.facet, dated.sources) == (Kind.ANSWER, Facet.TIME, plain.sources)


def test_without_a_filing_day_nothing_changes(made: Made) -> None:
    assert told(made(), "bao lâu thì có") == answer(made(), Facet.TIME)


def test_a_day_off_and_a_holiday_on_the_way_are_said(made: Made) -> None:
    weekend = first_line(made(), "thứ 7 nộp thì bao giờ có")
    assert "nộp thứ Bảy 21/11/2026 tại quầy (ngày nghỉ, tính từ thứ Hai 23/11/2026)" in weekend
    assert "chậm nhất thứ Sáu 27/11/2026 (3 ngày làm việc, không tính ngày nghỉ lễ 24/11)" in weekend


def test_a_date_of_next_year_is_said_with_a_reserve(made: Made) -> None:
    text = told(made(), "nộp 3/2/2027 thì bao giờ có").text
    assert "chậm nhất thứ Hai 15/02/2027 (3 ngày làm việc, không tính ngày nghỉ lễ 04/02–10/02)" in text
    assert "Lịch nghỉ lễ năm 2027 có thể còn được điều chỉnh." in text
    assert "điều chỉnh" not in told(made(), "nộp mai thì bao giờ có").text


def test_same_day_results_say_both_sides_of_15_hours(made: Made) -> None:
    procedure = made(ways=[way("trực tiếp", unit="trong ngày")])
    open_ended = first_line(procedure, "nộp thứ 6 thì bao giờ lấy")
    assert "trước 15 giờ thì có kết quả ngay trong ngày, sau 15 giờ thì thứ Hai 23/11/2026" in open_ended
    assert "ngay trong ngày" in first_line(procedure, "nộp sáng thứ 6 thì bao giờ lấy")
    late = first_line(procedure, "nộp 4 giờ chiều thứ 6 thì bao giờ lấy")
    assert "sau 15 giờ (tính từ thứ Hai 23/11/2026) → có kết quả trong ngày thứ Hai 23/11/2026" in late


def test_ways_that_take_differently_long_have_dates_of_their_own(made: Made) -> None:
    procedure = made(
        ways=[
            way("trực tiếp", unit="ngày làm việc", amount=3),
            way("trực tuyến", unit="chưa rõ"),
            way("bưu chính", unit="ngày làm việc", amount=3),
        ]
    )
    assert told(procedure, "nộp hôm nay thì bao giờ lấy").text.splitlines()[:4] == [
        "Nếu hồ sơ đủ, nộp thứ Hai 16/11/2026:",
        "• Tại quầy, qua bưu điện → chậm nhất thứ Năm 19/11/2026 (3 ngày làm việc)",
        "• Trực tuyến → chưa tính được ngày, vì thời gian chưa rõ",
        "Gửi bưu điện thì tính từ ngày cơ quan nhận được hồ sơ.",
    ]
    assert first_line(procedure, "mai nộp online thì bao giờ lấy").startswith("Chưa tính được ngày")
    assert "tại quầy → chậm nhất thứ Sáu 20/11/2026" in first_line(
        procedure, "mai nộp tại quầy thì bao giờ lấy"
    )


def test_two_times_of_one_way_say_when_each_holds(made: Made) -> None:
    procedure = made(
        ways=[
            way("trực tiếp", unit="ngày làm việc", amount=3, note="thẻ còn hạn"),
            way("trực tiếp", unit="ngày làm việc", amount=7, note="chưa có thẻ"),
        ]
    )
    text = told(procedure, "nộp hôm nay thì bao giờ lấy").text
    assert "• Tại quầy (thẻ còn hạn) → chậm nhất thứ Năm 19/11/2026" in text
    assert "• Tại quầy (chưa có thẻ) → chậm nhất thứ Tư 25/11/2026" not in text
    assert "• Tại quầy (chưa có thẻ) → chậm nhất thứ Năm 26/11/2026" in text


def test_calendar_days_and_hours_are_named_as_such(made: Made) -> None:
    calendar = first_line(made(ways=[way("trực tiếp", unit="ngày", amount=5)]), "nộp hôm nay thì bao giờ có")
    assert "chậm nhất thứ Hai 23/11/2026 (5 ngày, tính cả ngày nghỉ)" in calendar
    hours = first_line(made(ways=[way("trực tiếp", unit="giờ", amount=2)]), "nộp hôm nay thì bao giờ có")
    assert "trong 2 giờ làm việc, sát giờ nghỉ thì thứ Ba 17/11/2026" in hours


def test_an_unknown_time_is_not_guessed(made: Made) -> None:
    text = told(made(ways=[way("trực tiếp", unit="chưa rõ")]), "nộp hôm nay thì bao giờ có").text
    assert text.startswith("Chưa tính được ngày")
    assert "1022" in text
    assert "2026" not in text
    unknown = made(
        time=None, unknown=[facet.value for facet in Facet if facet.value not in ("overview", "fee")]
    )
    reply = told(unknown, "nộp hôm nay thì bao giờ có")
    assert (reply.kind, reply.text[:23]) == (Kind.NO_ANSWER, "Chưa tính được ngày trả")


@pytest.mark.parametrize(
    ("local", "promise", "due"),
    [
        (
            {"time": {"unit": "ngày làm việc", "amount": 2}},
            "Hà Nội cam kết 2 ngày làm việc (QĐ 5)",
            "chậm nhất thứ Tư 18/11/2026 (2 ngày làm việc).",
        ),
        (
            {"time": {"unit": "trong ngày"}, "no_wait": True},
            "Hà Nội cam kết làm ngay, không phải chờ (QĐ 5)",
            "trước 15 giờ thì có kết quả ngay trong ngày, sau 15 giờ thì thứ Ba 17/11/2026.",
        ),
    ],
)
def test_the_shorter_time_of_the_city_comes_first_and_the_general_one_is_said(
    made: Made, local: dict[str, Any], promise: str, due: str
) -> None:
    procedure = made(local_time={**local, "decision": "QĐ 5"})
    lines = told(procedure, "nộp hôm nay thì bao giờ lấy").text.splitlines()
    assert lines[0] == f"{promise}: nếu hồ sơ đủ, nộp thứ Hai 16/11/2026 → {due}"
    assert lines[1] == "Theo thời hạn chung → chậm nhất thứ Năm 19/11/2026 (3 ngày làm việc)."


def test_a_promise_without_a_number_changes_no_date(made: Made) -> None:
    procedure = made(local_time={"time": {"unit": "chưa rõ"}, "decision": "QĐ 5"})
    assert first_line(procedure, "nộp hôm nay thì bao giờ lấy").startswith("Nếu hồ sơ đủ, nộp thứ Hai")


def test_a_date_gone_by_leads_to_the_dossier(made: Made) -> None:
    reply = told(made(), "nộp 2/11 thì bao giờ lấy")
    assert "chậm nhất thứ Năm 05/11/2026" in reply.text
    assert "Ngày này đã qua" in reply.text
    assert Command(intent="check_dossier") in [button.payload for button in reply.buttons]


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("nộp thứ 6 này thì hôm nào có", True),
        ("mai tôi nộp thì đến ngày nào", True),
        ("mai tôi nộp ở đâu", False),
        ("bao lâu thì có", False),
    ],
)
def test_a_due_date_is_wanted_when_a_day_is_named_and_another_asked_for(text: str, wants: bool) -> None:
    assert wants_due_date(text, MONDAY) is wants


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("chủ nhật nộp thì bao giờ lấy", ""),
        ("mai tôi nộp thì đến ngày nào", "toi"),
        ("đăng ký thường trú nộp hôm nay thì bao giờ có kết quả", "dang ky thuong tru"),
        ("nộp hồ sơ mai táng phí thứ 6 này thì hôm nào có", "ho so mai tang phi"),
    ],
)
def test_the_words_of_filing_name_no_procedure(text: str, left: str) -> None:
    assert apart_from_filing(text) == left
