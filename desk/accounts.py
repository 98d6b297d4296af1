"""Accounts: sign-in, passwords, invitations. Each function is one act with its audit entry."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit, passwords, sessions, throttle
from desk.models import Invitation, Staff
from desk.people import Person, person
from desk.sessions import hashed
from motcua.db import Database, now
from motcua.settings import Settings

INVITATION_DAYS = 7


class SignInRefused(Exception):
    """Wrong name, wrong password, account closed: whoever asks is not told which. ``until``: a pause, and
    its end; the same for accounts that do not exist."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__("sign-in refused")
        self.until = until


class BadPassword(Exception):
    """The new password will not do; ``problems`` says why, to its owner."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("password refused")
        self.problems = problems


class LinkUsedUp(Exception):
    """The invitation is unknown, used or too old."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in: the secret for the cookie, and whose it is."""

    secret: str
    person: Person


class Accounts:
    """Signs people in and lets them choose their passwords."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db = database
        self._settings = settings

    async def sign_in(self, name: str, password: str, address: str, *, old_secret: str = "") -> SignedIn:
        """Sign in with a password. ``old_secret`` is the session the browser had; it ends.

        Raises SignInRefused, in the same time and words whether the account exists or not.
        """
        name, at = account_name(name), now()
        scopes = throttle.Scopes.of(self._settings, name, address)
        async with self._db.write() as session:
            paused = await throttle.count(session, scopes, at)
            row = await session.scalar(select(Staff).where(Staff.name == name))
            found = await person(session, row.id if row else 0)  # the same queries for nobody
            if paused:
                await audit.record(session, None, "sign_in_locked", _subject(found), by=audit.NOBODY)
        if paused:
            raise SignInRefused(paused)
        right = await passwords.verify(row.password_hash if row else None, password)
        if not right or row is None or found is None or found.disabled:
            async with self._db.write() as session:
                await audit.record(session, None, "sign_in_failed", _subject(found), by=audit.NOBODY)
            raise SignInRefused
        old = passwords.outdated(row.password_hash or "")
        renewed = await passwords.hash_password(password) if old else ""
        weak = bool(passwords.problems(password, row.name, row.full_name))
        async with self._db.write() as session:
            await throttle.take_back(session, scopes, at)
            fresh = await session.get_one(Staff, row.id, with_for_update=True)
            if fresh.disabled_at or fresh.password_hash != row.password_hash:
                raise SignInRefused  # changed while we looked
            if renewed:
                fresh.password_hash = renewed
            fresh.must_change = fresh.must_change or weak
            return await _begin(session, fresh, found, at, old_secret)

    async def sign_in_by_subject(self, subject: str, *, old_secret: str = "") -> SignedIn:
        """Sign in somebody whom the OpenID provider vouches for. Raises SignInRefused if nobody is linked."""
        at = now()
        async with self._db.write() as session:
            row = await session.scalar(select(Staff).where(Staff.subject == subject))
            found = await person(session, row.id) if row else None
            if row is None or found is None or found.disabled:
                raise SignInRefused
            return await _begin(session, row, found, at, old_secret)

    async def sign_out(self, who: Person, secret: str) -> None:
        """Sign this browser out."""
        async with self._db.write() as session:
            await sessions.end(session, secret)
            await audit.record(session, who, "signed_out")

    async def sign_out_everywhere(self, who: Person) -> None:
        """Sign every browser of ``who`` out."""
        async with self._db.write() as session:
            await sessions.end_all(session, who.id)
            await audit.record(session, who, "signed_out_everywhere")

    async def change_password(self, who: Person, old: str, new: str, *, address: str) -> str:
        """Change one's own password. Every browser is signed out; returns the new secret of this one.

        Raises SignInRefused (the old one is wrong, or a pause), BadPassword.
        """
        at = now()
        scopes = throttle.Scopes.of(self._settings, who.account, address)
        async with self._db.write() as session:
            paused = await throttle.count(session, scopes, at)
            row = await session.get_one(Staff, who.id)
        if paused or not await passwords.verify(row.password_hash, old):
            raise SignInRefused(paused)
        if found := passwords.problems(new, row.name, row.full_name):
            raise BadPassword(found)
        if old == new:
            raise BadPassword(["Mật khẩu mới phải khác mật khẩu đang dùng."])
        made = await passwords.hash_password(new)
        async with self._db.write() as session:
            await throttle.take_back(session, scopes, at)
            fresh = await session.get_one(Staff, who.id, with_for_update=True)
            if fresh.disabled_at or fresh.password_hash != row.password_hash:
                raise SignInRefused
            fresh.password_hash, fresh.must_change = made, False
            await sessions.end_all(session, who.id)
            await audit.record(session, who, "password_changed")
            return await sessions.begin(session, who.id, at)

    async def invited(self, link: str) -> Person:
        """Whose invitation this is. Raises LinkUsedUp."""
        async with self._db.read() as session:
            invitation = await _open_invitation(session, link)
            found = await person(session, invitation.staff_id)
        if found is None or found.disabled:
            raise LinkUsedUp
        return found

    async def accept(self, link: str, password: str, *, old_secret: str = "") -> SignedIn:
        """Set the password of an invitation and sign in. Raises LinkUsedUp, BadPassword."""
        found = await self.invited(link)
        if wrong := passwords.problems(password, found.account, found.name):
            raise BadPassword(wrong)
        made, at = await passwords.hash_password(password), now()
        async with self._db.write() as session:
            invitation = await _open_invitation(session, link, lock=True)
            row = await session.get_one(Staff, invitation.staff_id, with_for_update=True)
            if row.disabled_at:
                raise LinkUsedUp
            invitation.used_at = at
            row.password_hash, row.must_change = made, False
            await sessions.end_all(session, row.id)
            await throttle.forget_account(session, self._settings, row.name)
            await audit.record(session, found, "password_set")
            return await _begin(session, row, found, at, old_secret)


async def make_invitation(session: AsyncSession, staff_id: int) -> str:
    """A new link's secret for somebody; earlier ones stop working."""
    at = now()
    await session.execute(
        update(Invitation)
        .where(Invitation.staff_id == staff_id, Invitation.used_at.is_(None))
        .values(used_at=at)
    )
    secret = secrets.token_urlsafe(32)
    session.add(
        Invitation(
            secret_hash=hashed(secret),
            staff_id=staff_id,
            created_at=at,
            ends_at=at + timedelta(days=INVITATION_DAYS),
        )
    )
    return secret


def account_name(typed: str) -> str:
    """An account name as it is stored: no spaces around it, lower case."""
    return typed.strip().lower()[:100]


async def _open_invitation(session: AsyncSession, link: str, *, lock: bool = False) -> Invitation:
    query = select(Invitation).where(
        Invitation.secret_hash == hashed(link), Invitation.used_at.is_(None), Invitation.ends_at > now()
    )
    found: Invitation | None = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise LinkUsedUp
    return found


async def _begin(session: AsyncSession, row: Staff, found: Person, at: datetime, old_secret: str) -> SignedIn:
    """A new session with a secret of its own: one that somebody slipped into the browser is worth nothing."""
    if old_secret:
        await sessions.end(session, old_secret)
    row.last_sign_in_at = at
    await audit.record(session, found, "signed_in")
    return SignedIn(await sessions.begin(session, row.id, at), found)


def _subject(found: Person | None) -> str:
    return f"staff:{found.id}" if found else ""
