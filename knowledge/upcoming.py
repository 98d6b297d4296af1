"""What will change: approved changes that wait for their day, and the line that an answer ends with then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import changes
from knowledge.models import ContentChange
from knowledge.schema import Procedure
from motcua.reply import Reply, TextSection

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What a procedure will say from ``day`` on; ``note`` is how citizens are told."""

    day: date
    note: str
    later: Procedure

    @property
    def line(self) -> str:
        """``Từ ngày 01/01/2027: lệ phí còn 10.000 đồng.``"""
        return f"Từ ngày {self.day:%d/%m/%Y}: {self.note}"


async def read_upcoming(session: AsyncSession, day: date) -> dict[str, Upcoming]:
    """The scheduled changes whose day comes after ``day``, by code."""
    query = select(ContentChange).where(
        ContentChange.state == changes.State.SCHEDULED, ContentChange.effective_from > day
    )
    found: dict[str, Upcoming] = {}
    for row in (await session.scalars(query)).all():
        try:
            later = changes.validated(row.content)
        except changes.Invalid as error:
            log.warning("knowledge.upcoming_unreadable", change=row.id, why=error.said)
        else:
            if row.effective_from:
                found[row.code] = Upcoming(row.effective_from, row.public_note, later)
    return found


def with_upcoming(reply: Reply, later: Reply, upcoming: Upcoming) -> Reply:
    """``reply`` with the line at its end when ``later``, the same answer of what is to come, differs."""
    if _said(reply) == _said(later):
        return reply
    card = reply.card
    if card:
        told = TextSection(text=upcoming.line)
        card = card.model_copy(update={"sections": [*card.sections, told]})
    return reply.model_copy(update={"text": f"{reply.text}\n{upcoming.line}", "card": card})


def _said(reply: Reply) -> tuple[str, list[str]]:
    """What an answer tells; its title, its sources and what it offers may differ."""
    return reply.text, [] if reply.card is None else [repr(section) for section in reply.card.sections]
