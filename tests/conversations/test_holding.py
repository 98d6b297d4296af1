"""A person holds a conversation: one of many, the bot silent meanwhile, given back in the end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from conversations import Author, Conversations, EventKind, NotHeld
from conversations.models import Conversation, Holder
from motcua.db import Database, now
from motcua.reply import Kind, Reply
from motcua.settings import Settings
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, context, reply, said, written


def in_an_hour() -> object:
    return now() + timedelta(hours=1)


async def put_back(database: Database, conversation_id: str, by: timedelta) -> None:
    """As if the person had taken it that much earlier."""
    async with database.write() as session:
        conversation = await session.get_one(Conversation, conversation_id)
        assert conversation.held_until
        conversation.held_until -= by


async def test_of_fifty_who_take_it_at_once_one_has_it(database: Database, settings: Settings) -> None:
    gateways = [Conversations(database, settings) for _ in range(2)]
    talk = (await gateways[0].receive(said(1, "cần người"))).conversation_id
    won = await asyncio.gather(*(gateways[n % 2].hold(talk, f"người {n}") for n in range(50)))
    assert sum(won) == 1
    async with database.read() as session:
        conversation = await session.get_one(Conversation, talk)
    assert (conversation.holder, conversation.held_by) == (Holder.STAFF, f"người {won.index(True)}")


async def test_the_holder_may_take_it_again_and_only_they_or_nobody_in_particular_give_it_back(
    desk: Conversations,
) -> None:
    talk = (await desk.receive(said(1, "chào"))).conversation_id
    assert await desk.hold(talk, "lan")
    assert await desk.hold(talk, "lan", until=now() + timedelta(hours=1))
    assert not await desk.hold(talk, "hùng")
    assert not await desk.release(talk, "hùng")
    assert await desk.release(talk, "lan")
    assert not await desk.release(talk, "lan")
    assert not await desk.release(talk, None)
    assert await desk.hold(talk, "hùng")
    assert await desk.release(talk, None)
    assert not await desk.hold("nobody", "lan")


async def test_the_bot_is_silent_while_a_person_holds_it_and_answers_afterwards(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        talk = (await running.receive(said(1, "một"))).conversation_id
        await answered(database)
        assert await running.hold(talk, "lan")
        with running.watch(talk) as events:
            await running.receive(said(2, "hai"))
            await answered(database)
            kinds = [(await events.get()).kind for _ in range(3)]
        assert await running.release(talk, "lan")
        await running.receive(said(3, "ba"))
        await answered(database)
        lines = await running.messages_after(talk, 0)
    assert rasa.heard() == ["một", "ba"]
    assert [line.text for line in lines if line.author is Author.BOT] == ["Trả lời: một", "Trả lời: ba"]
    assert kinds == [EventKind.TYPING, EventKind.MESSAGE, EventKind.TURN_DONE]


async def test_when_the_time_is_over_the_next_message_is_answered_by_the_bot(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        talk = (await running.receive(written(1, "một"))).conversation_id
        await answered(database)
        until = now() + timedelta(hours=1)
        assert await running.hold_address("zalo", "oa", "an", "zalo:oa", until=until)
        await running.receive(written(2, "hai"))
        await answered(database)
        await put_back(database, talk, timedelta(hours=2))
        with pytest.raises(NotHeld):
            await running.say(talk, "zalo:oa", Reply(kind=Kind.ANSWER, text="ạ"), key="1")
        await running.receive(written(3, "ba"))
        await answered(database)
        assert await running.hold(talk, "hùng"), "nobody has it any more"
    assert rasa.heard() == ["một", "ba"]


async def test_the_bot_takes_back_what_it_answers_after_the_time_is_over(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        talk = (await running.receive(said(1, "một"))).conversation_id
        await running.hold(talk, "lan", until=now() + timedelta(hours=1))
        await put_back(database, talk, timedelta(hours=2))
        await running.receive(said(2, "hai"))
        await answered(database)
    async with database.read() as session:
        conversation = await session.get_one(Conversation, talk)
    assert (conversation.holder, conversation.held_by, conversation.held_until) == (Holder.BOT, None, None)


async def test_a_message_that_came_while_it_was_held_stays_with_the_person_though_its_turn_runs_late(
    gateway: Gateway, desk: Conversations, database: Database, rasa: Rasa
) -> None:
    talk = (await desk.receive(said(1, "một"))).conversation_id
    async with gateway():
        await answered(database)
    await desk.hold(talk, "lan", until=now() + timedelta(hours=1))
    await desk.receive(said(2, "hai"))
    async with database.write() as session:  # an hour and more passes without a gateway
        conversation = await session.get_one(Conversation, talk)
        conversation.held_until = now()
    async with gateway() as running:
        await running.receive(said(3, "ba"))
        await answered(database)
    assert rasa.heard() == ["một", "ba"]


async def test_who_takes_over_while_the_bot_thinks_is_not_talked_over(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:

        async def taken_meanwhile(asked: Asked) -> list[dict[str, object]]:
            assert await running.hold(asked.sender, "lan")
            return [reply("quá muộn"), context(procedure="1.001193")]

        rasa.answer = taken_meanwhile
        talk = (await running.receive(said(1, "chào"))).conversation_id
        await answered(database)
        assert [line.author for line in await running.messages_after(talk, 0)] == [Author.CITIZEN]
    async with database.read() as session:
        assert (await session.get_one(Conversation, talk)).context == {}


async def test_an_address_that_never_wrote_is_not_held_and_nothing_is_made_of_it(
    desk: Conversations,
) -> None:
    assert not await desk.hold_address("zalo", "oa", "lạ", "zalo:oa", until=None)
    assert await desk.conversation_of("zalo", "oa", "lạ") is None


async def test_taking_and_giving_back_is_told_to_those_who_watch(desk: Conversations) -> None:
    talk = (await desk.receive(said(1, "chào"))).conversation_id
    with desk.watch(talk) as events:
        await desk.hold(talk, "lan")
        await desk.hold(talk, "hùng")
        await desk.release(talk, "lan")
    assert [events.get_nowait().kind for _ in range(events.qsize())] == [EventKind.HOLDER] * 2
