"""Queries of conversations. Every function takes the session of its caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from pydantic import ValidationError
from sqlalchemy import ColumnElement, CursorResult, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from conversations import statements
from conversations.attachments import mark_sent
from conversations.choices import Offer, publish_buttons
from conversations.contract import Author, StoredMessage
from conversations.models import (
    ButtonChoice,
    Conversation,
    Message,
    OutboxItem,
    OutboxState,
    Turn,
)
from conversations.open_rows import unanswered, unsent
from motcua.context import Context
from motcua.db import now
from motcua.reply import Command, Reply

log = structlog.get_logger(__name__)


async def conversation_by_key(session: AsyncSession, key: str) -> Conversation | None:
    """The conversation with this keyed hash of channel, account and address.

    Locked until the transaction ends: whoever adds to a transcript does so one after the other, so
    that message ids are committed in order and a reader's cursor skips nothing.
    """
    found: Conversation | None = await session.scalar(statements.CONVERSATION_BY_KEY, {"key": key})
    return found


async def locked_conversation(session: AsyncSession, conversation_id: str) -> Conversation:
    """The conversation, locked like ``conversation_by_key``. Raises NoResultFound."""
    return await session.get_one(Conversation, conversation_id, with_for_update=True)


async def locked_if_there(session: AsyncSession, conversation_id: str) -> Conversation | None:
    """The conversation, locked; None when there is none, or it has been erased."""
    found = await session.get(Conversation, conversation_id, with_for_update=True)
    return found if found and found.erased_at is None else None


async def conversation_id_of(session: AsyncSession, key: str) -> str | None:
    """The id of the conversation with this keyed hash."""
    found: str | None = await session.scalar(statements.CONVERSATION_ID_BY_KEY, {"key": key})
    return found


async def message_by_channel_id(
    session: AsyncSession, channel: str, channel_id: str, forgotten_id: str
) -> Message | None:
    """The stored message that the channel knows under this id, or what is left of it (``forgotten_id``)."""
    found: Message | None = await session.scalar(
        statements.MESSAGE_BY_CHANNEL_ID,
        {"channel": channel, "channel_id": channel_id, "forgotten_id": forgotten_id},
    )
    return found


async def message_by_key(session: AsyncSession, conversation_id: str, key: str) -> int | None:
    """The id of the message that was written under this key."""
    found: int | None = await session.scalar(
        select(Message.id).where(Message.conversation_id == conversation_id, Message.key == key)
    )
    return found


async def messages_after(
    session: AsyncSession, conversation_id: str, after: int, limit: int
) -> list[StoredMessage]:
    """The transcript after message ``after``, oldest first."""
    rows = await session.scalars(
        statements.MESSAGES_AFTER, {"conversation_id": conversation_id, "after": after, "most": limit}
    )
    return [
        StoredMessage(
            id=row.id,
            author=Author(row.author),
            text=row.text,
            created_at=row.created_at,
            reply=readable(row.reply),
            turn_id=row.turn_id,
            channel_message_id=row.channel_message_id,
        )
        for row in rows
    ]


async def ready_conversations(session: AsyncSession, at: datetime, limit: int, owner: str) -> Sequence[str]:
    """Conversations whose oldest unanswered message ``owner`` may try now, longest waiting first.

    Only the oldest counts: a later message never overtakes one that is waiting for its next try.
    Conversations that another gateway holds are left out; they would fill the list while it works.
    """
    earlier = aliased(Turn)
    query = (
        select(Turn.conversation_id)
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(
            unanswered(Turn.state),
            Turn.not_before <= at,
            _free_for(owner, at),
            ~exists().where(
                earlier.conversation_id == Turn.conversation_id,
                unanswered(earlier.state),
                earlier.message_id < Turn.message_id,
            ),
        )
        .order_by(Turn.message_id + 0)  # a bare column would have SQLite read all turns in that order
        .limit(limit)
    )
    return (await session.scalars(query)).all()


def _free_for(owner: str, at: datetime) -> ColumnElement[bool]:
    return or_(
        Conversation.lease_until.is_(None),
        Conversation.lease_until < at,
        Conversation.lease_by == owner,
    )


async def take_lease(session: AsyncSession, conversation_id: str, owner: str, seconds: float) -> bool:
    """Claim the conversation for ``owner``; False when another gateway holds it."""
    at = now()
    until = at + timedelta(seconds=seconds)
    result = await session.execute(
        statements.TAKE_LEASE,
        {"conversation_id": conversation_id, "owner": owner, "at": at, "until": until},
    )
    return rows_changed(result) == 1


async def release_lease(session: AsyncSession, conversation_id: str, owner: str) -> None:
    """Give the conversation back."""
    await session.execute(statements.RELEASE_LEASE, {"conversation_id": conversation_id, "owner": owner})


async def first_pending_turn(session: AsyncSession, conversation_id: str) -> Turn | None:
    """The oldest unanswered message of a conversation."""
    found: Turn | None = await session.scalar(
        statements.FIRST_PENDING_TURN, {"conversation_id": conversation_id}
    )
    return found


async def finish_turn(session: AsyncSession, message_id: int) -> bool:
    """Mark a turn as answered; False when somebody else has done so already."""
    result = await session.execute(statements.FINISH_TURN, {"turn": message_id, "at": now()})
    return rows_changed(result) == 1


async def hurry_waiting(session: AsyncSession, conversation: Conversation) -> None:
    """Have what waits for a better moment, such as the morning, tried now: its citizen is there.

    Otherwise it would keep the answer to what they have just written behind it.
    """
    await session.execute(
        update(OutboxItem)
        .where(
            OutboxItem.channel == conversation.channel,
            OutboxItem.conversation_id == conversation.id,
            unsent(OutboxItem.state),
            OutboxItem.state == OutboxState.PENDING,
            OutboxItem.not_before > now(),
        )
        .values(not_before=now())
        .execution_options(synchronize_session=False)
    )


async def add_reply(
    session: AsyncSession,
    conversation: Conversation,
    reply: Reply,
    turn_id: int | None,
    *,
    author: Author = Author.BOT,
    key: str | None = None,
    said_by: str | None = None,
) -> int:
    """Store a reply with its buttons, and put it in the outbox if it has to be sent. Returns its id."""
    await mark_sent(session, reply.attachments)
    shown, offers = publish_buttons(reply)
    message = Message(
        conversation_id=conversation.id,
        author=author,
        kind="reply",
        text=shown.text,
        reply=shown.to_wire(),
        turn_id=turn_id,
        channel=conversation.channel,
        key=key,
        said_by=said_by,
    )
    session.add(message)
    await session.flush()
    for offer in offers:
        session.add(
            ButtonChoice(
                id=offer.id,
                message_id=message.id,
                conversation_id=conversation.id,
                position=offer.position,
                title=offer.title,
                command=offer.command.model_dump(),
            )
        )
    if conversation.address is not None:  # otherwise the channel comes for its messages by itself
        session.add(
            OutboxItem(message_id=message.id, conversation_id=conversation.id, channel=conversation.channel)
        )
    return message.id


async def offer_by_id(session: AsyncSession, conversation_id: str, button_id: str) -> Offer | None:
    """A button that was offered in this conversation."""
    row = await session.get(ButtonChoice, button_id)
    return _offer(row) if row and row.conversation_id == conversation_id else None


async def newest_offers(session: AsyncSession, conversation_id: str) -> list[Offer]:
    """The buttons under the last reply that had any."""
    rows = await session.scalars(statements.NEWEST_OFFERS, {"conversation_id": conversation_id})
    return [_offer(row) for row in rows]


def committed_context(conversation: Conversation) -> Context:
    """What the conversation remembers; nothing, if another version wrote what cannot be read."""
    try:
        return Context.model_validate(conversation.context or {})
    except ValidationError:
        log.warning("conversations.context_unreadable")
        return Context()


def readable(stored: dict[str, Any] | None) -> Reply | None:
    """A stored reply; one written by another version that cannot be read is shown by its text alone."""
    if stored is None:
        return None
    try:
        return Reply.model_validate(stored)
    except ValidationError:
        log.warning("messages.reply_unreadable")
        return None


def _offer(row: ButtonChoice) -> Offer:
    return Offer(row.id, row.position, row.title, Command.model_validate(row.command))


def rows_changed(result: object) -> int:
    """How many rows an UPDATE changed."""
    return cast("CursorResult[Any]", result).rowcount
