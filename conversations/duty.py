"""Who is on duty, when somebody will be, and what a citizen who wants a human is told about it.

A ward is served by the shifts of its own team and by those for the whole city. A shift of every week does
not count on public holidays; a single day always does. Where nobody has made a roster, office hours count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.duty_models import DutyPerson, Presence, Shift, ShiftDay
from motcua.clock import HANOI
from motcua.db import Database, now
from motcua.working_days import is_public_holiday, is_working_day

OPENS, CLOSES = time(8, 0), time(17, 0)
"""Office hours on working days: what counts where there is no roster (VOICE.md)."""
LOOK_AHEAD_DAYS = 14
"""How far the next shift is looked for: longer than Tết."""
_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody on duty from ``starts`` until ``ends``, aware times."""

    person_id: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a human would answer now; if not, when next (None: not within two weeks); and both in words
    for the citizen: ``words`` to who asks for one, ``kept`` to who has left a question. ``rostered``: a
    roster says so, not only the office hours."""

    open: bool
    next_at: datetime | None
    words: str
    kept: str
    rostered: bool


class DutyTimes:
    """The roster for rooms that hold no session, such as the actions."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def availability(self, ward: str | None, at: datetime, *, team: str) -> Availability:
        """See ``availability``. Raises what the database raises."""
        async with self._db.read() as session:
            return await availability(session, ward, at, team=team)


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows that matter to a ward, or to all of them."""

    people: dict[int, DutyPerson]
    shifts: list[Shift]
    days: list[ShiftDay]

    @property
    def made(self) -> bool:
        """Whether anybody has made one; office hours count otherwise."""
        return bool(self.shifts or self.days)

    def of_ward(self, ward: str | None) -> Roster:
        """What serves ``ward``: its own team and those for the whole city. None: all of it."""
        if ward is None:
            return self
        shifts = [row for row in self.shifts if row.ward in (None, ward)]
        days = [row for row in self.days if not row.works or row.ward in (None, ward)]
        return Roster(self.people, shifts, days)


async def on_duty_ids(session: AsyncSession, ward: str | None, at: datetime) -> list[int]:
    """Who is on duty for ``ward`` at ``at`` and not away, by id. ``ward`` None: for any ward."""
    roster = await read_roster(session, ward, at)
    day = at.astimezone(HANOI).date()
    here = {
        span.person_id
        for span in spans_in(roster, day)
        if span.starts <= at < span.ends and not _away(roster.people[span.person_id], at)
    }
    return sorted(here)


async def next_shift(session: AsyncSession, ward: str | None, at: datetime) -> datetime | None:
    """When somebody is next on duty for ``ward``: ``at`` itself if somebody is; None within two weeks."""
    return _next(await read_roster(session, ward, at), at)


async def availability(
    session: AsyncSession, ward: str | None, at: datetime, *, team: str = "cán bộ"
) -> Availability:
    """Whether a citizen of ``ward`` can have a human now. ``team`` is how those who answer are called."""
    roster = await read_roster(session, ward, at)
    rostered = roster.made
    next_at = _next(roster, at) if rostered else _next_office_hour(at)
    opened = next_at is not None and next_at <= at
    said = _open_words(team, rostered) if opened else _closed_words(team, rostered, next_at, at)
    kept = _kept_words(team, None if opened else next_at, at)
    return Availability(opened, None if opened else next_at, said, kept, rostered)


async def spans_of_day(session: AsyncSession, ward: str | None, day: date) -> list[Span]:
    """Every span of ``day`` for ``ward``, absences of today left aside, earliest first."""
    midnight = datetime.combine(day, time(), HANOI)
    return spans_in(await read_roster(session, ward, midnight), day)


async def set_presence(
    session: AsyncSession, person_id: int, presence: Presence, until: datetime | None = None
) -> None:
    """Say whether somebody is there. An absence without an end lasts until midnight in Hanoi."""
    at = now()
    if presence is Presence.ON:
        until = None
    elif until is None:
        tomorrow = at.astimezone(HANOI).date() + timedelta(days=1)
        until = datetime.combine(tomorrow, time(), HANOI)
    row = await known(session, person_id)
    row.presence, row.until, row.changed_at = presence, until, at


async def presence_of(session: AsyncSession, person_id: int, at: datetime) -> Presence:
    """Whether somebody says they are there at ``at``; ON for who never said anything."""
    row = await session.get(DutyPerson, person_id)
    return Presence(row.presence) if row and _away(row, at) else Presence.ON


async def set_active(session: AsyncSession, person_id: int, active: bool) -> None:
    """Take somebody off the roster, or put them back with the shifts they had."""
    await session.execute(update(DutyPerson).where(DutyPerson.person_id == person_id).values(active=active))


async def known(session: AsyncSession, person_id: int) -> DutyPerson:
    """The row of somebody, made when there is none."""
    row = await session.get(DutyPerson, person_id, with_for_update=True)
    if row is None:
        row = DutyPerson(person_id=person_id, presence=Presence.ON, active=True)
        session.add(row)
        await session.flush()
    return row


async def read_roster(session: AsyncSession, ward: str | None, at: datetime, *, back_days: int = 0) -> Roster:
    """The roster of ``ward`` (None: of all) from ``back_days`` before ``at`` until two weeks after."""
    day = at.astimezone(HANOI).date()
    first, last = day - timedelta(days=back_days), day + timedelta(days=LOOK_AHEAD_DAYS)
    shifts = select(Shift).join(DutyPerson).where(DutyPerson.active)
    days = select(ShiftDay).join(DutyPerson).where(DutyPerson.active, ShiftDay.day.between(first, last))
    if ward is not None:
        shifts = shifts.where(or_(Shift.ward == ward, Shift.ward.is_(None)))
        days = days.where(or_(ShiftDay.ward == ward, ShiftDay.ward.is_(None), ~ShiftDay.works))
    people = select(DutyPerson).where(DutyPerson.active)
    return Roster(
        {row.person_id: row for row in await session.scalars(people)},
        list(await session.scalars(shifts)),
        list(await session.scalars(days)),
    )


def spans_in(roster: Roster, day: date) -> list[Span]:
    """Who is on duty on ``day``, what was taken off cut out, absences left aside; earliest first."""
    planned = [(row.person_id, row.starts, row.ends) for row in roster.days if row.works and row.day == day]
    if _weekly_counts(day):
        weekday = day.weekday()
        planned += [(row.person_id, row.starts, row.ends) for row in roster.shifts if row.weekday == weekday]
    off: dict[int, list[tuple[int, int]]] = {}
    for row in roster.days:
        if not row.works and row.day == day:
            off.setdefault(row.person_id, []).append((row.starts, row.ends))
    midnight = datetime.combine(day, time(), HANOI)
    found = [
        Span(person, midnight + timedelta(minutes=start), midnight + timedelta(minutes=end))
        for person, starts, ends in planned
        for start, end in _without(starts, ends, off.get(person, []))
    ]
    return sorted(found, key=lambda span: (span.starts, span.ends, span.person_id))


def _without(starts: int, ends: int, off: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of a span of minutes."""
    left = [(starts, ends)]
    for gone_from, gone_to in off:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, gone_from)), (max(start, gone_to), end))
            if part[0] < part[1]
        ]
    return left


