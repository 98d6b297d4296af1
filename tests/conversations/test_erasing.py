"""Erasure: all of it in one transaction, nothing comes back, what has to go on goes on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, String, Text, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

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
    TurnState,
)
from conversations.operation_models import Rating
from motcua.db import Base, Database, now
from motcua.reply import Effect, Kind, Reply
from tests.conversations.conftest import Gateway
from tests.conversations.world import (
    Asked,
    Channel,
    Rasa,
    answered,
    button,
    context,
    count,
    eventually,
    reply,
    said,
    written,
)

SECRET = "mèo tam thể"


async def everything(database: Database) -> str:
    """Whatever any table holds in words, names and keys."""
    found: list[str] = []
    async with database.read() as session:
        for table in Base.metadata.sorted_tables:
            texts = [column for column in table.columns if isinstance(column.type, (Text, JSON, String))]
            if texts:
                found += [str(tuple(row)) for row in await session.execute(select(*texts))]
    return "\n".join(found)


async def eraser(asked: Asked) -> list[dict[str, Any]]:
    """The bot: asks, erases, hands over, or says what it heard."""
    if asked.message.startswith("/delete_data"):
        return [reply("Đã xóa xong.", Kind.SMALLTALK, effect=Effect.ERASE), context()]
    if "xóa" in asked.message:
        return [
            reply("Xóa hết ạ?", "clarify", buttons=[button("Xóa hết", "delete_data", answer="erase")]),
            context(awaiting="erase", procedure="1.001193"),
        ]
    if "cán bộ" in asked.message:
        return [reply("Đã chuyển.", "handoff", handoff_reason="request_human")]
    return [reply(f"Về {asked.message}", procedure="1.001193")]


async def filled(running: Conversations, database: Database, make: Any = said) -> str:
    """A conversation with something in every table."""
    talk = ""
    for n, text in enumerate((SECRET, f"cán bộ ơi {SECRET}", "xóa dữ liệu của tôi")):
        talk = (await running.receive(make(n, text))).conversation_id
        await answered(database)
    answers = [m for m in await running.messages_after(talk, 0) if m.author is Author.BOT]
    assert await running.rate(talk, answers[0].id, False, f"không phải {SECRET}")
    return talk


async def shell(database: Database, conversation_id: str) -> Conversation:
    async with database.read() as session:
        return await session.get_one(Conversation, conversation_id)


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
