"""What people keep at a ticket for themselves: notes, drafts, and who is looking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.guards import clean
from conversations.masking import mask
from conversations.models import Ticket
from conversations.ticket_claims import TicketError, TicketGone
from conversations.ticket_events import Staff, TicketEventKind, record
from conversations.ticket_models import ReplyDraft, TicketNote, TicketReader
from conversations.ticket_replies import read_to
from motcua.db import Database, now

LOOKING = timedelta(seconds=60)
"""A page says every twenty seconds that it is open; after this long it is taken for closed."""
_TYPING = timedelta(seconds=6)
_LONGEST_NOTE = 2000
_LONGEST_DRAFT = 8000


class EmptyNote(TicketError):
    """There is nothing to keep."""

    def __init__(self) -> None:
        super().__init__("Ghi chú đang để trống.")


@dataclass(frozen=True, slots=True)
class Note:
    """A private note."""

    id: int
    by: str
    by_name: str
    text: str
    mentions: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """A colleague who has the ticket open."""

    person: str
    name: str
    typing: bool


class Notes:
    """Notes, drafts and presence. Numbers of persons are masked in notes as they are in messages."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, ticket_id: int, by: Staff, text: str, mentions: tuple[str, ...] = ()) -> int:
        """Keep a note. Whoever is mentioned is told. Raises EmptyNote, TicketGone."""
        text = mask(clean(text).strip())[:_LONGEST_NOTE]
        if not text:
            raise EmptyNote
        async with self._db.write() as session:
            ticket = await session.get(Ticket, ticket_id)
            if ticket is None:
                raise TicketGone
            note = TicketNote(
                ticket_id=ticket_id, by=by.id, by_name=by.name, text=text, mentions=list(mentions)
            )
            session.add(note)
            for person in mentions or (None,):
                record(session, ticket_id, TicketEventKind.NOTE, by=by, to_person=person, ward=ticket.ward)
            await session.flush()
            return note.id

    async def remove(self, note_id: int, by: Staff) -> bool:
        """Delete one's own note; False when it is not one's own or gone."""
        async with self._db.write() as session:
            note = await session.get(TicketNote, note_id)
            if note is None or note.by != by.id:
                return False
            await session.delete(note)
            return True

    async def all(self, ticket_id: int) -> list[Note]:
        """The notes of a ticket, oldest first."""
        async with self._db.read() as session:
            rows = await session.scalars(
                select(TicketNote).where(TicketNote.ticket_id == ticket_id).order_by(TicketNote.id)
            )
            return [
                Note(row.id, row.by, row.by_name, row.text, tuple(row.mentions), row.created_at)
                for row in rows
            ]

    async def keep_draft(self, ticket_id: int, person: str, text: str) -> None:
        """Keep what is typed and not sent; nothing when it is empty."""
        text = clean(text)[:_LONGEST_DRAFT]
        async with self._db.write() as session:
            await _locked(session, ticket_id)
            if not text.strip():
                await session.execute(
                    delete(ReplyDraft).where(ReplyDraft.ticket_id == ticket_id, ReplyDraft.person == person)
                )
                return
            draft = await session.get(ReplyDraft, (ticket_id, person))
            if draft is None:
                session.add(ReplyDraft(ticket_id=ticket_id, person=person, text=text))
            else:
                draft.text, draft.updated_at = text, now()

    async def draft(self, ticket_id: int, person: str) -> str:
        """What this person has typed and not sent."""
        async with self._db.read() as session:
            found = await session.get(ReplyDraft, (ticket_id, person))
            return found.text if found else ""

    async def looking(self, ticket_id: int, by: Staff, *, read: int = 0, typing: bool = False) -> None:
        """``by`` has the ticket open, has read up to message ``read``, and is typing or not."""
        async with self._db.write() as session:
            await _locked(session, ticket_id)
            reader = await read_to(session, ticket_id, by, read)
            reader.typing_until = now() + _TYPING if typing else None

    async def left(self, ticket_id: int, person: str) -> None:
        """The page was closed."""
        async with self._db.write() as session:
            reader = await session.get(TicketReader, (ticket_id, person))
            if reader:
                reader.seen_at, reader.typing_until = now() - LOOKING, None

    async def viewers(self, ticket_id: int, but: str) -> list[Viewer]:
        """Colleagues who have the ticket open now, by name."""
        at = now()
        async with self._db.read() as session:
            rows = await session.scalars(
                select(TicketReader)
                .where(
                    TicketReader.ticket_id == ticket_id,
                    TicketReader.person != but,
                    TicketReader.seen_at > at - LOOKING,
                )
                .order_by(TicketReader.name)
            )
            return [
                Viewer(row.person, row.name, bool(row.typing_until and row.typing_until > at)) for row in rows
            ]


async def _locked(session: AsyncSession, ticket_id: int) -> None:
    """Two pages of one person at once write one after the other, instead of both adding the first row."""
    await session.get(Ticket, ticket_id, with_for_update=True)
