"""Whether an answer was of use: stored once, changed at will, never somebody else's."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect
from sqlalchemy import select

from conversations.operation_models import Rating


async def ratings(gateway: Any) -> list[tuple[bool, str]]:
    async with gateway.database.read() as session:
        rows = await session.scalars(select(Rating).order_by(Rating.message_id))
        return [(row.useful, row.comment) for row in rows]


async def answer(chat: Any) -> int:
    await chat.say("làm khai sinh cần gì")
    frames = await chat.until("done")
    return int([frame["message"] for frame in frames if frame["type"] == "message"][1]["id"])


async def ask(page: Page, question: str) -> None:
    await page.get_by_label("Câu hỏi của anh/chị").fill(question)
    await page.keyboard.press("Enter")


async def test_a_rating_is_stored_once_and_may_be_changed(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    rated = await answer(chat)
    for useful in (True, True, False):
        await chat.send(type="rate", message=rated, useful=useful)
        assert (await chat.until("rated"))[-1]["message"] == rated
    await chat.send(type="rate", message=rated, useful=False, comment="Thiếu giờ làm việc")
    await chat.until("rated")
    assert await ratings(gateway) == [(False, "Thiếu giờ làm việc")]


async def test_only_an_answer_of_ones_own_conversation_can_be_rated(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    rated = await answer(chat)
    await chat.send(type="rate", message=rated - 1, useful=True)  # the question
    assert (await chat.until("error"))[-1]["code"] == "not_rated"
    other = type(visitor)(gateway)
    await other.visit()
    stranger, _ = await other.chat()
    await stranger.send(type="rate", message=rated, useful=False)
    assert (await stranger.until("error"))[-1]["code"] == "not_rated"
    await answer(stranger)
    await stranger.send(type="rate", message=rated, useful=False)
    assert (await stranger.until("error"))[-1]["code"] == "not_rated"
    assert await ratings(gateway) == []
    await other.http.close()


async def test_a_comment_that_is_too_long_is_refused(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    rated = await answer(chat)
    await chat.send(type="rate", message=rated, useful=False, comment="ộ" * 501)
    assert (await chat.until("error"))[-1]["code"] == "malformed"
    assert await ratings(gateway) == []


async def test_on_the_page_a_rating_is_told_kept_over_a_reload_and_changed(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "làm khai sinh cần gì")
    rating = page.get_by_role("group", name="Câu trả lời này có ích không?")
    await rating.get_by_role("button", name="Chưa").click()
    await expect(rating.get_by_role("status")).to_have_text("Cảm ơn anh/chị.")
    await rating.get_by_label("Còn thiếu hay sai chỗ nào").fill("Thiếu giờ làm việc")
    await rating.get_by_role("button", name="Gửi góp ý").click()
    await expect(rating.get_by_role("status")).to_have_text("Cảm ơn anh/chị đã góp ý.")
    assert await ratings(gateway) == [(False, "Thiếu giờ làm việc")]
    await page.reload()
    await expect(rating.get_by_role("button", name="Chưa")).to_have_attribute("aria-pressed", "true")
    await rating.get_by_role("button", name="Có", exact=True).click()
    await expect(rating.get_by_role("status")).to_contain_text("Cảm ơn")
    assert [useful for useful, _ in await ratings(gateway)] == [True]


async def test_a_rating_given_without_network_is_sent_when_it_is_back(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "làm khai sinh cần gì")
    rating = page.get_by_role("group", name="Câu trả lời này có ích không?")
    await expect(rating).to_be_visible()
    await gateway.stop()
    await rating.get_by_role("button", name="Có", exact=True).click()
    await expect(rating.get_by_role("button", name="Có", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await page.evaluate("document.readyState")
    await gateway.start()
    await expect(rating.get_by_role("status")).to_contain_text("Cảm ơn", timeout=30_000)
    assert await ratings(gateway) == [(True, "")]


async def test_a_question_back_and_small_talk_are_not_rated(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "!!!")
    await expect(page.locator(".message.theirs")).to_have_count(1)
    await expect(page.locator(".rating")).to_have_count(0)


async def test_what_says_how_the_service_is_asks_for_no_opinion(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "làm khai sinh cần gì " * 200)
    await expect(page.get_by_text("Tin nhắn này dài quá")).to_be_visible()
    await expect(page.get_by_role("group", name="Câu trả lời này có ích không?")).to_have_count(0)
