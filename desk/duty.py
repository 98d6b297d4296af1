"""Duty: who of the people here serves a ward now (the roster itself is ``conversations.duty``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.duty import Availability, availability, known, next_shift, on_duty_ids, presence_of
from conversations.duty import set_presence as _set_presence
from conversations.duty_models import Presence, Shift, ShiftDay
from desk import audit
from desk.people import Person, people, person
from desk.roles import Permission, Role
from desk.staffing import NotTheirs, StaffingRefused
from knowledge.wards import hanoi

__all__ = [
    "Availability",
    "NewDay",
    "NewShift",
    "Presence",
    "add_day",
    "add_shift",
    "availability",
    "next_shift",
    "on_duty",
    "presence_of",
    "remove_day",
    "remove_shift",
    "set_presence",
]

_MIDNIGHT = 1440
_SHORTEST = 15
_MOST_OF_ONE = 60


@dataclass(frozen=True, slots=True)
class NewShift:
    """A shift of every week to be added; ``ward`` None: for the whole city. Minutes after midnight."""

    person_id: int
    ward: str | None
    weekdays: frozenset[int]
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class NewDay:
    """A single day to be added: somebody works then, or does not."""

    person_id: int
    ward: str | None
    day: date
    starts: int
    ends: int
    works: bool


async def on_duty(session: AsyncSession, ward: str | None, at: datetime) -> list[Person]:
    """Who is on duty for ``ward`` at ``at`` and has not said they are away, by name."""
    return await people(session, await on_duty_ids(session, ward, at))


async def set_presence(
    session: AsyncSession,
    who: Person,
    presence: Presence,
    until: datetime | None = None,
    *,
    by: Person | None = None,
) -> None:
    """Say whether ``who`` is there (``by``: who says it, themselves by default)."""
    await _set_presence(session, who.id, presence, until)
    await audit.record(
        session, by or who, "presence_changed", f"staff:{who.id}", {"presence": presence.value}
    )


async def add_shift(session: AsyncSession, actor: Person, new: NewShift) -> None:
    """Put a weekly shift on the roster; one that is there already is left alone.

    Raises StaffingRefused, NotTheirs.
    """
    await _check(session, actor, new.person_id, new.ward)
    _check_times(new.starts, new.ends)
    if not new.weekdays or not new.weekdays <= set(range(7)):
        raise StaffingRefused("Anh/chị chọn ít nhất một ngày trong tuần.")
    await known(session, new.person_id)
    there = (await session.scalars(select(Shift).where(Shift.person_id == new.person_id))).all()
    for weekday in sorted(new.weekdays):
        if any(
            (row.ward, row.weekday, row.starts, row.ends) == (new.ward, weekday, new.starts, new.ends)
            for row in there
        ):
            continue
        if len(there) >= _MOST_OF_ONE:
            raise StaffingRefused("Người này đã có quá nhiều ca. Anh/chị bỏ bớt ca cũ trước.")
        session.add(
            Shift(person_id=new.person_id, ward=new.ward, weekday=weekday, starts=new.starts, ends=new.ends)
        )
    detail = {"ward": new.ward, "weekdays": sorted(new.weekdays), "from": new.starts, "to": new.ends}
    await audit.record(session, actor, "shift_added", f"staff:{new.person_id}", detail)


async def add_day(session: AsyncSession, actor: Person, new: NewDay, *, today: date) -> None:
    """Put a single day on the roster. Raises StaffingRefused, NotTheirs."""
    await _check(session, actor, new.person_id, new.ward if new.works else None, any_ward=not new.works)
    _check_times(new.starts, new.ends)
    if not today <= new.day <= today.replace(year=today.year + 1, day=min(today.day, 28)):
        raise StaffingRefused("Anh/chị chọn một ngày từ hôm nay, trong vòng một năm.")
    await known(session, new.person_id)
    ward = new.ward if new.works else None
    row = await session.scalar(
        select(ShiftDay).where(
            ShiftDay.person_id == new.person_id,
            ShiftDay.day == new.day,
            ShiftDay.starts == new.starts,
            ShiftDay.ends == new.ends,
        )
    )
    if row is None:
        row = ShiftDay(person_id=new.person_id, day=new.day, starts=new.starts, ends=new.ends)
        session.add(row)
    row.ward, row.works = ward, new.works
    detail: dict[str, Any] = {"ward": ward, "day": f"{new.day:%d/%m/%Y}", "works": new.works}
    detail |= {"from": new.starts, "to": new.ends}
    await audit.record(session, actor, "shift_added", f"staff:{new.person_id}", detail)


async def remove_shift(session: AsyncSession, actor: Person, shift_id: int) -> None:
    """Take a weekly shift off; one that is gone already changes nothing. Raises NotTheirs."""
    row = await session.get(Shift, shift_id, with_for_update=True)
    if row is None:
        return
    await _check(session, actor, row.person_id, row.ward)
    detail = {"ward": row.ward, "weekdays": [row.weekday], "from": row.starts, "to": row.ends}
    await session.execute(delete(Shift).where(Shift.id == shift_id))
    await audit.record(session, actor, "shift_removed", f"staff:{row.person_id}", detail)


async def remove_day(session: AsyncSession, actor: Person, day_id: int) -> None:
    """Take a single day off; one that is gone already changes nothing. Raises NotTheirs."""
    row = await session.get(ShiftDay, day_id, with_for_update=True)
    if row is None:
        return
    await _check(session, actor, row.person_id, row.ward, any_ward=not row.works)
    detail = {"day": f"{row.day:%d/%m/%Y}", "works": row.works, "from": row.starts, "to": row.ends}
    await session.execute(delete(ShiftDay).where(ShiftDay.id == day_id))
    await audit.record(session, actor, "shift_removed", f"staff:{row.person_id}", detail)


def may_roster(actor: Person, other: Person) -> bool:
    """Whether ``actor`` may give ``other`` shifts: admins all, leads those who share a ward with them."""
    if Role.ADMIN in actor.roles:
        return True
    shared = actor.whole_city or bool(actor.wards & other.wards)
    return actor.has(Permission.MANAGE_ROSTER) and shared


async def _check(
    session: AsyncSession, actor: Person, person_id: int, ward: str | None, *, any_ward: bool = False
) -> None:
    """Raises NotTheirs, StaffingRefused."""
    other = await person(session, person_id)
    if other is None or not may_roster(actor, other):
        raise NotTheirs
    if other.disabled or not other.has(Permission.ANSWER):
        raise StaffingRefused(f"{other.name} không giữ vai trả lời người dân nên không xếp ca trực được.")
    if any_ward:
        return
    city = actor.whole_city or Role.ADMIN in actor.roles
    if ward is None and not (city and other.whole_city):
        raise StaffingRefused("Ca trực cả thành phố dành cho người làm việc cả thành phố, do quản trị xếp.")
    if ward is not None and (ward not in hanoi().by_code or not (city or ward in actor.wards)):
        raise NotTheirs
    if ward is not None and not other.sees(ward):
        raise StaffingRefused(f"{other.name} không thuộc phường, xã này. Anh/chị thêm ở trang Nhân sự trước.")


def _check_times(starts: int, ends: int) -> None:
    if starts < 0 or ends > _MIDNIGHT or ends - starts < _SHORTEST:
        raise StaffingRefused("Giờ kết thúc phải sau giờ bắt đầu ít nhất 15 phút.")
