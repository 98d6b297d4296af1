"""Erasure while others die, fail, answer and write."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import (
    Author,
)
from conversations.models import (
    Message,
    Turn,
    TurnState,
)
from motcua.db import Database
from tests.conversations.conftest import Gateway
from tests.conversations.erased import SECRET, eraser, everything, filled
from tests.conversations.world import (
    Asked,
    Rasa,
    answered,
    context,
    count,
    reply,
    said,
)


async def test_a_gateway_killed_in_the_middle_erases_all_the_same(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = eraser
    thinking = asyncio.Event()

    async def hang(asked: Asked) -> list[dict[str, Any]]:
        thinking.set()
        await asyncio.Event().wait()
        return []

    async with gateway() as running:
        talk = await filled(running, database)
        rasa.answer = hang
        await running.receive(said(9, "Xóa hết"))
        await thinking.wait()
    assert SECRET in await everything(database)
    rasa.answer = eraser
    async with gateway() as running:
        await answered(database)
        (line,) = await running.messages_after(talk, 0)
    assert line.text.startswith("Đã xóa xong.")
    assert SECRET not in await everything(database)


async def test_a_room_that_fails_stops_the_whole_erasure_and_it_is_tried_again(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = eraser
    seen: list[str] = []

    async def subscriptions(session: AsyncSession, conversation_id: str) -> None:
        mine = select(func.count()).where(Message.conversation_id == conversation_id)
        assert await session.scalar(mine), "what a room needs to find its own is still there"
        seen.append(conversation_id)
        if len(seen) == 1:
            raise RuntimeError("away")

    async with gateway() as running:
        running.on_erase(subscriptions)
        talk = await filled(running, database)
        await running.receive(said(9, "Xóa hết"))
        await answered(database)
    assert seen == [talk, talk]
    assert SECRET not in await everything(database)


async def test_a_turn_under_way_is_not_answered_after_an_erasure_by_somebody_else(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:

        async def erased_meanwhile(asked: Asked) -> list[dict[str, Any]]:
            await running.erase(asked.sender)
            return [reply(f"Về {SECRET}"), context(procedure="1.001193")]

        rasa.answer = erased_meanwhile
        talk = (await running.receive(said(1, SECRET))).conversation_id
        await answered(database)
        rasa.answer = eraser
        await running.receive(said(2, "còn đây"))
        await answered(database)
        assert await running.messages_after(talk, 0) == []
    assert SECRET not in await everything(database)
    assert await count(database, Turn, Turn.state == TurnState.PENDING) == 0


async def test_messages_and_erasures_at_the_same_time_lose_no_message_after_the_last(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway(instance="gateway-1") as one, gateway(instance="gateway-2") as two:

        async def write(n: int) -> None:
            await (one, two)[n % 2].receive(said(n, f"câu {n}"))

        async def erase() -> None:
            await two.erase_address("web", "", "an")

        await asyncio.gather(*(write(n) if n % 3 else erase() for n in range(30)))
        last = await one.receive(said("cuối", "câu cuối"))
        await answered(database)
        lines = await one.messages_after(last.conversation_id, last.message_id)
    assert lines[-1].text == "Trả lời: câu cuối"
    assert {line.author for line in lines} == {Author.BOT}
    assert await count(database, Message, Message.author == Author.CITIZEN) == 21


async def test_who_holds_the_conversation_is_not_erased_by_the_bot(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = eraser
    async with gateway() as running:
        talk = await filled(running, database)
        await running.hold(talk, "lan")
        await running.receive(said(9, "Xóa hết"))
        await answered(database)
        assert len(await running.messages_after(talk, 0)) == 7
