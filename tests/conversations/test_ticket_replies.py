"""Replies of people: each once, only by whoever has the ticket; and how a ticket ends for the citizen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from conversations import Conversations
from conversations.contract import Author, Inbound, InboundKind
from conversations.models import ButtonChoice, Conversation, Holder, Message, Ticket
from conversations.operation_models import Rating
from conversations.ticket_claims import Claims, NotYours, TicketClosed
from conversations.ticket_closing import Closing, UnknownOutcome
from conversations.ticket_events import Staff
from conversations.ticket_replies import AlreadyDecided, EmptyReply, Replies, TooLong
from motcua.db import Database
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, count, echo, reply, said

LAN, HOA = Staff("7", "Lan"), Staff("8", "Hòa")


async def bot(asked: Asked) -> list[dict[str, Any]]:
    if "cán bộ" in asked.text:
        return [reply("Đã ghi lại.", "handoff", handoff_reason="request_human", procedure="1.001193")]
    return await echo(asked)


async def claimed(running: Conversations, database: Database, rasa: Rasa) -> int:
    """A ticket that Lan has."""
    rasa.answer = bot
    await running.receive(said(1, "cho tôi gặp cán bộ"))
    await answered(database)
    ticket = await the_ticket(database)
    await Claims(database, 180).claim(ticket.id, LAN)
    return ticket.id


async def the_ticket(database: Database) -> Ticket:
    async with database.read() as session:
        return (await session.scalars(select(Ticket))).one()


async def staff_texts(database: Database) -> list[str]:
    async with database.read() as session:
        rows = await session.scalars(
            select(Message.text).where(Message.author == Author.STAFF).order_by(Message.id)
        )
        return list(rows)


async def test_a_hundred_clicks_with_one_key_are_one_message(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        ticket = await claimed(running, database, rasa)
        replies = Replies(database, running)
        await asyncio.gather(*(replies.send(ticket, LAN, "Dạ", key="k") for _ in range(20)))
        assert await staff_texts(database) == ["Dạ"]
        assert (await the_ticket(database)).waiting_since is None


async def test_only_the_owner_replies_and_only_something_readable(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        ticket = await claimed(running, database, rasa)
        replies = Replies(database, running)
        for text, error in ((" \n", EmptyReply), ("x" * 4001, TooLong)):
            with pytest.raises(error):
                await replies.send(ticket, LAN, text, key="k")
        with pytest.raises(NotYours, match="Lan đang giữ"):
            await replies.send(ticket, HOA, "Chào", key="k")
        await Claims(database, 180).release(ticket, LAN)
        with pytest.raises(NotYours, match="hàng đợi"):
            await replies.send(ticket, LAN, "Chào", key="k")
    assert await staff_texts(database) == []


async def test_the_bot_is_silent_while_somebody_has_the_ticket_and_goes_on_afterwards(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        ticket = await claimed(running, database, rasa)
        await running.receive(said(2, "alo"))
        await answered(database)
        assert "alo" not in rasa.heard()
        assert (await the_ticket(database)).waiting_since is not None
        await Closing(database, running).close(ticket, LAN, "elsewhere")
        await running.receive(said(3, "thế lệ phí"))
        await answered(database)
    assert rasa.heard()[-1] == "thế lệ phí"
    assert rasa.asked[-1].context["procedure"] == "1.001193"


async def test_closing_asks_whether_it_helped_and_the_press_is_stored_without_the_bot(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        ticket = await claimed(running, database, rasa)
        await Replies(database, running).send(ticket, LAN, "Mang giấy chứng sinh ạ", key="k")
        closing = Closing(database, running)
        with pytest.raises(UnknownOutcome):
            await closing.close(ticket, LAN, "bịa")
        with pytest.raises(NotYours):
            await closing.close(ticket, HOA, "answered")
        await closing.close(ticket, LAN, "answered")
        with pytest.raises(TicketClosed):
            await closing.close(ticket, LAN, "answered")
        heard = len(rasa.asked)
        async with database.read() as session:
            offered = list(await session.scalars(select(ButtonChoice).order_by(ButtonChoice.position)))
        assert [one.title for one in offered[-2:]] == ["Có ích", "Chưa"]
        for number, press in enumerate(offered[-2:]):
            await running.receive(
                Inbound("web", f"p{number}", "an", InboundKind.PRESS, press.title, button=press.id)
            )
            await answered(database)
    assert len(rasa.asked) == heard
    async with database.read() as session:
        rating = (await session.scalars(select(Rating))).one()
        rated = await session.get_one(Message, rating.message_id)
        conversation = (await session.scalars(select(Conversation))).one()
    assert (rating.useful, rated.text) == (False, "Mang giấy chứng sinh ạ")
    assert conversation.holder == Holder.BOT


async def test_nobody_is_asked_about_an_answer_that_was_not_given(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        ticket = await claimed(running, database, rasa)
        await Closing(database, running).close(ticket, LAN, "answered")
    assert await count(database, ButtonChoice, ButtonChoice.title == "Có ích") == 0


async def test_a_goodbye_is_sent_once_though_the_closing_was_cut_off(
    gateway: Gateway, database: Database, rasa: Rasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gateway() as running:
        ticket = await claimed(running, database, rasa)
        closing = Closing(database, running)
        with monkeypatch.context() as cut:

            async def killed(*_: object) -> None:
                raise ConnectionError

            cut.setattr(Closing, "_finish", killed)
            with pytest.raises(ConnectionError):
                await closing.close(ticket, LAN, "answered")
        await closing.close(ticket, LAN, "answered")
    assert len(await staff_texts(database)) == 1
    assert (await the_ticket(database)).closed_at is not None


async def test_two_leads_who_approve_at_once_send_one_reply(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        ticket = await claimed(running, database, rasa)
        replies = Replies(database, running)
        for _ in range(2):
            assert not await replies.send(ticket, LAN, "Chờ duyệt", key="k", approval=True)
        (waiting,) = await replies.waiting(ticket)
        assert await staff_texts(database) == []
        done = await asyncio.gather(
            *(replies.decide(waiting.id, lead, approve=True) for lead in (HOA, Staff("9", "Tú"))),
            return_exceptions=True,
        )
        assert ticket in done
        with pytest.raises(AlreadyDecided):
            await replies.decide(waiting.id, HOA, approve=False)
        assert await staff_texts(database) == ["Chờ duyệt"]
        assert await replies.waiting(ticket) == []


async def test_a_reply_whose_writer_has_lost_the_ticket_is_not_sent(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        ticket = await claimed(running, database, rasa)
        replies = Replies(database, running)
        await replies.send(ticket, LAN, "Chờ duyệt", key="k", approval=True)
        await Claims(database, 180).release(ticket, LAN)
        (waiting,) = await replies.waiting(ticket)
        with pytest.raises(NotYours):
            await replies.decide(waiting.id, HOA, approve=True)
        assert await staff_texts(database) == []
        await replies.decide(waiting.id, HOA, approve=False, why="Phiếu đã về hàng đợi")
        (refused,) = await replies.waiting(ticket)
        assert (refused.state, refused.why) == ("refused", "Phiếu đã về hàng đợi")
