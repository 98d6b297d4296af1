"""Whether an answer was useful: one rating a message, which the citizen may change."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import repository
from conversations.contract import Author
from conversations.guards import clean
from conversations.masking import mask
from conversations.models import Message
from conversations.operation_models import Rating
from motcua.db import now

_LONGEST_COMMENT = 1000


async def rate(
    session: AsyncSession, conversation_id: str, message_id: int, useful: bool, comment: str
) -> bool:
    """Store or change the rating of an answer. The comment is masked like every message.

    False when there is no such answer in this conversation. Changing a rating without a comment keeps
    the comment there is.
    """
    # Locked, so that two clicks at once are one rating.
    conversation = await repository.locked_if_there(session, conversation_id)
    message = await session.get(Message, message_id) if conversation else None
    if message is None or message.conversation_id != conversation_id or message.author == Author.CITIZEN:
        return False
    said = mask(clean(comment)[:_LONGEST_COMMENT])
    rating = await session.scalar(select(Rating).where(Rating.message_id == message_id))
    if rating is None:
        reply = repository.readable(message.reply)
        rating = Rating(
            conversation_id=conversation_id,
            message_id=message_id,
            procedure=reply.procedure if reply else None,
        )
        session.add(rating)
    rating.useful, rating.at, rating.comment = useful, now(), said or rating.comment or ""
    return True
