"""Turns: in order, one at a time, each answered once, from what the citizen last saw."""

from __future__ import annotations

import asyncio
from typing import Any

from conversations import Author, Conversations, EventKind, Inbound, InboundKind
from conversations.models import Conversation, Holder, Message
from motcua.db import Database
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, button, context, count, eventually, reply, said


async def bot_says(desk: Conversations, conversation_id: str) -> list[str]:
    lines = await desk.messages_after(conversation_id, 0)
    return [line.text for line in lines if line.author is Author.BOT]


async def test_fifty_messages_are_answered_in_order_one_at_a_time(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        for n in range(25):
            accepted = await running.receive(said(n, f"câu {n}"))
        await asyncio.gather(*(running.receive(said(n, f"câu {n}")) for n in range(25, 50)))
        await answered(database)
        lines = await running.messages_after(accepted.conversation_id, 0)
    asked = [line for line in lines if line.author is Author.CITIZEN]
    replies = [line for line in lines if line.author is Author.BOT]
    assert [line.text for line in replies] == [f"Trả lời: {line.text}" for line in asked]
    assert [line.turn_id for line in replies] == [line.id for line in asked]
    assert rasa.heard() == [line.text for line in asked]
    assert rasa.heard()[:25] == [f"câu {n}" for n in range(25)]
    assert rasa.overlaps == 0


async def test_several_conversations_are_answered_at_once(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    together = asyncio.Barrier(4)

    async def only_together(asked: Asked) -> list[dict[str, Any]]:
        await together.wait()
        return [reply("xong")]

    rasa.answer = only_together
    async with gateway() as running:
        for name in ("an", "bình", "chi", "dũng"):
            await running.receive(said(1, "chào", name))
        await answered(database)
    assert rasa.most_at_once == 4


async def test_no_more_turns_run_than_there_are_workers(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway(workers=2) as running:
        for n in range(12):
            await running.receive(said(1, "chào", f"người {n}"))
        await answered(database)
    assert rasa.most_at_once <= 2
    assert len(rasa.asked) == 12


async def test_the_committed_context_travels_back(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    async def remember(asked: Asked) -> list[dict[str, Any]]:
        return [reply("ạ"), context(procedure="1.001193", misses=asked.context["misses"] + 1)]

    rasa.answer = remember
    async with gateway() as running:
        for n in range(3):
            await running.receive(said(n, "thế lệ phí"))
        await answered(database)
    assert [asked.context["misses"] for asked in rasa.asked] == [0, 1, 2]
    assert [asked.context["procedure"] for asked in rasa.asked] == [None, "1.001193", "1.001193"]


async def test_a_killed_turn_runs_again_and_is_answered_once(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    began, never = asyncio.Event(), asyncio.Event()

    async def hang_once(asked: Asked) -> list[dict[str, Any]]:
        began.set()
        if len(rasa.asked) == 1:
            await never.wait()
        return [reply("xong"), context(misses=7)]

    rasa.answer = hang_once
    async with gateway() as running:
        accepted = await running.receive(said(1, "chào"))
        await began.wait()
    assert await count(database, Message, Message.author == Author.BOT) == 0
    async with gateway() as running:
        await answered(database)
        assert await bot_says(running, accepted.conversation_id) == ["xong"]
    assert [asked.context["misses"] for asked in rasa.asked] == [0, 0]


async def test_killed_between_answer_and_commit_the_turn_leaves_nothing_half_done(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    thought, release = asyncio.Event(), asyncio.Event()

    async def lock(conversation_id: str) -> None:
        async with database.write() as session:
            await session.get_one(Conversation, conversation_id, with_for_update=True)
            thought.set()
            await release.wait()

    locks: list[asyncio.Task[None]] = []

    async def two(asked: Asked) -> list[dict[str, Any]]:
        if not locks:  # from now on nobody else can commit to this conversation
            locks.append(asyncio.create_task(lock(asked.sender)))
            await thought.wait()
        return [reply("một"), reply("hai", buttons=[button("Ba", "ask_fee")]), context(misses=1)]

    rasa.answer = two
    async with gateway() as running:
        accepted = await running.receive(said(1, "chào"))
        await thought.wait()
        await asyncio.sleep(0.2)
        asyncio.get_running_loop().call_later(0.3, release.set)
    await asyncio.gather(*locks)
    assert await count(database, Message, Message.author == Author.BOT) == 0
    async with gateway() as running:
        await answered(database)
        assert await bot_says(running, accepted.conversation_id) == ["một", "hai"]
    assert [asked.context["misses"] for asked in rasa.asked] == [0, 0]


async def test_a_volunteer_who_holds_the_conversation_is_not_talked_over(
    gateway: Gateway, desk: Conversations, database: Database, rasa: Rasa
) -> None:
    accepted = await desk.receive(said(1, "chào"))
    await hold(database, accepted.conversation_id, Holder.STAFF)
    async with gateway() as running:
        await answered(database)
        assert await bot_says(running, accepted.conversation_id) == []
    assert rasa.asked == []


async def test_a_volunteer_who_takes_over_while_the_bot_thinks_is_not_talked_over(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def overtaken(asked: Asked) -> list[dict[str, Any]]:
        await hold(database, asked.sender, Holder.STAFF)
        return [reply("muộn rồi"), context(misses=1)]

    rasa.answer = overtaken
    async with gateway() as running:
        accepted = await running.receive(said(1, "chào"))
        await answered(database)
        assert await bot_says(running, accepted.conversation_id) == []


async def test_the_bot_still_answers_while_a_human_is_waited_for(
    gateway: Gateway, desk: Conversations, database: Database
) -> None:
    accepted = await desk.receive(said(1, "chào"))
    await hold(database, accepted.conversation_id, Holder.WAITING)
    async with gateway() as running:
        await answered(database)
        assert await bot_says(running, accepted.conversation_id) == ["Trả lời: chào"]


async def hold(database: Database, conversation_id: str, holder: Holder) -> None:
    async with database.write() as session:
        (await session.get_one(Conversation, conversation_id)).holder = holder


async def test_what_the_bot_need_not_be_asked_is_answered_without_it(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    await rasa.stop()
    async with gateway() as running:
        for n, text in enumerate(("", "😀", "a" * 10_000)):
            await running.receive(said(n, text))
        accepted = await running.receive(Inbound("web", "ảnh", "an", InboundKind.IMAGE))
        await answered(database)
        assert len(await bot_says(running, accepted.conversation_id)) == 4
    assert rasa.asked == []


async def test_markup_and_slashes_are_text_to_the_bot(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        await running.receive(said(1, "<b>lệ phí</b> & 'x'"))
        await running.receive(said(2, "\u200b/restart"))
        await running.receive(Inbound("web", "3", "an", InboundKind.FOLLOW))
        await answered(database)
    assert rasa.heard() == ["<b>lệ phí</b> & 'x'", "restart", "/greet{}"]
    assert [asked.text for asked in rasa.asked] == ["<b>lệ phí</b> & 'x'", "/restart", ""]


async def test_whoever_watches_is_told_when_the_turn_is_done(gateway: Gateway) -> None:
    async with gateway() as running:
        first = await running.receive(said(1, "chào"))
        with running.watch(first.conversation_id) as events:
            second = await running.receive(said(2, "cảm ơn"))
            async with asyncio.timeout(30):
                while (seen := await events.get()).message_id != second.message_id:
                    pass
    assert seen.kind is EventKind.TURN_DONE


async def test_a_context_of_another_version_does_not_silence_the_bot(
    gateway: Gateway, desk: Conversations, database: Database
) -> None:
    accepted = await desk.receive(said(1, "chào"))
    async with database.write() as session:
        (await session.get_one(Conversation, accepted.conversation_id)).context = {"unknown": 1}
    async with gateway() as running:
        await answered(database)
        assert await bot_says(running, accepted.conversation_id) == ["Trả lời: chào"]


async def test_replies_and_context_are_stored_in_one_transaction(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def two(asked: Asked) -> list[dict[str, Any]]:
        return [reply("một"), reply("hai"), context(misses=1)]

    rasa.answer = two
    seen: set[tuple[int, int]] = set()
    async with gateway() as running:
        accepted = await running.receive(said(1, "chào"))

        async def look() -> bool:
            async with database.read() as session:
                conversation = await session.get_one(Conversation, accepted.conversation_id)
                before = conversation.context.get("misses", 0)
            replies = await count(database, Message, Message.author == Author.BOT)
            async with database.read() as session:
                conversation = await session.get_one(Conversation, accepted.conversation_id)
            after = conversation.context.get("misses", 0)
            if before == after:
                seen.add((replies, after))
            return replies == 2

        await eventually(look)
    assert seen <= {(0, 0), (2, 1)}
