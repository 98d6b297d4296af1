"""The live stream: who is told what, on which gateway, and what is told again after a gap."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

import desk
from conversations import CONVERSATIONS, Conversations
from conversations.ticket_claims import Claims
from conversations.ticket_events import Staff
from conversations.ticket_notes import Notes
from desk.roles import Role
from motcua.db import Database
from motcua.keys import DATABASE, SETTINGS
from tests.desk.conftest import BA_DINH, BACH_MAI, Client, ClientFor, DeskServer, Hire
from tests.desk.tickets import Tickets

MINH = Staff("77", "Minh")


class Stream:
    """An open stream of a signed-in browser."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self, seconds: float = 5) -> dict[str, Any]:
        """The next event, with its number. Raises TimeoutError."""
        found: dict[str, Any] = {}
        async with asyncio.timeout(seconds):
            while True:
                line = (await self.response.content.readline()).decode().rstrip("\n")
                if line.startswith("id: "):
                    found["id"] = int(line[4:])
                elif line.startswith("data: "):
                    found |= json.loads(line[6:])
                elif not line and found:
                    return found

    async def quiet(self, seconds: float = 1.0) -> bool:
        """Whether nothing comes for a while."""
        try:
            await self.next(seconds)
        except TimeoutError:
            return True
        return False


@pytest.fixture
def tickets(server: DeskServer) -> Tickets:
    return Tickets(server.conversations, server.database)


async def listen(browser: Client, after: str = "", headers: dict[str, str] | None = None) -> Stream:
    response = await browser.http.get(f"{browser.server.url}/ban/su-kien?sau={after}", headers=headers)
    assert response.status == 200
    assert response.content_type == "text/event-stream"
    assert (await response.content.readline()).startswith(b"retry:")
    await asyncio.sleep(0.5)
    return Stream(response)


async def test_a_new_ticket_is_told_to_those_of_the_ward_without_a_word_of_it(
    client: ClientFor, hire: Hire, tickets: Tickets
) -> None:
    here = await listen(await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])))
    there = await listen(await client(await hire("Minh", Role.VOLUNTEER, wards=[BA_DINH])))
    ticket = await tickets.open("an", "khai sinh cho con", ward=BACH_MAI)
    event = await here.next()
    assert (event["phieu"], event["viec"], event["toi_lam"]) == (ticket, "opened", False)
    assert "khai sinh" not in json.dumps(event, ensure_ascii=False)
    assert await there.quiet()


async def test_claims_and_messages_are_told_and_the_own_are_marked(
    client: ClientFor, hire: Hire, tickets: Tickets
) -> None:
    person = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    browser = await client(person)
    ticket = await tickets.open("an", "khai sinh", ward=BACH_MAI)
    stream = await listen(browser)
    await browser.post(f"/ban/phieu/{ticket}/nhan")
    claimed = await stream.next()
    await tickets.writes("an", "alo")
    message = await stream.next()
    assert (claimed["viec"], claimed["toi_lam"], message["viec"]) == ("claimed", True, "message")


async def test_who_comes_back_is_told_what_was_missed_and_nothing_twice(
    client: ClientFor, hire: Hire, tickets: Tickets, database: Database
) -> None:
    browser = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    stream = await listen(browser)
    ticket = await tickets.open("an", "khai sinh", ward=BACH_MAI)
    last = (await stream.next())["id"]
    stream.response.close()
    await Claims(database, 180).claim(ticket, MINH)
    await Claims(database, 180).release(ticket, MINH)
    back = await listen(browser, "0", {"Last-Event-ID": str(last)})
    assert [(await back.next())["viec"] for _ in range(2)] == ["claimed", "released"]
    assert await back.quiet()


async def test_a_mention_reaches_a_colleague(
    client: ClientFor, hire: Hire, tickets: Tickets, database: Database
) -> None:
    person = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    ticket = await tickets.open("an", "khai sinh", ward=BACH_MAI)
    stream = await listen(await client(person))
    await Notes(database).add(ticket, MINH, "xem giúp nhé", (str(person.id),))
    event = await stream.next()
    assert (event["viec"], event["ai"], event["cho_toi"]) == ("note", "Minh", True)


@pytest.fixture
async def second(server: DeskServer) -> AsyncIterator[DeskServer]:
    """Another gateway on the same database."""
    settings = server.settings.model_copy(update={"port": unused_port(), "instance": "gateway-2"})
    database = Database(settings.database)
    conversations = Conversations(database, settings)
    app = web.Application()
    app[SETTINGS], app[DATABASE], app[CONVERSATIONS] = settings, database, conversations
    desk.setup(app, conversations)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    yield DeskServer(settings, database, conversations, app)
    await runner.cleanup()
    await database.close()


async def test_a_volunteer_on_another_gateway_is_told(
    client: ClientFor, hire: Hire, tickets: Tickets, second: DeskServer
) -> None:
    browser = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    browser.server = second  # cookies do not know ports
    stream = await listen(browser)
    await tickets.open("an", "khai sinh", ward=BACH_MAI)
    assert (await stream.next())["viec"] == "opened"


async def test_a_gateway_that_stops_ends_its_streams_at_once(
    client: ClientFor, hire: Hire, second: DeskServer
) -> None:
    browser = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    browser.server = second
    stream = await listen(browser)
    await second.app.shutdown()
    async with asyncio.timeout(3):
        while await stream.response.content.readline():
            pass


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 40, "1;2"])
async def test_a_strange_last_event_is_no_event(client: ClientFor, hire: Hire, after: str) -> None:
    stream = await listen(await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])), after)
    assert await stream.quiet(0.3)
