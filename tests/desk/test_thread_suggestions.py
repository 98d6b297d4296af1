"""Suggestions come from the running bot, leave no trace, and are never a guess put into somebody's mouth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from conversations import Conversations
from conversations.models import Conversation, Message
from conversations.ticket_thread import Line, whole_transcript
from desk.thread_suggestions import Suggestions, SuggestionState
from motcua.db import Database
from motcua.settings import Settings
from tests.conversations.world import Asked, Rasa, button, context, reply
from tests.desk.tickets import Tickets

SOURCE = {"code": "1.001193", "decision": "163/QĐ-BTP", "checked_on": "2026-07-15"}


@pytest.fixture
async def rasa() -> AsyncIterator[Rasa]:
    made = Rasa()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def suggestions(
    database: Database, settings: Settings, rasa: Rasa, conversations: Conversations
) -> AsyncIterator[Suggestions]:
    made = Suggestions(database, conversations, settings.model_copy(update={"rasa_port": rasa.port}))
    yield made
    await made.close()


def answers(*parts: dict[str, Any]) -> Any:
    async def answer(_asked: Asked) -> list[dict[str, Any]]:
        return list(parts)

    return answer


async def question(database: Database, conversations: Conversations, **remembered: Any) -> tuple[str, Line]:
    ticket = await Tickets(conversations, database).open("an", "làm khai sinh cần gì ạ")
    conversation_id = await Tickets(conversations, database).conversation_of(ticket)
    async with database.write() as session:
        (await session.get_one(Conversation, conversation_id)).context = remembered
    async with database.read() as session:
        return conversation_id, (await whole_transcript(session, conversation_id))[-1]


async def test_an_answer_is_suggested_with_its_source_and_nothing_is_stored(
    database: Database, conversations: Conversations, rasa: Rasa, suggestions: Suggestions
) -> None:
    rasa.answer = answers(
        reply("Cần tờ khai.", procedure="1.001193", sources=[SOURCE]), context(procedure="9.999999")
    )
    conversation_id, line = await question(database, conversations, procedure="1.001193")
    for _ in range(2):
        found = await suggestions.for_line(conversation_id, line)
    assert found.state is SuggestionState.FOUND
    assert found.text == "Cần tờ khai.\nNguồn: 1.001193, QĐ 163/QĐ-BTP, kiểm tra 07/2026"
    assert len(rasa.asked) == 1  # asked once, kept then
    assert rasa.asked[0].context["procedure"] == "1.001193"
    async with database.read() as session:
        kept = (await session.scalars(select(Conversation.context))).one()
        assert len((await session.scalars(select(Message))).all()) == 1
    assert kept == {"procedure": "1.001193"}


async def test_a_doubt_is_shown_as_a_doubt(
    database: Database, conversations: Conversations, rasa: Rasa, suggestions: Suggestions
) -> None:
    buttons = [
        button("Trích lục", "ask_overview", procedure="2.000635"),
        button("Gặp cán bộ", "request_human"),
    ]
    rasa.answer = answers(
        reply("Anh/chị cần loại nào ạ?", "clarify", candidates=["2.000635"], buttons=buttons)
    )
    found = await suggestions.for_line(*await question(database, conversations))
    assert (found.state, found.options) == (SuggestionState.UNSURE, ("Trích lục",))


@pytest.mark.parametrize("kind", ["no_answer", "smalltalk", "out_of_scope", "handoff", "error", "status"])
async def test_what_is_no_answer_is_not_suggested(
    database: Database, conversations: Conversations, rasa: Rasa, suggestions: Suggestions, kind: str
) -> None:
    rasa.answer = answers(reply("Chưa có thông tin.", kind))
    found = await suggestions.for_line(*await question(database, conversations))
    assert (found.state, found.text) == (SuggestionState.NOTHING, "")


async def test_a_bot_that_is_away_is_said_to_be_away_and_asked_again_later(
    database: Database, conversations: Conversations, rasa: Rasa, suggestions: Suggestions
) -> None:
    asked = await question(database, conversations)
    await rasa.stop()
    assert (await suggestions.for_line(*asked)).state is SuggestionState.AWAY
    rasa.answer = answers(reply("Cần tờ khai."))
    await rasa.start()
    assert (await suggestions.for_line(*asked)).state is SuggestionState.FOUND


async def test_digits_that_open_a_dossier_are_not_asked_about_nor_counted_as_a_try(
    database: Database, conversations: Conversations, rasa: Rasa, suggestions: Suggestions
) -> None:
    asked = await question(database, conversations, awaiting="dossier_secret", dossier_code="H26-231115-0001")
    assert (await suggestions.for_line(*asked)).state is SuggestionState.NOTHING
    assert rasa.asked == []
    async with database.write() as session:
        (await session.get_one(Conversation, asked[0])).context = {"dossier_code": "H26-231115-0001"}
    await suggestions.for_line(*asked)
    assert rasa.asked[0].context["dossier_code"] is None
