"""Who somebody is at the desk, as pages and services see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.models import Staff, StaffRole, StaffWard
from desk.roles import TABLE, Permission, Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the desk. ``wards``: codes (``knowledge.wards``); ``whole_city``: every ward is theirs."""

    id: int
    name: str
    roles: frozenset[Role]
    wards: frozenset[str]
    account: str = ""
    whole_city: bool = False
    must_change: bool = False
    disabled: bool = False

    def has(self, *allowed: Role | Permission) -> bool:
        """Whether one of these roles or permissions is theirs."""
        return any(
            bool(self.roles & TABLE[one]) if isinstance(one, Permission) else one in self.roles
            for one in allowed
        )

    def sees(self, ward: str | None) -> bool:
        """Whether matters of ``ward`` are theirs. What has no ward yet is everybody's: it must not wait."""
        return ward is None or self.whole_city or ward in self.wards


async def people(session: AsyncSession, ids: Iterable[int] | None = None) -> list[Person]:
    """These people, or everybody, by name. Three queries however many they are."""
    query = select(Staff).order_by(Staff.full_name, Staff.id)
    chosen = None if ids is None else list(ids)
    if chosen is not None:
        query = query.where(Staff.id.in_(chosen))
    rows = (await session.scalars(query)).all()
    roles: dict[int, set[Role]] = defaultdict(set)
    wards: dict[int, set[str]] = defaultdict(set)
    of_role, of_ward = select(StaffRole), select(StaffWard)
    if chosen is not None:
        of_role = of_role.where(StaffRole.staff_id.in_(chosen))
        of_ward = of_ward.where(StaffWard.staff_id.in_(chosen))
    for role in await session.scalars(of_role):
        roles[role.staff_id].add(Role(role.role))
    for ward in await session.scalars(of_ward):
        wards[ward.staff_id].add(ward.ward)
    return [
        Person(
            id=row.id,
            name=row.full_name,
            roles=frozenset(roles[row.id]),
            wards=frozenset(wards[row.id]),
            account=row.name,
            whole_city=row.whole_city,
            must_change=row.must_change and row.password_hash is not None,
            disabled=row.disabled_at is not None,
        )
        for row in rows
    ]


async def person(session: AsyncSession, staff_id: int) -> Person | None:
    """The person with this id."""
    found = await people(session, [staff_id])
    return found[0] if found else None
