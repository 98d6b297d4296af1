"""Editions in which a draft stands as if it were in force, for the editor who tries it out."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from knowledge import changes
from knowledge.schema import Procedure
from motcua.db import Database

if TYPE_CHECKING:
    from knowledge.library import Edition

_KEPT = 4
"""Editions kept for the next question; one of 2,700 procedures takes some tens of megabytes."""


class Trials:
    """Builds them, and keeps the last ones by change and revision."""

    def __init__(self, database: Database, newest: Callable[[], Edition]) -> None:
        self._db, self._newest = database, newest
        self._kept: OrderedDict[tuple[int, int], tuple[Edition, Edition]] = OrderedDict()
        self._building = asyncio.Lock()

    async def edition(self, change_id: int) -> Edition:
        """The newest edition with the content of the change in it.

        Raises ChangeError when there is no such change, Invalid when its content is no procedure yet.
        """
        async with self._db.read() as session:
            change = await changes.find(session, change_id)
        if change is None:
            raise changes.ChangeError("Không có bản sửa này.")
        key = (change.id, change.revision)
        async with self._building:
            base = self._newest()
            kept = self._kept.get(key)
            if kept is None or kept[0] is not base:
                procedure = changes.validated(_sourced(change))
                kept = base, await asyncio.to_thread(_with, base, procedure)
                self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return kept[1]


def _sourced(change: changes.ContentChange) -> dict[str, object]:
    """The content; a new procedure gets its source only when it is submitted, and can be tried before."""
    if change.content.get("provenance"):
        return change.content
    own = changes.Evidence("bản đang soạn").provenance(change.created_at.date(), change.opened_by_name)
    return {**change.content, "provenance": own}


def _with(base: Edition, procedure: Procedure) -> Edition:
    held = {
        code: each
        for code, each in base.procedures.items()
        if not (each.imported and code in procedure.replaces)
    }
    held[procedure.code] = procedure
    procedures = dict(sorted(held.items()))
    upcoming = {code: each for code, each in base.upcoming.items() if code != procedure.code}
    search = base.search.grown(list(procedures.values()))
    return replace(base, procedures=procedures, search=search, upcoming=upcoming)
