"""The pages around a change in a real browser: phone and laptop, frames, the trial's chat, axe."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from desk.people import Person
from desk.roles import Role
from knowledge import changes
from knowledge.changes import Editor, Evidence
from motcua.db import Database
from tests.conversations.world import Asked, Rasa, button, context, reply
from tests.desk.conftest import Browse, Hire
from tests.desk.review.conftest import RESIDENCE

SOON = 15_000
EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


async def bot(asked: Asked) -> list[dict[str, Any]]:
    more = [button("Giấy tờ", "ask_documents", procedure=RESIDENCE)]
    said = "Hộ khẩu: CT01" if asked.message.startswith("/ask_documents") else "15.000 đồng"
    return [reply(said, procedure=RESIDENCE, facet="fee", buttons=more), context(procedure=RESIDENCE)]


async def opened(database: Database, editor: Person, **fields: object) -> int:
    who = Editor(editor.id, editor.name)
    async with database.write() as session:
        change = await changes.open_change(session, RESIDENCE, who)
        content = {**change.content, "fee": "15.000 đồng/lần.", **fields}
        await changes.save(session, change.id, change.revision, content, who, note="phí mới")
        return change.id


async def sideways(page: Page) -> bool:
    found: bool = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return found


async def test_every_page_is_accessible_and_never_scrolls_sideways(
    published: Database, browse: Browse, hire: Hire, editor: Person
) -> None:
    everything = await hire("Người xem", Role.EDITOR, Role.REVIEWER, Role.ADMIN)
    number = await opened(published, editor)
    async with published.read() as session:
        (version,) = await changes.history(session, RESIDENCE)
    change, procedure = f"/ban/sua-doi/{number}", f"/ban/thu-tuc/{RESIDENCE}"
    pages = [
        f"{change}/{name}" for name in ("gui", "so-sanh", "xem", "xem?khung=1", "hoi-thu", "kiem-tra", "khan")
    ]
    pages += [f"{procedure}/{name}" for name in ("lich-su", f"lich-su/{version.id}", "ngung")]
    pages += ["/ban/duyet", "/ban/nhac-xem", "/ban/niem-yet", f"/ban/niem-yet/{RESIDENCE}"]
    for width in (390, 1280):
        page = await browse(width, everything)
        for path in pages:
            await page.goto(path)
            await page.wait_for_timeout(150)
            results = await Axe().run(page)
            assert results.violations_count == 0, (path, width, results.generate_report())
            assert not await sideways(page), (path, width)
    who = Editor(editor.id, editor.name)
    async with published.write() as session:
        found = await changes.find(session, number)
        assert found is not None
        await changes.submit(session, number, found.revision, who, Evidence("Nghị quyết"))
    for width in (390, 1280):
        page = await browse(width, everything)
        await page.goto(f"{change}/duyet")
        await page.locator("summary", has_text="Duyệt…").click()
        results = await Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert not await sideways(page), width


async def test_both_previews_show_the_draft_and_a_stored_script_is_text(
    published: Database, browse: Browse, editor: Person
) -> None:
    number = await opened(published, editor, fee=EVIL, name=EVIL, steps=[EVIL])
    page = await browse(1280, editor)
    await page.goto(f"/ban/sua-doi/{number}/xem")
    card = page.frame_locator("iframe.web-card")
    await expect(card.get_by_text("onerror").first).to_be_visible(timeout=SOON)
    await expect(page.locator(".phone")).to_contain_text("<script>document.title=2</script>")
    assert await card.locator("#log img, #log script").count() == 0
    await page.get_by_label("Mục", exact=True).select_option("fee")
    await expect(page).to_have_url(re.compile("muc=fee"))
    await expect(page.locator(".phone .asked")).to_have_count(1)
    for path in ("so-sanh", "gui", "hoi-thu"):
        await page.goto(f"/ban/sua-doi/{number}/{path}")
        assert await page.locator("main img, main script").count() == 0
        assert "Một Cửa" in await page.title()


async def test_a_preview_stands_beside_the_form(published: Database, browse: Browse, editor: Person) -> None:
    number = await opened(published, editor)
    page = await browse(1280, editor)
    await page.goto(f"/ban/sua-doi/{number}/xem?khung=1&kieu=web&muc=fee")
    await expect(page.frame_locator("iframe").get_by_text("15.000").first).to_be_visible(timeout=SOON)
    await page.get_by_role("link", name="Zalo").click()
    await expect(page.locator(".phone")).to_contain_text("15.000")


async def test_a_trial_is_a_chat_whose_newest_buttons_can_be_pressed(
    published: Database, browse: Browse, editor: Person, rasa: Rasa
) -> None:
    rasa.answer = bot
    number = await opened(published, editor)
    page = await browse(390, editor)
    await page.goto(f"/ban/sua-doi/{number}/hoi-thu")
    await page.get_by_label("Câu hỏi").fill("hết bao nhiêu tiền")
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble")).to_contain_text("15.000 đồng", timeout=SOON)
    await page.get_by_role("button", name="Giấy tờ").click()
    await expect(page.locator(".bubble").last).to_contain_text("CT01", timeout=SOON)
    await expect(page.locator(".quicks")).to_have_count(1)
    await page.get_by_label("Câu hỏi").fill("1")
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble")).to_have_count(3, timeout=SOON)
    assert rasa.heard()[-1].startswith("/ask_documents")
    assert not await sideways(page)
    await page.context.set_offline(True)
    await page.get_by_label("Câu hỏi").fill("còn nữa không")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Chưa gửi được câu hỏi")).to_be_visible(timeout=SOON)
    await expect(page.get_by_label("Câu hỏi")).to_have_value("còn nữa không")


async def test_a_check_shows_its_progress_and_then_its_result(
    published: Database, browse: Browse, editor: Person, rasa: Rasa
) -> None:
    rasa.answer = bot
    number = await opened(published, editor)
    page = await browse(390, editor)
    await page.goto(f"/ban/sua-doi/{number}/kiem-tra")
    await page.get_by_role("button", name="Kiểm tra", exact=True).click()
    await expect(page.locator("#check-result")).to_contain_text("Đúng trước khi sửa", timeout=60_000)
