"""Conversations that are over for long are erased: once a day, by whichever gateway gets the lease."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import Select, func, or_, select

from conversations import jobs, repository
from conversations.erasing import Eraser, sweep
from conversations.models import Conversation, Message
from motcua.clock import hanoi_now
from motcua.db import Database, now
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_JOB = "retention"
_LOOK_S = 300.0
_DAY_BEGINS = timedelta(hours=2)
"""In the night, when the fewest wait for the database."""
_BATCH = 100
_BETWEEN_S = 0.02


@dataclass(frozen=True, slots=True)
class Retained:
    """What a run erased, or would erase."""

    conversations: int = 0
    messages: int = 0
    failed: int = 0


class Retention:
    """Erases what is older than ``Settings.retention_days``, one conversation a transaction."""

    def __init__(self, database: Database, settings: Settings, eraser: Eraser) -> None:
        self._db, self._settings, self._eraser = database, settings, eraser

    async def run(self) -> None:
        """Look every few minutes whether today's run is still to be done, until cancelled."""
        while True:
            try:
                await self.run_if_due()
            except Exception:
                log.exception("retention.failed")
            await asyncio.sleep(_LOOK_S)

    async def run_if_due(self) -> Retained | None:
        """Today's run, if nobody has done it and nobody is at it."""
        day = (hanoi_now() - _DAY_BEGINS).date()
        if not await self._take(day):
            return None
        done = await self.erase_old(day)
        async with self._db.write() as session:
            await sweep(session)
            await jobs.finish(session, _JOB, self._settings.instance, day)
        log.info("retention.done", conversations=done.conversations, failed=done.failed)
        return done

    async def old(self) -> Retained:
        """What would be erased now."""
        cutoff = self._cutoff()
        async with self._db.read() as session:
            ids = _old(cutoff).subquery()
            conversations = await session.scalar(select(func.count()).select_from(ids)) or 0
            mine = Message.conversation_id.in_(select(ids.c.id))
            messages = await session.scalar(select(func.count()).select_from(Message).where(mine)) or 0
        return Retained(conversations, messages)

    async def erase_old(self, day: date | None = None) -> Retained:
        """Erase what is old. With ``day`` the lease is kept meanwhile, and the run ends when it is lost.

        A conversation that cannot be erased is left for the next day, and does not keep the others.
        """
        cutoff, last = self._cutoff(), ""
        conversations = messages = failed = 0
        while True:
            async with self._db.read() as session:
                query = _old(cutoff).where(Conversation.id > last).limit(_BATCH)
                ids = (await session.scalars(query)).all()
            if not ids or (day and not await self._take(day)):
                return Retained(conversations, messages, failed)
            for conversation_id in ids:
                last = conversation_id
                try:
                    erased = await self._erase(last, cutoff)
                except Exception:
                    log.exception("retention.not_erased", conversation=last)
                    failed += 1
                else:
                    conversations += erased is not None
                    messages += erased or 0
                await asyncio.sleep(_BETWEEN_S)  # others write, too

    async def _erase(self, conversation_id: str, cutoff: datetime) -> int | None:
        async with self._db.write() as session:
            conversation = await repository.locked_if_there(session, conversation_id)
            still = await session.scalar(_old(cutoff).where(Conversation.id == conversation_id))
            if conversation is None or still is None:
                return None  # its citizen has written again
            return (await self._eraser.erase(session, conversation)).messages

    async def _take(self, day: date) -> bool:
        async with self._db.write() as session:
            return await jobs.take(
                session, _JOB, self._settings.instance, day, max(self._settings.lease_s, _LOOK_S)
            )

    def _cutoff(self) -> datetime:
        return now() - timedelta(days=self._settings.retention_days)


def _old(cutoff: datetime) -> Select[str]:
    """Ids of conversations without any message since ``cutoff``, in order."""
    newer = select(Message.id).where(Message.conversation_id == Conversation.id, Message.created_at >= cutoff)
    return (
        select(Conversation.id)
        .where(
            Conversation.erased_at.is_(None),
            Conversation.created_at < cutoff,
            or_(Conversation.last_citizen_at.is_(None), Conversation.last_citizen_at < cutoff),
            ~newer.exists(),
        )
        .order_by(Conversation.id)
    )
