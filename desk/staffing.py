"""Who works here: inviting, roles, wards, closing accounts. Each function is one act with its audit entry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import duty
from desk import audit, sessions
from desk.accounts import account_name, make_invitation
from desk.models import Staff, StaffRole, StaffWard
from desk.people import Person, person
from desk.roles import Permission, Role
from knowledge.wards import hanoi
from motcua.db import now

_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_LONGEST_NAME = 80


class StaffingRefused(Exception):
    """What somebody wanted cannot be done; ``str()`` is for them, in Vietnamese."""


class NotTheirs(Exception):
    """Nobody with this id whom the one asking may manage."""


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is here: name, roles, wards."""

    full_name: str
    roles: frozenset[Role]
    wards: frozenset[str]
    whole_city: bool = False


def may_manage(actor: Person | None, other: Person) -> bool:
    """Whether ``actor`` (None: the command line) may change ``other``'s account.

    Admins everybody's; leads those of volunteers who work in their wards only.
    """
    if actor is None or Role.ADMIN in actor.roles:
        return True
    return actor.has(Permission.MANAGE_PEOPLE) and other.roles <= {Role.VOLUNTEER} and _within(actor, other)


def may_see(actor: Person, other: Person) -> bool:
    """Whether ``actor`` finds ``other`` in the list: admins everybody, leads who shares a ward with them."""
    if Role.ADMIN in actor.roles or actor.whole_city or actor.id == other.id:
        return True
    return other.whole_city or bool(actor.wards & other.wards)


def check_post(actor: Person | None, post: Post) -> None:
    """Raises StaffingRefused when the post makes no sense or is not ``actor``'s to give."""
    if not post.full_name or len(post.full_name) > _LONGEST_NAME:
        raise StaffingRefused(f"Anh/chị nhập họ tên, không quá {_LONGEST_NAME} ký tự.")
    if not post.roles:
        raise StaffingRefused("Anh/chị chọn ít nhất một vai.")
    if unknown := post.wards - hanoi().by_code.keys():
        raise StaffingRefused(f"Không có phường, xã nào mang mã {', '.join(sorted(unknown))}.")
    if post.roles & {Role.VOLUNTEER, Role.LEAD} and not post.wards and not post.whole_city:
        raise StaffingRefused("Tình nguyện viên và tổ trưởng cần ít nhất một phường, xã, hoặc cả thành phố.")
    if actor is None or Role.ADMIN in actor.roles:
        return
    if not post.roles <= {Role.VOLUNTEER}:
        raise StaffingRefused("Tổ trưởng chỉ mời được tình nguyện viên. Các vai khác nhờ quản trị.")
    if not actor.whole_city and (post.whole_city or not post.wards <= actor.wards):
        raise StaffingRefused("Tổ trưởng chỉ xếp người vào phường, xã của mình.")


async def invite(session: AsyncSession, actor: Person | None, account: str, post: Post) -> tuple[Person, str]:
    """Make an account and its invitation; returns both. Raises StaffingRefused."""
    account = account_name(account)
    if not _ACCOUNT.fullmatch(account):
        raise StaffingRefused(
            "Tên đăng nhập gồm 2–40 chữ thường không dấu, số, chấm hoặc gạch, ví dụ lan.nguyen."
        )
    check_post(actor, post)
    if await session.scalar(select(Staff.id).where(Staff.name == account)):
        raise StaffingRefused(f"Tên đăng nhập {account} đã có người dùng.")
    row = Staff(name=account, full_name=post.full_name, whole_city=post.whole_city)
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:  # somebody else was as fast
        raise StaffingRefused(f"Tên đăng nhập {account} đã có người dùng.") from error
    await _set_post(session, row, post)
    made = await person(session, row.id)
    assert made is not None  # noqa: S101 - flushed above
    await audit.record(session, actor, "invited", f"staff:{row.id}", _as_detail(post))
    return made, await make_invitation(session, row.id)


async def invite_again(session: AsyncSession, actor: Person | None, staff_id: int) -> str:
    """A new link: for somebody who never came, or who forgot the password. The old password stops
    working and every browser is signed out. Raises NotTheirs, StaffingRefused."""
    row, other = await _managed(session, actor, staff_id)
    if row.disabled_at:
        raise StaffingRefused("Tài khoản đang khóa. Anh/chị mở lại trước.")
    what = "password_reset" if row.password_hash else "invited_again"
    row.password_hash = None
    await sessions.end_all(session, other.id)
    await audit.record(session, actor, what, f"staff:{other.id}")
    return await make_invitation(session, other.id)


