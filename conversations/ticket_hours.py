"""How much of a wait lies in the time somebody is on duty for the ward.

A citizen who writes at ten in the evening has not been kept waiting by anybody at eight in the morning; one
whose ward's team works on Saturdays has.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from conversations.duty import CLOSES, OPENS, Roster, read_roster, spans_in
from motcua.clock import HANOI
from motcua.working_days import is_working_day

_LOOK_BACK_DAYS = 14
_Times = list[tuple[datetime, datetime]]


class DutyHours:
    """The hours on duty of every ward, by the roster of one moment; office hours where there is none.

    A shift counts whether its person was there or not: that nobody came is not the citizen's affair.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._wards: dict[str | None, Roster] = {}
        self._days: dict[tuple[str | None, date], _Times] = {}

    def waited(self, ward: str | None, since: datetime, until: datetime) -> timedelta:
        """How long ``ward`` has been served between two aware times, counted two weeks back at most."""
        start, end = since.astimezone(HANOI), until.astimezone(HANOI)
        start = max(start, end - timedelta(days=_LOOK_BACK_DAYS))
        total, day = timedelta(), start.date()
        while day <= end.date():
            for opens, closes in self._times(ward, day):
                total += max(timedelta(), min(end, closes) - max(start, opens))
            day += timedelta(days=1)
        return total

    def _times(self, ward: str | None, day: date) -> _Times:
        found = self._days.get((ward, day))
        if found is None:
            found = self._days[ward, day] = self._read(ward, day)
        return found

    def _read(self, ward: str | None, day: date) -> _Times:
        roster = self._wards.setdefault(ward, self._roster.of_ward(ward))
        if roster.made:
            return _joined([(span.starts, span.ends) for span in spans_in(roster, day)])
        if not is_working_day(day):
            return []
        return [(datetime.combine(day, OPENS, HANOI), datetime.combine(day, CLOSES, HANOI))]


async def duty_hours(session: AsyncSession, at: datetime) -> DutyHours:
    """The hours by the roster as it stands at ``at``."""
    return DutyHours(await read_roster(session, None, at, back_days=_LOOK_BACK_DAYS))


def office_hours() -> DutyHours:
    """The hours where nobody has made a roster."""
    return DutyHours(Roster({}, [], []))


def _joined(times: _Times) -> _Times:
    """Two people at once are one time."""
    joined: _Times = []
    for starts, ends in sorted(times):
        if joined and starts <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((starts, ends))
    return joined
