"""A recorded day: 2,000 messages of 300 citizens through every process, while everything goes wrong.

The simulator plays them in about a minute, with events twice, out of order and redelivered, the access
token running out, Zalo's rate limit, calls that hang or break after the message went out, and the
gateway killed twice. Every message must be answered exactly once.

What order means: Zalo promises none, so a citizen's answers come in the order in which their messages
were *accepted*, that is stored; that is the order of the transcript, and of Zalo's first 200s.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select
from yarl import URL

from channels.zalo import Transport, make_tokens
from channels.zalo.models import ZaloPiece, ZaloSend, ZaloTokens
from conversations.models import Message, OutboxItem, OutboxState, Turn, TurnState
from conversations.turns import _BUSY
from motcua.db import Database
from tests.conftest import RunningStack
from tests.zalo_simulator import Console, World
from tests.zalo_simulator.day import Day, Incident, Plan
from tests.zalo_simulator.server import make_app

# Each names its procedure and one side of it, so that the answer tells which question it answers.
QUESTIONS = {
    "làm khai sinh cần giấy tờ gì": "1.001193",
    "đăng ký kết hôn mất bao nhiêu tiền": "1.000894",
    "đăng ký tạm trú mấy ngày xong": "1.004194",
    "đổi thẻ căn cước ở đâu": "1.014063",
    "đăng ký thường trú cần giấy tờ gì": "1.004222",
}
SETTLED_WITHIN_S = 900.0  # a guard against hanging; a busy machine takes minutes
_SOURCE = re.compile(r"Nguồn: (\d\.\d{6})")


@pytest.fixture
async def day(stack: RunningStack) -> AsyncIterator[Day]:
    """The simulator where the running stack looks for Zalo, with a consent on record."""
    world, plan = World(), Plan()
    server = TestServer(make_app(world), port=URL(stack.settings.zalo.api_url).port)
    await server.start_server()
    database = Database(stack.settings.database)
    async with Transport(10) as transport:
        tokens = make_tokens(stack.settings, database, transport)
        await tokens.store_first(world.access_token, world.refresh_token, 90_000)
    await database.close()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as http:
        console = Console(world, http, f"{stack.url}/zalo/webhook")
        yield Day(world, console, list(QUESTIONS), plan)
    await server.close()


async def test_every_message_of_a_bad_day_is_answered_exactly_once_and_in_order(
    stack: RunningStack, day: Day, capsys: pytest.CaptureFixture[str]
) -> None:
    began, world, database = time.monotonic(), day.world, Database(stack.settings.database)
    victims: list[int] = []

    async def kill() -> None:
        victims.append(await asyncio.to_thread(stack.pid, "gateway"))
        assert victims[-1]
        os.kill(victims[-1], signal.SIGKILL)
        while not await asyncio.to_thread(stack.parts):
            await asyncio.sleep(0.2)

    async def run_out() -> None:
        """Until there is a new token: a gateway that is killed before it has stored the answer of Zalo
        takes the only copy of the pair with it, and an administrator has to consent again."""
        before = await _generation(database)
        world.expire_access()
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while await _generation(database) == before:
                await asyncio.sleep(0.1)

    day.prepare_faults()
    await day.play(
        [
            Incident(0.25, "token ran out", run_out),
            Incident(0.40, "gateway killed", kill),
            Incident(0.60, "token ran out", run_out),
            Incident(0.80, "gateway killed", kill),
        ]
    )
    played_s = time.monotonic() - began
    try:
        await _until_settled(database, world, {message.user_id for message in day.written})
        written = {message.message_id for message in day.written}
        accepted = [stored for stored in await _accepted(database) if stored in written]
        report = await _report(database, day, played_s, time.monotonic() - began)
    finally:
        await database.close()
    with capsys.disabled():
        print("\n" + "\n".join(f"  {name}: {value}" for name, value in report.items()))

    assert len(set(victims)) == report["gateway killed"] == 2
    assert stack.pid("gateway") not in (0, *victims), "the supervisor started another one"
    assert report["given up"] == 0, "Zalo delivered everything"
    assert sorted(accepted) == sorted(written), "stored once each"
    _answered_in_order(day, accepted)
    assert world.refreshes == 2, "one refresh for each token that ran out"
    assert ("token", -14020) not in world.calls, "no refresh token was shown twice"
    assert report["calls refused as too fast"] >= 2, "Zalo did say that it was too fast"
    assert report["calls that hung or broke"] >= day.plan.timeouts + day.plan.unclear
    assert report["events twice, out of order, again"] > day.plan.messages * 0.08


def _answered_in_order(day: Day, accepted: list[str]) -> None:
    """What each citizen has on the screen is one answer for each message, in the order of acceptance."""
    place = {message_id: number for number, message_id in enumerate(accepted)}
    asked: dict[str, list[tuple[int, str]]] = {}
    for message in day.written:
        asked.setdefault(message.user_id, []).append((place[message.message_id], QUESTIONS[message.text]))
    for user_id, citizen in day.world.citizens.items():
        told = [_SOURCE.findall(text) for text in citizen.received if text != _BUSY]
        expected = [[code] for _, code in sorted(asked[user_id])]
        assert [codes[:1] for codes in told] == expected, [text[:80] for text in citizen.received]
        assert citizen.received.count(_BUSY) <= len(asked[user_id])


async def _until_settled(database: Database, world: World, users: set[str]) -> None:
    """Wait until no turn is pending and nothing is on its way out."""
    try:
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while await _open_turns(database) or await _open_sends(database):
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise AssertionError(await _what_is_open(database)) from None
    await asyncio.sleep(1.0)  # time for a second copy, if there were one
    assert users == set(world.citizens)


async def _generation(database: Database) -> int | None:
    async with database.read() as session:
        return await session.scalar(select(ZaloTokens.generation))


async def _what_is_open(database: Database) -> str:
    query = (
        select(OutboxItem.state, OutboxItem.error, func.count())
        .where(OutboxItem.channel == "zalo", OutboxItem.state != OutboxState.SENT)
        .group_by(OutboxItem.state, OutboxItem.error)
    )
    async with database.read() as session:
        sends = [tuple(row) for row in await session.execute(query)]
    return f"turns pending: {await _open_turns(database)}, sends: {sends}"


async def _open_turns(database: Database) -> int:
    query = (
        select(func.count())
        .select_from(Turn)
        .join(Message, Message.id == Turn.message_id)
        .where(Turn.state == TurnState.PENDING, Message.channel == "zalo")
    )
    async with database.read() as session:
        return await session.scalar(query) or 0


async def _open_sends(database: Database) -> int:
    done = (OutboxState.SENT, OutboxState.FAILED)
    query = select(func.count()).where(OutboxItem.channel == "zalo", OutboxItem.state.not_in(done))
    async with database.read() as session:
        return await session.scalar(query) or 0


async def _accepted(database: Database) -> list[str]:
    """Ids of the day's messages in the order in which they were stored."""
    query = (
        select(Message.channel_message_id)
        .join(Turn, Turn.message_id == Message.id)
        .where(Message.channel == "zalo")
        .order_by(Message.id)
    )
    async with database.read() as session:
        return [found for found in await session.scalars(query) if found]


