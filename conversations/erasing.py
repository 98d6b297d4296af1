"""Erasure: what a citizen wrote goes, and with it whatever says whose it was.

The conversation itself stays as an empty shell, so that tickets and ratings still count. The shell can no
longer be found by its citizen: the next message begins a new conversation. For a day it keeps a keyed hash
of each message id, because a channel may deliver a message again, and what was erased must not come back.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import attachments
from conversations.bot import BotAnswer
from conversations.contract import Author
from conversations.intake import Keys
from conversations.models import (
    ButtonChoice,
    Conversation,
    Holder,
    Message,
    OutboxItem,
    Ticket,
    Turn,
)
from conversations.open_rows import unsent
from conversations.operation_models import Rating
from conversations.statements import ERASED
from conversations.ticket_events import TicketEventKind, record
from conversations.tickets import forget_texts
from motcua.context import Context
from motcua.db import now
from motcua.reply import Effect

log = structlog.get_logger(__name__)

OnErase = Callable[[AsyncSession, str], Awaitable[None]]
"""Deletes what a room keeps about a conversation, in the transaction of the erasure."""

# Zalo redelivers for two hours; a web page that was offline sends again what it kept.
REDELIVERED = timedelta(hours=24)
_SENT_BY_NOW = timedelta(hours=72)
"""The outbox gives up after 48 hours; what is still unsent then will never need its address."""
_TICKET_CLOSED = (
    "Yêu cầu gặp cán bộ của anh/chị cũng đã đóng; khi cần, anh/chị nhắn “gặp cán bộ” để gửi lại từ đầu."
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure deleted. ``successor`` is the conversation of messages that came after the request."""

    conversation_id: str | None
    messages: int = 0
    ratings: int = 0
    tickets_closed: int = 0
    successor: str | None = None


