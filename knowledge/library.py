"""The library: the published procedures of this process, and the index over them.

A reader takes one :class:`Edition` and works with it to the end of its turn, so that no answer mixes
two versions. A new edition is built beside the old one and put in its place in one assignment.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date

import structlog

from knowledge import office_edits, store
from knowledge.elsewhere import elsewhere
from knowledge.offices import Offices, shipped_offices
from knowledge.schema import Procedure
from knowledge.search import Search
from knowledge.trials import Trials
from knowledge.upcoming import Upcoming, read_upcoming
from motcua.clock import today
from motcua.db import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Edition:
    """The procedures in force on one day, at one revision, what will change, and the office records."""

    revision: int
    day: date
    procedures: dict[str, Procedure]
    search: Search
    upcoming: dict[str, Upcoming] = field(default_factory=dict)
    offices: Offices = field(default_factory=shipped_offices)


class Library:
    """Keeps the newest edition in memory."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._edition: Edition | None = None
        self._versions: dict[int, Procedure] = {}
        self._behind = False
        self._trials = Trials(database, lambda: self.edition)

    @property
    def edition(self) -> Edition:
        """The newest edition. Raises LookupError before the first ``refresh``."""
        if self._edition is None:
            raise LookupError("library not loaded")
        return self._edition

    async def trial(self, change_id: int) -> Edition:
        """The newest edition as if a change of the desk were in force. See :class:`Trials`."""
        return await self._trials.edition(change_id)

    async def refresh(self) -> bool:
        """Load what has been published since, or what the date has changed. True when it did."""
        day = today()
        async with self._db.read() as session:
            number = await store.revision(session)
            if self._edition and (self._edition.revision, self._edition.day) == (number, day):
                return False
            self._versions = await store.versions_in_force(session, day, self._versions)
            upcoming = await read_upcoming(session, day)
            offices = await office_edits.present(session)
        procedures = list(self._versions.values())
        before = self._edition
        if before is None:
            search = await asyncio.to_thread(_learn, procedures)
        else:
            search = await asyncio.to_thread(before.search.grown, procedures)
            self._behind = self._behind or not search.says_the_same(before.search)
        held = {item.code: item for item in procedures}
        self._edition = Edition(number, day, held, search, upcoming, offices)
        log.info("knowledge.loaded", revision=number, procedures=len(procedures))
        return True

    async def learn(self) -> bool:
        """Train the search anew when texts have changed since it was; seconds of work, beside the answers.

        What is published meanwhile is taken in. True when there was something to learn.
        """
        if not self._behind:
            return False
        self._behind = False
        search = await asyncio.to_thread(_learn, list(self.edition.procedures.values()))
        while True:
            newest = self.edition
            search = await asyncio.to_thread(search.grown, list(newest.procedures.values()))
            if newest is self.edition:  # else one was published meanwhile, which must not be undone
                break
        self._edition = replace(newest, search=search)
        log.info("knowledge.learnt", revision=newest.revision)
        return True

    async def follow(self, pause_s: float) -> None:
        """Refresh every ``pause_s`` seconds until cancelled; a failure is logged and tried again."""
        learning: asyncio.Task[bool] | None = None
        try:
            while True:
                await asyncio.sleep(pause_s)
                try:
                    await self.refresh()
                    if learning is None or learning.done():
                        learning = asyncio.create_task(self._learn_quietly()) if self._behind else None
                except Exception:
                    log.exception("knowledge.refresh_failed")
        finally:
            if learning:
                learning.cancel()

    async def _learn_quietly(self) -> bool:
        try:
            return await self.learn()
        except Exception:
            self._behind = True
            log.exception("knowledge.learning_failed")
            return False


def _learn(procedures: list[Procedure]) -> Search:
    return Search(procedures, elsewhere())