async def change_post(session: AsyncSession, actor: Person | None, staff_id: int, post: Post) -> None:
    """Give somebody another name, other roles, other wards. Raises NotTheirs, StaffingRefused."""
    row, other = await _managed(session, actor, staff_id)
    check_post(actor, post)
    if Role.ADMIN in other.roles and Role.ADMIN not in post.roles:
        await _keep_an_admin(session, other)
    subject = f"staff:{other.id}"
    if row.full_name != post.full_name:
        await audit.record(session, actor, "renamed", subject)
    if other.roles != post.roles:
        detail: dict[str, Any] = {"before": sorted(other.roles), "after": sorted(post.roles)}
        await audit.record(session, actor, "roles_changed", subject, detail)
    if (other.wards, other.whole_city) != (post.wards, post.whole_city):
        detail = {"before": sorted(other.wards), "after": sorted(post.wards)}
        await audit.record(session, actor, "wards_changed", subject, detail)
    row.full_name, row.whole_city = post.full_name, post.whole_city
    await _set_post(session, row, post)


async def disable(session: AsyncSession, actor: Person | None, staff_id: int) -> None:
    """Close an account: signed out everywhere with this transaction, and off the roster.

    Raises NotTheirs, StaffingRefused.
    """
    row, other = await _managed(session, actor, staff_id)
    if actor and actor.id == other.id:
        raise StaffingRefused("Anh/chị không tự khóa tài khoản của mình được. Nhờ quản trị khác.")
    if row.disabled_at:
        return
    if Role.ADMIN in other.roles:
        await _keep_an_admin(session, other)
    row.disabled_at = now()
    await sessions.end_all(session, other.id)
    await duty.set_active(session, other.id, False)
    await audit.record(session, actor, "disabled", f"staff:{other.id}")


async def enable(session: AsyncSession, actor: Person | None, staff_id: int) -> None:
    """Open a closed account again, with its roles and shifts. Raises NotTheirs."""
    row, other = await _managed(session, actor, staff_id)
    if row.disabled_at is None:
        return
    row.disabled_at = None
    await duty.set_active(session, other.id, True)
    await audit.record(session, actor, "enabled", f"staff:{other.id}")


async def require_change(session: AsyncSession, actor: Person | None, staff_id: int) -> None:
    """Have somebody choose another password before anything else. Raises NotTheirs."""
    row, other = await _managed(session, actor, staff_id)
    row.must_change = True
    await audit.record(session, actor, "must_change", f"staff:{other.id}")


async def link_subject(session: AsyncSession, actor: Person | None, staff_id: int, subject: str) -> None:
    """Let somebody sign in as ``subject`` of the OpenID provider (empty: no longer).

    Raises NotTheirs, StaffingRefused.
    """
    row, other = await _managed(session, actor, staff_id)
    taken = select(Staff.id).where(Staff.subject == subject, Staff.id != other.id)
    if subject and await session.scalar(taken):
        raise StaffingRefused("Tài khoản cơ quan này đã nối với người khác.")
    row.subject = subject or None
    what = "subject_linked" if subject else "subject_unlinked"
    await audit.record(session, actor, what, f"staff:{other.id}")


async def id_of(session: AsyncSession, account: str) -> int | None:
    """The id of an account name."""
    found: int | None = await session.scalar(select(Staff.id).where(Staff.name == account_name(account)))
    return found


async def _managed(session: AsyncSession, actor: Person | None, staff_id: int) -> tuple[Staff, Person]:
    row = await session.get(Staff, staff_id, with_for_update=True)
    other = await person(session, staff_id) if row else None
    if row is None or other is None or not may_manage(actor, other):
        raise NotTheirs
    return row, other


async def _keep_an_admin(session: AsyncSession, leaving: Person) -> None:
    """Somebody must be left who can let others in. Locks the admins, so that two cannot leave at once."""
    others = await session.scalars(
        select(Staff.id)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(StaffRole.role == Role.ADMIN, Staff.disabled_at.is_(None))
        .order_by(Staff.id)
        .with_for_update()
    )
    if not set(others) - {leaving.id}:
        raise StaffingRefused("Đây là quản trị duy nhất. Anh/chị thêm quản trị khác trước.")


async def _set_post(session: AsyncSession, row: Staff, post: Post) -> None:
    await session.execute(delete(StaffRole).where(StaffRole.staff_id == row.id))
    await session.execute(delete(StaffWard).where(StaffWard.staff_id == row.id))
    session.add_all(StaffRole(staff_id=row.id, role=role) for role in sorted(post.roles))
    session.add_all(StaffWard(staff_id=row.id, ward=ward) for ward in sorted(post.wards))
    await session.flush()


def _within(actor: Person, other: Person) -> bool:
    return actor.whole_city or (not other.whole_city and bool(other.wards) and other.wards <= actor.wards)


def _as_detail(post: Post) -> dict[str, list[str]]:
    return {"roles": sorted(post.roles), "wards": sorted(post.wards)}


def by_wards(shown: Iterable[Person], ward: str) -> list[Person]:
    """Those who work for ``ward``; everybody for no ward."""
    return [one for one in shown if not ward or one.sees(ward)]
