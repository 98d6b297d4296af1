"""Tickets: a citizen who needs a human. Opened in the transaction of the turn that asked for one.

What volunteers do with them is in the ``ticket_*`` modules beside this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy import and_, bindparam, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.contract import Author
from conversations.duty import availability
from conversations.gap_models import GapItem
from conversations.models import Conversation, Holder, Message, Ticket
from conversations.ticket_events import Staff, TicketEventKind, record
from conversations.ticket_models import KnowledgeGap, PendingReply, ReplyDraft, TicketNote
from motcua.context import Context
from motcua.db import now
from motcua.reply import Kind, Reply
from motcua.settings import TicketSettings
from vietnamese import fold

_SUMMARY = 500
_TRIED = 5
_EARLIER = 20
# "gặp cán bộ", "cho tôi gặp người thật": too short to say what it is about.
_FEW_WORDS = 6
_NOT_TRIED = (Kind.HANDOFF, Kind.SMALLTALK)


class Reason(StrEnum):
    """Why a ticket was opened. An action may give another name; it is stored as it is."""

    REQUEST = "request_human"
    ANGER = "complain"
    NO_ANSWER = "no_answer"
    MISSES = "two_misses"
    OFFICER = "officer"


class Outcome(BaseModel):
    """How a ticket may end (``ticket_outcomes.yml``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    ask_rating: bool = False
    goodbye: str = ""
    reopens_on_message: bool = False


@cache
def outcomes() -> dict[str, Outcome]:
    """The ways a ticket may end, in the order in which they are offered. Raises ValueError for a bad file."""
    rows = yaml.safe_load(Path(__file__).with_name("ticket_outcomes.yml").read_text(encoding="utf-8"))
    return {code: Outcome.model_validate(row) for code, row in rows.items()}


# Run for every message that comes in, so built once.
_TICKET_OF_A_MESSAGE = (
    select(Ticket)
    .where(
        Ticket.conversation_id == bindparam("conversation_id"),
        or_(
            Ticket.closed_at.is_(None),
            and_(
                Ticket.closed_at > bindparam("since"),
                Ticket.outcome.in_(bindparam("silent", expanding=True)),
            ),
        ),
    )
    .order_by(case((Ticket.closed_at.is_(None), 0), else_=1), Ticket.closed_at.desc())
    .limit(1)
    .with_for_update()  # a reply that is being sent at this moment must not take the new wait away
)


async def open_ticket(session: AsyncSession, conversation: Conversation, turn_id: int, reply: Reply) -> None:
    """Open a ticket unless one is open, and let the conversation wait for a human.

    While it waits the bot still answers; it falls silent when a volunteer takes over. A ticket that
    was closed within the time of ``TicketSettings.reopen_s`` goes on instead, with all its notes.
    """
    await _open(
        session, conversation, turn_id, reply.handoff_reason or Reason.REQUEST, procedure=reply.procedure
    )


async def open_after_misses(
    session: AsyncSession,
    conversation: Conversation,
    turn_id: int,
    replies: Sequence[Reply],
    context: Context,
) -> None:
    """Open a ticket when the bot has had no answer too often in a row; not for the command line."""
    most = _rules().after_misses
    missed = any(reply.kind in (Kind.NO_ANSWER, Kind.CLARIFY) for reply in replies)
    if most and missed and context.misses >= most and conversation.channel != "cli":
        await _open(session, conversation, turn_id, Reason.MISSES, procedure=context.procedure)


async def open_by_staff(session: AsyncSession, conversation_id: str, by: Staff) -> int | None:
    """Open a ticket because somebody at the desk wants to see to it; its id. None: nothing was ever said."""
    conversation = await session.get(Conversation, conversation_id, with_for_update=True)
    last = await session.scalar(
        select(func.max(Message.id)).where(
            Message.conversation_id == conversation_id, Message.author == Author.CITIZEN
        )
    )
    if conversation is None or last is None:
        return None
    return await _open(session, conversation, last, Reason.OFFICER, procedure=None, by=by)


async def citizen_wrote(session: AsyncSession, conversation: Conversation, message: Message) -> None:
    """A message of the citizen has been stored: whoever has the open ticket sees it, and owes a reply.

    A ticket that ended with the citizen's silence, or with something they had to bring, goes on.
    """
    ticket = await session.scalar(
        _TICKET_OF_A_MESSAGE,
        {"conversation_id": conversation.id, "since": _reopen_since(now()), "silent": _silent_outcomes()},
    )
    if ticket is None:
        return
    if ticket.closed_at:
        await _go_on(session, conversation, ticket)
    ticket.last_citizen_message_id = message.id
    ticket.waiting_since = ticket.waiting_since or now()
    record(session, ticket.id, TicketEventKind.MESSAGE, ward=ticket.ward)


async def reopen(session: AsyncSession, ticket_id: int, by: Staff) -> bool:
    """Take a closed ticket up again; False when it is open, or another one of this citizen is."""
    ticket = await session.get(Ticket, ticket_id)
    if ticket is None:
        return False
    conversation = await session.get_one(Conversation, ticket.conversation_id, with_for_update=True)
    await session.refresh(ticket)
    if ticket.closed_at is None or await _open_ticket_of(session, ticket.conversation_id):
        return False
    await _go_on(session, conversation, ticket, by)
    ticket.waiting_since = now()
    return True


async def forget_texts(session: AsyncSession, conversation_id: str) -> None:
    """Delete what the tickets of a conversation say in words: summaries, notes, drafts, knowledge gaps.

    That there was a ticket, why, and how long it took stays.
    """
    mine = select(Ticket.id).where(Ticket.conversation_id == conversation_id)
    for table in (TicketNote, ReplyDraft, PendingReply, KnowledgeGap):
        await session.execute(delete(table).where(table.ticket_id.in_(mine)))
    await session.execute(
        delete(GapItem)
        .where(GapItem.conversation_id == conversation_id)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Ticket).where(Ticket.conversation_id == conversation_id).values(summary="", search_text="")
    )


