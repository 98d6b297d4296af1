"""Vietnamese working days around the holidays of 2026, and the 15:00 rule."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.clock import HANOI
from motcua.working_days import (
    add_working_days,
    counted_from,
    due_date,
    is_working_day,
    working_days_between,
)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 2, 16),
        date(2026, 2, 17),
        date(2026, 2, 20),
        date(2026, 4, 27),
        date(2026, 4, 30),
        date(2026, 5, 1),
        date(2026, 8, 31),
        date(2026, 9, 1),
        date(2026, 9, 2),
        date(2026, 11, 21),
        date(2026, 11, 22),
    ],
)
def test_offices_are_closed_on_holidays_and_weekends(day: date) -> None:
    assert not is_working_day(day)


def test_a_saturday_worked_for_a_swapped_holiday_is_a_working_day() -> None:
    assert is_working_day(date(2026, 8, 22))
    assert working_days_between(date(2026, 8, 21), date(2026, 8, 24)) == 2


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 23)),  # over Tết
        (date(2026, 2, 12), 3, date(2026, 2, 24)),
        (date(2026, 4, 29), 1, date(2026, 5, 4)),  # over 30/4 and 1/5
        (date(2026, 4, 24), 2, date(2026, 4, 29)),  # over the day of the Hùng kings
        (date(2026, 8, 28), 1, date(2026, 9, 3)),  # over 2/9
        (date(2026, 9, 3), -1, date(2026, 8, 28)),
        (date(2026, 11, 18), 0, date(2026, 11, 18)),
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
    ],
)
def test_working_days_are_added_over_holidays(start: date, days: int, end: date) -> None:
    assert add_working_days(start, days) == end


def test_working_days_between_count_the_end_and_not_the_start() -> None:
    assert working_days_between(date(2023, 11, 20), date(2023, 11, 23)) == 3
    assert working_days_between(date(2026, 2, 13), date(2026, 2, 23)) == 1
    assert working_days_between(date(2026, 11, 20), date(2026, 11, 18)) == -2
    assert working_days_between(date(2026, 11, 20), date(2026, 11, 22)) == 0


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_adding_and_counting_agree(start: date, days: int) -> None:
    end = add_working_days(start, days)
    assert is_working_day(end)
    assert working_days_between(start, end) == days


@pytest.mark.parametrize(
    ("filed", "counted"),
    [
        (datetime(2026, 11, 18, 15, 0, tzinfo=HANOI), date(2026, 11, 18)),
        (datetime(2026, 11, 18, 15, 0, 1, tzinfo=HANOI), date(2026, 11, 19)),
        (datetime(2026, 11, 20, 16, 0, tzinfo=HANOI), date(2026, 11, 23)),
        (datetime(2026, 11, 21, 9, 0, tzinfo=HANOI), date(2026, 11, 23)),
        (datetime(2026, 2, 13, 15, 30, tzinfo=HANOI), date(2026, 2, 23)),
    ],
)
def test_what_is_filed_after_15_hours_counts_from_the_next_working_day(
    filed: datetime, counted: date
) -> None:
    assert counted_from(filed) == counted


def test_the_15_hours_are_those_of_vietnam() -> None:
    assert counted_from(datetime(2026, 11, 18, 7, 59, tzinfo=UTC)) == date(2026, 11, 18)
    assert counted_from(datetime(2026, 11, 18, 8, 1, tzinfo=UTC)) == date(2026, 11, 19)


def test_a_same_day_result_filed_late_is_due_the_next_working_day() -> None:
    assert due_date(datetime(2026, 11, 18, 10, tzinfo=HANOI), 0) == date(2026, 11, 18)
    assert due_date(datetime(2026, 11, 18, 16, tzinfo=HANOI), 0) == date(2026, 11, 19)
    assert due_date(datetime(2026, 11, 18, 16, tzinfo=HANOI), 3) == date(2026, 11, 25)  # 24/11 is a holiday


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        counted_from(datetime(2026, 11, 18, 10, tzinfo=HANOI).replace(tzinfo=None))
