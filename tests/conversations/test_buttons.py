"""Buttons: a channel sees an opaque id, and a citizen can choose only what was offered to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from conversations import Author, Conversations, Inbound, InboundKind
from conversations.models import ButtonChoice
from motcua.db import Database
from motcua.reply import Reply
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, button, context, echo, reply, said

COPY = button("Bản sao", "choose_procedure", procedure="2.000635")
AGAIN = button("Đăng ký lại", "choose_procedure", procedure="1.004884")
PORTAL = {"title": "Mở Cổng", "url": "https://dichvucong.gov.vn"}


async def clarify(asked: Asked) -> list[dict[str, Any]]:
    if asked.message == "xin lại giấy khai sinh":
        return [reply("Loại nào ạ?", "clarify", buttons=[COPY, PORTAL, AGAIN]), context(awaiting="choice")]
    if asked.message == "hồ sơ":
        return [reply("4 số cuối?", "clarify", buttons=[COPY, AGAIN]), context(awaiting="dossier_secret")]
    return await echo(asked)


def press(number: int, button_id: str, title: str = "", citizen: str = "an") -> Inbound:
    return Inbound("web", f"{citizen}:{number}", citizen, InboundKind.PRESS, title, button=button_id)


async def shown(running: Conversations, conversation_id: str) -> Reply:
    """The newest reply as the channel sees it."""
    replies = [line.reply for line in await running.messages_after(conversation_id, 0) if line.reply]
    return replies[-1]


async def offered(running: Conversations, database: Database, citizen: str = "an") -> tuple[str, Reply]:
    accepted = await running.receive(said("q", "xin lại giấy khai sinh", citizen))
    await answered(database)
    return accepted.conversation_id, await shown(running, accepted.conversation_id)


async def test_a_channel_sees_ids_and_never_what_a_button_does(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = clarify
    async with gateway() as running:
        _, first = await offered(running, database)
        _, second = await offered(running, database, "bình")
    ids = [one.payload for one in (*first.buttons, *second.buttons) if one.url is None]
    assert all(isinstance(one, str) and len(one) == 22 for one in ids)
    assert len(set(ids)) == 4
    assert first.buttons[1].url == PORTAL["url"]
    assert first.buttons[1].payload is None
    assert "choose_procedure" not in first.model_dump_json()
    async with database.read() as session:
        stored = (await session.scalars(select(ButtonChoice.id))).all()
    assert set(stored) == set(ids)


async def test_a_press_travels_as_its_intent_and_reads_as_its_title(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = clarify
    async with gateway() as running:
        conversation_id, first = await offered(running, database)
        await running.receive(press(2, str(first.buttons[2].payload), "chữ giả"))
        await answered(database)
        lines = await running.messages_after(conversation_id, 0)
    assert rasa.heard()[-1] == '/choose_procedure{"procedure": "1.004884"}'
    assert [line.text for line in lines if line.author is Author.CITIZEN][-1] == "Đăng ký lại"


async def test_an_old_button_of_the_conversation_still_works(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = clarify
    async with gateway() as running:
        _, first = await offered(running, database)
        await running.receive(said(2, "hồ sơ"))
        await answered(database)
        await running.receive(press(3, str(first.buttons[0].payload)))
        await answered(database)
    assert rasa.heard()[-1] == '/choose_procedure{"procedure": "2.000635"}'


async def test_a_button_of_somebody_else_is_only_its_title(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = clarify
    async with gateway() as running:
        _, of_an = await offered(running, database, "an")
        await running.receive(press(1, str(of_an.buttons[0].payload), "Bản sao", "bình"))
        await running.receive(press(2, "không-có", "/restart", "bình"))
        await answered(database)
    assert rasa.heard()[-2:] == ["Bản sao", "restart"]


async def test_an_unknown_press_without_words_is_answered_without_the_bot(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        accepted = await running.receive(press(1, "không-có"))
        await running.receive(press(2, "không-có", "a" * 5000))
        await answered(database)
        lines = await running.messages_after(accepted.conversation_id, 0)
    assert rasa.asked == []
    assert [line.author for line in lines].count(Author.BOT) == 2


async def test_a_typed_number_or_title_picks_from_the_newest_offers(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = clarify
    async with gateway() as running:
        await offered(running, database)
        for n, text in enumerate(("1", "số 3 nhé", "dang ky lai", "2", "Mở Cổng", "7")):
            await running.receive(said(n, text))
        await answered(database)
    copy, again = '/choose_procedure{"procedure": "2.000635"}', '/choose_procedure{"procedure": "1.004884"}'
    assert rasa.heard()[1:] == [copy, again, again, "2", "Mở Cổng", "7"]


async def test_newer_offers_replace_older_ones(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    async def menu(asked: Asked) -> list[dict[str, Any]]:
        title = "Mới" if "mới" in asked.message else "Cũ"
        return [reply("Chọn", buttons=[button(title, "ask_fee", which=title)]), reply("không có nút")]

    rasa.answer = menu
    async with gateway() as running:
        for n, text in enumerate(("cũ đi", "mới đi", "1")):
            await running.receive(said(n, text))
            await answered(database)
    assert rasa.heard()[-1] == '/ask_fee{"which": "Mới"}'


async def test_a_digit_is_no_choice_while_the_digits_of_a_dossier_are_awaited(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    rasa.answer = clarify
    async with gateway() as running:
        await running.receive(said(1, "hồ sơ"))
        await answered(database)
        await running.receive(said(2, "1"))
        await answered(database)
    assert rasa.heard() == ["hồ sơ", "1"]


async def test_a_number_typed_before_any_offer_is_text(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        await running.receive(said(1, "1"))
        await answered(database)
    assert rasa.heard() == ["1"]
