"""Erasure: all of it in one transaction, nothing comes back, what has to go on goes on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select, update

from conversations import (
    Author,
    Conversations,
    EventKind,
    Inbound,
    InboundKind,
    Overheard,
    SendOutcome,
    SendState,
)
from conversations.erasing import REDELIVERED, sweep
from conversations.models import (
    ButtonChoice,
    Conversation,
    Holder,
    Message,
    OutboxItem,
    Ticket,
    Turn,
)
from conversations.operation_models import Rating
from motcua.db import Database, now
from motcua.reply import Effect, Kind, Reply
from tests.conversations.conftest import Gateway
from tests.conversations.erased import SECRET, eraser, everything, filled, shell
from tests.conversations.world import (
    Channel,
    Rasa,
    answered,
    count,
    eventually,
    said,
    written,
)


async def test_a_citizen_who_confirms_is_erased_and_told_so(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = eraser
    async with gateway() as running:
        talk = await filled(running, database)
        before = (await shell(database, talk)).address_key
        with running.watch(talk) as events:
            await running.receive(said(9, "Xóa hết"))
            await answered(database)
            kinds = [(await events.get()).kind for _ in range(4)]
        lines = await running.messages_after(talk, 0)
        assert await running.conversation_of("web", "", "an") is None
        later = await running.receive(said(10, "chào lại"))
        await answered(database)
    assert kinds == [EventKind.TYPING, EventKind.ERASED, EventKind.MESSAGE, EventKind.TURN_DONE]
    (line,) = lines
    assert line.reply
    assert (line.author, line.reply.effect) == (Author.BOT, Effect.ERASE)
    assert line.text == (
        "Đã xóa xong. Yêu cầu gặp cán bộ của anh/chị cũng đã đóng; khi cần, anh/chị nhắn “gặp cán bộ” "
        "để gửi lại từ đầu."
    )
    assert later.conversation_id != talk
    assert rasa.asked[-1].context["awaiting"] is rasa.asked[-1].context["procedure"] is None
    left = await everything(database)
    assert SECRET not in left
    assert left.count(before) == 1, "the key of the new conversation only"
    old = await shell(database, talk)
    assert (old.address, old.context, old.holder) == (None, {}, Holder.CLOSED)


async def test_what_only_counts_stays(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    rasa.answer = eraser
    async with gateway() as running:
        talk = await filled(running, database)
        erased = await running.erase(talk)
    assert (erased.ratings, erased.tickets_closed, erased.successor) == (1, 1, None)
    assert erased.messages == 6
    async with database.read() as session:
        rating = (await session.scalars(select(Rating))).one()
        ticket = (await session.scalars(select(Ticket))).one()
    assert (rating.useful, rating.procedure, rating.comment) == (False, "1.001193", "")
    assert rating.conversation_id is rating.message_id is None
    assert (ticket.summary, ticket.reason) == ("", "request_human")
    assert ticket.closed_at
    for table in (ButtonChoice, OutboxItem, Turn):
        assert await count(database, table) == 0


async def test_an_erasure_is_done_once_and_an_erased_conversation_is_nobodys(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = eraser
    notice = Reply(kind=Kind.STATUS, text="Có kết quả")
    async with gateway() as running:
        talk = await filled(running, database)
        done = await asyncio.gather(*(running.erase(talk) for _ in range(10)))
        assert sorted(one.messages for one in done) == [0] * 9 + [6]
        assert (await running.erase("nobody")).messages == 0
        assert not await running.tell(talk, notice, key="k")
        assert not await running.hold(talk, "lan")
        assert not await running.release(talk, None)
        assert not await running.rate(talk, 1, True)


async def test_by_address(desk: Conversations, database: Database) -> None:
    await desk.receive(written(1, SECRET))
    await desk.receive(written(1, "tôi thì không", "bình"))
    assert (await desk.erase_address("zalo", "oa", "an")).messages == 1
    assert (await desk.erase_address("zalo", "oa", "an")).messages == 0
    assert (await desk.erase_address("zalo", "khác", "bình")).messages == 0
    left = await everything(database)
    assert "an:1" not in left
    assert SECRET not in left
    assert "tôi thì không" in left


async def test_a_message_delivered_again_after_an_erasure_does_not_come_back(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = eraser
    async with gateway() as running:
        talk = await filled(running, database)
        await running.erase(talk)
        again = [await running.receive(said(n, SECRET)) for n in range(3)]
        assert all(one.duplicate for one in again)
        assert await running.conversation_of("web", "", "an") is None
        fresh = Inbound("web", "an:neu", "an", InboundKind.TEXT, "câu mới")
        assert not (await running.receive(fresh)).duplicate
        await answered(database)
        assert await running.messages_after(talk, 0) == []
    assert SECRET not in await everything(database)


async def test_what_a_person_wrote_in_the_tool_of_the_channel_does_not_come_back_either(
    desk: Conversations, database: Database
) -> None:
    heard = Overheard("zalo", "oa", "an", "oa-1", "oa:lan", SECRET, now() + timedelta(hours=1))
    talk = (await desk.receive(written(1, "chào"))).conversation_id
    assert await desk.overhear(heard)
    assert (await desk.erase(talk)).messages == 2
    again = await desk.receive(written(2, "chào lại"))
    assert not await desk.overhear(heard)
    assert len(await desk.messages_after(again.conversation_id, 0)) == 1
    assert SECRET not in await everything(database)


async def test_traces_of_messages_are_swept_after_a_day(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = eraser
    async with gateway() as running:
        talk = await filled(running, database)
        await running.erase(talk)
        async with database.write() as session:
            assert await sweep(session) == 0
            await session.execute(update(Conversation).values(erased_at=now() - REDELIVERED * 2))
        async with database.write() as session:
            assert await sweep(session) == 3
    assert await count(database, Message) == 0
    assert (await shell(database, talk)).erased_at


async def test_what_the_citizen_wrote_after_the_request_is_answered_in_a_new_conversation(
    gateway: Gateway, desk: Conversations, database: Database, rasa: Rasa
) -> None:
    rasa.answer = eraser
    async with gateway() as running:
        old = await filled(running, database)
    for n, text in ((9, "Xóa hết"), (10, "câu sau một"), (11, "câu sau hai")):
        await desk.receive(said(n, text))  # three messages wait when a gateway comes back
    async with gateway() as running:
        await answered(database)
        new = await running.conversation_of("web", "", "an")
        assert new
        assert new != old
        lines = await running.messages_after(new, 0)
    assert [line.text for line in lines if line.author is Author.CITIZEN] == ["câu sau một", "câu sau hai"]
    assert [line.text for line in lines if line.author is Author.BOT] == ["Về câu sau một", "Về câu sau hai"]
    assert rasa.asked[-1].context["procedure"] is None
    assert SECRET not in await everything(database)


async def test_the_last_word_is_sent_and_the_address_forgotten_then(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = eraser
    zalo = Channel()
    async with gateway(zalo) as running:
        talk = await filled(running, database, written)
        await eventually(lambda: len(zalo.sends) == 3)
        zalo.outcomes = [SendOutcome(SendState.RETRY, retry_in=0.01)]
        await running.receive(written(9, "Xóa hết"))

        async def forgotten() -> bool:
            return (await shell(database, talk)).address is None

        await eventually(forgotten)
    assert zalo.texts()[3:] == [zalo.texts()[-1]] * 2
    assert zalo.sends[-1].reply.effect is Effect.ERASE
    assert zalo.sends[-1].address == "an"
    assert await count(database, Conversation, Conversation.address.is_not(None)) == 0
