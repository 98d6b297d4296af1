"""A citizen on the web chat and a volunteer on a phone, in two browsers, through a real gateway."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr
from sqlalchemy import select

import channels.web
import desk
from conversations import CONVERSATIONS, Conversations
from conversations.models import Ticket
from conversations.operation_models import Rating
from desk import sessions
from desk.keys import COOKIE
from desk.people import Person
from desk.roles import Role
from motcua.db import Database
from motcua.keys import DATABASE, PUSH, SETTINGS
from motcua.push import Push
from motcua.settings import Settings, TicketSettings
from tests.conversations.world import Asked, Rasa, context, reply
from tests.desk.conftest import BACH_MAI, DeskServer, Hire
from tests.desk.tickets import Tickets

STALE_S = 4.0
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABQAAAAUCAIAAAAC64paAAAAGklEQVR4nGP8z0A+YKJA76jmUc2jmkc1U0EzACKcASdhsdxoAAAAAElFTkSuQmCC"
)
SOON = 15_000
PAPERS = "Anh/chị chuẩn bị tờ khai và giấy chứng sinh."
Phone = Callable[..., Awaitable[Page]]


async def bot(asked: Asked) -> list[dict[str, Any]]:
    """Knows birth certificates, and when somebody wants a human."""
    if "request_human" in asked.message or "gặp cán bộ" in asked.text:
        return [reply("Một Cửa đã ghi lại để cán bộ trả lời.", "handoff", handoff_reason="request_human")]
    source = {"code": "1.001193", "decision": "163/QĐ-BTP", "checked_on": "2026-07-15"}
    known = reply(PAPERS, procedure="1.001193", facet="documents", sources=[source])
    return [known, context(procedure="1.001193")] if "khai sinh" in asked.text else [reply("Chào anh/chị.")]


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    rasa = Rasa(answer=bot)
    await rasa.start()
    yield Settings(
        data_dir=tmp_path,
        database_url="",
        secret_key=SecretStr("test"),
        port=unused_port(),
        rasa_port=rasa.port,
        public_url="",
        ticket=TicketSettings(stale_s=STALE_S),
    )
    await rasa.stop()


@asynccontextmanager
async def gateway(settings: Settings, database: Database) -> AsyncIterator[DeskServer]:
    """Web chat and desk over running conversations."""
    conversations = Conversations(database, settings)
    app = web.Application(client_max_size=256 * 1024)
    app[SETTINGS], app[DATABASE], app[CONVERSATIONS] = settings, database, conversations
    app[PUSH] = Push(database, settings)
    channels.web.setup(app, conversations)
    desk.setup(app, conversations)
    async with conversations.running():
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port).start()
        yield DeskServer(settings, database, conversations, app)
        await runner.cleanup()


@pytest.fixture
async def server(settings: Settings, database: Database) -> AsyncIterator[DeskServer]:
    async with gateway(settings, database) as running:
        yield running


@pytest.fixture
def tickets(server: DeskServer) -> Tickets:
    return Tickets(server.conversations, server.database)


@pytest.fixture
async def phone(server: DeskServer, browser: Browser) -> AsyncIterator[Phone]:
    """``await phone(person)``: a phone of 390 px, signed in at the desk; a citizen's without a person."""
    errors: list[str] = []
    contexts = []

    async def opened(who: Person | None = None, width: int = 390) -> Page:
        made = await browser.new_context(
            viewport={"width": width, "height": 844}, locale="vi-VN", base_url=server.url
        )
        contexts.append(made)
        if who:
            async with server.database.write() as session:
                secret = await sessions.begin(session, who.id)
            await made.add_cookies([{"name": COOKIE, "value": secret, "domain": "127.0.0.1", "path": "/ban"}])
        page = await made.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Security Policy" in line.text else None)
        return page

    yield opened
    for one in contexts:
        await one.close()
    assert errors == []


@pytest.fixture
async def lan(hire: Hire) -> Person:
    return await hire("Nguyễn Thị Lan", Role.VOLUNTEER, wards=[BACH_MAI])


async def ask(page: Page, question: str) -> None:
    await page.get_by_label("Câu hỏi của anh/chị").fill(question)
    await page.keyboard.press("Enter")


async def sideways(page: Page) -> bool:
    """Whether the page can be scrolled sideways."""
    found: bool = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return found


