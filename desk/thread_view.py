"""What the page of a ticket is drawn from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.zalo.window import Window, window
from conversations.contract import Author
from conversations.models import Ticket
from conversations.ticket_canned import Canned
from conversations.ticket_hours import DutyHours, duty_hours
from conversations.ticket_queue import urgency
from conversations.ticket_replies import approve_days
from conversations.ticket_thread import Thread, history, load
from conversations.tickets import outcomes
from desk.forms import number_of
from desk.models import Staff as StaffRow
from desk.people import Person, people
from desk.queue import WORDS
from desk.queue_services import TicketDesk, may_see, staff_of
from desk.roles import Permission, Role
from desk.thread_words import Titles
from desk.words import ward as ward_name
from knowledge.wards import hanoi
from motcua.db import now


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket that this person may see."""

    thread: Thread
    titles: Titles
    hours: DutyHours

    @property
    def ticket(self) -> Ticket:
        """The ticket itself."""
        return self.thread.ticket


async def seen(desk: TicketDesk, person: Person, request: web.Request) -> Seen:
    """The ticket of the address. Raises HTTPNotFound: whoever may not see it learns nothing of it."""
    ticket_id = int(request.match_info["ticket"])
    before = number_of(request.query, "truoc")
    async with desk.database.read() as session:
        thread = await load(session, ticket_id, before)
        if thread is None or not may_see(person, thread.ticket):
            raise web.HTTPNotFound
        codes = [thread.ticket.procedure, *(attempt.get("procedure") for attempt in thread.ticket.tried)]
        return Seen(thread, await Titles.of(session, codes), await duty_hours(session, now()))


async def thread_data(desk: TicketDesk, person: Person, found: Seen) -> dict[str, Any]:
    """The transcript and what stands around it."""
    ticket, me = found.ticket, staff_of(person)
    since = None if ticket.closed_at else ticket.waiting_since
    waited = found.hours.waited(ticket.ward, since, now()) if since else None
    urgent = urgency(waited, ticket.first_reply_at is not None, desk.rules)
    return {
        "ticket": ticket,
        "thread": found.thread,
        "titles": found.titles,
        "urgency": urgent,
        "waited": waited,
        "mine": ticket.claimed_by == me.id and ticket.closed_at is None,
        "lead": person.has(Role.LEAD),
        "me": me.id,
        "authors": Author,
        "pending": await desk.replies.waiting(ticket.id),
        "words": WORDS,
        "zalo_window": zalo_window(found.thread),
    }


async def page_data(desk: TicketDesk, person: Person, found: Seen, draft: str | None) -> dict[str, Any]:
    """Everything of the middle pane: transcript, composer, ways to end."""
    data = await thread_data(desk, person, found)
    if draft is None and data["mine"]:
        draft = await desk.notes.draft(found.ticket.id, data["me"])
    needs_lead = data["mine"] and await needs_approval(desk, person, found.ticket)
    return data | {
        "draft": draft or "",
        "key": secrets.token_urlsafe(12),
        "canned": await canned_for(desk, person, found) if data["mine"] else [],
        "outcomes": outcomes(),
        "needs_lead": needs_lead,
    }


async def facts_data(desk: TicketDesk, person: Person, found: Seen) -> dict[str, Any]:
    """The pane of facts: what is known, notes, who looks, to whom it may be passed on."""
    ticket, me = found.ticket, staff_of(person)
    async with desk.database.read() as session:
        happened = await history(session, ticket.id)
        colleagues = await _colleagues(session, person, ticket)
    return {
        "ticket": ticket,
        "thread": found.thread,
        "titles": found.titles,
        "notes": await desk.notes.all(ticket.id),
        "viewers": await desk.notes.viewers(ticket.id, me.id),
        "history": happened,
        "colleagues": colleagues,
        "wards_to_choose": sorted(hanoi().by_code.values(), key=lambda one: one.full_name),
        "mine": ticket.claimed_by == me.id and ticket.closed_at is None,
        "may_pass_on": ticket.closed_at is None and ticket.claimed_by in (None, me.id),
        "lead": person.has(Role.LEAD),
        "me": me.id,
        "words": WORDS,
        "zalo_window": zalo_window(found.thread),
    }


def zalo_window(thread: Thread) -> Window | None:
    """Until when Zalo takes an answer; None on other channels."""
    return window(thread.last_citizen_at, now()) if thread.channel == "zalo" else None


async def canned_for(desk: TicketDesk, person: Person, found: Seen) -> list[tuple[Canned, str]]:
    """The canned replies of this person, with the text they become in this ticket."""
    ticket = found.ticket
    names = {
        "ten_thu_tuc": f"“{found.titles(ticket.procedure)}”" if ticket.procedure else "",
        "phuong": ward_name(ticket.ward) if ticket.ward else "",
        "ten_toi": person.name,
    }
    mine = await desk.canned.of(str(person.id), person.wards)
    return [(one, one.filled(**names)) for one in mine]


async def needs_approval(desk: TicketDesk, person: Person, ticket: Ticket) -> bool:
    """Whether a reply of this person waits for a lead: a new volunteer, in a team that wants it so."""
    if person.has(Role.LEAD):
        return False
    async with desk.database.read() as session:
        wards = [ticket.ward] if ticket.ward else sorted(person.wards)
        days = max([await approve_days(session, ward) for ward in wards], default=0)
        if not days:
            return False
        began = await session.scalar(select(StaffRow.created_at).where(StaffRow.id == person.id))
    return began is not None and (now() - began).days < days


async def _colleagues(session: AsyncSession, person: Person, ticket: Ticket) -> list[Person]:
    """Who else could answer, by name."""
    return [
        one
        for one in await people(session)
        if one.id != person.id and not one.disabled and one.has(Permission.ANSWER) and one.sees(ticket.ward)
    ]
