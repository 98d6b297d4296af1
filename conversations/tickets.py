"""Tickets: a citizen who needs a human. Opened in the transaction of the turn that asked for one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Conversation, Holder, Message, Ticket
from motcua.reply import Reply


async def open_ticket(session: AsyncSession, conversation: Conversation, turn_id: int, reply: Reply) -> None:
    """Open a ticket unless one is open, and let the conversation wait for a human.

    While it waits the bot still answers; it falls silent when a volunteer takes over.
    """
    already = await session.scalar(
        select(Ticket.id).where(Ticket.conversation_id == conversation.id, Ticket.closed_at.is_(None))
    )
    if already is not None:
        return
    asked = await session.get_one(Message, turn_id)
    session.add(
        Ticket(
            conversation_id=conversation.id,
            reason=(reply.handoff_reason or "request")[:30],
            summary=asked.text[:500],
            procedure=reply.procedure,
            ward=conversation.ward,
        )
    )
    conversation.holder = Holder.WAITING
