"""Due dates around the holidays, worked out by hand on a calendar.

The days off they rest on:
* New Year 2026: Thursday 1/1; Friday 2/1 was swapped for Saturday 10/1, which is worked.
* Tết 2026: Monday 16/2 to Friday 20/2. The last working day before it is Friday 13/2, the first after it
  Monday 23/2.
* Hùng kings 2026: 10/3 lunar is Sunday 26/4, so Monday 27/4 is off. 30/4 is a Thursday, 1/5 a Friday.
* 2/9/2026: Tuesday 1/9 and Wednesday 2/9; Monday 31/8 was swapped for Saturday 22/8, which is worked.
* 24/11/2026 is a Tuesday.
* Tết 2027: the first day is Saturday 6/2. As in 2024, when it was a Saturday too, from the Thursday before
  to the Wednesday after: 4/2 to 10/2. The last working day before it is Wednesday 3/2, the first after it
  Thursday 11/2.
* 30/4/2027 is a Friday, 1/5 a Saturday: Monday 3/5 is off instead. 2/9/2027 is a Thursday, with Friday 3/9.
"""

from __future__ import annotations

from datetime import date, datetime

import pytest

from knowledge.due_dates import due_on
from knowledge.filing_day import FilingDay
from knowledge.schema import Duration, TimeUnit
from motcua.clock import HANOI
from motcua.working_days import due_date


@pytest.mark.parametrize(
    ("filed", "days", "due"),
    [
        # New Year 2026: 31/12 | 1/1 off, 2/1 off, weekend | Monday 5/1.
        ("2025-12-31 09:00", 1, date(2026, 1, 5)),
        # Friday 9/1 | Saturday 10/1 is worked.
        ("2026-01-09 09:00", 1, date(2026, 1, 10)),
        ("2026-01-09 09:00", 2, date(2026, 1, 12)),
        # Before Tết: Thursday | Friday 13/2.
        ("2026-02-12 14:59", 1, date(2026, 2, 13)),
        # Friday 13/2 before 15:00 counts that day: 23, 24, 25.
        ("2026-02-13 15:00", 3, date(2026, 2, 25)),
        # A minute later it counts from Monday 23/2: 24, 25, 26.
        ("2026-02-13 15:01", 3, date(2026, 2, 26)),
        # "Same day", filed late on the eve: the first day after Tết.
        ("2026-02-13 16:30", 0, date(2026, 2, 23)),
        # Online in the middle of Tết: counts from 23/2.
        ("2026-02-17 10:00", 1, date(2026, 2, 24)),
        # Seven days (residence) from Monday 9/2: 10, 11, 12, 13 | 23, 24, 25.
        ("2026-02-09 08:00", 7, date(2026, 2, 25)),
        # Friday 24/4: Monday 27/4 is off: 28, 29 | 4/5.
        ("2026-04-24 10:00", 2, date(2026, 4, 29)),
        ("2026-04-24 10:00", 3, date(2026, 5, 4)),
        ("2026-04-29 15:30", 1, date(2026, 5, 5)),
        # Friday 21/8 | Saturday 22/8 is worked; filed late on that Saturday it counts from Monday 24/8.
        ("2026-08-21 10:00", 1, date(2026, 8, 22)),
        ("2026-08-22 16:00", 1, date(2026, 8, 25)),
        # Friday 28/8 | Thursday 3/9, Friday 4/9.
        ("2026-08-28 10:00", 2, date(2026, 9, 4)),
        # Monday 23/11 | Tuesday off | Wednesday.
        ("2026-11-23 10:00", 1, date(2026, 11, 25)),
        # Tết 2027: Monday 1/2: 2, 3 | 11.
        ("2027-02-01 09:00", 3, date(2027, 2, 11)),
        ("2027-02-03 15:00", 1, date(2027, 2, 11)),
        ("2027-02-03 15:01", 1, date(2027, 2, 12)),
        ("2027-02-03 17:00", 0, date(2027, 2, 11)),
        # Seven days from Monday 1/2: 2, 3 | 11, 12, 15, 16, 17.
        ("2027-02-01 10:00", 7, date(2027, 2, 17)),
        # Thursday 29/4/2027 | Friday, weekend, Monday off | Tuesday 4/5.
        ("2027-04-29 10:00", 1, date(2027, 5, 4)),
        # Wednesday 1/9/2027 | Thursday, Friday off, weekend | Monday 6/9.
        ("2027-09-01 10:00", 1, date(2027, 9, 6)),
    ],
)
def test_working_days(filed: str, days: int, due: date) -> None:
    assert due_date(datetime.fromisoformat(filed).replace(tzinfo=HANOI), days) == due


@pytest.mark.parametrize(
    ("unit", "amount", "day", "late", "due"),
    [
        # Hours: what comes in on a day is ready by the next working day at the latest, while it fits one day.
        (TimeUnit.HOURS, 8, date(2026, 2, 13), False, date(2026, 2, 23)),
        (TimeUnit.HOURS, 4, date(2026, 4, 29), False, date(2026, 5, 4)),
        (TimeUnit.HOURS, 24, date(2026, 2, 13), False, None),  # of which day, nobody says
        # The same day; after 15:00 the next working day.
        (TimeUnit.SAME_DAY, None, date(2026, 2, 13), False, date(2026, 2, 13)),
        (TimeUnit.SAME_DAY, None, date(2026, 2, 13), True, date(2026, 2, 23)),
        (TimeUnit.SAME_DAY, None, date(2026, 8, 22), False, date(2026, 8, 22)),
        (TimeUnit.SAME_DAY, None, date(2027, 2, 3), True, date(2027, 2, 11)),
        # Calendar days count holidays; an end on a day off moves on: 2/2 + 15 is the first day of Tết.
        (TimeUnit.CALENDAR_DAYS, 15, date(2026, 2, 2), False, date(2026, 2, 23)),
        (TimeUnit.CALENDAR_DAYS, 10, date(2026, 2, 13), False, date(2026, 2, 23)),
        # 21/8 + 1 is the Saturday that is worked; 21/8 + 10 is Monday 31/8, off until 3/9.
        (TimeUnit.CALENDAR_DAYS, 1, date(2026, 8, 21), False, date(2026, 8, 22)),
        (TimeUnit.CALENDAR_DAYS, 10, date(2026, 8, 21), False, date(2026, 9, 3)),
        # 21/1/2027 + 20 is Wednesday 10/2, the last day of Tết.
        (TimeUnit.CALENDAR_DAYS, 20, date(2027, 1, 21), False, date(2027, 2, 11)),
    ],
)
def test_other_terms(unit: TimeUnit, amount: int | None, day: date, late: bool, due: date | None) -> None:
    assert due_on(Duration(unit=unit, amount=amount), FilingDay(day, late)) == due
