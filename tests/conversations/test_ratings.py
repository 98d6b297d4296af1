"""Ratings: one an answer, changeable, masked, for answers only."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import select

from conversations import Author
from conversations.operation_models import Rating
from motcua.db import Database
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, reply, said


async def fee(asked: Asked) -> list[dict[str, Any]]:
    return [reply("8.000 đồng/bản.", procedure="1.001193", facet="fee")]


async def ratings(database: Database) -> list[Rating]:
    async with database.read() as session:
        return list(await session.scalars(select(Rating).order_by(Rating.id)))


async def test_an_answer_is_rated_once_and_the_rating_may_change(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = fee
    async with gateway() as running:
        talk = (await running.receive(said(1, "phí bao nhiêu"))).conversation_id
        await answered(database)
        answer = (await running.messages_after(talk, 0))[-1]
        clicks = (running.rate(talk, answer.id, True) for _ in range(10))
        assert all(await asyncio.gather(*clicks))
        assert await running.rate(talk, answer.id, False, " sai rồi, gọi tôi 0912 004 521\x00 ")
        assert await running.rate(talk, answer.id, False)
    (stored,) = await ratings(database)
    assert (stored.useful, stored.procedure) == (False, "1.001193")
    assert stored.comment == "sai rồi, gọi tôi ‹số điện thoại›"


async def test_only_an_answer_of_this_conversation_can_be_rated(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        mine = (await running.receive(said(1, "chào"))).conversation_id
        other = (await running.receive(said(1, "chào", "bình"))).conversation_id
        await answered(database)
        question, answer = await running.messages_after(mine, 0)
        assert answer.author is Author.BOT
        assert not await running.rate(mine, question.id, True)
        assert not await running.rate(other, answer.id, True)
        assert not await running.rate(mine, 10**9, True)
        assert not await running.rate("nobody", answer.id, True)
    assert await ratings(database) == []
