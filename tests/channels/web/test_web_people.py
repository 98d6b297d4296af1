"""What a person at the desk does, as the citizen's page shows it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect
from sqlalchemy import select

from conversations import Conversations
from conversations.models import Conversation
from motcua.reply import Kind, Reply


async def conversation_of(gateway: Any) -> str:
    async with gateway.database.read() as session:
        return str((await session.scalars(select(Conversation.id))).one())


def says(text: str) -> Reply:
    return Reply(kind=Kind.ANSWER, text=text)


async def test_a_person_is_typing_then_answers_then_is_silent(
    visitor: Any, gateway: Any, service: Conversations
) -> None:
    chat, _ = await visitor.chat()
    await chat.say("thế bao lâu")
    await chat.until("done")
    conversation = await conversation_of(gateway)
    assert await service.hold(conversation, "nguoi-truc")
    await service.typing(conversation, "nguoi-truc")
    assert (await chat.until("typing"))[-1]["author"] == "staff"
    await service.say(conversation, "nguoi-truc", says("Chào anh/chị."), key="1")
    assert (await chat.until("message"))[-1]["message"]["author"] == "staff"
    await chat.say("cảm ơn")
    frames = await chat.until("done")
    assert [frame["message"]["author"] for frame in frames if frame["type"] == "message"] == ["citizen"]


async def test_a_persons_words_look_different_and_are_not_asked_to_be_rated(
    page: Page, gateway: Any, service: Conversations
) -> None:
    await page.goto(gateway.url)
    await page.get_by_label("Câu hỏi của anh/chị").fill("thế bao lâu")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.theirs")).to_have_count(1)
    conversation = await conversation_of(gateway)
    assert await service.hold(conversation, "nguoi-truc")
    await service.typing(conversation, "nguoi-truc")
    await expect(page.locator(".typing")).to_contain_text("Cán bộ đang soạn")
    await service.say(conversation, "nguoi-truc", says('<b onclick="x">Chào</b> anh/chị.'), key="1")
    person = page.locator(".message.staff")
    await expect(person).to_contain_text("Cán bộ")
    await expect(person.locator(".card")).to_contain_text('<b onclick="x">Chào</b>')
    await expect(person.locator(".rating")).to_have_count(0)
    await expect(page.locator(".typing")).to_be_hidden()
    grounds = "nodes => nodes.map((node) => getComputedStyle(node).backgroundColor)"
    bot, staff = await page.locator(".card").evaluate_all(grounds)
    assert bot != staff


async def test_erased_messages_leave_every_open_page_at_once_and_the_chat_goes_on(
    page: Page, gateway: Any, service: Conversations
) -> None:
    await page.goto(gateway.url)
    await page.get_by_label("Câu hỏi của anh/chị").fill("làm khai sinh cần gì")
    await page.keyboard.press("Enter")
    await page.get_by_label("Tờ khai").check()
    await service.erase(await conversation_of(gateway))
    await expect(page.locator(".message")).to_have_count(0)
    await expect(page.locator("#start")).to_be_visible()
    kept = "Object.values(localStorage).join() + Object.values(sessionStorage).join()"
    assert "khai sinh" not in await page.evaluate(kept)
    await page.get_by_label("Câu hỏi của anh/chị").fill("thế bao lâu")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await page.reload()
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await expect(page.locator(".message.mine")).to_have_count(1)
