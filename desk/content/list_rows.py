"""Finding procedures among thousands: what the list shows, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.catalogue import CatalogueRow
from knowledge.changes import OPEN, State
from knowledge.models import ContentChange
from vietnamese import fold

PER_PAGE = 50
STALE = timedelta(days=365)
"""After so long a comparison with the sources is worth repeating."""


class Kind(StrEnum):
    """Who wrote the text."""

    EDITED = "bien-tap"
    IMPORTED = "nguyen-van"


@dataclass(frozen=True, slots=True)
class Open:
    """The open change of a procedure, without its content."""

    id: int
    code: str
    state: State
    opened_by: str
    effective_from: date | None
    updated_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A procedure in the list. ``row`` is None for one that has never been published.

    ``searched``: its names and its code, folded, in small letters.
    """

    code: str
    name: str
    row: CatalogueRow | None
    open: Open | None
    searched: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for."""

    wanted: str = ""
    field: str = ""
    kind: Kind | None = None
    state: State | None = None
    with_open: bool = False
    review: bool = False
    page: int = 1

    @classmethod
    def of(cls, query: dict[str, str]) -> Filters:
        """Read an address; what is not understood is left out."""
        state, page = query.get("ban-sua", ""), query.get("trang", "")
        kind = query.get("loai", "")
        return cls(
            wanted=query.get("tim", "")[:100].strip(),
            field=query.get("linh-vuc", "")[:200],
            kind=Kind(kind) if kind in set(Kind) else None,
            state=State(state) if state in set(OPEN) else None,
            with_open=state == "co",
            review=query.get("xem-lai") == "1",
            page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 and int(page) else 1,
        )

    def address(self, page: int = 1) -> str:
        """The same as an address, at another page."""
        pairs = {
            "tim": self.wanted,
            "linh-vuc": self.field,
            "loai": self.kind or "",
            "ban-sua": "co" if self.with_open else self.state or "",
            "xem-lai": "1" if self.review else "",
            "trang": str(page) if page > 1 else "",
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value})


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list."""

    lines: Sequence[Line]
    total: int
    filters: Filters
    pages: int
    fields: list[tuple[str, int]]


async def open_changes(session: AsyncSession) -> dict[str, Open]:
    """Every open change by the code of its procedure."""
    columns = (
        ContentChange.id,
        ContentChange.code,
        ContentChange.state,
        ContentChange.opened_by_name,
        ContentChange.effective_from,
        ContentChange.updated_at,
        ContentChange.content["name"].as_string(),
    )
    rows = await session.execute(select(*columns).where(ContentChange.state.in_(OPEN)))
    return {
        code: Open(change, code, State(state), by, begins, at, name or code)
        for change, code, state, by, begins, at, name in rows.all()
    }


def find(rows: Sequence[CatalogueRow], changes: dict[str, Open], filters: Filters, today: date) -> Found:
    """The page of the list that ``filters`` ask for."""
    known = {row.code for row in rows}
    every = [_line(row, changes.get(row.code)) for row in rows if not row.withdrawn or row.code in changes]
    every += [_new(one) for one in changes.values() if one.code not in known]
    fields = Counter(line.row.field for line in every if line.row)
    words = fold(filters.wanted).split()
    found = [line for line in every if _fits(line, filters, words, today)]
    found.sort(key=lambda line: _rank(line, " ".join(words)))  # otherwise by name, as the rows came
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(filters.page, pages)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    named = sorted(fields.items(), key=lambda one: fold(one[0]))
    return Found(shown, len(found), replace(filters, page=page), pages, named)


def look_up(rows: Sequence[CatalogueRow], wanted: str, most: int) -> list[CatalogueRow]:
    """The first rows with all of these words, in force, best first."""
    words = fold(wanted).split()
    every = [_line(row, None) for row in rows if not row.withdrawn]
    found = [line for line in every if words and all(word in line.searched for word in words)]
    found.sort(key=lambda line: _rank(line, " ".join(words)))
    return [line.row for line in found[:most] if line.row]


def needs_review(row: CatalogueRow, today: date) -> bool:
    """Whether somebody should compare it with its sources again. Nobody vouches for imported ones."""
    if row.review_by is not None:
        return row.review_by <= today
    return not row.imported and row.checked_on + STALE < today


def _line(row: CatalogueRow, change: Open | None) -> Line:
    return Line(row.code, row.name, row, change, row.folded)


def _new(change: Open) -> Line:
    return Line(change.code, change.name, None, change, f"{fold(change.name)} | {change.code}")


def _fits(line: Line, filters: Filters, words: Sequence[str], today: date) -> bool:
    row = line.row
    if filters.field and (row is None or row.field != filters.field):
        return False
    if filters.kind and (row is None or row.imported != (filters.kind is Kind.IMPORTED)):
        return False
    if filters.state and (line.open is None or line.open.state is not filters.state):
        return False
    if filters.with_open and line.open is None:
        return False
    if filters.review and (row is None or not needs_review(row, today)):
        return False
    return all(word in line.searched for word in words)


def _rank(line: Line, wanted: str) -> tuple[bool, bool, bool]:
    """Best first: what is called just so, or has this code; a name that begins so; what people wrote."""
    edited = line.row is None or not line.row.imported
    if not wanted:
        return (False, False, not edited)
    return (wanted not in line.searched.split(" | "), not line.searched.startswith(wanted), not edited)
