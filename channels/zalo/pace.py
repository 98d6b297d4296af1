"""Slowing down before Zalo says stop.

Zalo names, with each answer, how many calls a minute it allows and how many are left. The limit is
shared by everything that uses the app, so what is left is believed, not counted: plenty left, no
pause; little left, the calls are spread over the rest of the minute; next to nothing left, no call
is made before the next minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from channels.zalo.errors import next_minute
from motcua.db import now

LONGEST_PAUSE_S = 2.0
"""A caller is held for this long at most, in seconds; a longer wait is the outbox's business."""

_SPREAD_BELOW = 0.2
_KEPT_BACK = 0.02


class Pace:
    """The pace of one process towards one host."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._limit = 0
        self._left = 0
        self._next_at: datetime | None = None
        self._stopped_until: datetime | None = None

    def saw(self, headers: Mapping[str, str], at: datetime | None = None) -> None:
        """Take note of what an answer says. Headers that are missing or no numbers say nothing."""
        limit, left = _count(headers.get("X-RateLimit-Limit")), _count(headers.get("X-RateLimit-Remain"))
        if limit is None or left is None or limit < 1:
            return
        minute = _minute_of(at or now())
        # Answers overtake each other: within a minute the smallest number is the newest.
        self._left = min(self._left, left) if minute == self._minute else left
        self._limit, self._minute = limit, minute

    def refused(self, at: datetime | None = None) -> float:
        """Zalo has said stop: nothing more in this minute. Seconds until the next try."""
        at = at or now()
        wait_s = next_minute(at)
        self._stopped_until = at + timedelta(seconds=wait_s)
        return wait_s

    def pause(self, at: datetime | None = None) -> float:
        """Take a place in the line; seconds until the call may be made, 0 for at once.

        A place that is further off than ``LONGEST_PAUSE_S`` is told but not taken.
        """
        at = at or now()
        if self._stopped_until and at < self._stopped_until:
            return (self._stopped_until - at).total_seconds()
        if self._minute != _minute_of(at):
            self._next_at = None
            return 0.0
        free = self._left - max(1, int(self._limit * _KEPT_BACK))
        if free <= 0:
            return next_minute(at)
        turn, gap = at, timedelta(0)
        if self._left < self._limit * _SPREAD_BELOW:
            turn = max(at, self._next_at) if self._next_at else at
            gap = (_minute_of(at) + timedelta(minutes=1) - turn) / free
        wait_s = (turn - at).total_seconds()
        if wait_s <= LONGEST_PAUSE_S:
            self._left -= 1
            self._next_at = turn + gap if gap else None
        return wait_s


def _minute_of(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _count(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None
