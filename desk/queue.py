"""The queue: the page, its live list, and the sign of life of the pages that are open."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp_jinja2
import yaml
from aiohttp import web

from conversations.models import Ticket
from conversations.ticket_queue import Filters, Queue, Tab, look
from desk.auth import current_person, requires
from desk.forms import number_of, text_of
from desk.people import Person
from desk.queue_services import TICKETS, TicketDesk, may_see, scope_of, staff_of
from desk.roles import Permission
from desk.thread_words import Titles
from desk.words import ward as ward_name
from knowledge.wards import hanoi

WORDS: dict[str, dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("queue_words.yml").read_text(encoding="utf-8")
)
"""What the pages say for reasons, tabs, channels and the like."""
TAB_NAMES = {
    "cho": Tab.WAITING,
    "cua-toi": Tab.MINE,
    "phuong": Tab.WARD,
    "tat-ca": Tab.ALL,
    "da-dong": Tab.CLOSED,
}
_MOST_PAGES = 200


def filters_of(request: web.Request) -> Filters:
    """What the address asks for; anything it does not know is left out."""
    query = request.query
    page = query.get("trang", "")
    return Filters(
        tab=TAB_NAMES.get(query.get("muc", ""), Tab.WAITING),
        text=query.get("tim", "")[:100].replace("\x00", ""),
        ward=query.get("phuong", "") if query.get("phuong", "") in hanoi().by_code else "",
        page=min(_MOST_PAGES, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 0,
    )


def address(filters: Filters, **changed: Any) -> str:
    """The query of the queue with these filters."""
    values = {
        "muc": next(name for name, tab in TAB_NAMES.items() if tab is filters.tab),
        "tim": filters.text,
        "phuong": filters.ward,
        "trang": filters.page or "",
    } | changed
    return urlencode({key: value for key, value in values.items() if value})


async def list_data(desk: TicketDesk, person: Person, filters: Filters, current: int = 0) -> dict[str, Any]:
    """What the list of the queue is drawn from."""
    async with desk.database.read() as session:
        queue: Queue = await look(session, scope_of(person), filters, desk.rules)
        titles = await Titles.of(session, [row.procedure for row in queue.rows])
    wards = hanoi().by_code.keys() if person.whole_city else person.wards
    return {
        "queue": queue,
        "ward_options": sorted(wards, key=ward_name) if len(wards) > 1 else [],
        "filters": filters,
        "tabs": [
            (tab, f"?{address(Filters(tab))}", queue.counts.get(tab))
            for tab in Tab
            if tab is not Tab.WARD or not person.whole_city
        ],
        "address": lambda **changed: address(filters, **changed),
        "titles": titles,
        "me": str(person.id),
        "current": current,
        "words": WORDS,
    }


class QueuePages:
    """Handlers of the queue."""

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/phieu", self.page)
        app.router.add_get("/phieu/danh-sach", self.part)
        app.router.add_post("/nhip", self.alive)

    @requires(Permission.ANSWER)
    async def page(self, request: web.Request) -> web.Response:
        """The queue, and beside it on a laptop an empty place for a ticket."""
        desk, person = request.app[TICKETS], current_person(request)
        newest = await desk.feed.newest()  # before the list: what happens in between is told again
        data = await list_data(desk, person, filters_of(request))
        return aiohttp_jinja2.render_template("tickets/queue.html", request, {**data, "newest": newest})

    @requires(Permission.ANSWER)
    async def part(self, request: web.Request) -> web.Response:
        """The list alone, for a page that is open."""
        desk, person = request.app[TICKETS], current_person(request)
        current = number_of(request.query, "phieu") or 0
        data = await list_data(desk, person, filters_of(request), current)
        return aiohttp_jinja2.render_template("tickets/list.html", request, data)

    @requires(Permission.ANSWER)
    async def alive(self, request: web.Request) -> web.Response:
        """A page is open and in use; with ``phieu`` the ticket it shows, how far it was read, and typing."""
        desk, person = request.app[TICKETS], current_person(request)
        form = await request.post()
        me = staff_of(person)
        await desk.claims.alive(me.id)
        ticket_id = number_of(form, "phieu")
        if ticket_id is None:
            return web.json_response({})
        async with desk.database.read() as session:
            ticket = await session.get(Ticket, ticket_id)
        if ticket is None or not may_see(person, ticket):
            raise web.HTTPNotFound
        typing = text_of(form, "dang_viet") == "1"
        await desk.notes.looking(ticket_id, me, read=number_of(form, "da_doc") or 0, typing=typing)
        if typing and ticket.claimed_by == me.id:
            await desk.conversations.typing(ticket.conversation_id, me.id)
        viewers = await desk.notes.viewers(ticket_id, me.id)
        return web.json_response(
            {
                "viewers": [{"name": one.name, "typing": one.typing} for one in viewers],
                "mine": ticket.claimed_by == me.id,
            }
        )
