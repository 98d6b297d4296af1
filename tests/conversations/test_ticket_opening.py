"""When a ticket is opened, what it carries, and when an old one goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from conversations.contract import Inbound, InboundKind
from conversations.models import Conversation, Holder, Ticket
from conversations.ticket_events import Staff
from conversations.ticket_models import TicketNote
from conversations.tickets import forget_texts, open_by_staff, reopen
from motcua.db import Database, now
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, button, context, reply, said

LAN = Staff("7", "Lan")


async def bot(asked: Asked) -> list[dict[str, Any]]:
    """Answers birth certificates, misses the rest, hands over."""
    if "request_human" in asked.message or "cán bộ" in asked.text:
        return [reply("Đã ghi lại.", "handoff", handoff_reason="request_human")]
    if "khai sinh" in asked.text:
        known = reply("Cần tờ khai.", procedure="1.001193", facet="documents")
        return [known, context(procedure="1.001193", ward="00292")]
    if "bực" in asked.text:
        return [reply("Rất tiếc.", "handoff", handoff_reason="complain")]
    misses = asked.context["misses"] + 1
    missed = reply("Chưa có thông tin.", "no_answer", buttons=[button("Gặp cán bộ", "request_human")])
    return [missed, context(misses=misses)]


async def tickets(database: Database) -> list[Ticket]:
    async with database.read() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def tell(gateway: Gateway, database: Database, *texts: str, first: int = 0) -> None:
    async with gateway() as running:
        for number, text in enumerate(texts, first):
            await running.receive(said(number, text))
            await answered(database)


async def test_a_ticket_carries_question_procedure_ward_and_what_the_bot_tried(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = bot
    await tell(gateway, database, "khai sinh cho con cần gì", "gặp cán bộ")
    (ticket,) = await tickets(database)
    assert (ticket.summary, ticket.procedure, ticket.ward) == (
        "khai sinh cho con cần gì",
        "1.001193",
        "00292",
    )
    assert ticket.tried == [{"kind": "answer", "procedure": "1.001193", "facet": "documents"}]
    assert ticket.search_text == "khai sinh cho con can gi"
    assert ticket.waiting_since is not None


async def test_two_misses_in_a_row_open_a_ticket_and_one_does_not(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = bot
    await tell(gateway, database, "abc là gì vậy")
    assert await tickets(database) == []
    await tell(gateway, database, "thế xyz thì sao ạ", first=1)
    (ticket,) = await tickets(database)
    assert ticket.reason == "two_misses"


async def test_the_command_line_gets_no_ticket_for_what_is_not_understood(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = bot
    async with gateway() as running:
        for number in range(3):
            await running.receive(Inbound("cli", f"c{number}", "me", InboundKind.TEXT, f"xyz {number}"))
            await answered(database)
    assert await tickets(database) == []


async def test_a_human_wanted_after_a_miss_says_that_the_bot_had_no_answer(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = bot
    await tell(gateway, database, "thuế đất nhà tôi bao nhiêu", "gặp cán bộ")
    (ticket,) = await tickets(database)
    assert (ticket.reason, ticket.summary) == ("no_answer", "thuế đất nhà tôi bao nhiêu")


async def test_anger_is_said_to_be_anger(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    rasa.answer = bot
    await tell(gateway, database, "bực quá rồi đấy nhé các anh ơi")
    (ticket,) = await tickets(database)
    assert ticket.reason == "complain"


async def test_an_officer_opens_one_where_something_was_said(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    await tell(gateway, database, "xin chào các anh chị")
    async with database.write() as session:
        conversation = (await session.scalars(select(Conversation.id))).one()
        assert await open_by_staff(session, "nobody", LAN) is None
        opened = await open_by_staff(session, conversation, LAN)
        assert await open_by_staff(session, conversation, LAN) == opened
    (ticket,) = await tickets(database)
    assert ticket.reason == "officer"


async def close(database: Database, outcome: str, ago: timedelta = timedelta()) -> None:
    async with database.write() as session:
        ticket = (await session.scalars(select(Ticket).where(Ticket.closed_at.is_(None)))).one()
        ticket.closed_at, ticket.outcome, ticket.claimed_by = now() - ago, outcome, "7"
        ticket.waiting_since = None
        (await session.get_one(Conversation, ticket.conversation_id)).holder = Holder.BOT


async def test_a_message_reopens_what_ended_with_silence_for_a_day(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = bot
    await tell(gateway, database, "gặp cán bộ")
    await close(database, "needs_papers")
    await tell(gateway, database, "tôi tìm được khai sinh rồi", first=5)
    (ticket,) = await tickets(database)
    assert (ticket.closed_at, ticket.claimed_by, ticket.reopened) == (None, None, 1)
    assert ticket.waiting_since is not None
    await close(database, "needs_papers", timedelta(hours=25))
    await tell(gateway, database, "khai sinh nữa ạ", first=6)
    assert (await tickets(database))[0].closed_at is not None


async def test_a_message_after_an_answered_ticket_is_the_bots(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = bot
    await tell(gateway, database, "gặp cán bộ")
    await close(database, "answered")
    await tell(gateway, database, "khai sinh cần gì", first=5)
    (ticket,) = await tickets(database)
    assert ticket.closed_at is not None
    assert rasa.heard()[-1] == "khai sinh cần gì"
    await tell(gateway, database, "gặp cán bộ tiếp", first=6)
    (ticket,) = await tickets(database)  # the same one goes on: its notes are worth having
    assert (ticket.closed_at, ticket.reopened) == (None, 1)


async def test_a_new_message_keeps_the_older_wait(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    rasa.answer = bot
    await tell(gateway, database, "gặp cán bộ")
    before = (await tickets(database))[0]
    await tell(gateway, database, "alo", first=1)
    after = (await tickets(database))[0]
    assert after.waiting_since == before.waiting_since
    assert after.last_citizen_message_id > before.last_citizen_message_id


async def test_reopening_by_hand_is_refused_while_another_ticket_is_open(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = bot
    await tell(gateway, database, "gặp cán bộ")
    await close(database, "answered", timedelta(hours=30))
    await tell(gateway, database, "gặp cán bộ lại", first=1)
    old, new = await tickets(database)
    async with database.write() as session:
        assert not await reopen(session, old.id, LAN)
        assert not await reopen(session, new.id, LAN)
        assert not await reopen(session, 999, LAN)
        (await session.get_one(Ticket, new.id)).closed_at = now()
        await session.flush()
        assert await reopen(session, old.id, LAN)


async def test_erasing_takes_the_words_and_leaves_the_count(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = bot
    await tell(gateway, database, "khai sinh cho bé Nguyễn Văn An", "gặp cán bộ")
    (ticket,) = await tickets(database)
    async with database.write() as session:
        session.add(TicketNote(ticket_id=ticket.id, by="7", by_name="Lan", text="bé An", mentions=[]))
        await session.flush()
        await forget_texts(session, ticket.conversation_id)
    (ticket,) = await tickets(database)
    assert (ticket.summary, ticket.search_text, ticket.reason) == ("", "", "request_human")
    async with database.read() as session:
        assert (await session.scalars(select(TicketNote))).all() == []
