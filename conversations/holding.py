"""Who holds a conversation: the bot, or a person, perhaps for a while only.

While a person holds it the bot is silent. Nothing runs when ``held_until`` has passed: a message that
arrives after it is answered by the bot, which takes the conversation back with its answer.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Conversation, Holder
from conversations.repository import rows_changed
from motcua.db import now


class NotHeld(Exception):
    """Only the person who holds a conversation may write in it. Holds no names."""


def is_held(conversation: Conversation, at: datetime) -> bool:
    """Whether a person holds the conversation at ``at``; for a message, the moment when it arrived."""
    until = conversation.held_until
    return conversation.holder == Holder.STAFF and (until is None or at < until)


def is_held_by(conversation: Conversation, person: str) -> bool:
    """Whether ``person`` holds the conversation now."""
    return conversation.held_by == person and is_held(conversation, now())


async def hold(session: AsyncSession, conversation_id: str, by: str, until: datetime | None) -> bool:
    """Give the conversation to ``by``, or give them longer. One of many who ask at once gets it.

    False when somebody else holds it, or it does not exist any more.
    """
    result = await session.execute(
        update(Conversation)
        .where(
            Conversation.id == conversation_id,
            Conversation.erased_at.is_(None),
            or_(
                Conversation.holder != Holder.STAFF,
                Conversation.held_by == by,
                Conversation.held_by.is_(None),
                Conversation.held_until <= now(),
            ),
        )
        .values(holder=Holder.STAFF, held_by=by, held_until=until)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(result) == 1


async def release(session: AsyncSession, conversation_id: str, by: str | None) -> bool:
    """Hand the conversation back to the bot; ``by`` None: whoever has it. False when ``by`` has it not."""
    whose = (
        and_(Conversation.holder == Holder.STAFF, Conversation.held_by == by)
        if by is not None
        else Conversation.holder != Holder.BOT
    )
    result = await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.erased_at.is_(None), whose)
        .values(holder=Holder.BOT, held_by=None, held_until=None)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(result) == 1


def take_back(conversation: Conversation) -> None:
    """The time of whoever held it is over: it is the bot's again."""
    conversation.holder, conversation.held_by, conversation.held_until = Holder.BOT, None, None
