"""A citizen on Zalo gets a person, and goes back to the bot: two phones, the whole stack."""

from __future__ import annotations

import asyncio
from time import monotonic

import aiohttp
from playwright.async_api import expect
from sqlalchemy import select

from conversations.operation_models import Rating
from desk.roles import Role
from motcua.db import Database
from tests.conftest import RunningStack
from tests.e2e.conftest import SignedIn
from tests.zalo_simulator import Console, World

USER = "246901"
SOON, TOLD_WITHIN_MS = 20_000, 5_000  # the second is asked for; a busy machine gets five
PDF = b"%PDF-1.7\n" + b"x" * 300


async def received(world: World, part: str, after: int = 0) -> str:
    """The next message to the citizen that says ``part``."""
    until = monotonic() + 30
    while True:
        for text in world.citizens[USER].received[after:]:
            if part in text:
                return text
        assert monotonic() < until, world.citizens[USER].received
        await asyncio.sleep(0.05)


async def test_a_citizen_on_zalo_is_answered_by_a_volunteer_rates_and_asks_the_bot_again(
    stack: RunningStack, zalo: World, signed_in: SignedIn, database: Database
) -> None:
    volunteer = await signed_in("Nguyễn Thị Lan", Role.VOLUNTEER, 390)
    await volunteer.goto("/ban/phieu")
    async with aiohttp.ClientSession() as http:
        console = Console(zalo, http, f"{stack.url}/zalo/webhook")

        async def says(text: str) -> int:
            before = len(zalo.citizens[USER].received) if USER in zalo.citizens else 0
            assert await console.say(USER, text) == 200
            return before

        seen = await says("cho tôi gặp cán bộ")
        await expect(volunteer.locator(".toast").first).to_contain_text(
            "Có người cần hỗ trợ", timeout=TOLD_WITHIN_MS
        )
        assert await received(zalo, "trả lời", seen)
        await volunteer.locator(".toast").first.click()
        await volunteer.get_by_role("button", name="Nhận phiếu").click()
        await expect(volunteer.get_by_label("Câu trả lời")).to_be_visible()
        await expect(volunteer.get_by_text("Còn trả lời miễn phí đến").first).to_be_visible()  # Zalo's window

        await says("đăng ký tạm trú cần giấy tờ gì")
        insert = volunteer.get_by_role("button", name="Chèn vào câu trả lời")
        await expect(insert).to_be_visible(timeout=SOON)
        await insert.click()
        assert "1.004194" in await volunteer.get_by_label("Câu trả lời").input_value()
        seen = len(zalo.citizens[USER].received)
        await volunteer.get_by_label("Câu trả lời").fill("Em là Lan, mẫu đây ạ.")
        await volunteer.locator("#file").set_input_files(
            [{"name": "mẫu.pdf", "mimeType": "application/pdf", "buffer": PDF}]
        )
        await expect(volunteer.locator("#files li")).to_contain_text("mẫu.pdf")
        await volunteer.get_by_role("button", name="Gửi", exact=True).click()
        assert await received(zalo, "Em là Lan, mẫu đây ạ.", seen)
        until = monotonic() + 20
        while not any(entry.attachment == PDF for entry in zalo.citizens[USER].entries):
            assert monotonic() < until, "the file did not arrive"
            await asyncio.sleep(0.05)

        seen = len(zalo.citizens[USER].received)
        await volunteer.locator("#finish summary").click()
        await volunteer.get_by_text("Đã trả lời xong").click()
        await volunteer.get_by_role("button", name="Đóng phiếu, trả lại cho Một Cửa").click()
        await expect(volunteer.get_by_text("Đã đóng phiếu")).to_be_visible()
        asked = await received(zalo, "Có ích", seen)
        number = next(line[0] for line in asked.splitlines() if line.endswith("Có ích"))
        seen = await says(number)
        assert await received(zalo, "ảm ơn", seen)
        async with database.read() as session:
            assert True in list(await session.scalars(select(Rating.useful)))
        seen = await says("đăng ký tạm trú mấy ngày xong")
        assert "3 ngày làm việc" in await received(zalo, "1.004194", seen)
    assert await volunteer.evaluate("document.documentElement.scrollWidth <= innerWidth")
