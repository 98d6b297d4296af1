"""What a person answers under a ticket, and the second pair of eyes where a team wants one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.attachments import Attachments, Refused, mark_sent
from conversations.guards import clean
from conversations.holding import NotHeld
from conversations.models import Ticket
from conversations.service import Conversations
from conversations.ticket_claims import NotYours, TicketError, TicketGone, owned
from conversations.ticket_events import Staff, TicketEventKind, record
from conversations.ticket_models import ApprovalState, PendingReply, ReplyDraft, TeamRule, TicketReader
from motcua.db import Database, now
from motcua.reply import Attachment, Kind, Reply

LONGEST = 4000
"""In characters. Zalo gets it in pieces."""
_SEE_FILES = "Anh/chị xem tệp kèm theo."


class EmptyReply(TicketError):
    """There is nothing to send."""

    def __init__(self) -> None:
        super().__init__("Anh/chị chưa viết câu trả lời.")


class TooLong(TicketError):
    """Nobody reads that much on a phone."""

    def __init__(self) -> None:
        super().__init__(f"Câu trả lời dài quá {LONGEST:,} chữ cái. Anh/chị rút gọn giúp.".replace(",", "."))


class FileRefused(TicketError):
    """A file cannot go along."""


class AlreadyDecided(TicketError):
    """Another lead was faster."""

    def __init__(self) -> None:
        super().__init__("Câu trả lời này đã có người duyệt rồi.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply that waits for a lead, or one that was refused."""

    id: int
    by: str
    by_name: str
    text: str
    state: ApprovalState
    why: str
    created_at: datetime
    files: tuple[Attachment, ...] = ()


