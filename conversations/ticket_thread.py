"""One ticket with what was said: what the page of a thread shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.contract import Author
from conversations.models import Conversation, Message, OutboxItem, OutboxState, Ticket
from conversations.repository import readable
from conversations.statements import ERASED
from conversations.ticket_models import KnowledgeGap, TicketEvent
from motcua.reply import Reply

PAGE = 100
_TROUBLE = (OutboxState.FAILED, OutboxState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the transcript. ``said_by``: the name of the person who wrote it. ``trouble``: the channel
    has not taken it (failed) or has not said so.
    """

    id: int
    author: Author
    text: str
    created_at: datetime
    kind: str
    reply: Reply | None
    said_by: str | None = None
    trouble: OutboxState | None = None

    @property
    def pressed(self) -> bool:
        """Whether the citizen pressed a button instead of typing."""
        return self.kind == "press"


@dataclass(frozen=True, slots=True)
class Thread:
    """A ticket, whose conversation it is in, and the newest lines of the transcript."""

    ticket: Ticket
    channel: str
    last_citizen_at: datetime | None
    lines: list[Line]
    older: bool
    gap_filed: bool
    erased: bool

    @property
    def last_id(self) -> int:
        """The newest line, 0 when there is none."""
        return self.lines[-1].id if self.lines else 0

    @property
    def question(self) -> Line | None:
        """What the citizen last wrote in words and nobody has answered yet."""
        for line in reversed(self.lines):
            if line.author is Author.STAFF:
                return None
            if line.author is Author.CITIZEN and not line.pressed and len(line.text.split()) > 1:
                return line
        return None


async def load(session: AsyncSession, ticket_id: int, before: int | None = None) -> Thread | None:
    """The ticket with its newest :data:`PAGE` lines, or those before message ``before``; None: no such."""
    ticket = await session.get(Ticket, ticket_id)
    if ticket is None:
        return None
    conversation = await session.get_one(Conversation, ticket.conversation_id)
    rows = await _newest(session, ticket.conversation_id, before)
    gap = await session.scalar(
        select(KnowledgeGap.id).where(KnowledgeGap.ticket_id == ticket_id, KnowledgeGap.state == "open")
    )
    return Thread(
        ticket=ticket,
        channel=conversation.channel,
        last_citizen_at=conversation.last_citizen_at,
        lines=rows[-PAGE:],
        older=len(rows) > PAGE,
        gap_filed=gap is not None,
        erased=conversation.erased_at is not None,
    )


async def whole_transcript(session: AsyncSession, conversation_id: str) -> list[Line]:
    """Everything that was said, oldest first."""
    rows = await session.execute(
        select(Message, OutboxItem.state)
        .outerjoin(OutboxItem, OutboxItem.message_id == Message.id)
        .where(Message.conversation_id == conversation_id, Message.kind != ERASED)
        .order_by(Message.id)
    )
    return [_line(message, state) for message, state in rows]


async def history(session: AsyncSession, ticket_id: int, limit: int = 20) -> Sequence[TicketEvent]:
    """What has happened to a ticket lately, newest first; messages are left out."""
    rows = await session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind.not_in(("message", "replied", "note")))
        .order_by(TicketEvent.id.desc())
        .limit(limit)
    )
    return rows.all()


async def _newest(session: AsyncSession, conversation_id: str, before: int | None) -> list[Line]:
    query = (
        select(Message, OutboxItem.state)
        .outerjoin(OutboxItem, and_(OutboxItem.message_id == Message.id, OutboxItem.state.in_(_TROUBLE)))
        .where(Message.conversation_id == conversation_id, Message.kind != ERASED)
    )
    if before is not None:
        query = query.where(Message.id < before)
    rows = await session.execute(query.order_by(Message.id.desc()).limit(PAGE + 1))
    return [_line(message, state) for message, state in rows][::-1]


def _line(message: Message, state: str | None) -> Line:
    return Line(
        id=message.id,
        author=Author(message.author),
        text=message.text,
        created_at=message.created_at,
        kind=message.kind,
        said_by=message.said_by,
        reply=readable(message.reply),
        trouble=OutboxState(state) if state in _TROUBLE else None,
    )
