"""A fee is corrected at the desk, approved for tomorrow, answered from tomorrow on, and brought back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

import aiohttp
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from desk.models import AuditEntry
from desk.roles import Role
from motcua.client import Chat
from motcua.clock import today
from motcua.db import Database
from tests.conftest import RunningStack
from tests.e2e.conftest import SignedIn
from tests.zalo_simulator import Console, World

CODE = "1.004222"
QUESTION = "lệ phí đăng ký thường trú nộp trực tiếp là bao nhiêu"
BEFORE, AFTER = "20.000 đồng", "15.000 đồng"
PUBLIC_NOTE = "lệ phí nộp trực tiếp còn 15.000 đồng/lần"
SOON = 20_000
ANSWERED_WITHIN_S = 30.0


@pytest.fixture
def moved(stack: RunningStack) -> Iterator[RunningStack]:
    """The stack; the real day is put back at the end."""
    yield stack
    stack.move_clock(0)


async def on_the_web(stack: RunningStack) -> str:
    """What the web chat answers now."""
    async with (
        aiohttp.ClientSession() as http,
        Chat(http, stack.url, stack.settings.operator_token) as chat,
    ):
        (reply,) = (await chat.say(QUESTION)).replies
    assert reply.procedure == CODE, reply
    return reply.text


async def on_zalo(stack: RunningStack, world: World, user: str) -> str:
    """What Zalo is sent for the question of a new citizen."""
    async with aiohttp.ClientSession() as http:
        assert await Console(world, http, f"{stack.url}/zalo/webhook").say(user, QUESTION) == 200
    async with asyncio.timeout(ANSWERED_WITHIN_S):
        while not world.citizens[user].received:
            await asyncio.sleep(0.05)
    return world.citizens[user].received[0]


async def answered(stack: RunningStack, fee: str, not_fee: str) -> None:
    """Return when the web answers the new fee; every answer until then is wholly the old one."""
    until = monotonic() + ANSWERED_WITHIN_S
    while True:
        text = await on_the_web(stack)
        if fee in text and not_fee not in text:
            return
        assert monotonic() < until, text
        await asyncio.sleep(0.1)


async def handed_in(editor: Page, change: str, **more: str) -> None:
    await editor.goto(f"/ban/sua-doi/{change}/gui")
    await editor.get_by_label("Nguồn", exact=True).fill("Nghị quyết của HĐND Thành phố")
    await editor.get_by_label("Số quyết định (nếu có)").fill("12/2026/NQ-HĐND")
    for label, value in more.items():
        await editor.locator(f"[name={label}]").fill(value)
    await editor.get_by_role("button", name="Gửi duyệt").click()
    await expect(editor.get_by_text("Đã gửi duyệt")).to_be_visible(timeout=SOON)


async def approved(reviewer: Page, change: str, notice: str) -> None:
    await reviewer.goto(f"/ban/sua-doi/{change}/duyet")
    await reviewer.locator("summary", has_text="Duyệt…").click()
    await reviewer.get_by_role("button", name="Duyệt bản sửa này").click()
    await expect(reviewer.get_by_text(notice)).to_be_visible(timeout=SOON)


async def test_a_corrected_fee_is_answered_from_its_day_on_and_restored(
    moved: RunningStack, zalo: World, signed_in: SignedIn, database: Database
) -> None:
    editor = await signed_in("Nguyễn Thị Soạn", Role.EDITOR)
    reviewer = await signed_in("Trần Văn Duyệt", Role.REVIEWER)
    admin = await signed_in("Lê Thị Quản", Role.ADMIN)
    assert BEFORE in await on_the_web(moved)

    # The editor corrects the fee; the form keeps it.
    await editor.goto(f"/ban/thu-tuc/{CODE}")
    await editor.get_by_role("button", name="Sửa", exact=True).click()
    await editor.wait_for_url(re.compile(r"/ban/sua-doi/\d+"))
    found = re.search(r"/sua-doi/(\d+)", editor.url)
    assert found
    change = found[1]
    fee = editor.locator("[name=fee]")
    await fee.fill((await fee.input_value()).replace("20.000", "15.000"))
    await editor.locator('[data-item="ways.1"] > details > summary').click()
    await editor.locator('[name="ways.1.fee.amount"]').fill("15000")
    await editor.locator("[name=_note]").fill("Phí trực tiếp theo nghị quyết mới")
    await editor.locator("#save").click()
    await expect(editor.locator("#saved")).to_contain_text("Đã lưu", timeout=SOON)

    # Asked with the draft, the running bot says the new fee, and only the editor hears it.
    await editor.goto(f"/ban/sua-doi/{change}/hoi-thu")
    await editor.get_by_label("Câu hỏi").fill(QUESTION)
    await editor.get_by_role("button", name="Hỏi", exact=True).click()
    await expect(editor.locator(".trial-turn")).to_contain_text(AFTER, timeout=SOON)
    await expect(editor.locator(".told")).to_contain_text(CODE)
    assert BEFORE in await on_the_web(moved)

    tomorrow = today() + timedelta(days=1)
    await handed_in(editor, change, effective_from=tomorrow.isoformat(), public_note=PUBLIC_NOTE)

    # The reviewer sees what differs and what the bot makes of it, and approves for tomorrow.
    await reviewer.goto("/ban/duyet")
    await reviewer.get_by_role("link", name="Đăng ký thường trú").click()
    await expect(reviewer.locator("ins", has_text="15").first).to_be_visible()
    await expect(reviewer.locator("del", has_text="20").first).to_be_visible()
    await reviewer.goto(f"/ban/sua-doi/{change}/kiem-tra")
    await expect(reviewer.locator("#check-result")).to_contain_text("Đã hỏi thử", timeout=120_000)
    await approved(reviewer, change, "tự có hiệu lực lúc 0 giờ")

    # Today the old fee holds, and citizens are told what comes.
    told = f"Từ ngày {tomorrow:%d/%m/%Y}: {PUBLIC_NOTE}"
    async with asyncio.timeout(ANSWERED_WITHIN_S):
        while told not in (text := await on_the_web(moved)):
            await asyncio.sleep(0.2)
    assert BEFORE in text
    assert BEFORE in await on_zalo(moved, zalo, "71001")

    # Midnight.
    moved.move_clock(1)
    await answered(moved, AFTER, BEFORE)
    sent = await on_zalo(moved, zalo, "71002")
    assert AFTER in sent
    assert BEFORE not in sent
    assert told not in sent

    # The old text is brought back: a draft like any other, seen by a second person.
    await editor.goto(f"/ban/thu-tuc/{CODE}/lich-su")
    await editor.locator(".versions > li").last.get_by_role("link", name="Bản số").click()
    await editor.locator("summary", has_text="Khôi phục…").click()
    await editor.get_by_role("button", name="Khôi phục bản này").click()
    await editor.wait_for_url(re.compile(r"/ban/sua-doi/\d+/so-sanh"))
    found = re.search(r"/sua-doi/(\d+)", editor.url)
    assert found
    await handed_in(editor, found[1])
    await approved(reviewer, found[1], "Người dân được trả lời theo nội dung này ngay")
    await answered(moved, BEFORE, AFTER)
    assert BEFORE in await on_zalo(moved, zalo, "71003")

    await admin.goto("/ban/nhat-ky")
    for said in (
        "Gửi duyệt bản sửa thủ tục",
        "Duyệt bản sửa, hẹn ngày có hiệu lực",
        "Khôi phục bản cũ của thủ tục",
        "Duyệt bản sửa, có hiệu lực ngay",
    ):
        await expect(admin.locator("h2", has_text=said).first).to_contain_text(f"thủ tục {CODE}")
    async with database.read() as session:
        query = select(AuditEntry.what, AuditEntry.who).where(AuditEntry.subject == f"procedure:{CODE}")
        recorded = [tuple(row) for row in (await session.execute(query.order_by(AuditEntry.id))).all()]
    assert ("content_scheduled", "Trần Văn Duyệt") in recorded
    assert recorded.index(("content_scheduled", "Trần Văn Duyệt")) < [what for what, _ in recorded].index(
        "content_began"
    )
    assert ("content_restored", "Nguyễn Thị Soạn") in recorded
