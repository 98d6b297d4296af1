"""The form in Chromium, on a phone and a laptop: writing, two editors, no network, no mouse."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from desk.people import Person
from knowledge import changes
from knowledge.changes import ContentChange
from knowledge.schema import Procedure
from motcua.db import Database
from tests.desk.conftest import Browse
from tests.desk.content.conftest import BIRTH, SHIPPED, OpenDraft
from tests.desk.test_desk_in_chromium import sound

WIDTHS = [390, 1440]


async def content_of(database: Database, change_id: int) -> ContentChange:
    async with database.read() as session:
        found = await changes.find(session, change_id)
    assert found
    return found


async def opened(browse: Browse, who: Person, change_id: int, width: int = 1440) -> Page:
    page = await browse(width, who)
    await page.goto(f"/ban/sua-doi/{change_id}")
    return page


def fee(page: Page) -> Locator:
    return page.get_by_label("Lệ phí – lời trả lời")


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_page_fits_can_be_read_and_is_sound(
    browse: Browse, lan: Person, published: dict[str, Procedure], width: int
) -> None:
    page = await browse(width, lan)
    await page.goto("/ban/thu-tuc?tim=khai sinh")
    await sound(page, "content-list")
    await page.goto("/ban/thu-tuc?tim=khong co gi")
    await sound(page, "content-list-empty")
    await page.goto("/ban/thu-tuc/moi")
    await sound(page, "content-new")
    await page.goto(f"/ban/thu-tuc/{BIRTH}")
    await sound(page, "content-procedure")
    await page.get_by_role("button", name="Sửa", exact=True).click()
    await expect(page.locator("#saved")).to_have_text("Chưa sửa gì")
    await sound(page, "content-form")
    for summary in await page.locator(".item > details > summary").all():
        await summary.evaluate("one => one.parentElement.open = true")
    await page.locator(".boxes").evaluate("one => { one.open = true; }")
    await sound(page, "content-form-open")
    await page.get_by_label("Tên thường gọi").fill("")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#wrongs")).to_be_visible()
    await sound(page, "content-form-wrong")
    await page.locator("#wrongs a").first.click()
    await expect(page.get_by_label("Tên thường gọi")).to_be_focused()


async def test_what_is_typed_is_saved_by_itself_and_wrong_things_are_said_beside_it(
    browse: Browse, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    page = await opened(browse, lan, change_id)
    await fee(page).fill("8.000 đồng một bản sao.")
    await expect(page.locator("#saved")).to_contain_text("Đã lưu", timeout=6000)
    assert (await content_of(database, change_id)).content["fee"] == "8.000 đồng một bản sao."
    ways = page.get_by_role("group", name="Cách nộp").first
    await ways.locator("summary").first.click()
    await ways.get_by_label("Số", exact=True).first.fill("vài")
    place = page.locator("[id='p-ways.0.time.amount']")
    await expect(place).to_contain_text("số nguyên", timeout=6000)
    await ways.get_by_label("Số", exact=True).first.fill("")
    await expect(place).to_be_hidden(timeout=6000)


async def test_two_editors_see_each_other_and_settle_what_both_wrote(
    browse: Browse, lan: Person, minh: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    first, second = await opened(browse, lan, change_id), await opened(browse, minh, change_id, 390)
    await expect(second.locator("#viewers")).to_contain_text("Nguyễn Thị Lan")
    await expect(first.locator("#viewers")).to_contain_text("Trần Văn Minh", timeout=15_000)
    await fee(second).fill("Minh viết lệ phí.")
    await second.get_by_role("textbox", name="Các bước").last.fill("Một\nHai")
    await fee(first).fill("Lan viết lệ phí.")
    await first.keyboard.press("Control+s")
    await expect(first.locator("#saved")).to_contain_text("Đã lưu")
    await expect(second.locator("#banner")).to_contain_text("Nguyễn Thị Lan vừa lưu", timeout=8000)
    await second.get_by_role("button", name="Xem hai bản cạnh nhau").click()
    await expect(second.locator("h1")).to_contain_text("hai bản cùng được lưu")
    await expect(second.locator("main")).to_contain_text("Lan viết lệ phí.")
    await expect(second.locator("main")).to_contain_text("Minh viết lệ phí.")
    await sound(second, "content-conflict")
    box = second.get_by_role("group", name="Lệ phí")
    await box.get_by_label("Giữ bản của tôi").check()
    await second.get_by_role("button", name="Lưu các phần đã chọn").click()
    await expect(second.locator(".notice.done")).to_contain_text("Đã lưu các phần")
    await expect(second.locator("#banner")).to_be_hidden()
    content = (await content_of(database, change_id)).content
    assert (content["fee"], content["steps"]) == ("Minh viết lệ phí.", ["Một", "Hai"])


async def test_without_a_network_nothing_is_lost(
    browse: Browse, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    page = await opened(browse, lan, change_id)
    await page.context.set_offline(True)
    await fee(page).fill("Viết khi mất mạng.")
    await expect(page.locator("#saved")).to_contain_text("giữ trên máy này", timeout=6000)
    await page.context.set_offline(False)
    await expect(page.locator("#saved")).to_contain_text("Đã lưu", timeout=9000)
    assert (await content_of(database, change_id)).content["fee"] == "Viết khi mất mạng."
    # And when the page itself goes while nothing can be sent.
    await page.context.set_offline(True)
    await fee(page).fill("Viết rồi mất trang.")
    await expect(page.locator("#saved")).to_contain_text("giữ trên máy này", timeout=6000)
    context = page.context
    await page.close()
    await context.set_offline(False)
    page = await context.new_page()
    await page.wait_for_timeout(5_200)  # so long a copy may belong to a page that is just saving
    await page.goto(f"/ban/sua-doi/{change_id}")
    await expect(page.locator("#banner")).to_contain_text("còn phần viết lúc")
    await page.get_by_role("button", name="Gửi phần đó").click()
    await expect(page.locator(".notice.done")).to_contain_text("Đã lưu")
    assert (await content_of(database, change_id)).content["fee"] == "Viết rồi mất trang."


async def test_whoever_leaves_at_once_has_saved(
    browse: Browse, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    page = await opened(browse, lan, change_id)
    await fee(page).fill("Viết xong đi ngay.")
    await page.locator(".menu").get_by_role("link", name="Thủ tục").click()
    await expect(page.locator("h1")).to_have_text("Thủ tục")
    assert (await content_of(database, change_id)).content["fee"] == "Viết xong đi ngay."


async def test_everything_is_reached_without_a_mouse(
    browse: Browse, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    page = await opened(browse, lan, change_id)
    press = page.keyboard.press
    # A new case shows up among those that a paper can be for; a paper is added, moved up, and for that case.
    await page.get_by_role("button", name="+ Thêm trường hợp").focus()
    await press("Enter")
    await page.keyboard.type("Trẻ sinh ở nhà")
    await press("Tab")
    await page.get_by_role("button", name="+ Thêm giấy tờ").focus()
    await press("Enter")
    await page.keyboard.type("Văn bản của người làm chứng")
    item = page.locator("[data-list=documents] > li").last
    await item.get_by_label("Nộp hay xuất trình").focus()
    await press("ArrowDown")
    await item.get_by_label("Trẻ sinh ở nhà").focus()
    await press("Space")
    await item.get_by_role("button", name="Lên").focus()
    await press("Enter")
    await page.get_by_role("button", name="+ Thêm thủ tục").focus()
    await press("Enter")
    await page.keyboard.type("tam tru")
    await expect(page.locator(".picks li").first).to_be_visible()
    await press("ArrowDown")
    await press("Enter")
    linked = page.locator("[data-list=linked] > li").last
    await linked.get_by_label("Lời giới thiệu").focus()
    await page.keyboard.type("Đăng ký tạm trú cho con")
    await press("Control+s")
    await expect(page.locator("#saved")).to_contain_text("Đã lưu")
    content = (await content_of(database, change_id)).content
    assert content["cases"]["tre-sinh-o-nha"] == "Trẻ sinh ở nhà"
    assert content["documents"][-2] == {
        "name": "Văn bản của người làm chứng",
        "action": "nộp",
        "cases": ["tre-sinh-o-nha"],
    }
    assert content["linked"][-1]["text"] == "Đăng ký tạm trú cho con"
    assert "tạm trú" in SHIPPED[content["linked"][-1]["code"]].name
    assert await page.locator("#wrongs").is_hidden()
