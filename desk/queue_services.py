"""What the pages of tickets work with: the services of ``conversations``, and who may see which ticket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import structlog
from aiohttp import web

from conversations import Conversations
from conversations.models import Ticket
from conversations.ticket_canned import CannedReplies
from conversations.ticket_claims import Claims
from conversations.ticket_closing import Closing
from conversations.ticket_events import Staff, TicketFeed, clear_old_events
from conversations.ticket_notes import Notes
from conversations.ticket_queue import Scope
from conversations.ticket_replies import Replies
from desk import audit
from desk.people import Person
from motcua.db import Database
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_LONGEST_PAUSE_S = 15.0
_CLEAR_EVERY = 240


class TicketDesk:
    """Everything that can be done with tickets, and the work that goes on behind the pages."""

    def __init__(self, database: Database, conversations: Conversations, settings: Settings) -> None:
        self.database, self.conversations, self.settings = database, conversations, settings
        self.rules = settings.ticket
        self.claims = Claims(database, self.rules.stale_s, conversations.announce_holder)
        self.replies = Replies(database, conversations)
        self.closing = Closing(database, conversations)
        self.notes = Notes(database)
        self.canned = CannedReplies(database)
        self.feed = TicketFeed(database)
        self.stopping = asyncio.Event()

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Feed the pages and put back what nobody sees to, while the application runs."""
        self.stopping.clear()
        sweeper = asyncio.create_task(self._sweep())
        async with self.feed.running():
            yield
        sweeper.cancel()
        await asyncio.gather(sweeper, return_exceptions=True)

    async def stop(self, _app: web.Application) -> None:
        """End the streams, so that a restart does not wait for open pages."""
        self.stopping.set()

    async def record(self, person: Person, what: str, ticket_id: int, **detail: object) -> None:
        """Write into the audit what somebody did to a ticket."""
        async with self.database.write() as session:
            await audit.record(session, person, what, f"ticket:{ticket_id}", detail)

    async def _sweep(self) -> None:
        pause = min(_LONGEST_PAUSE_S, self.rules.stale_s / 4)
        rounds = 0
        while True:
            try:
                if returned := await self.claims.return_stale():
                    log.info("tickets.returned", count=returned)
                if rounds % _CLEAR_EVERY == 0:
                    async with self.database.write() as session:
                        await clear_old_events(session)
            except Exception:
                log.exception("tickets.sweep_failed")
            rounds += 1
            await asyncio.sleep(pause)


TICKETS = web.AppKey("tickets", TicketDesk)


def staff_of(person: Person) -> Staff:
    """How the services of conversations name somebody of the desk."""
    return Staff(str(person.id), person.name)


def scope_of(person: Person) -> Scope:
    """Whose tickets somebody sees."""
    return Scope(str(person.id), None if person.whole_city else person.wards)


def may_see(person: Person, ticket: Ticket) -> bool:
    """Whether a ticket is of their ward, of no ward, or was given to them."""
    return person.sees(ticket.ward) or str(person.id) in (ticket.wanted_by, ticket.claimed_by)
