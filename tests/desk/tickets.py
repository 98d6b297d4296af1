"""Citizens with tickets, for tests of the desk."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import Conversations, Inbound, InboundKind
from conversations.models import Conversation, Message, Ticket
from conversations.ticket_claims import Claims
from conversations.ticket_events import Staff
from conversations.tickets import open_ticket
from motcua.db import Database, now
from motcua.reply import Kind, Reply
from vietnamese import fold

HANDOFF = Reply(kind=Kind.HANDOFF, text="Đã ghi lại.", handoff_reason="request_human", procedure="1.001193")


class Tickets:
    """Makes citizens write and want a human."""

    def __init__(self, conversations: Conversations, database: Database) -> None:
        self._conversations, self._database = conversations, database

    async def writes(self, citizen: str, text: str) -> int:
        """A message of a citizen on the web chat; its id."""
        accepted = await self._conversations.receive(
            Inbound("web", uuid.uuid4().hex, citizen, InboundKind.TEXT, text)
        )
        return accepted.message_id

    async def open(
        self, citizen: str, text: str, *, ward: str | None = None, waited: timedelta = timedelta()
    ) -> int:
        """A citizen writes and wants a human; the number of the ticket."""
        message_id = await self.writes(citizen, text)
        async with self._database.write() as session:
            message = await session.get_one(Message, message_id)
            conversation = await session.get_one(Conversation, message.conversation_id)
            conversation.ward = ward
            await open_ticket(session, conversation, message_id, HANDOFF)
        return await self._settle(message_id, text, waited)

    async def _settle(self, message_id: int, text: str, waited: timedelta) -> int:
        async with self._database.write() as session:
            message = await session.get_one(Message, message_id)
            ticket = await self._ticket(session, message.conversation_id)
            ticket.waiting_since, ticket.out_of_hours = now() - waited, False
            ticket.summary, ticket.search_text = text, fold(text)
            return ticket.id

    async def claim(self, ticket_id: int, by: Staff) -> None:
        """Somebody takes the ticket."""
        assert (await Claims(self._database, 180).claim(ticket_id, by)).won

    async def conversation_of(self, ticket_id: int) -> str:
        """The conversation of a ticket."""
        async with self._database.read() as session:
            return (await session.get_one(Ticket, ticket_id)).conversation_id

    async def _ticket(self, session: AsyncSession, conversation_id: str) -> Ticket:
        found = await session.scalar(
            select(Ticket).where(Ticket.conversation_id == conversation_id, Ticket.closed_at.is_(None))
        )
        assert found
        return found
