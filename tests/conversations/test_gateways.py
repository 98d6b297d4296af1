"""Several gateways on one database: nobody is answered twice, nobody waits for a dead one for ever."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import event

from conversations import Author, Conversations
from conversations.models import Conversation, Message
from conversations.repository import take_lease
from motcua.db import Database, now
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, count, echo, eventually, reply, said


async def test_two_gateways_answer_every_message_once_and_in_order(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway(instance="gateway-1") as one, gateway(instance="gateway-2") as two:
        for n in range(10):
            for name in ("an", "bình", "chi"):
                taker = (one, two)[n % 2]
                accepted = await taker.receive(said(n, f"câu {n}", name))
        await answered(database)
        lines = await one.messages_after(accepted.conversation_id, 0)
    replies = [line.text for line in lines if line.author is Author.BOT]
    assert replies == [f"Trả lời: câu {n}" for n in range(10)]
    assert len(rasa.asked) == 30
    assert rasa.overlaps == 0


async def test_a_gateway_that_lost_its_lease_does_not_answer_again(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    release = asyncio.Event()

    async def first_hangs(asked: Asked) -> list[dict[str, Any]]:
        number = len(rasa.asked)
        if number == 1:
            await release.wait()
        return [reply(f"lần {number}")]

    rasa.answer = first_hangs
    async with gateway(instance="gateway-1", lease_s=0.5) as one:
        accepted = await one.receive(said(1, "chào"))
        await eventually(lambda: len(rasa.asked) == 1)
        async with gateway(instance="gateway-2"):
            await answered(database)
            release.set()
            await one.receive(said(2, "nữa"))
            await answered(database)
            lines = await one.messages_after(accepted.conversation_id, 0)
    assert [line.text for line in lines if line.author is Author.BOT] == ["lần 2", "lần 3"]


async def test_a_conversation_of_a_dead_gateway_is_taken_over_when_its_lease_ends(
    gateway: Gateway, desk: Conversations, database: Database, rasa: Rasa
) -> None:
    accepted = await desk.receive(said(1, "chào"))
    async with database.write() as session:
        assert await take_lease(session, accepted.conversation_id, "gateway-dead", 1.5)
        ends = (await session.get_one(Conversation, accepted.conversation_id)).lease_until
    async with gateway():
        await answered(database)
    assert ends is not None
    assert [asked.at > ends for asked in rasa.asked] == [True]


async def test_conversations_that_others_hold_keep_nobody_waiting_and_nobody_busy(
    gateway: Gateway, desk: Conversations, database: Database, rasa: Rasa
) -> None:
    for n in range(4):
        accepted = await desk.receive(said(1, "giữ", f"người {n}"))
        async with database.write() as session:
            assert await take_lease(session, accepted.conversation_id, "gateway-2", 600)
    await desk.receive(said(1, "chào", "an"))
    async with gateway(workers=1) as running:
        await eventually(lambda: rasa.heard() == ["chào"])
        statements = 0

        def counted(*_: Any) -> None:
            nonlocal statements
            statements += 1

        event.listen(running._db.engine.sync_engine, "before_cursor_execute", counted)
        await asyncio.sleep(1.5)
    assert statements < 60
    assert rasa.heard() == ["chào"]


async def test_a_long_queue_keeps_its_lease(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    async def slow(asked: Asked) -> list[dict[str, Any]]:
        await asyncio.sleep(0.2)
        return await echo(asked)

    rasa.answer = slow
    async with gateway(instance="gateway-1", lease_s=0.9) as one:
        for n in range(7):
            await one.receive(said(n, f"câu {n}"))
        await eventually(lambda: rasa.asked)
        async with gateway(instance="gateway-2"):
            await answered(database)
    assert rasa.heard() == [f"câu {n}" for n in range(7)]
    assert await count(database, Message, Message.author == Author.BOT) == 7


async def test_a_lease_is_given_back_after_the_work(gateway: Gateway, database: Database) -> None:
    async with gateway() as running:
        accepted = await running.receive(said(1, "chào"))

        async def given_back() -> bool:
            async with database.read() as session:
                conversation = await session.get_one(Conversation, accepted.conversation_id)
            return conversation.lease_by is None

        await answered(database)
        await eventually(given_back)


async def test_a_lease_is_refused_to_others_and_renewed_for_its_owner(
    desk: Conversations, database: Database
) -> None:
    accepted = await desk.receive(said(1, "chào"))
    async with database.write() as session:
        assert await take_lease(session, accepted.conversation_id, "gateway-1", 60)
        assert not await take_lease(session, accepted.conversation_id, "gateway-2", 60)
        assert await take_lease(session, accepted.conversation_id, "gateway-1", 0)
    at = now()
    await eventually(lambda: now() > at)
    async with database.write() as session:
        assert await take_lease(session, accepted.conversation_id, "gateway-2", 60)
