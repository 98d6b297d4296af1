"""The chat page in Chromium, through the whole running stack."""

from __future__ import annotations

import inspect
from typing import Any

from playwright.async_api import Page, expect

ASKED = "làm giấy khai sinh cho con cần những gì"
SOON = 30_000  # ms: a turn through Rasa on a busy machine


async def ask(page: Page, question: str) -> None:
    await page.get_by_label("Câu hỏi của anh/chị").fill(question)
    await page.keyboard.press("Enter")


async def answers(page: Page, count: int) -> None:
    await expect(page.locator(".message.theirs")).to_have_count(count, timeout=SOON)


async def restart(stack: Any) -> None:
    outcome = stack.restart_gateway()
    if inspect.isawaitable(outcome):
        await outcome


async def test_a_question_gets_a_card_with_its_source_and_a_follow_up_is_understood(
    page: Page, stack: Any
) -> None:
    await page.goto(stack.url)
    await ask(page, ASKED)
    await answers(page, 1)
    card = page.locator(".card").first
    await expect(card.locator("h2")).to_contain_text("khai sinh", ignore_case=True)
    await expect(card.locator(".checklist input").first).to_be_visible()
    await expect(card.locator(".sources")).to_contain_text("Nguồn: 1.001193")
    await ask(page, "thế bao lâu thì có")
    await answers(page, 2)
    await expect(page.locator(".message.theirs").nth(1)).to_contain_text("ngày")


async def test_a_reload_shows_everything_once(page: Page, stack: Any) -> None:
    await page.goto(stack.url)
    await ask(page, ASKED)
    await answers(page, 1)
    before = await page.locator(".bubble, .card").all_inner_texts()
    await page.reload()
    await answers(page, 1)
    assert await page.locator(".bubble, .card").all_inner_texts() == before


async def test_what_is_typed_while_the_gateway_restarts_is_answered_afterwards_once(
    page: Page, stack: Any
) -> None:
    await page.goto(stack.url)
    await ask(page, ASKED)
    await answers(page, 1)
    await page.context.set_offline(True)
    await restart(stack)
    await ask(page, "thế bao lâu thì có")
    await expect(page.locator(".message.mine")).to_have_count(2)
    await page.context.set_offline(False)
    await answers(page, 2)
    await page.reload()
    await answers(page, 2)
    await expect(page.locator(".message.mine")).to_have_count(2)


async def test_html_in_a_message_is_shown_as_text(page: Page, stack: Any) -> None:
    await page.goto(stack.url)
    typed = '<img src=x onerror="document.title=1"><b>khai sinh</b>'
    await ask(page, typed)
    await answers(page, 1)
    await expect(page.locator(".bubble")).to_have_text(typed)
    assert await page.locator("#log img, #log b").count() == 0


async def test_a_phone_of_360_pixels_never_scrolls_sideways(page: Page, stack: Any) -> None:
    await page.goto(stack.url)
    await ask(page, ASKED)
    await answers(page, 1)
    for _ in range(2):  # in both text sizes
        widths = await page.evaluate("['html', 'main'].map((n) => document.querySelector(n).scrollWidth)")
        assert max(widths) <= 360
        await page.get_by_label("Chữ to").click()


async def test_a_quick_reply_is_answered_and_the_old_ones_go(page: Page, stack: Any) -> None:
    await page.goto(stack.url)
    await ask(page, ASKED)
    await answers(page, 1)
    button = page.locator("button.quick").first
    title = await button.inner_text()
    box = await button.bounding_box()
    assert box
    assert box["height"] >= 44
    await button.click()
    await answers(page, 2)
    await expect(page.locator(".bubble").last).to_have_text(title)
    assert await page.locator(".message.theirs").first.locator("button.quick").count() == 0
