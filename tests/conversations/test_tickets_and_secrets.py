"""Tickets are opened once, and the digits that open a dossier are kept nowhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Text, select

from conversations.models import Conversation, Holder, Ticket
from motcua.db import Base, Database
from motcua.reply import Kind
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, context, count, echo, reply, said


def handoff(reason: str = "request_human") -> dict[str, Any]:
    return reply("Đã chuyển cán bộ.", "handoff", handoff_reason=reason, procedure="1.001193")


async def hand_over(asked: Asked) -> list[dict[str, Any]]:
    return [handoff(), handoff("complain")] if "cán bộ" in asked.message else await echo(asked)


async def test_a_handoff_opens_exactly_one_open_ticket(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = hand_over
    async with gateway() as running:
        for n in range(3):
            accepted = await running.receive(said(n, f"cho tôi gặp cán bộ lần {n}"))
        await running.receive(said(1, "cán bộ đâu", "bình"))
        await answered(database)
    async with database.read() as session:
        tickets = (await session.scalars(select(Ticket).order_by(Ticket.id))).all()
        conversation = await session.get_one(Conversation, accepted.conversation_id)
    assert len(tickets) == len({ticket.conversation_id for ticket in tickets}) == 2
    mine = next(ticket for ticket in tickets if ticket.conversation_id == accepted.conversation_id)
    assert (mine.reason, mine.procedure, mine.summary) == (
        "request_human", "1.001193", "cho tôi gặp cán bộ lần 0",
    )  # fmt: skip
    assert conversation.holder == Holder.WAITING


async def test_a_handoff_without_a_reason_opens_none(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def offer(asked: Asked) -> list[dict[str, Any]]:
        return [reply("Anh/chị muốn gặp cán bộ không ạ?", "handoff")]

    rasa.answer = offer
    async with gateway() as running:
        await running.receive(said(1, "bực quá"))
        await answered(database)
    assert await count(database, Ticket) == 0


async def test_a_long_reason_does_not_lose_the_turn(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    async def wordy(asked: Asked) -> list[dict[str, Any]]:
        return [handoff("r" * 200)]

    rasa.answer = wordy
    async with gateway() as running:
        await running.receive(said(1, "gặp người"))
        await answered(database)
    assert await count(database, Ticket) == 1


async def everything(database: Database) -> str:
    """Whatever text any table holds, as one text; ids and times are digits by chance."""
    found: list[str] = []
    async with database.read() as session:
        for table in Base.metadata.sorted_tables:
            texts = [column for column in table.columns if isinstance(column.type, (Text, JSON))]
            if texts:
                found += [str(tuple(row)) for row in await session.execute(select(*texts))]
    return "\n".join(found)


def status(asked: Asked) -> dict[str, Any]:
    return reply("Đang xử lý", Kind.STATUS, dossier={"code": "…231115-0001", "label": "đang xử lý"})


async def test_the_digits_that_opened_a_dossier_are_in_no_table_afterwards(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    answers = ["7319", "7 3 1 9", "73-19 nhé", "bảy ba một chín", "0912 007 319"]

    async def dossier(asked: Asked) -> list[dict[str, Any]]:
        if asked.context["awaiting"] != "dossier_secret":
            return [
                reply("4 số cuối?", "clarify"),
                context(awaiting="dossier_secret", dossier_code="H26-231115-0001"),
            ]
        return [status(asked), context()]

    rasa.answer = dossier
    async with gateway() as running:
        for citizen in answers:
            await running.receive(said(1, "hồ sơ H26-231115-0001 đến đâu", citizen))
        await answered(database)
        for citizen in answers:
            await running.receive(said(2, citizen, citizen))
        await answered(database)
    assert sorted(asked.text for asked in rasa.asked[5:]) == sorted([*answers[:4], "7319"])
    stored = await everything(database)
    assert "H26-231115-0001" in stored
    assert not any(left in stored for left in ("7319", "7 3 1 9", "73-19", "bảy ba một chín", "007 319"))


async def test_digits_given_beside_the_code_are_hidden_and_the_code_stays(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def at_once(asked: Asked) -> list[dict[str, Any]]:
        return [status(asked)]

    rasa.answer = at_once
    async with gateway() as running:
        await running.receive(said(1, "hồ sơ H26-231115-0001 số 7319 đến đâu rồi"))
        await answered(database)
    stored = await everything(database)
    assert "hồ sơ H26-231115-0001 số •••• đến đâu rồi" in stored
    assert "7319" not in stored


async def test_a_ticket_does_not_quote_the_digits(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    async def refuse(asked: Asked) -> list[dict[str, Any]]:
        if asked.context["awaiting"] != "dossier_secret":
            return [reply("4 số cuối?", "clarify"), context(awaiting="dossier_secret")]
        return [handoff("dossier_locked"), context()]

    rasa.answer = refuse
    async with gateway() as running:
        for n, text in enumerate(("hồ sơ của tôi", "7319")):
            await running.receive(said(n, text))
            await answered(database)
    assert await count(database, Ticket) == 1
    assert "7319" not in await everything(database)


async def test_digits_are_hidden_even_when_a_volunteer_holds_the_conversation(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def ask_then_silence(asked: Asked) -> list[dict[str, Any]]:
        return [reply("4 số cuối?", "clarify"), context(awaiting="dossier_secret")]

    rasa.answer = ask_then_silence
    async with gateway() as running:
        accepted = await running.receive(said(1, "hồ sơ của tôi"))
        await answered(database)
        async with database.write() as session:
            conversation = await session.get_one(Conversation, accepted.conversation_id)
            conversation.holder = Holder.STAFF
        await running.receive(said(2, "7319"))
        await answered(database)
    assert "7319" not in await everything(database)
