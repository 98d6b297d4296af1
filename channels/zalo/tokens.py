"""The access token: always the newest, renewed once however many senders find it dead.

A refresh token works once, and the old access token dies as soon as a new one is made. Two
refreshes at the same time would lose the pair for good, and an OA administrator would have to
consent again. Therefore one process at a time refreshes (a lease in the database), looks at the
stored pair again after it has the lease, stores both new tokens before anybody uses them, and never
shows Zalo a refresh token again that Zalo has refused.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.zalo import oauth
from channels.zalo.errors import ALERT_RETRY_S
from channels.zalo.metrics import (
    CONSENT_SOON,
    NEEDS_CONSENT,
    REFRESH_TOKEN_ENDS,
    REFRESHED_AT,
    REFRESHES,
)
from channels.zalo.models import PairState
from channels.zalo.oauth import Pair, Refusal
from channels.zalo.token_store import StoredPair, TokenStore, Unreadable
from channels.zalo.transport import Transport
from motcua.db import now
from motcua.settings import ZaloSettings

log = structlog.get_logger(__name__)

_MARGIN = timedelta(hours=1)
_TWICE_A_DAY = timedelta(hours=12)
_LOOK_S = 300.0
_POLL_S = 0.1
_BACKOFF_S = (2.0, 10.0, 30.0, 120.0, 300.0)
_SAVE_AFTER_S = (0.0, 0.2, 1.0, 3.0, 5.0)
_LEASE_SLACK_S = 30.0
_REMIND_EVERY = timedelta(days=1)


class Unavailable(Exception):
    """There is no token to be had now. ``retry_in`` is in seconds."""

    def __init__(self, code: str, retry_in: float) -> None:
        super().__init__(code)
        self.code = code
        self.retry_in = retry_in


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """An access token and the number of the pair it belongs to."""

    access: str
    generation: int


class Tokens:
    """The access token of one Official Account, shared by every process through the database."""

    def __init__(self, store: TokenStore, transport: Transport, zalo: ZaloSettings) -> None:
        self._store = store
        self._transport = transport
        self._zalo = zalo
        self._renewal: asyncio.Task[Token] | None = None
        self._unsaved: tuple[Pair, int] | None = None
        self._reminded_at: datetime | None = None

    async def current(self) -> Token:
        """The token to use now. Raises Unavailable, and whatever the database raises."""
        stored = await self._load()
        if now() < stored.expires_at:
            return Token(stored.access, stored.generation)
        return await self.renew(stored.generation)

    async def renew(self, dead: int) -> Token:
        """A token newer than generation ``dead``: somebody else's, or one refreshed for it.

        Raises Unavailable. Cancelling the caller does not cancel a refresh that is under way,
        because its answer is the only copy of the new pair.
        """
        while True:
            if self._renewal is None or self._renewal.done():
                self._renewal = asyncio.create_task(self._renew(dead))
                self._renewal.add_done_callback(_look_at)
            token = await asyncio.shield(self._renewal)
            if token.generation > dead:
                return token

    async def store_first(self, access: str, refresh: str, life_s: int) -> None:
        """Store the pair of a consent. ``life_s`` is how long the access token lives, in seconds."""
        await self.store_pair(Pair(access, refresh, life_s))

    async def store_pair(self, pair: Pair) -> None:
        """Store the pair of a consent, whatever was there before."""
        await self._store.put_first(pair)
        log.info("zalo.tokens.consented")

    async def stored(self) -> StoredPair | None:
        """The pair as it is, for whoever looks after it; None before the first consent. Raises Unreadable."""
        return await self._store.load()

    async def keep_fresh(self) -> None:
        """Refresh well ahead of need until cancelled: a pair that nobody uses dies in three months."""
        while True:
            try:
                await self.refresh_if_due()
            except Unavailable as error:
                log.info("zalo.tokens.not_renewed", reason=error.code)
            except Exception as error:
                log.error("zalo.tokens.look_failed", error=type(error).__name__)
            await asyncio.sleep(_LOOK_S * random.uniform(0.8, 1.2))  # noqa: S311

    async def refresh_if_due(self) -> bool:
        """Refresh when half a day has passed or the end is near; False when there was no need."""
        stored = await self._load()
        self._remind(stored)
        margin = min(_MARGIN, (stored.expires_at - stored.refreshed_at) / 2)
        due = now() >= stored.expires_at - margin or now() - stored.refreshed_at >= _TWICE_A_DAY
        if due:
            await self.renew(stored.generation)
        return due

    async def close(self) -> None:
        """Wait for a refresh under way, so that its pair is stored."""
        if self._renewal:
            await asyncio.wait([self._renewal])
        if self._unsaved:
            await self._save(*self._unsaved)

    async def _load(self) -> StoredPair:
        if self._unsaved and (self._renewal is None or self._renewal.done()):
            await self._save(*self._unsaved)
        try:
            stored = await self._store.load()
        except Unreadable:
            log.error("zalo.tokens.unreadable", hint="the secret key has changed: consent again")
            raise Unavailable("unreadable_token", ALERT_RETRY_S) from None
        if stored is None:
            raise Unavailable("no_token", ALERT_RETRY_S)
        NEEDS_CONSENT.set(stored.state is PairState.NEEDS_CONSENT)
        REFRESHED_AT.set(stored.refreshed_at.timestamp())
        REFRESH_TOKEN_ENDS.set(stored.dies_at.timestamp())
        CONSENT_SOON.set(self._dies_soon(stored))
        return stored

    def _dies_soon(self, stored: StoredPair) -> bool:
        return now() >= stored.dies_at - timedelta(days=self._zalo.consent_alert_days)

    def _remind(self, stored: StoredPair) -> None:
        """Say once a day that the refresh token is about to die: then only a consent helps."""
        at = now()
        if self._dies_soon(stored) and (self._reminded_at is None or at - self._reminded_at >= _REMIND_EVERY):
            self._reminded_at = at
            log.error(
                "zalo.tokens.consent_soon",
                days_left=max(0, (stored.dies_at - at).days),
                last_error=stored.error,
                hint="run `motcua zalo authorize`",
            )

    async def _renew(self, dead: int) -> Token:
        """Wait for the lease or for whoever has it."""
        give_up = asyncio.get_running_loop().time() + self._zalo.timeout_s + 5.0
        while True:
            if newer := _newer(await self._load(), dead):
                return newer
            if await self._store.take_lease(self._zalo.timeout_s + _LEASE_SLACK_S):
                return await self._renew_alone(dead)
            if asyncio.get_running_loop().time() > give_up:
                raise Unavailable("refresh_under_way", 2.0)
            await asyncio.sleep(_POLL_S)

    async def _renew_alone(self, dead: int) -> Token:
        """Refresh while holding the lease, which every way out gives back."""
        try:
            stored = await self._load()  # somebody may have refreshed while we waited
            if newer := _newer(stored, dead):
                await self._store.release_lease()
                return newer
            result = await oauth.refresh(self._transport, self._zalo, stored.refresh)
        except BaseException:
            await self._store.release_lease()
            raise
        if isinstance(result, Refusal):
            raise await self._refused(result, stored)
        REFRESHES.labels(outcome="renewed").inc()
        await self._save(result, stored.generation)
        log.info("zalo.tokens.renewed", generation=stored.generation + 1)
        newer = _newer(await self._load(), dead)
        if newer is None:  # only if the row was put back by hand
            raise Unavailable("generation_went_back", 1.0)
        return newer

    async def _refused(self, refusal: Refusal, stored: StoredPair) -> Unavailable:
        step = min(stored.failures, len(_BACKOFF_S) - 1)
        wait_s = ALERT_RETRY_S if refusal.final else refusal.retry_in or _BACKOFF_S[step]
        await self._store.note_failure(refusal, stored.generation, wait_s)
        REFRESHES.labels(outcome="refused" if refusal.final else "unreachable").inc()
        if refusal.final:
            NEEDS_CONSENT.set(1)
            log.error("zalo.tokens.needs_consent", code=refusal.code)
            return Unavailable("needs_consent", wait_s)
        log.warning("zalo.tokens.refresh_failed", code=refusal.code, retry_in_s=round(wait_s, 1))
        return Unavailable(refusal.code, wait_s)

    async def _save(self, pair: Pair, generation: int) -> None:
        """Store a pair that Zalo has already made. It exists nowhere else, so it is not let go of."""
        self._unsaved = (pair, generation)
        for wait_s in _SAVE_AFTER_S:
            await asyncio.sleep(wait_s)
            try:
                kept = await self._store.replace(pair, generation)
            except (SQLAlchemyError, OSError) as error:
                log.error("zalo.tokens.not_saved", error=type(error).__name__)
                continue
            if not kept:
                log.warning("zalo.tokens.overtaken", generation=generation)
            self._unsaved = None
            return
        raise Unavailable("not_saved", 5.0)


def _newer(stored: StoredPair, dead: int) -> Token | None:
    """The stored token if it is newer than ``dead``. Raises Unavailable when none can be made now."""
    if stored.generation > dead:
        return Token(stored.access, stored.generation)
    if stored.state is PairState.NEEDS_CONSENT:
        raise Unavailable("needs_consent", ALERT_RETRY_S)
    wait_s = (stored.not_before - now()).total_seconds() if stored.not_before else 0.0
    if wait_s > 0:
        raise Unavailable(stored.error or "waiting", wait_s)
    return None


def _look_at(task: asyncio.Task[Token]) -> None:
    """Take notice of the result even when every caller was cancelled."""
    if not task.cancelled():
        task.exception()
