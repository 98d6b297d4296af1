"""WCAG 2.2 AA: axe-core on every state of the page, the keyboard alone, small and enlarged windows."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from conversations import Conversations
from conversations.models import Conversation
from motcua.reply import Kind, Reply
from tests.channels.web.axe import faults


async def ask(page: Page, question: str, count: int) -> None:
    await page.get_by_label("Câu hỏi của anh/chị").fill(question)
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.theirs")).to_have_count(count)


async def test_axe_notices_a_fault(page: Page, gateway: Any) -> None:
    """Otherwise the tests below would be worth nothing."""
    await page.goto(gateway.url)
    await page.evaluate("document.querySelector('label[for=text]').remove()")
    assert any(fault.startswith("label") for fault in await faults(page))


@pytest.mark.parametrize("size", ["normal", "large"])
async def test_axe_finds_nothing_on_the_page_empty_answering_and_with_answers(
    page: Page, gateway: Any, size: str
) -> None:
    await page.goto(gateway.url)
    if size == "large":
        await page.get_by_label("Chữ to").click()
    assert await faults(page) == []
    await ask(page, "làm khai sinh cần gì", 1)
    await page.get_by_role("button", name="Chưa").click()
    assert await faults(page) == []
    await ask(page, "có 4 trường hợp", 2)
    await ask(page, "lệ phí bao nhiêu", 3)
    assert await faults(page) == []
    gateway.rasa.gate.clear()
    await page.get_by_label("Câu hỏi của anh/chị").fill("thế bao lâu")
    await page.keyboard.press("Enter")
    await expect(page.locator(".typing")).to_be_visible()
    assert await faults(page) == []


async def test_axe_finds_nothing_with_a_dossier_an_office_and_a_person(
    page: Page, gateway: Any, service: Conversations
) -> None:
    await page.goto(gateway.url)
    await ask(page, "hồ sơ đến đâu", 1)
    await ask(page, "nộp ở đâu", 2)
    conversation = await only_conversation(gateway)
    assert await service.hold(conversation, "nguoi-truc")
    await service.say(conversation, "nguoi-truc", Reply(kind=Kind.ANSWER, text="Chào anh/chị."), key="1")
    await expect(page.locator(".message.staff")).to_contain_text("Cán bộ")
    assert await faults(page) == []


async def test_axe_finds_nothing_while_the_network_is_away(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    await ask(page, "thế bao lâu", 1)
    await gateway.stop()
    await expect(page.get_by_role("button", name="Thử ngay")).to_be_visible()
    await page.get_by_label("Câu hỏi của anh/chị").fill("câu chưa gửi")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.waiting")).to_have_count(1)
    assert await faults(page) == []
    await gateway.start()


async def test_axe_finds_nothing_on_the_page_without_javascript(
    page: Page, browser: Browser, gateway: Any
) -> None:
    await page.goto(f"{gateway.url}/khong-js")
    assert await faults(page) == []
    await page.get_by_label("Câu hỏi của anh/chị").fill("làm khai sinh cần gì")
    await page.get_by_role("button", name="Gửi").click()
    await expect(page.locator(".card")).to_have_count(1)
    assert await faults(page) == []


async def only_conversation(gateway: Any) -> str:
    async with gateway.database.read() as session:
        return str((await session.scalars(select(Conversation.id))).one())


async def focused(page: Page) -> str:
    """The name of what has the focus; the address of a link."""
    named: str = await page.evaluate(
        """() => { const node = document.activeElement;
        const label = node.getAttribute("aria-label") || node.labels?.[0]?.textContent;
        return label || node.textContent.trim(); }"""
    )
    return " ".join(named.split())


async def test_everything_can_be_done_with_the_keyboard_alone_in_the_order_of_the_page(
    page: Page, gateway: Any
) -> None:
    await page.goto(gateway.url)
    order = []
    for _ in range(4):
        await page.keyboard.press("Tab")
        order.append(await focused(page))
    assert order == ["Đến ô nhập câu hỏi", "Chữ to", "Sinh con", "Kết hôn"]
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.theirs")).to_have_count(1)
    # The pressed button is gone; the focus is in the transcript, before the answer.
    wanted = ["Tờ khai", "Giấy chứng sinh", "Xem trên Cổng", "Có", "Chưa", "Sao chép", "In"]
    for name in wanted:
        for _ in range(2):  # a table that scrolls is a stop, too
            await page.keyboard.press("Tab")
            if await focused(page) != "Bảng":
                break
        assert await focused(page) == name
        await assert_visible_focus(page)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    assert await focused(page) == "Lệ phí"
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.theirs")).to_have_count(2)
    await page.keyboard.press("Shift+Tab")
    await page.get_by_role("link", name="Đến ô nhập câu hỏi").focus()
    await page.keyboard.press("Enter")
    assert await focused(page) == "Câu hỏi của anh/chị"
    await page.keyboard.type("thế bao lâu")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.theirs")).to_have_count(3)


async def assert_visible_focus(page: Page) -> None:
    outline = await page.evaluate(
        "(() => { const s = getComputedStyle(document.activeElement); return parseFloat(s.outlineWidth); })()"
    )
    assert outline >= 2


async def test_regions_say_what_they_are(page: Page, gateway: Any) -> None:
    await page.goto(gateway.url)
    assert await page.locator("html").get_attribute("lang") == "vi"
    for role in ("banner", "main", "contentinfo", "log"):
        await expect(page.get_by_role(role)).to_have_count(1)
    await expect(page.get_by_role("log", name="Trò chuyện với Một Cửa")).to_have_attribute(
        "aria-live", "polite"
    )
    await expect(page.locator("#state")).to_have_attribute("role", "status")
    await expect(page.get_by_role("heading", level=1)).to_have_count(1)


async def test_what_can_be_pressed_is_large_enough(page: Page, gateway: Any) -> None:
    """44 pixels for what a thumb presses; links within text and the skip link are not counted (2.5.8)."""
    await page.goto(gateway.url)
    await ask(page, "làm khai sinh cần gì", 1)
    await page.get_by_role("button", name="Chưa").click()
    small = await page.evaluate(
        """() => [...document.querySelectorAll("button, summary, .quick, .checklist label")]
        .filter((node) => node.offsetParent)
        .map((node) => [node.ariaLabel || node.textContent.trim(), node.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.9 || box.width < 43.9).map(([name]) => name)"""
    )
    assert small == []


@pytest.mark.parametrize("size", ["normal", "large"])
@pytest.mark.parametrize(("width", "height"), [(320, 256), (320, 640), (640, 400)])
async def test_nothing_is_cut_off_in_a_small_or_enlarged_window(
    page: Page, gateway: Any, width: int, height: int, size: str
) -> None:
    """320 by 256 is 1280 by 1024 at 400 % (1.4.10); 640 by 400 is 1280 by 800 at 200 % (1.4.4)."""
    await page.set_viewport_size({"width": width, "height": height})
    await page.goto(gateway.url)
    if size == "large":
        await page.get_by_label("Chữ to").click()
    await ask(page, "làm khai sinh cần gì", 1)
    await ask(page, "hồ sơ đến đâu", 2)
    widths = await page.evaluate("['html', 'main'].map((n) => document.querySelector(n).scrollWidth)")
    assert max(widths) <= width
    box = await page.get_by_label("Câu hỏi của anh/chị").bounding_box()
    assert box
    assert box["y"] + box["height"] <= height
    middle = await page.evaluate("document.querySelector('main').clientHeight")
    assert middle >= 60, "room to read"


async def test_less_motion_is_respected(browser: Browser, gateway: Any) -> None:
    context = await browser.new_context(reduced_motion="reduce", locale="vi-VN")
    page = await context.new_page()
    await page.goto(gateway.url)
    gateway.rasa.gate.clear()
    await page.get_by_label("Câu hỏi của anh/chị").fill("thế bao lâu")
    await page.keyboard.press("Enter")
    await expect(page.locator(".typing")).to_be_visible()
    name = await page.evaluate("getComputedStyle(document.querySelector('.typing i')).animationName")
    assert name == "none"
    await context.close()
