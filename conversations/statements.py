"""The statements that every turn runs, built once. Building them anew took longer than running them."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, bindparam, or_, select, update

from conversations.models import ButtonChoice, Conversation, Message, Turn, TurnState
from conversations.open_rows import unanswered

ERASED = "erased"
"""The kind of a message of which only the trace is left that keeps it from being taken in again."""

# Core updates: a turn reads what it has changed from the database, so the session need not follow.
_conversations = cast("Table", Conversation.__table__)
_turns = cast("Table", Turn.__table__)

CONVERSATION_BY_KEY = (
    select(Conversation).where(Conversation.address_key == bindparam("key")).with_for_update()
)
CONVERSATION_ID_BY_KEY = select(Conversation.id).where(Conversation.address_key == bindparam("key"))

MESSAGE_BY_CHANNEL_ID = select(Message).where(
    Message.channel == bindparam("channel"),
    Message.channel_message_id.in_((bindparam("channel_id"), bindparam("forgotten_id"))),
)
MESSAGES_AFTER = (
    select(Message)
    .where(
        Message.conversation_id == bindparam("conversation_id"),
        Message.id > bindparam("after"),
        Message.kind != ERASED,
    )
    .order_by(Message.id)
    .limit(bindparam("most"))
)

FIRST_PENDING_TURN = (
    select(Turn)
    .where(Turn.conversation_id == bindparam("conversation_id"), unanswered(Turn.state))
    .order_by(Turn.message_id)
    .limit(1)
)
FINISH_TURN = (
    update(_turns)
    .where(_turns.c.message_id == bindparam("turn"), _turns.c.state == TurnState.PENDING)
    .values(state=TurnState.DONE, done_at=bindparam("at"), held=None)
)

TAKE_LEASE = (
    update(_conversations)
    .where(
        _conversations.c.id == bindparam("conversation_id"),
        or_(
            _conversations.c.lease_until.is_(None),
            _conversations.c.lease_until < bindparam("at"),
            _conversations.c.lease_by == bindparam("owner"),
        ),
    )
    .values(lease_by=bindparam("owner"), lease_until=bindparam("until"))
)
RELEASE_LEASE = (
    update(_conversations)
    .where(
        _conversations.c.id == bindparam("conversation_id"), _conversations.c.lease_by == bindparam("owner")
    )
    .values(lease_by=None, lease_until=None)
)

NEWEST_OFFERS = (
    select(ButtonChoice)
    .where(
        ButtonChoice.message_id
        == select(ButtonChoice.message_id)
        .where(ButtonChoice.conversation_id == bindparam("conversation_id"))
        .order_by(ButtonChoice.message_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    .order_by(ButtonChoice.position)
)
