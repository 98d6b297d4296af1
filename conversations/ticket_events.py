"""What happens to tickets, told to whoever watches the queue, over any number of gateways.

Each change writes a row in its own transaction. Every gateway reads the new rows a few times a second
while somebody there is watching, so nobody needs to be on the gateway where it happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Ticket
from conversations.ticket_models import TicketEvent
from motcua.db import Database, now

log = structlog.get_logger(__name__)

_PAUSE_S = 0.3
_KEEP = timedelta(days=30)
_BACKLOG = 1000
# A row may be committed after one with a higher number: that far back a number is looked at again.
_OVERLAP = 200


_NUMBERS = select(TicketEvent.id).where(TicketEvent.id > bindparam("after"))


class TicketEventKind(StrEnum):
    """What can happen to a ticket."""

    OPENED = "opened"
    REOPENED = "reopened"
    MESSAGE = "message"
    CLAIMED = "claimed"
    RELEASED = "released"
    RETURNED = "returned"
    FORWARDED = "forwarded"
    REPLIED = "replied"
    APPROVAL = "approval"
    DECIDED = "decided"
    NOTE = "note"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Staff:
    """Who acts on a ticket: an id of the desk, as text, and the name colleagues read."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as a page hears of it. Holds no text of anybody."""

    id: int
    ticket_id: int
    kind: TicketEventKind
    by: str | None
    by_name: str | None
    to_person: str | None
    ward: str | None
    at: datetime


def record(
    session: AsyncSession,
    ticket_id: int,
    kind: TicketEventKind,
    *,
    by: Staff | None = None,
    to_person: str | None = None,
    ward: str | None = None,
    detail: str | None = None,
) -> None:
    """Write an event in the caller's transaction. ``detail`` is a code, never text of a person."""
    session.add(
        TicketEvent(
            ticket_id=ticket_id,
            kind=kind,
            by=by.id if by else None,
            by_name=by.name if by else None,
            to_person=to_person,
            ward=ward,
            detail=detail,
        )
    )


async def events_after(session: AsyncSession, after: int, limit: int = 500) -> list[Happened]:
    """Events with a number above ``after``, oldest first. ``ward`` is where the ticket is now."""
    rows = await session.execute(
        select(TicketEvent, Ticket.ward)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(TicketEvent.id > after)
        .order_by(TicketEvent.id)
        .limit(limit)
    )
    return [
        Happened(
            row.id, row.ticket_id, TicketEventKind(row.kind), row.by, row.by_name, row.to_person, ward, row.at
        )
        for row, ward in rows
    ]


class TicketFeed:
    """The events of every ticket, handed to the watchers of this process."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._queues: set[asyncio.Queue[Happened]] = set()
        self._watched = asyncio.Event()

    @contextmanager
    def watch(self) -> Iterator[asyncio.Queue[Happened]]:
        """A queue that receives every event from now on. When it is full, events are dropped."""
        queue: asyncio.Queue[Happened] = asyncio.Queue(_BACKLOG)
        self._queues.add(queue)
        self._watched.set()
        try:
            yield queue
        finally:
            self._queues.discard(queue)
            if not self._queues:
                self._watched.clear()

    async def newest(self) -> int:
        """The number of the newest event, 0 when there is none."""
        async with self._db.read() as session:
            return await session.scalar(select(func.max(TicketEvent.id))) or 0

    async def since(self, after: int) -> list[Happened]:
        """What a watcher has missed."""
        async with self._db.read() as session:
            return await events_after(session, after)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read while the context is open."""
        task = asyncio.create_task(self._read())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _read(self) -> None:
        cursor: int | None = None
        told: set[int] = set()
        while True:
            if not self._queues:
                cursor = None  # whoever comes next begins with what happens next
                await self._watched.wait()
            try:
                if cursor is None:
                    cursor = await self.newest()
                    told = await self._numbers(cursor - _OVERLAP)
                for event in await self._untold(cursor - _OVERLAP, told):
                    told.add(event.id)
                    cursor = max(cursor, event.id)
                    self._tell(event)
                told = {number for number in told if number > cursor - _OVERLAP}
            except Exception:
                log.exception("tickets.feed_failed")
            await asyncio.sleep(_PAUSE_S)

    async def _untold(self, after: int, told: set[int]) -> list[Happened]:
        """Events that nobody has been told of. Mostly there are none, so the numbers alone are read first."""
        fresh = await self._numbers(after) - told
        return [event for event in await self.since(min(fresh) - 1) if event.id in fresh] if fresh else []

    async def _numbers(self, after: int) -> set[int]:
        async with self._db.read() as session:
            return set(await session.scalars(_NUMBERS, {"after": after}))

    def _tell(self, event: Happened) -> None:
        for queue in self._queues:
            if not queue.full():
                queue.put_nowait(event)


async def clear_old_events(session: AsyncSession) -> None:
    """Drop events nobody will ask for any more."""
    await session.execute(delete(TicketEvent).where(TicketEvent.at < now() - _KEEP))
