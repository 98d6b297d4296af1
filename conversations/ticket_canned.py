"""Canned replies: one's own, a team's and everybody's. Removing one can be undone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy import and_, or_, select

from conversations.guards import clean
from conversations.ticket_claims import TicketError
from conversations.ticket_events import Staff
from conversations.ticket_models import CannedReply, CannedScope
from motcua.db import Database, now

LONGEST_TITLE, LONGEST_TEXT = 80, 2000
VARIABLES = ("ten_thu_tuc", "phuong", "ten_toi")
"""What may stand in braces in a text; filled in when it is put into a reply."""


class EmptyCanned(TicketError):
    """A canned reply needs both."""

    def __init__(self) -> None:
        super().__init__("Câu mẫu cần có tên ngắn và nội dung.")


@dataclass(frozen=True, slots=True)
class Canned:
    """A canned reply. ``id`` 0: shipped, cannot be removed."""

    id: int
    scope: CannedScope
    owner: str
    ward: str | None
    title: str
    text: str

    def filled(self, **values: str) -> str:
        """The text with its variables; one that has no value becomes an ellipsis to fill in by hand."""
        text = self.text
        for name in VARIABLES:
            text = text.replace(f"{{{name}}}", values.get(name) or "…")
        return text


@cache
def shipped() -> tuple[Canned, ...]:
    """The canned replies everybody begins with (``ticket_canned.yml``)."""
    rows = yaml.safe_load(Path(__file__).with_name("ticket_canned.yml").read_text(encoding="utf-8"))
    return tuple(Canned(0, CannedScope.ALL, "", None, row["title"], row["text"].strip()) for row in rows)


class CannedReplies:
    """Keeps canned replies."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def of(self, person: str, wards: Collection[str]) -> list[Canned]:
        """What ``person`` may use: their own first, then their wards', then everybody's."""
        visible = or_(
            CannedReply.scope == CannedScope.ALL,
            and_(CannedReply.scope == CannedScope.MINE, CannedReply.owner == person),
            and_(CannedReply.scope == CannedScope.WARD, CannedReply.ward.in_(wards)),
        )
        async with self._db.read() as session:
            rows = await session.scalars(
                select(CannedReply)
                .where(CannedReply.removed_at.is_(None), visible)
                .order_by(CannedReply.title, CannedReply.id)
            )
            own = [_canned(row) for row in rows]
        order = list(CannedScope)
        return sorted([*own, *shipped()], key=lambda one: order.index(one.scope))

    async def add(
        self,
        by: Staff,
        title: str,
        text: str,
        *,
        scope: CannedScope = CannedScope.MINE,
        ward: str | None = None,
    ) -> int:
        """Keep a reply; its id. Raises EmptyCanned; ValueError for a team's without a ward."""
        title, text = clean(title).strip()[:LONGEST_TITLE], clean(text).strip()[:LONGEST_TEXT]
        if not title or not text:
            raise EmptyCanned
        if scope is CannedScope.WARD and not ward:
            raise ValueError("ward")
        async with self._db.write() as session:
            row = CannedReply(
                scope=scope,
                owner=by.id,
                ward=ward if scope is CannedScope.WARD else None,
                title=title,
                text=text,
            )
            session.add(row)
            await session.flush()
            return row.id

    async def find(self, canned_id: int) -> Canned | None:
        """This canned reply, also one that was removed."""
        async with self._db.read() as session:
            row = await session.get(CannedReply, canned_id)
            return _canned(row) if row else None

    async def remove(self, canned_id: int, *, undo: bool = False) -> None:
        """Remove a canned reply, or bring a removed one back. The caller has asked whose it is."""
        async with self._db.write() as session:
            row = await session.get(CannedReply, canned_id)
            if row:
                row.removed_at = None if undo else now()


def _canned(row: CannedReply) -> Canned:
    return Canned(row.id, CannedScope(row.scope), row.owner, row.ward, row.title, row.text)