async def _open(
    session: AsyncSession,
    conversation: Conversation,
    turn_id: int,
    reason: str,
    *,
    procedure: str | None,
    by: Staff | None = None,
) -> int:
    already = await _open_ticket_of(session, conversation.id)
    if already is not None:
        return already.id
    asked = await session.get_one(Message, turn_id)
    closed = await _recently_closed(session, conversation.id)
    if closed is not None:
        await _go_on(session, conversation, closed, by)
        closed.waiting_since, closed.last_citizen_message_id = asked.created_at, asked.id
        return closed.id
    earlier = await _earlier(session, conversation.id, turn_id)
    replies = [message.reply or {} for message in earlier if message.author == Author.BOT]
    tried = [_attempt(reply) for reply in replies if reply.get("kind") not in _NOT_TRIED]
    if reason == Reason.REQUEST and tried and tried[-1]["kind"] == Kind.NO_ANSWER:
        reason = Reason.NO_ANSWER
    context = conversation.context or {}
    summary = _summary(asked, earlier)
    ward = context.get("ward") or conversation.ward
    ticket = Ticket(
        conversation_id=conversation.id,
        reason=reason[:30],
        summary=summary,
        procedure=procedure or context.get("procedure"),
        ward=ward,
        tried=tried[-_TRIED:],
        search_text=fold(summary),
        out_of_hours=await _nobody_there(session, ward),
        waiting_since=asked.created_at,
        last_citizen_message_id=asked.id,
    )
    session.add(ticket)
    if conversation.holder == Holder.BOT:
        conversation.holder = Holder.WAITING
    await session.flush()
    record(session, ticket.id, TicketEventKind.OPENED, by=by, ward=ticket.ward, detail=ticket.reason)
    return ticket.id


async def _go_on(
    session: AsyncSession, conversation: Conversation, ticket: Ticket, by: Staff | None = None
) -> None:
    """Open a closed ticket again. The conversation must be locked, and must have no open ticket."""
    ticket.closed_at = ticket.closed_by = ticket.outcome = None
    ticket.claimed_by = ticket.claimed_name = ticket.claimed_at = ticket.owner_seen_at = None
    ticket.reopened += 1
    ticket.out_of_hours = await _nobody_there(session, ticket.ward)
    if conversation.holder in (Holder.BOT, Holder.CLOSED):
        conversation.holder = Holder.WAITING
    record(session, ticket.id, TicketEventKind.REOPENED, by=by, ward=ticket.ward)


async def _nobody_there(session: AsyncSession, ward: str | None) -> bool:
    """Whether the citizen has to wait for the next shift: then the ticket lies on top when it begins."""
    return not (await availability(session, ward, now())).open


async def _open_ticket_of(session: AsyncSession, conversation_id: str) -> Ticket | None:
    found: Ticket | None = await session.scalar(
        select(Ticket).where(Ticket.conversation_id == conversation_id, Ticket.closed_at.is_(None))
    )
    return found


async def _recently_closed(session: AsyncSession, conversation_id: str) -> Ticket | None:
    found: Ticket | None = await session.scalar(
        select(Ticket)
        .where(Ticket.conversation_id == conversation_id, Ticket.closed_at > _reopen_since(now()))
        .order_by(Ticket.closed_at.desc())
        .limit(1)
    )
    return found


def _reopen_since(at: datetime) -> datetime:
    return at - timedelta(seconds=_rules().reopen_s)


@cache
def _rules() -> TicketSettings:
    return TicketSettings()


@cache
def _silent_outcomes() -> tuple[str, ...]:
    return tuple(code for code, outcome in outcomes().items() if outcome.reopens_on_message)


async def _earlier(session: AsyncSession, conversation_id: str, turn_id: int) -> list[Message]:
    """What was said before the message ``turn_id``, oldest first."""
    rows = await session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.id < turn_id)
        .order_by(Message.id.desc())
        .limit(_EARLIER)
    )
    return list(rows)[::-1]


def _attempt(reply: dict[str, Any]) -> dict[str, Any]:
    """What the bot tried, without a word of it."""
    return {key: reply[key] for key in ("kind", "procedure", "facet") if reply.get(key)}


def _summary(asked: Message, earlier: Sequence[Message]) -> str:
    """What the citizen wants, in their own words: what came before "gặp cán bộ", if that is all they say."""
    says_little = asked.command is not None or len(asked.text.split()) < _FEW_WORDS
    questions = [
        message
        for message in earlier
        if message.author == Author.CITIZEN and len(message.text.split()) > 1 and message.text != asked.text
    ]
    return (questions[-1] if says_little and questions else asked).text[:_SUMMARY]
