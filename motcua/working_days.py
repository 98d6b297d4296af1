"""Vietnamese working days: Monday to Friday, without public holidays, with the Saturdays worked instead.

Public holidays and swapped days come from the ``holidays`` package, which follows the yearly
announcements; swaps are known only once they are announced. What it misses is in ``public_days.yml``.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache

import holidays

from motcua.clock import HANOI
from motcua.public_days import exceptions

FILING_CUTOFF = time(15, 0)
"""What is filed after 15:00 counts from the next working day (wording of the national records)."""


@cache
def is_working_day(day: date) -> bool:
    """Whether offices work on ``day``, make-up Saturdays included."""
    announced = exceptions().get(day)
    return bool(_calendar(day.year).is_working_day(day)) if announced is None else announced


def is_public_holiday(day: date) -> bool:
    """Whether ``day`` is a public holiday, weekends included that are none by themselves."""
    return day in _calendar(day.year)


@cache
def _calendar(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year)


def add_working_days(start: date, days: int) -> date:
    """The day that lies ``days`` working days after ``start`` (before it, if negative).

    ``start`` itself is not counted. Zero gives ``start``, or the next working day if it is none.
    """
    step = timedelta(days=-1 if days < 0 else 1)
    day = start
    for _ in range(abs(days)):
        day += step
        while not is_working_day(day):
            day += step
    while not is_working_day(day):
        day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """Working days after ``start`` up to and including ``end``; negative if ``end`` is earlier."""
    if end < start:
        return -working_days_between(end, start)
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(is_working_day(day) for day in days)


def counted_from(filed_at: datetime) -> date:
    """The working day on which a dossier counts as received.

    Raises ValueError for a time without zone: 15:00 where?
    """
    if filed_at.tzinfo is None:
        raise ValueError("naive datetime")
    local = filed_at.astimezone(HANOI)
    if is_working_day(local.date()) and local.time() <= FILING_CUTOFF:
        return local.date()
    return add_working_days(local.date(), 1)


def due_date(filed_at: datetime, days: int) -> date:
    """The day the result is due, ``days`` working days after receipt; 0 means the same day."""
    return add_working_days(counted_from(filed_at), days)
