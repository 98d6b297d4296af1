"""Who has a ticket: claiming, giving back, passing on, and what happens when its owner is gone.

A claim is one UPDATE that only changes a row nobody has. Locking goes from the conversation to the
ticket, everywhere, so that a claim and a turn of the same citizen cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Conversation, Holder, Ticket
from conversations.repository import rows_changed
from conversations.ticket_events import Staff, TicketEventKind, record
from motcua.db import Database, now


class TicketError(Exception):
    """What somebody wanted cannot be done. ``str()`` is for them, in Vietnamese."""


class TicketGone(TicketError):
    """There is no such ticket."""

    def __init__(self) -> None:
        super().__init__("Không còn phiếu này. Có thể người dân đã yêu cầu xóa dữ liệu.")


class NotYours(TicketError):
    """Somebody else has the ticket, or nobody has."""

    def __init__(self, owner: str | None = None) -> None:
        if owner:
            super().__init__(f"{owner} đang giữ phiếu này. Anh/chị xem được, chưa trả lời được.")
        else:
            super().__init__("Phiếu đang ở hàng đợi. Anh/chị bấm “Nhận phiếu” trước khi trả lời.")


class TicketClosed(TicketError):
    """The ticket has ended."""

    def __init__(self) -> None:
        super().__init__("Phiếu đã đóng. Cần làm tiếp thì bấm “Mở lại”.")


@dataclass(frozen=True, slots=True)
class Claim:
    """How a claim went. ``owner_name`` is who has the ticket now."""

    won: bool
    owner_name: str
    since: datetime | None


class Claims:
    """Claiming and giving back.

    ``stale_s``: a claim whose owner gave no sign of life so long is undone. ``announce`` is called with the
    id of a conversation that has changed hands.
    """

    def __init__(
        self, database: Database, stale_s: float, announce: Callable[[str], None] = lambda _: None
    ) -> None:
        self._db = database
        self._stale = timedelta(seconds=stale_s)
        self._announce = announce

    async def claim(self, ticket_id: int, by: Staff) -> Claim:
        """Take a ticket; the bot falls silent with it. Raises TicketGone, TicketClosed.

        Of any number who try at once one wins, and the others are told who. Taking what one has changes
        nothing and is a win.
        """
        at = now()
        async with self._db.write() as session:
            conversation = await _conversation_of(session, ticket_id)
            before = await session.scalar(select(Ticket.claimed_by).where(Ticket.id == ticket_id))
            if _held_elsewhere(conversation, (by.id, before), at):
                return Claim(False, "Cán bộ trực trên Zalo", None)
            result = await session.execute(
                update(Ticket)
                .where(Ticket.id == ticket_id, Ticket.closed_at.is_(None), _free(by.id, at - self._stale))
                .values(
                    claimed_by=by.id, claimed_name=by.name, claimed_at=at, owner_seen_at=at, wanted_by=None
                )
                .execution_options(synchronize_session=False)
            )
            won = rows_changed(result) == 1
            ticket = await session.get_one(Ticket, ticket_id, populate_existing=True)
            if won:
                _hold(conversation, by)
                if before != by.id:
                    record(session, ticket_id, TicketEventKind.CLAIMED, by=by, ward=ticket.ward)
            elif ticket.closed_at:
                raise TicketClosed
        if won:
            self._announce(conversation.id)
        return Claim(won, ticket.claimed_name or "", ticket.claimed_at)

    async def release(self, ticket_id: int, by: Staff, *, force: bool = False) -> None:
        """Put a ticket back into the queue. ``force``: also one that a colleague has.

        Raises TicketGone, TicketClosed, NotYours.
        """
        async with self._db.write() as session:
            conversation = await _conversation_of(session, ticket_id)
            ticket = await owned(session, ticket_id, by, force=force)
            _let_go(conversation, ticket)
            record(session, ticket_id, TicketEventKind.RELEASED, by=by, ward=ticket.ward)
        self._announce(conversation.id)

    async def forward(
        self, ticket_id: int, by: Staff, *, ward: str | None = None, person: str | None = None
    ) -> None:
        """Pass a ticket on to a ward's team or to one person; it waits there.

        Anybody may pass on what nobody has. Raises TicketGone, TicketClosed, NotYours.
        """
        async with self._db.write() as session:
            conversation = await _conversation_of(session, ticket_id)
            ticket = await owned(session, ticket_id, by, or_free=True)
            _let_go(conversation, ticket)
            ticket.wanted_by = person
            if ward:
                ticket.ward = conversation.ward = ward
            record(session, ticket_id, TicketEventKind.FORWARDED, by=by, to_person=person, ward=ticket.ward)
        self._announce(conversation.id)

    async def alive(self, person: str) -> None:
        """A page of this person is open and in use: their claims hold."""
        async with self._db.write() as session:
            await session.execute(
                update(Ticket)
                .where(Ticket.claimed_by == person, Ticket.closed_at.is_(None))
                .values(owner_seen_at=now())
                .execution_options(synchronize_session=False)
            )

    async def return_stale(self) -> int:
        """Put back what is claimed by somebody who is not there any more; how many tickets that were."""
        async with self._db.read() as session:
            stale = (
                await session.scalars(
                    select(Ticket.id).where(
                        Ticket.closed_at.is_(None),
                        Ticket.claimed_by.is_not(None),
                        Ticket.owner_seen_at < now() - self._stale,
                    )
                )
            ).all()
        return sum([await self._return(ticket_id) for ticket_id in stale])

    async def _return(self, ticket_id: int) -> bool:
        async with self._db.write() as session:
            try:
                conversation = await _conversation_of(session, ticket_id)
            except TicketGone:
                return False
            ticket = await session.get_one(Ticket, ticket_id, with_for_update=True, populate_existing=True)
            seen = ticket.owner_seen_at
            if ticket.closed_at or not ticket.claimed_by or (seen and seen >= now() - self._stale):
                return False  # they are back, or another gateway was faster
            gone = Staff(ticket.claimed_by, ticket.claimed_name or "")
            _let_go(conversation, ticket)
            record(session, ticket_id, TicketEventKind.RETURNED, by=gone, ward=ticket.ward)
        self._announce(conversation.id)
        return True


async def owned(
    session: AsyncSession, ticket_id: int, by: Staff, *, force: bool = False, or_free: bool = False
) -> Ticket:
    """The open ticket that ``by`` has, locked. Raises TicketGone, TicketClosed, NotYours."""
    ticket = await session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if ticket is None:
        raise TicketGone
    if ticket.closed_at:
        raise TicketClosed
    free = ticket.claimed_by is None and or_free
    if ticket.claimed_by != by.id and not force and not free:
        raise NotYours(ticket.claimed_name if ticket.claimed_by else None)
    return ticket


def _free(person: str, stale: datetime) -> ColumnElement[bool]:
    """Nobody has it, or I have, or whoever has it is gone: what makes a claim safe."""
    return or_(Ticket.claimed_by.is_(None), Ticket.claimed_by == person, Ticket.owner_seen_at < stale)


async def _conversation_of(session: AsyncSession, ticket_id: int) -> Conversation:
    """The conversation of a ticket, locked. Raises TicketGone."""
    conversation: Conversation | None = await session.scalar(
        select(Conversation)
        .join(Ticket, Ticket.conversation_id == Conversation.id)
        .where(Ticket.id == ticket_id)
        .with_for_update(of=Conversation)
    )
    if conversation is None:
        raise TicketGone
    return conversation


def _held_elsewhere(conversation: Conversation, known: tuple[str | None, ...], at: datetime) -> bool:
    """Whether somebody answers with another tool, such as Zalo's own."""
    held = conversation.holder == Holder.STAFF and conversation.held_by not in (None, *known)
    return held and (conversation.held_until is None or conversation.held_until > at)


def _hold(conversation: Conversation, by: Staff) -> None:
    conversation.holder, conversation.held_by, conversation.held_until = Holder.STAFF, by.id, None


def _let_go(conversation: Conversation, ticket: Ticket) -> None:
    """The ticket waits again, and the bot answers meanwhile."""
    if conversation.held_by == ticket.claimed_by and conversation.holder == Holder.STAFF:
        conversation.holder, conversation.held_by, conversation.held_until = Holder.WAITING, None, None
    ticket.claimed_by = ticket.claimed_name = ticket.claimed_at = ticket.owner_seen_at = None