class Eraser:
    """Erases conversations, and lets the other rooms do so with what they keep."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._callbacks: list[OnErase] = []

    def subscribe(self, callback: OnErase) -> None:
        """Have ``callback`` called in the transaction of every erasure."""
        self._callbacks.append(callback)

    async def erase(
        self,
        session: AsyncSession,
        conversation: Conversation,
        *,
        up_to: int | None = None,
        keep_address: bool = False,
    ) -> Erased:
        """Erase a conversation that is locked. The caller commits. Erasing it again changes nothing.

        ``up_to`` is the message that asked for it: what the citizen wrote after it goes on in a new
        conversation. ``keep_address`` is for a last reply; the outbox forgets it then.
        """
        if conversation.erased_at is not None:
            return Erased(conversation.id)
        mine = conversation.id
        for callback in self._callbacks:
            await callback(session, mine)
        later = await self._later(session, conversation, up_to)
        key, address = conversation.address_key, conversation.address
        _empty(conversation, keep_address)
        await session.flush()  # gives the unique key free
        successor = await _go_on(session, conversation, key, address, later) if later else None
        erased = Erased(
            mine,
            messages=await self._forget_messages(session, conversation),
            ratings=await _unlink_ratings(session, mine),
            tickets_closed=await _close_tickets(session, conversation),
            successor=successor,
        )
        log.info("conversations.erased", conversation=mine, messages=erased.messages)
        return erased

    async def _later(self, session: AsyncSession, conversation: Conversation, up_to: int | None) -> list[int]:
        if up_to is None:
            return []
        rows = await session.scalars(
            select(Message.id).where(
                Message.conversation_id == conversation.id,
                Message.id > up_to,
                Message.author == Author.CITIZEN,
            )
        )
        return list(rows)

    async def _forget_messages(self, session: AsyncSession, conversation: Conversation) -> int:
        mine = Message.conversation_id == conversation.id
        count = await session.scalar(select(func.count()).select_from(Message).where(mine)) or 0
        await attachments.forget(session, conversation.id)
        for table in (ButtonChoice, OutboxItem, Turn):
            await session.execute(
                delete(table)
                .where(table.conversation_id == conversation.id)
                .execution_options(synchronize_session=False)
            )
        recent = await session.execute(
            select(Message.id, Message.channel_message_id).where(
                mine,
                Message.channel_message_id.is_not(None),  # also ours: a channel may echo what it sent
                Message.created_at > now() - REDELIVERED,
            )
        )
        traces = {
            row.id: self._keys.forgotten(conversation.channel, row.channel_message_id) for row in recent
        }
        await session.execute(
            delete(Message)
            .where(mine, Message.id.not_in(traces))
            .execution_options(synchronize_session=False)
        )
        for message_id, trace in traces.items():
            await session.execute(
                update(Message)
                .where(Message.id == message_id)
                .values(kind=ERASED, text="", command=None, reply=None, channel_message_id=trace, key=None)
                .execution_options(synchronize_session=False)
            )
        return count


def farewell(answer: BotAnswer, erased: Erased) -> BotAnswer:
    """What is said about an erasure: the reply that asked for it, and nothing remembered."""
    asking = next(reply for reply in answer.replies if reply.effect is Effect.ERASE)
    if erased.tickets_closed:
        asking = asking.model_copy(update={"text": f"{asking.text} {_TICKET_CLOSED}"})
    return BotAnswer([asking], Context(), answer.intent)


def _empty(conversation: Conversation, keep_address: bool) -> None:
    conversation.erased_at = now()
    conversation.address_key = f"erased:{conversation.id}"
    if not keep_address:
        conversation.address = None
    conversation.context = {}
    conversation.ward = None
    conversation.holder, conversation.held_by, conversation.held_until = Holder.CLOSED, None, None


async def _go_on(
    session: AsyncSession, erased: Conversation, key: str, address: str | None, messages: list[int]
) -> str:
    """A new conversation of the same citizen for what they have written since."""
    new = Conversation(
        id=uuid.uuid4().hex,
        channel=erased.channel,
        account=erased.account,
        address=address,
        address_key=key,
        context={},
        last_citizen_at=erased.last_citizen_at,
    )
    session.add(new)
    await session.flush()
    for table, column in ((Message, Message.id), (Turn, Turn.message_id)):
        await session.execute(
            update(table)
            .where(column.in_(messages))
            .values(conversation_id=new.id)
            .execution_options(synchronize_session=False)
        )
    return new.id


async def _unlink_ratings(session: AsyncSession, conversation_id: str) -> int:
    mine = Rating.conversation_id == conversation_id
    count = await session.scalar(select(func.count()).select_from(Rating).where(mine)) or 0
    await session.execute(
        update(Rating)
        .where(mine)
        .values(conversation_id=None, message_id=None, comment="")
        .execution_options(synchronize_session=False)
    )
    return count


async def _close_tickets(session: AsyncSession, conversation: Conversation) -> int:
    """Tickets lose their words; one that is open is closed, also under the hands of whoever has it."""
    await forget_texts(session, conversation.id)
    is_open = (Ticket.conversation_id == conversation.id) & Ticket.closed_at.is_(None)
    tickets = (await session.scalars(select(Ticket).where(is_open))).all()
    for ticket in tickets:
        ticket.closed_at = now()
        record(session, ticket.id, TicketEventKind.CLOSED, ward=ticket.ward)
    await session.flush()
    return len(tickets)


async def forget_address(session: AsyncSession, conversation_id: str) -> None:
    """The last reply to an erased conversation has gone out, or never will: forget where it went."""
    still_open = select(OutboxItem.message_id).where(
        OutboxItem.conversation_id == conversation_id, unsent(OutboxItem.state)
    )
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.erased_at.is_not(None), ~still_open.exists())
        .values(address=None)
        .execution_options(synchronize_session=False)
    )


async def sweep(session: AsyncSession) -> int:
    """Delete what shells kept for a while: traces of messages, the last reply, its address. How many rows."""
    at = now()
    old = select(Conversation.id).where(Conversation.erased_at < at - REDELIVERED)
    done = (
        ~select(OutboxItem.message_id)
        .where(OutboxItem.message_id == Message.id, unsent(OutboxItem.state))
        .exists()
    )
    swept = await session.execute(
        delete(Message)
        .where(Message.conversation_id.in_(old), done)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Conversation)
        .where(Conversation.erased_at < at - _SENT_BY_NOW, Conversation.address.is_not(None))
        .values(address=None)
        .execution_options(synchronize_session=False)
    )
    return max(0, getattr(swept, "rowcount", 0))