def _weekly_counts(day: date) -> bool:
    """Shifts of every week rest on public holidays, and on weekdays that are swapped for another day."""
    return is_working_day(day) or (day.weekday() >= 5 and not is_public_holiday(day))


def _away(person: DutyPerson, at: datetime) -> bool:
    gone = person.presence != Presence.ON
    return gone and (person.until is None or person.until > at)


def _next(roster: Roster, at: datetime) -> datetime | None:
    day = at.astimezone(HANOI).date()
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        starts = []
        for span in spans_in(roster, day + timedelta(days=ahead)):
            person = roster.people[span.person_id]
            back = person.until if _away(person, at) else None
            first = max(span.starts, at, *([back] if back else []))
            if first < span.ends and not (_away(person, at) and back is None):
                starts.append(first)
        if starts:
            return min(starts)
    return None


def _next_office_hour(at: datetime) -> datetime | None:
    local = at.astimezone(HANOI)
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        day = local.date() + timedelta(days=ahead)
        if is_working_day(day) and at < datetime.combine(day, CLOSES, HANOI):
            return max(at, datetime.combine(day, OPENS, HANOI))
    return None


def _open_words(team: str, rostered: bool) -> str:
    if rostered:
        return f"Một Cửa đã chuyển câu hỏi cho {team}. Đang có người trực và sẽ trả lời anh/chị tại đây."
    return f"Một Cửa đã ghi lại để {team} trả lời anh/chị tại đây; hiện chưa hẹn được giờ cụ thể."


def _closed_words(team: str, rostered: bool, next_at: datetime | None, at: datetime) -> str:
    local = at.astimezone(HANOI)
    if is_working_day(local.date()) and OPENS <= local.time() < CLOSES:
        why = "Hiện chưa có ai trực."
    else:
        hours = f" (thứ Hai–Sáu {OPENS.hour}:00–{CLOSES.hour}:00)" if not rostered else ""
        why = f"Bây giờ ngoài giờ trực{hours}."
    when = when_words(next_at, at) if next_at else "khi có người trực"
    return f"{why} Anh/chị để lại câu hỏi, {team} trả lời {when} tại đây."


def _kept_words(team: str, next_at: datetime | None, at: datetime) -> str:
    when = f" {when_words(next_at, at)}" if next_at else ""
    return f"Một Cửa đã giữ câu hỏi của anh/chị cho {team}; câu trả lời hiện tại đây{when}."


def when_words(then: datetime, at: datetime) -> str:
    """When something will be: "từ 13:30 chiều nay", "ngay đầu giờ sáng mai", "từ 8:00 thứ Hai 30/11"."""
    local, today = then.astimezone(HANOI), at.astimezone(HANOI).date()
    clock = f"{local.hour}:{local.minute:02}"
    part = "sáng" if local.hour < 12 else "chiều" if local.hour < 18 else "tối"
    days = (local.date() - today).days
    if days == 0:
        return f"từ {clock} {part} nay"
    if days == 1:
        return "ngay đầu giờ sáng mai" if local.time() <= OPENS else f"từ {clock} {part} mai"
    return f"từ {clock} {_WEEKDAYS[local.weekday()]} {local.day}/{local.month}"
