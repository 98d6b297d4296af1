"""Messages outside of turns: notices and what staff write, each once, whatever happens at the same time."""

from __future__ import annotations

import asyncio

import pytest

from conversations import Author, Conversations, EventKind, NotHeld
from conversations.models import Message
from motcua.db import Database
from motcua.reply import Kind, Notice, Reply
from tests.conversations.conftest import Gateway
from tests.conversations.world import Channel, Rasa, answered, count, eventually, said, written

READY = Reply(
    kind=Kind.STATUS,
    text="Hồ sơ …0001 đã có kết quả.",
    notice=Notice(template="dossier_ready", data={"ma_ho_so": "…0001"}),
)
HELLO = Reply(kind=Kind.ANSWER, text="Chào bác, cháu là Lan ở tổ xung kích số ạ.")


async def test_a_notice_is_stored_sent_and_seen_at_once(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    zalo = Channel()
    async with gateway(zalo) as running:
        accepted = await running.receive(written(1, "chào"))
        await answered(database)
        with running.watch(accepted.conversation_id) as events:
            assert await running.tell(accepted.conversation_id, READY, key="dossier-1:ready")
            assert (await events.get()).kind is EventKind.MESSAGE
        await eventually(lambda: READY.text in zalo.texts())
        line = (await running.messages_after(accepted.conversation_id, 0))[-1]
    assert (line.author, line.turn_id, line.reply) == (Author.BOT, None, READY)
    assert zalo.sends[-1].reply.notice == READY.notice


async def test_the_same_notice_is_told_once_however_often_and_at_once_it_is_handed_in(
    desk: Conversations, database: Database
) -> None:
    mine = (await desk.receive(said(1, "chào"))).conversation_id
    other = (await desk.receive(said(1, "chào", "bình"))).conversation_id
    told = await asyncio.gather(*(desk.tell(mine, READY, key="k") for _ in range(20)))
    assert sorted(told) == [False] * 19 + [True]
    assert await desk.tell(other, READY, key="k")
    assert await desk.tell(mine, READY, key="k2")
    assert not await desk.tell("nobody", READY, key="k")
    assert await count(database, Message, Message.author == Author.BOT) == 3


async def test_only_the_holder_writes_and_a_second_click_is_one_message(
    desk: Conversations, database: Database
) -> None:
    talk = (await desk.receive(said(1, "cho tôi hỏi"))).conversation_id
    with pytest.raises(NotHeld):
        await desk.say(talk, "lan", HELLO, key="click-1")
    assert await desk.hold(talk, "lan")
    with pytest.raises(NotHeld):
        await desk.say(talk, "hùng", HELLO, key="click-1")
    ids = await asyncio.gather(*(desk.say(talk, "lan", HELLO, key="click-1") for _ in range(20)))
    assert len(set(ids)) == 1
    assert await desk.release(talk, "lan")
    assert await desk.say(talk, "lan", HELLO, key="click-1") == ids[0], "a retry after the end is no error"
    with pytest.raises(NotHeld):
        await desk.say(talk, "lan", HELLO, key="click-2")
    (line,) = [m for m in await desk.messages_after(talk, 0) if m.author is Author.STAFF]
    assert (line.id, line.text) == (ids[0], HELLO.text)
    assert await count(database, Message) == 2


async def test_what_staff_say_goes_out_in_order_behind_the_bot(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    zalo = Channel()
    async with gateway(zalo) as running:
        talk = (await running.receive(written(1, "chào"))).conversation_id
        await answered(database)
        await running.hold(talk, "lan")
        await running.say(talk, "lan", HELLO, key="1")
        await running.say(talk, "lan", Reply(kind=Kind.ANSWER, text="Bác đợi cháu xem nhé."), key="2")
        await eventually(lambda: len(zalo.sends) == 3)
    assert zalo.texts() == ["Trả lời: chào", HELLO.text, "Bác đợi cháu xem nhé."]


async def test_typing_is_told_to_those_who_watch_and_stored_nowhere(
    desk: Conversations, database: Database
) -> None:
    talk = (await desk.receive(said(1, "chào"))).conversation_id
    with desk.watch(talk) as events:
        await desk.typing(talk, "lan")
        event = events.get_nowait()
    assert (event.kind, event.author) == (EventKind.TYPING, Author.STAFF)
    assert await count(database, Message) == 1
