"""The token pair in the database: encrypted, counted, and locked among processes in plain SQL."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import CursorResult, Update, update

from channels.zalo.models import PairState, ZaloTokens
from channels.zalo.oauth import REFRESH_LIFE_S, Pair, Refusal
from motcua.db import Database, now


class Unreadable(Exception):
    """The stored pair was encrypted under another secret key."""


@dataclass(frozen=True, slots=True, repr=False)
class StoredPair:
    """The pair as stored. ``generation`` names it; ``not_before`` is when a refresh may be tried.

    ``dies_at`` is when the refresh token dies if it is not used before.
    """

    access: str
    refresh: str
    generation: int
    state: PairState
    expires_at: datetime
    refreshed_at: datetime
    not_before: datetime | None
    failures: int
    error: str | None
    dies_at: datetime


class TokenStore:
    """The row of one Official Account. ``key`` is 32 bytes; ``owner`` names this process."""

    def __init__(self, database: Database, key: bytes, oa_id: str, owner: str) -> None:
        self._db = database
        self._fernet = Fernet(base64.urlsafe_b64encode(key))
        self._oa_id = oa_id
        self._owner = owner

    async def load(self) -> StoredPair | None:
        """The pair, or None before the first consent. Raises Unreadable under a foreign key."""
        async with self._db.read() as session:
            row = await session.get(ZaloTokens, self._oa_id)
        if row is None:
            return None
        try:
            access, refresh = self._open(row.access_token), self._open(row.refresh_token)
        except InvalidToken:
            raise Unreadable from None
        return StoredPair(
            access, refresh, row.generation, PairState(row.state), row.expires_at, row.refreshed_at,
            row.not_before, row.failures, row.error,
            row.refresh_expires_at or row.refreshed_at + timedelta(seconds=REFRESH_LIFE_S),
        )  # fmt: skip

    async def take_lease(self, seconds: float) -> bool:
        """Become the one that may refresh, for ``seconds``; False while another process is."""
        at = now()
        free = (ZaloTokens.lease_until.is_(None)) | (ZaloTokens.lease_until < at)
        return await self._change(
            update(ZaloTokens)
            .where(ZaloTokens.oa_id == self._oa_id, free)
            .values(lease_by=self._owner, lease_until=at + timedelta(seconds=seconds))
        )

    async def release_lease(self) -> None:
        """Let another process refresh, if the lease is still ours."""
        await self._change(
            update(ZaloTokens)
            .where(ZaloTokens.oa_id == self._oa_id, ZaloTokens.lease_by == self._owner)
            .values(lease_by=None, lease_until=None)
        )

    async def replace(self, pair: Pair, generation: int) -> bool:
        """Write both tokens of the next generation, and free the lease, in one transaction.

        False when the stored pair is no longer ``generation``: then a newer one is not overwritten.
        """
        at = now()
        return await self._change(
            update(ZaloTokens)
            .where(ZaloTokens.oa_id == self._oa_id, ZaloTokens.generation == generation)
            .values(generation=generation + 1, lease_by=None, lease_until=None, **self._fields(pair, at))
        )

    async def put_first(self, pair: Pair) -> None:
        """Store the pair of a fresh consent, whatever was there before."""
        async with self._db.write() as session:
            row = await session.get(ZaloTokens, self._oa_id, with_for_update=True)
            if row is None:
                row = ZaloTokens(oa_id=self._oa_id, generation=0)
                session.add(row)
            row.generation += 1
            for name, value in self._fields(pair, now()).items():
                setattr(row, name, value)
            row.lease_by = row.lease_until = None

    async def note_failure(self, refusal: Refusal, generation: int, wait_s: float) -> None:
        """Record a refresh of ``generation`` that gave no pair, and free the lease.

        A newer pair, stored meanwhile by somebody else, is not touched.
        """
        values: dict[str, object] = {"error": refusal.code, "lease_by": None, "lease_until": None}
        if refusal.final:
            values["state"] = PairState.NEEDS_CONSENT
        await self._change(
            update(ZaloTokens)
            .where(ZaloTokens.oa_id == self._oa_id, ZaloTokens.generation == generation)
            .values(failures=ZaloTokens.failures + 1, not_before=now() + timedelta(seconds=wait_s), **values)
        )

    def _fields(self, pair: Pair, at: datetime) -> dict[str, object]:
        # Without the next refresh token this pair is the last one, and somebody should know.
        last = not pair.refresh
        return {
            "access_token": self._seal(pair.access),
            "refresh_token": self._seal(pair.refresh),
            "expires_at": at + timedelta(seconds=pair.life_s),
            "refreshed_at": at,
            "refresh_expires_at": at + timedelta(seconds=pair.refresh_life_s),
            "state": PairState.NEEDS_CONSENT if last else PairState.ACTIVE,
            "error": "no_refresh_token" if last else None,
            "failures": 0,
            "not_before": None,
        }

    async def _change(self, statement: Update) -> bool:
        async with self._db.write() as session:
            result = cast("CursorResult[Any]", await session.execute(statement))
            return result.rowcount == 1

    def _seal(self, token: str) -> str:
        return self._fernet.encrypt(token.encode()).decode()

    def _open(self, sealed: str) -> str:
        return self._fernet.decrypt(sealed.encode()).decode()