async def _report(database: Database, day: Day, played_s: float, whole_s: float) -> dict[str, object]:
    counts, calls = day.delivery.counts, Counter(day.world.calls)
    async with database.read() as session:
        states = Counter(await session.scalars(select(OutboxItem.state).where(OutboxItem.channel == "zalo")))
        pieces = await session.scalar(select(func.count()).select_from(ZaloPiece))
        open_pieces = await session.scalar(
            select(func.count()).select_from(ZaloSend).where(ZaloSend.under_way.is_not(None))
        )
    return {
        "citizens, messages": (len(day.world.citizens), len(day.written)),
        "events twice, out of order, again": counts["duplicates"]
        + counts["out of order"]
        + counts["redeliveries"],
        "of these twice": counts["duplicates"],
        "of these out of order": counts["out of order"],
        "of these redelivered": counts["redeliveries"],
        "webhook": {name: count for name, count in sorted(counts.items()) if ":" in name},
        "given up": counts["given up"],
        "gateway killed": counts["gateway killed"],
        "messages shown to citizens": sum(len(citizen.received) for citizen in day.world.citizens.values()),
        "outbox": dict(states),
        "pieces known, still open": (pieces, open_pieces),
        "calls refused as too fast": calls["message", -32] + calls["message", 429],
        "calls that hung or broke": calls["message", 1],
        "conversations looked up": sum(count for (name, _), count in calls.items() if name == "conversation"),
        "token ran out, refreshes": (counts["token ran out"], day.world.refreshes),
        "seconds of writing, in all": (round(played_s), round(whole_s)),
    }