async def eventually(check: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    until = monotonic() + seconds
    while not (found := await check()):
        assert monotonic() < until, "it did not happen"
        await asyncio.sleep(0.05)
    return found


async def test_from_the_wish_for_a_human_to_the_rating_and_back_to_the_bot(
    phone: Phone, lan: Person, database: Database
) -> None:
    citizen, volunteer = await phone(), await phone(lan)
    await volunteer.goto("/ban/phieu")
    await expect(volunteer.locator("#list")).to_contain_text("Không ai đang chờ")
    await citizen.goto("/")
    await ask(citizen, "làm khai sinh cho con cần gì")
    await expect(citizen.get_by_text(PAPERS)).to_be_visible(timeout=SOON)
    await ask(citizen, "cho tôi gặp cán bộ")
    await expect(citizen.get_by_text("Một Cửa đã ghi lại")).to_be_visible(timeout=SOON)
    await expect(volunteer.locator(".toast")).to_contain_text("Có người cần hỗ trợ", timeout=SOON)
    await expect(volunteer.locator(".row-item")).to_have_count(1)

    await volunteer.locator(".row-item a").click()
    await volunteer.get_by_role("button", name="Nhận phiếu").click()
    await expect(volunteer.get_by_label("Câu trả lời")).to_be_visible()
    await ask(citizen, "khai sinh thì mang gì ạ")
    await expect(volunteer.locator(".line.citizen").last).to_contain_text(
        "khai sinh thì mang gì ạ", timeout=SOON
    )
    insert = volunteer.get_by_role("button", name="Chèn vào câu trả lời")
    await expect(insert).to_be_visible(timeout=SOON)
    await insert.click()
    typed = await volunteer.get_by_label("Câu trả lời").input_value()
    assert PAPERS in typed
    assert "Nguồn: 1.001193" in typed
    await volunteer.get_by_label("Câu trả lời").fill("Em là Lan. " + PAPERS)
    await volunteer.get_by_role("button", name="Gửi", exact=True).click()
    await expect(citizen.get_by_text("Em là Lan. " + PAPERS)).to_be_visible(timeout=SOON)
    await expect(volunteer.get_by_label("Câu trả lời")).to_have_value("")
    assert not await sideways(volunteer)

    await volunteer.locator("#finish summary").click()
    await volunteer.get_by_text("Đã trả lời xong").click()
    await volunteer.get_by_role("button", name="Đóng phiếu, trả lại cho Một Cửa").click()
    await expect(volunteer.get_by_text("Đã đóng phiếu")).to_be_visible()
    await citizen.get_by_role("button", name="Có ích").last.click()
    await expect(citizen.get_by_text("Cảm ơn anh/chị đã góp ý")).to_be_visible(timeout=SOON)
    async with database.read() as session:
        assert list(await session.scalars(select(Rating.useful))) == [True]
    await ask(citizen, "làm khai sinh có cần hộ chiếu không")
    await expect(citizen.get_by_text(PAPERS, exact=True)).to_have_count(2, timeout=SOON)


async def test_typing_is_seen_on_both_sides_and_a_picture_arrives(
    phone: Phone, lan: Person, database: Database
) -> None:
    citizen, volunteer = await phone(), await phone(lan)
    await citizen.goto("/")
    await ask(citizen, "cho tôi gặp cán bộ")
    await expect(citizen.get_by_text("Một Cửa đã ghi lại")).to_be_visible(timeout=SOON)
    async with database.read() as session:
        ticket = await session.scalar(select(Ticket.id))
    await volunteer.goto(f"/ban/phieu/{ticket}")
    await volunteer.get_by_role("button", name="Nhận phiếu").click()
    await expect(volunteer.get_by_label("Câu trả lời")).to_be_visible()

    await citizen.get_by_label("Câu hỏi của anh/chị").press_sequentially("mẫu tờ khai ở đâu", delay=20)
    await expect(volunteer.get_by_text("Người dân đang gõ…")).to_be_visible(timeout=SOON)
    await citizen.keyboard.press("Enter")
    await expect(volunteer.get_by_text("Người dân đang gõ…")).to_be_hidden(timeout=SOON)
    await volunteer.get_by_label("Câu trả lời").press_sequentially("Dạ đây", delay=20)
    await expect(citizen.get_by_text("Cán bộ đang soạn câu trả lời…")).to_be_visible(timeout=SOON)

    await volunteer.locator("#file").set_input_files(
        [
            {"name": "mẫu.png", "mimeType": "image/png", "buffer": PICTURE},
            {"name": "độc.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"},
        ]
    )
    await expect(volunteer.locator("#files li")).to_have_count(1)
    await expect(volunteer.locator("#reply-problem")).to_contain_text("Chỉ gửi được ảnh JPG, PNG")
    await volunteer.get_by_role("button", name="Gửi", exact=True).click()
    await expect(citizen.get_by_text("Dạ đây")).to_be_visible(timeout=SOON)
    image = citizen.get_by_alt_text("Ảnh: mẫu.jpg")
    await expect(image).to_be_visible(timeout=SOON)
    assert await image.evaluate("node => node.complete && node.naturalWidth") == 20
    await expect(volunteer.locator("#files li")).to_have_count(0)
    await expect(volunteer.locator(".line.staff").last).to_contain_text("Nguyễn Thị Lan")
    await expect(volunteer.locator(".line.staff").last).to_contain_text("📎 mẫu.jpg")
    assert not await sideways(volunteer)
    assert not await sideways(citizen)


async def test_a_volunteer_who_closes_the_phone_loses_the_ticket_to_the_queue(
    phone: Phone, lan: Person, tickets: Tickets, database: Database
) -> None:
    ticket = await tickets.open("an", "khai sinh cho con", ward=BACH_MAI)
    volunteer = await phone(lan)
    await volunteer.goto(f"/ban/phieu/{ticket}")
    await volunteer.get_by_role("button", name="Nhận phiếu").click()
    await expect(volunteer.get_by_label("Câu trả lời")).to_be_visible()

    async def owner() -> str | None:
        async with database.read() as session:
            return (await session.get_one(Ticket, ticket)).claimed_by

    assert await owner() == str(lan.id)
    await volunteer.context.close()

    async def returned() -> bool:
        return await owner() is None

    await eventually(returned)


async def test_a_draft_survives_a_reload_and_the_answer_of_somebody_else_is_not_sent(
    phone: Phone, lan: Person, tickets: Tickets
) -> None:
    ticket = await tickets.open("an", "khai sinh cho con", ward=BACH_MAI)
    volunteer = await phone(lan)
    await volunteer.goto(f"/ban/phieu/{ticket}")
    await volunteer.get_by_role("button", name="Nhận phiếu").click()
    await volunteer.get_by_label("Câu trả lời").fill("Đang viết dở")
    await volunteer.reload()
    await expect(volunteer.get_by_label("Câu trả lời")).to_have_value("Đang viết dở")
    await volunteer.context.set_offline(True)
    await volunteer.get_by_role("button", name="Gửi", exact=True).click()
    await expect(volunteer.locator("#reply-problem")).to_contain_text("Mất kết nối")
    await expect(volunteer.get_by_label("Câu trả lời")).to_have_value("Đang viết dở")
    await volunteer.context.set_offline(False)
    await volunteer.get_by_role("button", name="Gửi", exact=True).click()
    await expect(volunteer.locator(".line.staff")).to_contain_text("Đang viết dở", timeout=SOON)


async def test_html_of_a_citizen_is_text_in_the_browser(phone: Phone, lan: Person, tickets: Tickets) -> None:
    evil = '<img src=x onerror="document.title=1"><b>khai sinh</b>'
    ticket = await tickets.open("an", evil, ward=BACH_MAI)
    volunteer = await phone(lan, 1280)
    await volunteer.goto(f"/ban/phieu/{ticket}")
    await expect(volunteer.locator(".line.citizen .text").first).to_have_text(evil)
    await expect(volunteer.locator(".row-item .summary")).to_contain_text("<b>khai sinh</b>")
    assert await volunteer.locator("main img, main b:has-text('khai sinh')").count() == 0


async def test_keys_and_panes_of_a_laptop(phone: Phone, lan: Person, tickets: Tickets) -> None:
    first = await tickets.open("an", "khai sinh cho con", ward=BACH_MAI)
    await tickets.open("bình", "đăng ký kết hôn", ward=BACH_MAI)
    laptop = await phone(lan, 1280)
    await laptop.goto("/ban/phieu")
    await laptop.keyboard.press("?")
    await expect(laptop.get_by_role("dialog")).to_be_visible()
    await laptop.keyboard.press("Escape")
    await laptop.keyboard.press("j")
    await laptop.keyboard.press("Enter")
    await laptop.wait_for_url(f"**/ban/phieu/{first}?**")
    for pane in (".queue-pane", ".thread-pane", ".facts-pane"):
        await expect(laptop.locator(pane)).to_be_visible()
    await laptop.keyboard.press("n")
    await expect(laptop.get_by_label("Câu trả lời")).to_be_visible()
    await laptop.keyboard.press("r")
    await laptop.keyboard.type("Dạ em nghe")
    await laptop.keyboard.press("Control+Enter")
    await expect(laptop.locator(".line.staff")).to_contain_text("Dạ em nghe", timeout=SOON)


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_pages_are_accessible_and_never_scroll_sideways(
    phone: Phone, lan: Person, tickets: Tickets, width: int
) -> None:
    ticket = await tickets.open("an", "khai sinh cho con", ward=BACH_MAI)
    page = await phone(lan, width)
    for path in ("/ban/phieu", f"/ban/phieu/{ticket}", "/ban/cau-mau"):
        await page.goto(path)
        await page.wait_for_timeout(200)
        results = await Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert not await sideways(page), path
