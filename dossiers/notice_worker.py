"""Tells subscribers what has changed: looks, notes what there is to tell, tells it.

Looking and noting is one transaction, telling is another room's (``Teller``), noting that it was told a
third. Killed in between, the next round finds what was noted and tells it under the same key, which changes
nothing if it had been told. So nothing is lost and nothing told twice, also when two gateways work at once;
the lease only saves them doing everything twice.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from dossiers.codes import parse_code
from dossiers.metrics import NOTICES
from dossiers.models import Dossier
from dossiers.notice_models import (
    About,
    DossierNotice,
    DossierSubscription,
    DossierWorker,
    EndedBy,
    NoticeState,
)
from dossiers.notice_plan import Topic, is_over, topics
from dossiers.notice_replies import notice_reply
from dossiers.service import DossierDesk
from dossiers.subscriptions import add_notices, end_row, forget_ended, remind_after, seen
from dossiers.views import DossierView
from motcua.clock import HANOI
from motcua.db import Database, now
from motcua.quiet import read_quiet
from motcua.reply import Reply
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_NAME = "notices"
_MOST = 200
# A change is committed some time after the moment it carries, so what is younger is looked at again.
_COMMITTED_WITHIN = timedelta(seconds=60)
_SHORTEST_RETRY_S, _LONGEST_RETRY_S = 10.0, 3600.0
_TIDY_EVERY = timedelta(hours=6)


class Teller(Protocol):
    """The way to a citizen: ``Conversations.tell``. The same key again changes nothing and gives False."""

    async def __call__(self, conversation_id: str, reply: Reply, *, key: str) -> bool:
        """Tell it. Raises when it cannot be stored now."""
        ...


class NoticeWorker:
    """Works for all subscriptions of the database, on one gateway at a time."""

    def __init__(self, database: Database, settings: Settings, desk: DossierDesk, teller: Teller) -> None:
        self._db, self._desk, self._tell = database, desk, teller
        self._settings = settings.notices
        self._quiet = read_quiet(settings.notices.quiet)
        self._remind_after = remind_after(settings.notices)
        self._lease_s = settings.lease_s
        # Two gateways of one name must not share a lease.
        self._owner = f"{settings.instance}-{uuid.uuid4().hex[:8]}"
        self._tidied: datetime | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                try:
                    await self.round(now())
                except Exception:
                    log.exception("notices.round_failed")
                await asyncio.sleep(self._settings.poll_s)
        finally:
            await self._release()

    async def round(self, at: datetime) -> int:
        """Look and tell once, as if it were ``at``. Returns how many notices were told now."""
        if not await self._hold():
            return 0
        await self.look(at)
        told = 0 if self._quiet and self._quiet.cover(at) else await self.tell(at)
        if self._tidied is None or at - self._tidied > _TIDY_EVERY:
            async with self._db.write() as session:
                await forget_ended(session, self._settings.keep_days)
            self._tidied = at
        return told

    async def look(self, at: datetime) -> None:
        """Look at the dossiers that may have changed, and note what there is to tell about each."""
        async with self._db.read() as session:
            rows = list(await session.scalars(_to_look_at(at, timedelta(seconds=self._settings.look_s))))
        for row in rows:
            view = await self._current(row)
            async with self._db.write() as session:
                await self._note(session, row.id, view, at)

    async def tell(self, at: datetime) -> int:
        """Tell what is noted, one message a subscription: the newest state says the earlier ones too."""
        async with self._db.read() as session:
            waiting = list(await session.scalars(_waiting(at)))
        told = 0
        for row in waiting:
            try:
                told += await self._tell_one(row, at)
            except DBAPIError:
                raise
            except Exception as error:  # one conversation must not hold up the others; texts stay out of logs
                log.error("notices.not_told", error=type(error).__name__, subscription=row.id)
                await self._later(row.id, at)
        return told

    async def _tell_one(self, row: DossierSubscription, at: datetime) -> bool:
        """Tell what is noted of one subscription. What is told is noted first, so that after a crash the same
        state is told under the same key."""
        view = await self._current(row)
        if view is None:
            await self._later(row.id, at)
            return False
        async with self._db.write() as session:
            pending = await self._note(session, row.id, view, at)
        if not pending:
            return False
        about = [About(notice.about) for notice in pending]
        reply = notice_reply(view, about, at.astimezone(HANOI).date())
        told = False
        if reply is not None and reply.notice is not None:
            told = await self._tell(row.conversation_id, reply, key=pending[-1].key)
            NOTICES.labels(reply.notice.template).inc(int(told))
        await self._settle(
            row.id, pending, said=reply is not None, over=is_over(view) and About.STATUS in about
        )
        return told

    async def _note(
        self, session: AsyncSession, subscription_id: int, view: DossierView | None, at: datetime
    ) -> list[DossierNotice]:
        """Note what there is to tell; returns all that is still to be told, oldest first.

        None means that no source has the dossier, or that it cannot be asked now.
        """
        row = await session.get(DossierSubscription, subscription_id, with_for_update=True)
        if row is None or row.ended_at is not None:
            return []
        row.looked_at = at - _COMMITTED_WITHIN
        if view is not None:
            state = seen(view)
            found = topics(view, at.astimezone(HANOI).date(), self._remind_after)
            same = (row.seen_status, row.seen_text) == (state["seen_status"], state["seen_text"])
            if not same or state["seen_steps"] > row.seen_steps:
                row.changes += 1
                found.append(Topic(About.STATUS, f"{About.STATUS}:{row.changes}"))
            for name, value in state.items():
                setattr(row, name, value)
            await add_notices(session, row.id, found, NoticeState.PENDING, at)
        return list(await session.scalars(_pending(row.id)))

    async def _settle(
        self, subscription_id: int, pending: Sequence[DossierNotice], *, said: bool, over: bool
    ) -> None:
        """Note that the newest was told, and that it said the others too (``said``: it was still so)."""
        async with self._db.write() as session:
            for notice in pending:
                newest = said and notice is pending[-1]
                state = NoticeState.TOLD if newest else NoticeState.OUTDATED
                await session.execute(
                    update(DossierNotice)
                    .where(DossierNotice.id == notice.id, DossierNotice.state == NoticeState.PENDING)
                    .values(state=state, settled_at=now())
                )
            row = await session.get(DossierSubscription, subscription_id, with_for_update=True)
            if over and row is not None and row.ended_at is None:
                await end_row(session, row, EndedBy.DOSSIER)

    async def _later(self, subscription_id: int, at: datetime) -> None:
        """Try again after a pause that doubles."""
        async with self._db.write() as session:
            for notice in await session.scalars(_pending(subscription_id)):
                pause = min(_LONGEST_RETRY_S, _SHORTEST_RETRY_S * 2 ** min(notice.failures, 10))
                notice.failures += 1
                notice.not_before = at + timedelta(seconds=pause)

    async def _current(self, row: DossierSubscription) -> DossierView | None:
        code = parse_code(row.code)
        found = await self._desk.current(code) if code else None
        return found if isinstance(found, DossierView) else None

    async def _hold(self) -> bool:
        """Take or keep the lease; False while another gateway has it."""
        at = now()
        until = at + timedelta(seconds=self._lease_s)
        async with self._db.write() as session:
            dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
            first = dialect.insert(DossierWorker).values(name=_NAME, lease_by=self._owner, lease_until=until)
            await session.execute(first.on_conflict_do_nothing())
            row = await session.get_one(DossierWorker, _NAME, with_for_update=True)
            if row.lease_by != self._owner and row.lease_until > at:
                return False
            row.lease_by, row.lease_until = self._owner, until
        return True

    async def _release(self) -> None:
        async with self._db.write() as session:
            await session.execute(
                update(DossierWorker)
                .where(DossierWorker.name == _NAME, DossierWorker.lease_by == self._owner)
                .values(lease_until=now())
            )


def _to_look_at(at: datetime, every: timedelta) -> Any:
    """Subscriptions whose dossier changed in our table since it was looked at, or was not for long."""
    changed = exists().where(
        Dossier.code == DossierSubscription.code,
        Dossier.updated_at > DossierSubscription.looked_at,
    )
    return (
        select(DossierSubscription)
        .where(
            DossierSubscription.ended_at.is_(None),
            or_(DossierSubscription.looked_at < at - every, changed),
        )
        .order_by(DossierSubscription.looked_at)
        .limit(_MOST)
    )


def _waiting(at: datetime) -> Any:
    """Subscriptions with something to tell now."""
    due = exists().where(
        DossierNotice.subscription_id == DossierSubscription.id,
        DossierNotice.state == NoticeState.PENDING,
        DossierNotice.not_before <= at,
    )
    return (
        select(DossierSubscription)
        .where(DossierSubscription.ended_at.is_(None), due)
        .order_by(DossierSubscription.id)
        .limit(_MOST)
    )


def _pending(subscription_id: int) -> Any:
    return (
        select(DossierNotice)
        .where(DossierNotice.subscription_id == subscription_id, DossierNotice.state == NoticeState.PENDING)
        .order_by(DossierNotice.id)
    )
