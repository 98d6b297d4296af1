"""The library: the published procedures of this process, and the index over them.

A reader takes one :class:`Edition` and works with it to the end of its turn, so that no answer mixes
two versions. A new edition is built beside the old one and put in its place in one assignment.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date

import structlog

from knowledge import store
from knowledge.elsewhere import messages_elsewhere
from knowledge.schema import Procedure
from knowledge.search import Search
from motcua.clock import today
from motcua.db import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Edition:
    """The procedures in force on one day, at one revision."""

    revision: int
    day: date
    procedures: dict[str, Procedure]
    search: Search


class Library:
    """Keeps the newest edition in memory."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._edition: Edition | None = None

    @property
    def edition(self) -> Edition:
        """The newest edition. Raises LookupError before the first ``refresh``."""
        if self._edition is None:
            raise LookupError("library not loaded")
        return self._edition

    async def refresh(self) -> bool:
        """Load what has been published since, or what the date has changed. True when it did."""
        day = today()
        async with self._db.read() as session:
            number = await store.revision(session)
            if self._edition and (self._edition.revision, self._edition.day) == (number, day):
                return False
            procedures = await store.in_force(session, day)
        search = await asyncio.to_thread(Search, procedures, messages_elsewhere())
        self._edition = Edition(number, day, {item.code: item for item in procedures}, search)
        log.info("knowledge.loaded", revision=number, procedures=len(procedures))
        return True

    async def follow(self, pause_s: float) -> None:
        """Refresh every ``pause_s`` seconds until cancelled; a failure is logged and tried again."""
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self.refresh()
            except Exception:
                log.exception("knowledge.refresh_failed")
