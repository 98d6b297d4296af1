"""The live stream of the queue: server-sent events, taken up again where a page has lost them.

An event only says that something happened to a ticket; the page then fetches what it shows. The stream
ends by itself after a while, so that whoever may not work here any more stops hearing from it.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from aiohttp import hdrs, web

from conversations.ticket_events import Happened
from desk.auth import current_person, requires
from desk.people import Person
from desk.queue_services import TICKETS, TicketDesk
from desk.roles import Permission

_LIFE_S = 300.0
_BREATH_S = 15.0
_RETRY_MS = 500
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
        with suppress(ConnectionError):
            await self._follow(response, desk, person, _last_known(request))
        return response

    async def _follow(
        self, response: web.StreamResponse, desk: TicketDesk, person: Person, last: int | None
    ) -> None:
        until = asyncio.get_running_loop().time() + _LIFE_S
        with desk.feed.watch() as queue:
            await response.write(_BEGINNING.encode())
            missed = await desk.feed.since(last) if last is not None else []
            told = {event.id for event in missed}
            for event in missed:
                await _tell(response, person, event)
            while not desk.stopping.is_set():
                left = until - asyncio.get_running_loop().time()
                if left <= 0:
                    return
                heard = await _next(queue, desk.stopping, min(_BREATH_S, left))
                if heard is None:
                    await response.write(b": .\n\n")
                elif heard.id not in told:
                    await _tell(response, person, heard)


async def _next(queue: asyncio.Queue[Happened], stopping: asyncio.Event, seconds: float) -> Happened | None:
    """The next event; None when none came in time, or everything stops."""
    waits = [asyncio.ensure_future(queue.get()), asyncio.ensure_future(stopping.wait())]
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return waits[0].result() if waits[0] in done else None  # type: ignore[return-value]
    finally:
        for wait in waits:
            wait.cancel()


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
