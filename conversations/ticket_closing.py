"""How a ticket ends: a goodbye, the question whether it helped, and the conversation back to the bot."""

from __future__ import annotations

from sqlalchemy import func, select

from conversations.contract import Author
from conversations.holding import NotHeld
from conversations.models import Conversation, Holder, Message, Ticket
from conversations.service import Conversations
from conversations.ticket_claims import NotYours, TicketError, TicketGone, owned
from conversations.ticket_events import Staff, TicketEventKind, record
from conversations.ticket_models import KnowledgeGap
from conversations.ticket_rating import rating_buttons
from conversations.tickets import Outcome, outcomes
from motcua.context import Context
from motcua.db import Database, now
from motcua.reply import Kind, Reply

_LONGEST = 4000


class UnknownOutcome(TicketError):
    """No such way to end."""

    def __init__(self) -> None:
        super().__init__("Anh/chị chọn kết quả của phiếu trước khi đóng.")


class NothingToFile(TicketError):
    """Nobody asked anything that an editor could answer."""

    def __init__(self) -> None:
        super().__init__("Phiếu này chưa có câu hỏi nào bằng chữ để gửi cho người biên tập.")


class Closing:
    """Ends tickets."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._db, self._conversations = database, conversations

    async def close(self, ticket_id: int, by: Staff, outcome: str) -> None:
        """End a ticket that ``by`` has: say goodbye, hand back to the bot, with the procedure in hand.

        A second click changes nothing more. Raises UnknownOutcome, TicketGone, TicketClosed, NotYours.
        """
        ends = outcomes().get(outcome)
        if ends is None:
            raise UnknownOutcome
        async with self._db.read() as session:
            ticket = await owned(session, ticket_id, by)
            answer = await session.scalar(
                select(func.max(Message.id)).where(
                    Message.conversation_id == ticket.conversation_id,
                    Message.author == Author.STAFF,
                    Message.created_at >= ticket.created_at,
                )
            )
        if goodbye := _goodbye(ends, answer):
            # Sent first: killed before the ticket is closed, the same key is sent again and changes nothing.
            key = f"ticket-{ticket_id}-{ticket.reopened}-goodbye"
            try:
                await self._conversations.say(ticket.conversation_id, by.id, goodbye, key=key, name=by.name)
            except NotHeld as error:
                raise NotYours from error
        await self._finish(ticket, by, outcome)

    async def file_gap(self, ticket_id: int, by: Staff) -> int:
        """Give the editors the question of a ticket with the answer a person found; the id of the entry.

        Once a ticket: again, it takes over the newest answer. Raises TicketGone, NothingToFile.
        """
        async with self._db.write() as session:
            ticket = await session.get(Ticket, ticket_id, with_for_update=True)
            if ticket is None:
                raise TicketGone
            if not ticket.summary.strip():
                raise NothingToFile
            answers = await session.scalars(
                select(Message.text)
                .where(
                    Message.conversation_id == ticket.conversation_id,
                    Message.author == Author.STAFF,
                    Message.created_at >= ticket.created_at,
                )
                .order_by(Message.id.desc())
                .limit(5)
            )
            goodbyes = {ends.goodbye for ends in outcomes().values()}
            answer = next((text for text in answers if text not in goodbyes), "")[:_LONGEST]
            gap: KnowledgeGap | None = await session.scalar(
                select(KnowledgeGap).where(KnowledgeGap.ticket_id == ticket_id, KnowledgeGap.state == "open")
            )
            if gap is None:
                gap = KnowledgeGap(
                    ticket_id=ticket_id,
                    question=ticket.summary,
                    procedure=ticket.procedure,
                    by=by.id,
                    by_name=by.name,
                )
                session.add(gap)
            gap.answer = answer or gap.answer or ""
            await session.flush()
            return gap.id

    async def withdraw_gap(self, ticket_id: int) -> bool:
        """Take back what was filed, as long as no editor has dealt with it."""
        async with self._db.write() as session:
            gap = await session.scalar(
                select(KnowledgeGap).where(KnowledgeGap.ticket_id == ticket_id, KnowledgeGap.state == "open")
            )
            if gap is None:
                return False
            await session.delete(gap)
            return True

    async def _finish(self, ticket: Ticket, by: Staff, outcome: str) -> None:
        async with self._db.write() as session:
            conversation = await session.get(Conversation, ticket.conversation_id, with_for_update=True)
            stored = await owned(session, ticket.id, by)
            stored.closed_at, stored.closed_by, stored.outcome = now(), by.id, outcome
            stored.waiting_since = stored.wanted_by = None
            record(session, stored.id, TicketEventKind.CLOSED, by=by, ward=stored.ward, detail=outcome)
            if conversation and (
                conversation.holder != Holder.STAFF or conversation.held_by in (by.id, None)
            ):
                conversation.holder, conversation.held_by, conversation.held_until = Holder.BOT, None, None
                conversation.context = _continued(conversation.context, stored)


def _goodbye(ends: Outcome, answer: int | None) -> Reply | None:
    """The last words, with the question whether the answer helped; nothing to ask where nobody answered."""
    if not ends.goodbye:
        return None
    buttons = rating_buttons(answer) if ends.ask_rating and answer else []
    return Reply(kind=Kind.HANDOFF, text=ends.goodbye, buttons=buttons)


def _continued(context: dict[str, object], ticket: Ticket) -> dict[str, object]:
    """What the bot goes on with: the procedure that was talked about, and no question left open."""
    kept = Context.model_validate(context or {}).model_copy(update={"awaiting": None, "misses": 0})
    if ticket.procedure:
        kept = kept.model_copy(update={"procedure": ticket.procedure})
    return kept.model_dump(mode="json", exclude_defaults=True)
