"""When the desk is on duty, and how much of a wait lies in that time.

A citizen who writes at ten in the evening has not been kept waiting by anybody at eight in the morning.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from motcua.clock import HANOI
from motcua.working_days import is_working_day

OPENS, CLOSES = time(8, 0), time(17, 0)
"""Working days, Hanoi time; what citizens are told when they ask for a human (actions.handoff)."""
_LOOK_BACK_DAYS = 14


def on_duty(at: datetime) -> bool:
    """Whether the desk is on duty at ``at``, an aware time."""
    local = at.astimezone(HANOI)
    return is_working_day(local.date()) and OPENS <= local.time() < CLOSES


def waited_on_duty(since: datetime, until: datetime) -> timedelta:
    """How long the desk has been on duty between two aware times, counted two weeks back at most."""
    start, end = since.astimezone(HANOI), until.astimezone(HANOI)
    start = max(start, end - timedelta(days=_LOOK_BACK_DAYS))
    total = timedelta()
    day = start.date()
    while day <= end.date():
        if is_working_day(day):
            opens = datetime.combine(day, OPENS, HANOI)
            closes = datetime.combine(day, CLOSES, HANOI)
            total += max(timedelta(), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return total
