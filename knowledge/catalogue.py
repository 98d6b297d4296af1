"""The catalogue: what there is to know about every procedure in a list, for processes without a library.

Rows are made from the newest versions and kept by the id of their version, which never changes: after a
publication only the new ones are read.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Text, cast, select

from knowledge import store
from knowledge.models import ProcedureVersion
from motcua.db import Database
from vietnamese import fold

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One procedure. ``folded`` is what a search compares with: its names and its code, without accents."""

    code: str
    name: str
    folded: str
    field: str
    levels: tuple[str, ...]
    imported: bool
    checked_on: date
    review_by: date | None
    effective_to: date | None
    version_id: int
    withdrawn: bool


class Catalogue:
    """The rows of every procedure, in the order of their names. Withdrawn ones are among them, marked."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._revision = -1
        self._rows: list[CatalogueRow] = []
        self._reading = asyncio.Lock()

    async def rows(self) -> list[CatalogueRow]:
        """The rows as of now. The list is shared: it is not to be changed."""
        async with self._db.read() as session:
            number = await store.revision(session)
        if number == self._revision:
            return self._rows
        async with self._reading:
            return await self._read()

    async def row(self, code: str) -> CatalogueRow | None:
        """The row of one procedure."""
        return next((row for row in await self.rows() if row.code == code), None)

    async def _read(self) -> list[CatalogueRow]:
        current = ProcedureVersion.superseded_at.is_(None)
        known = {row.version_id: row for row in self._rows}
        async with self._db.read() as session:
            number = await store.revision(session)
            if number == self._revision:
                return self._rows  # somebody has read them while we waited
            ids = (await session.scalars(select(ProcedureVersion.id).where(current))).all()
            missing = [id for id in ids if id not in known]
            columns = (
                ProcedureVersion.id,
                ProcedureVersion.withdrawn,
                cast(ProcedureVersion.content, Text),
            )
            for start in range(0, len(missing), _CHUNK):
                chosen = ProcedureVersion.id.in_(missing[start : start + _CHUNK])
                rows = await session.execute(select(*columns).where(chosen))
                found = [(id, withdrawn, text) for id, withdrawn, text in rows.all()]
                known |= await asyncio.to_thread(_made, found)
        self._rows = sorted((known[id] for id in ids if id in known), key=lambda row: row.folded)
        self._revision = number
        return self._rows


def _made(found: list[tuple[int, bool, str]]) -> dict[int, CatalogueRow]:
    return {id: _row(id, withdrawn, json.loads(text)) for id, withdrawn, text in found}


def _row(id: int, withdrawn: bool, content: dict[str, Any]) -> CatalogueRow:
    called = [content["name"], content["official_name"], content["short_name"], *content["other_names"]]
    return CatalogueRow(
        code=content["code"],
        name=content["name"],
        folded=fold(" | ".join([*called, content["code"]])),
        field=content["field"],
        levels=tuple(content["levels"]),
        imported=content["imported"],
        checked_on=date.fromisoformat(content["provenance"]["checked_on"]),
        review_by=_day(content.get("review_by")),
        effective_to=_day(content.get("effective_to")),
        version_id=id,
        withdrawn=withdrawn,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
