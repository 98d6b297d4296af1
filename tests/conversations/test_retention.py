"""Retention: what is old goes, once a day, by one gateway; what somebody still needs stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import Conversations
from conversations.models import Conversation, Message
from conversations.operation_models import Job, Rating
from motcua.db import Database, now
from motcua.reply import Kind, Reply
from motcua.settings import Settings
from tests.conversations.conftest import Gateway
from tests.conversations.world import Rasa, answered, count, said

NOTICE = Reply(kind=Kind.STATUS, text="Có kết quả")


async def age(database: Database, conversation_id: str, days: float) -> None:
    """Everything of a conversation was that long ago."""
    then = now() - timedelta(days=days)
    async with database.write() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(created_at=then, last_citizen_at=then)
        )
        mine = Message.conversation_id == conversation_id
        await session.execute(update(Message).where(mine).values(created_at=then))


async def test_what_is_old_is_erased_and_what_is_young_or_in_use_stays(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        ids = {}
        for name in ("cũ", "mới", "vừa báo", "vừa nhắn"):
            ids[name] = (await running.receive(said(1, f"chào từ {name}", name))).conversation_id
        await answered(database)
        answer = (await running.messages_after(ids["cũ"], 0))[-1]
        assert await running.rate(ids["cũ"], answer.id, True, "hay")
        for name, talk in ids.items():
            await age(database, talk, 179 if name == "mới" else 181)
        assert await running.tell(ids["vừa báo"], NOTICE, key="k")
        await running.receive(said(2, "tôi đây", "vừa nhắn"))
        await answered(database)
        assert (await running.retention.old()).conversations == 1
        done = await running.retention.erase_old()
        assert (done.conversations, done.messages, done.failed) == (1, 2, 0)
        left = {name for name in ids if await running.messages_after(ids[name], 0)}
        assert left == {"mới", "vừa báo", "vừa nhắn"}
        assert (await running.retention.erase_old()).conversations == 0
    still_counts = (Rating.useful.is_(True), Rating.comment == "", Rating.conversation_id.is_(None))
    assert await count(database, Rating, *still_counts) == 1


async def test_it_runs_once_a_day_on_one_of_the_gateways(database: Database, settings: Settings) -> None:
    gateways = [
        Conversations(database, settings.model_copy(update={"instance": f"gateway-{n}"})) for n in range(4)
    ]
    for n in range(5):
        talk = (await gateways[0].receive(said(1, "chào", f"người {n}"))).conversation_id
        await age(database, talk, 400)
    runs = await asyncio.gather(*(one.retention.run_if_due() for one in gateways))
    assert [run.conversations for run in runs if run] == [5]
    assert [await one.retention.run_if_due() for one in gateways] == [None] * 4
    async with database.write() as session:  # a day later
        await session.execute(update(Job).values(done_on=now().date() - timedelta(days=2)))
    later = [await one.retention.run_if_due() for one in gateways]
    assert [run.conversations for run in later if run] == [0]


async def test_the_run_of_a_gateway_that_died_is_taken_over(database: Database, settings: Settings) -> None:
    dead, alive = (
        Conversations(database, settings.model_copy(update={"instance": name})) for name in ("dead", "alive")
    )
    talk = (await dead.receive(said(1, "chào"))).conversation_id
    await age(database, talk, 400)
    died = asyncio.Event()

    async def hang(session: AsyncSession, conversation_id: str) -> None:
        died.set()
        await asyncio.Event().wait()

    dead.on_erase(hang)
    task = asyncio.create_task(dead.retention.run_if_due())
    await died.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await alive.retention.run_if_due() is None, "it might still be at it"
    async with database.write() as session:
        await session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))
    run = await alive.retention.run_if_due()
    assert run
    assert run.conversations == 1


async def test_one_that_cannot_be_erased_does_not_keep_the_others(
    desk: Conversations, database: Database
) -> None:
    ids = []
    for n in range(3):
        ids.append((await desk.receive(said(1, "chào", f"người {n}"))).conversation_id)
        await age(database, ids[n], 400)

    async def stubborn(session: AsyncSession, conversation_id: str) -> None:
        if conversation_id == ids[1]:
            raise RuntimeError("away")

    desk.on_erase(stubborn)
    done = await desk.retention.erase_old()
    assert (done.conversations, done.failed) == (2, 1)
    assert len(await desk.messages_after(ids[1], 0)) == 1
