"""Links that open the chat on a procedure or on the office of a ward."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

OPENED = '/ask_overview{"procedure": "1.001193"}'


async def refusal(chat: Any, **frame: Any) -> str:
    await chat.send(type="open", client_id="open-00001", **frame)
    found: str = (await chat.until("error"))[-1]["code"]
    return found


async def test_a_link_to_a_procedure_asks_for_it_by_name(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.send(type="open", client_id="open-00001", procedure="1.001193")
    frames = await chat.until("done")
    asked = next(frame["message"] for frame in frames if frame["type"] == "message")
    assert "khai sinh" in asked["text"]
    assert gateway.rasa.asked == [OPENED]


async def test_a_link_to_a_ward_asks_for_its_office(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.send(type="open", client_id="open-00001", ward="00004")
    await chat.until("done")
    assert gateway.rasa.asked == ['/find_office{"ward": "00004"}']


async def test_a_link_followed_twice_with_one_id_is_one_message(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    for _ in range(2):
        await chat.send(type="open", client_id="open-00001", procedure="1.001193")
        await chat.until("done")
        chat, _ = await visitor.chat()
    assert len(gateway.rasa.asked) == 1


async def test_a_link_to_what_is_not_there_is_told_and_asks_nothing(visitor: Any, gateway: Any) -> None:
    chat, before = await visitor.chat()
    assert await refusal(chat, procedure="9.999999") == "unknown_link"
    assert await refusal(chat, ward="99999") == "unknown_link"
    assert gateway.rasa.asked == []
    assert (await visitor.chat())[1] == before == []


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"procedure": "1.001193", "ward": "00004"},
        {"procedure": "1.001193 "},
        {"procedure": '1.001193"}'},
        {"procedure": "١.٠٠١١٩٣"},
        {"ward": "4"},
        {"ward": "00004\n"},
    ],
)
async def test_a_link_of_another_shape_is_refused(visitor: Any, frame: dict[str, str]) -> None:
    chat, _ = await visitor.chat()
    assert await refusal(chat, **frame) == "malformed"


async def test_the_page_follows_its_link_once_and_not_again_when_reloaded(page: Page, gateway: Any) -> None:
    await page.goto(f"{gateway.url}/?noi=00004&thu-tuc=1.001193")
    await expect(page.locator(".message.theirs")).to_have_count(2)
    assert gateway.rasa.asked == ['/find_office{"ward": "00004"}', OPENED]
    await expect(page.locator(".bubble").nth(1)).to_contain_text("khai sinh")
    await page.reload()
    await expect(page.locator(".message.theirs")).to_have_count(2)
    await page.get_by_label("Câu hỏi của anh/chị").fill("thế bao lâu")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.theirs")).to_have_count(3)
    assert len(gateway.rasa.asked) == 3


async def test_the_same_link_followed_again_opens_it_again(page: Page, gateway: Any) -> None:
    for count in (1, 2):
        await page.goto(f"{gateway.url}/?thu-tuc=1.001193")
        await expect(page.locator(".message.theirs")).to_have_count(count)
    assert gateway.rasa.asked == [OPENED] * 2


async def test_a_link_to_nothing_leaves_an_empty_page_and_says_so(page: Page, gateway: Any) -> None:
    await page.goto(f"{gateway.url}/?thu-tuc=9.999999")
    await expect(page.locator("#state")).to_contain_text("không còn đúng")
    await expect(page.locator(".message")).to_have_count(0)
    await expect(page.locator("#start")).to_be_visible()
    await page.reload()
    await expect(page.locator("#state")).to_be_empty()


async def test_a_link_of_another_shape_is_not_even_sent(page: Page, gateway: Any) -> None:
    await page.goto(f"{gateway.url}/?thu-tuc=%22%3E%3Cimg%20src=x%3E&noi=abc")
    await expect(page.locator("#start")).to_be_visible()
    await expect(page.locator(".message")).to_have_count(0)
    assert gateway.rasa.asked == []
