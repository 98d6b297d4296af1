"""The live stream of the queue: server-sent events, taken up again where a page has lost them.

An event only says that something happened to a ticket; the page then fetches what it shows. The stream
ends by itself after a while, so that whoever may not work here any more stops hearing from it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from aiohttp import hdrs, web

from conversations.contract import Author, Event, EventKind
from conversations.models import Ticket
from conversations.ticket_events import Happened
from desk.auth import current_person, requires
from desk.people import Person
from desk.queue_services import TICKETS, TicketDesk, may_see
from desk.roles import Permission

_LIFE_S = 300.0
_BREATH_S = 15.0
_RETRY_MS = 500
_CITIZEN_TYPES = b"event: dang-go\ndata: 1\n\n"
_BEGINNING = f"retry: {_RETRY_MS}\n\n"


class QueueEvents:
    """The handler of the stream."""

    def add_routes(self, app: web.Application) -> None:
        """Register the stream."""
        app.router.add_get("/su-kien", self.stream)

    @requires(Permission.ANSWER)
    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Everything that happens to tickets this person may see, from the event after the last one known."""
        desk, person = request.app[TICKETS], current_person(request)
        response = web.StreamResponse(
            headers={
                hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8",
                hdrs.CACHE_CONTROL: "no-store",
                "X-Accel-Buffering": "no",
                "X-Content-Type-Options": "nosniff",
            }
        )
        await response.prepare(request)
        talk = await _open_conversation(request, desk, person)
        with suppress(ConnectionError), desk.feed.watch() as happened, _watched(desk, talk) as typing:
            await response.write(_BEGINNING.encode())
            last = _last_known(request)
            missed = await desk.feed.since(last) if last is not None else []
            for event in missed:
                await _tell(response, person, event)
            told = {event.id for event in missed}
            async for heard in _heard(desk.stopping, happened, typing):
                if heard is None:
                    await response.write(b": .\n\n")
                elif isinstance(heard, Happened):
                    if heard.id not in told:
                        await _tell(response, person, heard)
                elif heard.kind is EventKind.TYPING and heard.author is Author.CITIZEN:
                    await response.write(_CITIZEN_TYPES)
        return response


async def _open_conversation(request: web.Request, desk: TicketDesk, person: Person) -> str | None:
    """The conversation of the ticket that the page shows; None for a page of the queue alone."""
    number = request.query.get("phieu", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    async with desk.database.read() as session:
        ticket = await session.get(Ticket, int(number))
    return ticket.conversation_id if ticket and may_see(person, ticket) else None


def _watched(desk: TicketDesk, conversation_id: str | None) -> AbstractContextManager[asyncio.Queue[Event]]:
    return desk.conversations.watch(conversation_id) if conversation_id else nullcontext(asyncio.Queue())


async def _heard(
    stopping: asyncio.Event, happened: asyncio.Queue[Happened], typing: asyncio.Queue[Event]
) -> AsyncIterator[Happened | Event | None]:
    """What comes, until everything stops or the stream is old; None when nothing came for a while."""
    until = asyncio.get_running_loop().time() + _LIFE_S
    while not stopping.is_set():
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            return
        first, second = asyncio.ensure_future(happened.get()), asyncio.ensure_future(typing.get())
        waits: list[asyncio.Future[Any]] = [first, second, asyncio.ensure_future(stopping.wait())]
        try:
            done, _ = await asyncio.wait(
                waits, timeout=min(_BREATH_S, left), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()
        if not done:
            yield None
        for each in (first, second):
            if each in done:
                yield each.result()


async def _tell(response: web.StreamResponse, person: Person, event: Happened) -> None:
    me = str(person.id)
    to_me = event.to_person == me
    if not (person.sees(event.ward) or to_me or event.by == me):
        return
    data = {
        "phieu": event.ticket_id,
        "viec": event.kind.value,
        "ai": event.by_name,
        "toi_lam": event.by == me,
        "cho_toi": to_me,
    }
    text = json.dumps(data, ensure_ascii=False)
    await response.write(f"id: {event.id}\nevent: phieu\ndata: {text}\n\n".encode())


def _last_known(request: web.Request) -> int | None:
    """The last event the page has heard of: the browser says it when it comes back, the page at first."""
    said = request.headers.get("Last-Event-ID") or request.query.get("sau", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None
