"""Guessing passwords is slow: after a few wrong ones, of an account or from an address, a pause that doubles.

A try is counted before the password is looked at, in a transaction of its own, and taken back when the
password was right: a hundred guesses sent at once get no more tries than a hundred sent one by one.
Names that do not exist are counted like those that do.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from desk.models import SignInTries
from motcua.settings import Settings

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
_CLEARED_AFTER = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many wrong passwords are free before pauses begin; after that each one doubles the pause.
    When none came for ``forgotten_after``, and no pause runs, counting begins afresh."""

    free: int
    forgotten_after: timedelta

    def pause(self, failures: int) -> timedelta | None:
        """The pause after so many failures, None while tries are free."""
        over = failures - self.free
        if over < 0:
            return None
        doubled: timedelta = FIRST_PAUSE * 2 ** min(over, 12)
        return min(doubled, LONGEST_PAUSE)


ACCOUNT = Limit(5, timedelta(hours=24))
ADDRESS = Limit(30, timedelta(hours=1))
"""More than for an account: a whole office may sign in from one address."""


@dataclass(frozen=True, slots=True)
class Scopes:
    """Keyed hashes of the account name and the address of a try."""

    account: str
    address: str

    @classmethod
    def of(cls, settings: Settings, account: str, address: str) -> Scopes:
        """The scopes of a try with this account name from this address."""
        key = settings.key("desk-sign-in")

        def hashed(kind: str, value: str) -> str:
            return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

        return cls(hashed("account", account), hashed("address", address))


async def count(session: AsyncSession, scopes: Scopes, at: datetime) -> datetime | None:
    """Count a try. Returns None when it may be made, or until when none may: then nothing was counted."""
    await session.execute(delete(SignInTries).where(SignInTries.last_at < at - _CLEARED_AFTER))
    rows = await _locked(session, scopes, at)
    until = max((row.locked_until for row in rows.values() if row.locked_until), default=None)
    if until and until > at:
        return until
    for row, limit in ((rows[scopes.account], ACCOUNT), (rows[scopes.address], ADDRESS)):
        if at - max(row.last_at, row.locked_until or row.last_at) > limit.forgotten_after:
            row.failures = 0
        row.failures += 1
        row.last_at = at
        pause = limit.pause(row.failures)
        row.locked_until = at + pause if pause else None
    return None


async def take_back(session: AsyncSession, scopes: Scopes, at: datetime) -> None:
    """The password was right: its account starts afresh, and its address has this try back."""
    rows = await _locked(session, scopes, at)
    rows[scopes.account].failures = 0
    rows[scopes.account].locked_until = None
    address = rows[scopes.address]
    address.failures = max(0, address.failures - 1)
    if ADDRESS.pause(address.failures) is None:
        address.locked_until = None


async def forget_account(session: AsyncSession, settings: Settings, account: str) -> None:
    """Tries of an account are free again: somebody in charge has let it set a new password."""
    scope = Scopes.of(settings, account, "").account
    await session.execute(delete(SignInTries).where(SignInTries.scope == scope))


async def _locked(session: AsyncSession, scopes: Scopes, at: datetime) -> dict[str, SignInTries]:
    """Both counters, locked until the transaction ends, always in one order."""
    names = sorted({scopes.account, scopes.address})
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for name in names:
        row = {"scope": name, "failures": 0, "last_at": at}
        await session.execute(dialect.insert(SignInTries).values(row).on_conflict_do_nothing())
    query = select(SignInTries).where(SignInTries.scope.in_(names)).order_by(SignInTries.scope)
    return {row.scope: row for row in await session.scalars(query.with_for_update())}