class Replies:
    """Sends what people write, each once."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._db, self._conversations = database, conversations
        self._files = Attachments(database)

    async def send(
        self,
        ticket_id: int,
        by: Staff,
        text: str,
        *,
        key: str,
        approval: bool = False,
        files: list[str] | None = None,
    ) -> bool:
        """Send a reply, or with ``approval`` put it before a lead. True when it is on its way to the citizen.

        ``files``: ids of what was uploaded for it. The same ``key`` again changes nothing. Raises EmptyReply,
        TooLong, FileRefused, TicketGone, TicketClosed, NotYours: only the owner answers.
        """
        text = clean(text).strip()
        if not text and not files:
            raise EmptyReply
        if len(text) > LONGEST:
            raise TooLong
        async with self._db.read() as session:
            ticket = await owned(session, ticket_id, by)
        try:
            attached = await self._files.chosen(ticket.conversation_id, by.id, files or [])
        except Refused as error:
            raise FileRefused(str(error)) from error
        reply = Reply(kind=Kind.ANSWER, text=text or _SEE_FILES, attachments=attached)
        if approval:
            await self._ask_lead(ticket, by, reply, key)
            return False
        await self._say(ticket, by, reply, key)
        return True

    async def decide(self, pending_id: int, lead: Staff, *, approve: bool, why: str = "") -> int:
        """Approve or refuse a reply that waits; returns the id of its ticket.

        Raises AlreadyDecided, TicketGone, TicketClosed, NotYours (its writer has lost the ticket since).
        """
        async with self._db.read() as session:
            pending = await session.get(PendingReply, pending_id)
            if pending is None:
                raise TicketGone
            if pending.state != ApprovalState.PENDING:
                raise AlreadyDecided
            writer = Staff(pending.by, pending.by_name)
            ticket = await owned(session, pending.ticket_id, writer) if approve else None
        if ticket:  # sent first: killed before the next line, the same key is sent again and changes nothing
            await self._say(ticket, writer, Reply.model_validate(pending.reply), pending.key)
        async with self._db.write() as session:
            stored = await session.get_one(PendingReply, pending_id, with_for_update=True)
            if stored.state != ApprovalState.PENDING and not approve:
                raise AlreadyDecided
            stored.state = ApprovalState.APPROVED if approve else ApprovalState.REFUSED
            stored.decided_by, stored.decided_at, stored.why = lead.id, now(), why[:300]
            record(
                session,
                stored.ticket_id,
                TicketEventKind.DECIDED,
                by=lead,
                to_person=stored.by,
                detail=stored.state,
            )
        return pending.ticket_id

    async def waiting(self, ticket_id: int) -> list[Waiting]:
        """The replies of a ticket that wait for a lead or were refused, oldest first."""
        async with self._db.read() as session:
            rows = await session.scalars(
                select(PendingReply)
                .where(PendingReply.ticket_id == ticket_id, PendingReply.state != ApprovalState.APPROVED)
                .order_by(PendingReply.id)
            )
            return [
                Waiting(
                    row.id,
                    row.by,
                    row.by_name,
                    row.text,
                    ApprovalState(row.state),
                    row.why,
                    row.created_at,
                    tuple(Reply.model_validate(row.reply).attachments),
                )
                for row in rows
            ]

    async def _ask_lead(self, ticket: Ticket, by: Staff, reply: Reply, key: str) -> None:
        async with self._db.write() as session:
            await owned(session, ticket.id, by)  # locks the ticket: two clicks come one after the other
            if await session.scalar(select(PendingReply.id).where(PendingReply.key == key)):
                return
            session.add(
                PendingReply(
                    ticket_id=ticket.id,
                    key=key,
                    by=by.id,
                    by_name=by.name,
                    text=reply.text,
                    reply=reply.to_wire(),
                )
            )
            await mark_sent(session, reply.attachments)  # they are kept until the lead has looked
            await _drop_draft(session, ticket.id, by.id)
            record(session, ticket.id, TicketEventKind.APPROVAL, by=by, ward=ticket.ward)

    async def _say(self, ticket: Ticket, by: Staff, reply: Reply, key: str) -> None:
        try:
            message_id = await self._conversations.say(
                ticket.conversation_id, by.id, reply, key=key, name=by.name
            )
        except NotHeld as error:
            raise NotYours from error
        async with self._db.write() as session:
            stored = await session.get(Ticket, ticket.id, with_for_update=True)
            if stored is None:
                return
            stored.first_reply_at = stored.first_reply_at or now()
            stored.out_of_hours = False
            if stored.last_citizen_message_id < message_id:  # else they wrote on meanwhile and still wait
                stored.waiting_since = None
            await _drop_draft(session, ticket.id, by.id)
            await read_to(session, ticket.id, by, stored.last_citizen_message_id)
            record(session, ticket.id, TicketEventKind.REPLIED, by=by, ward=stored.ward)


async def read_to(session: AsyncSession, ticket_id: int, by: Staff, message_id: int) -> TicketReader:
    """``by`` has seen the transcript up to this message, now."""
    reader = await session.get(TicketReader, (ticket_id, by.id))
    if reader is None:
        reader = TicketReader(ticket_id=ticket_id, person=by.id, read_message_id=0)
        session.add(reader)
    reader.name, reader.seen_at = by.name, now()
    reader.read_message_id = max(reader.read_message_id, message_id)
    return reader


async def approve_days(session: AsyncSession, ward: str | None) -> int:
    """For how many days the replies of a new account wait for a lead in this ward; 0: never."""
    if ward is None:
        return 0
    return await session.scalar(select(TeamRule.approve_days).where(TeamRule.ward == ward)) or 0


async def set_approve_days(session: AsyncSession, ward: str, days: int) -> None:
    """What the team of a ward has agreed on. Raises ValueError outside of 0 to 365."""
    if not 0 <= days <= 365:
        raise ValueError("days")
    rule = await session.get(TeamRule, ward)
    if rule is None:
        session.add(TeamRule(ward=ward, approve_days=days))
    else:
        rule.approve_days = days


async def _drop_draft(session: AsyncSession, ticket_id: int, person: str) -> None:
    await session.execute(
        delete(ReplyDraft).where(ReplyDraft.ticket_id == ticket_id, ReplyDraft.person == person)
    )
