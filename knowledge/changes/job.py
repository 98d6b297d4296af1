"""Publishes what is due, in every gateway; of those that look at once one publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.changes.checking import warm_up
from knowledge.changes.deciding import any_due, publish_due
from motcua import clock
from motcua.db import Database

log = structlog.get_logger(__name__)

Told = Callable[[AsyncSession, Sequence[str]], Awaitable[None]]
"""Told of the codes that were published, in the transaction that publishes them."""


class PublishingJob:
    """Looks every ``pause_s`` seconds whether the day of a scheduled change has come in Hanoi."""

    def __init__(self, database: Database, told: Told, pause_s: float = 0.5) -> None:
        self._db, self._told, self._pause_s = database, told, pause_s

    async def once(self) -> list[str]:
        """Publish what is due now: its codes. Takes no write lock when there is nothing."""
        day = clock.today()
        async with self._db.read() as session:
            if not await any_due(session, day):
                return []
        async with self._db.write() as session:
            if codes := await publish_due(session, day):
                await self._told(session, codes)
        if codes:
            log.info("knowledge.published_on_time", codes=codes)
        return codes

    async def _warm_up(self) -> None:
        try:
            async with self._db.read() as session:
                await warm_up(session)
        except Exception:
            log.exception("knowledge.warming_up_failed")

    async def run(self) -> None:
        """Until cancelled; a failure is logged and tried again."""
        await self._warm_up()
        while True:
            try:
                await self.once()
            except Exception:
                log.exception("knowledge.publishing_failed")
            await asyncio.sleep(self._pause_s)
