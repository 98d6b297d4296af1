"""The pages of the desk in Chromium, on a phone (390 px) and a laptop (1280 px)."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from desk import duty, staffing
from desk.people import Person
from desk.roles import Role
from desk.staffing import Post
from motcua.db import Database
from tests.desk.conftest import BACH_MAI, PASSWORD, Browse, Hire
from tests.desk.test_reports import a_week_of_questions

WIDTHS = [390, 1280]
NEW = "cá chép hóa rồng 58"
SHOTS = os.environ.get("MOTCUA_SHOTS", "")
"""A folder for screenshots to look at; none are taken without it."""
_ENGLISH = re.compile(
    r"\b(the|and|sign|login|logout|password|user|users|error|save|submit|cancel|delete|edit|email|role|admin|"
    r"page|not|found|next|previous|home|settings|report|reports|audit|log|online|offline|true|false|none|null|"
    r"undefined|volunteer|lead|editor|reviewer|away|ticket|tickets|shift|roster|search|filter)\b",
    re.IGNORECASE,
)


async def sound(page: Page, name: str) -> None:
    """What holds for every page: it fits, can be read and hit, is in Vietnamese, and axe finds nothing."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
    words = await page.evaluate("document.title + ' ' + document.body.innerText")
    for value in await page.locator("[aria-label], [title], [placeholder]").all():
        for attribute in ("aria-label", "title", "placeholder"):
            words += " " + (await value.get_attribute(attribute) or "")
    assert _ENGLISH.findall(words) == [], name
    small = await page.evaluate(
        """() => [...document.querySelectorAll(
                'button, .button, select, input:not([type=hidden]), .menu a, summary')]
            .filter((one) => one.offsetParent && !one.closest('.hidden'))
            .map((one) => [one.closest('label') ?? one, one])
            .filter(([box]) => box.getBoundingClientRect().height < 43.5)
            .map(([, one]) => one.outerHTML.slice(0, 90))"""
    )
    assert small == [], name
    found = await Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"


@pytest.mark.parametrize("width", WIDTHS)
async def test_sign_in(browse: Browse, hire: Hire, width: int) -> None:
    await hire("Nguyễn Thị Lan", Role.VOLUNTEER, wards=[BACH_MAI], account="lan")
    page = await browse(width)
    await page.goto("/ban/")
    await sound(page, "sign-in")
    await page.get_by_label("Tên đăng nhập").fill("lan")
    await page.get_by_label("Mật khẩu").fill("sai mất rồi")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("không đúng")
    await expect(page.get_by_label("Tên đăng nhập")).to_have_value("lan")
    await sound(page, "sign-in-wrong")
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.locator(".who")).to_contain_text("Nguyễn Thị Lan")
    await page.goto("/ban/tai-khoan")
    await sound(page, "account")
    await page.get_by_role("button", name="Đăng xuất", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("đã đăng xuất")
    await page.go_back()
    await expect(page.get_by_role("heading", name="Đăng nhập bàn làm việc")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_first_password_and_a_forced_one(
    browse: Browse, hire: Hire, database: Database, width: int
) -> None:
    async with database.write() as session:
        wards = frozenset({BACH_MAI})
        _, link = await staffing.invite(
            session, None, "binh", Post("Trần Văn Bình", frozenset({Role.VOLUNTEER}), wards)
        )
    page = await browse(width)
    await page.goto(f"/ban/moi/{link}")
    await sound(page, "invitation")
    for label in ("Mật khẩu mới", "Nhập lại mật khẩu mới"):
        await page.get_by_label(label, exact=True).fill("matkhau12345")
    await page.get_by_role("button", name="Lưu và vào").click()
    await expect(page.get_by_role("alert")).to_contain_text("dễ đoán")
    await sound(page, "invitation-refused")
    for label in ("Mật khẩu mới", "Nhập lại mật khẩu mới"):
        await page.get_by_label(label, exact=True).fill(NEW)
    await page.get_by_role("button", name="Lưu và vào").click()
    await expect(page.locator(".who")).to_contain_text("Trần Văn Bình")
    other = await browse(width)
    await other.goto(f"/ban/moi/{link}")
    await expect(other.locator("h1")).to_contain_text("không dùng được nữa")
    await sound(other, "invitation-used")
    forced = await browse(
        width, await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI], account="lan", must_change=True)
    )
    await forced.goto("/ban/lich-truc")
    await expect(forced.locator(".notice")).to_contain_text("cần đổi mật khẩu")
    await expect(forced.locator(".menu")).to_have_count(0)
    await sound(forced, "forced-password")
    await forced.get_by_label("Mật khẩu đang dùng").fill(PASSWORD)
    for label in ("Mật khẩu mới", "Nhập lại mật khẩu mới"):
        await forced.get_by_label(label, exact=True).fill(NEW)
    await forced.get_by_role("button", name="Đổi mật khẩu").click()
    await expect(forced.get_by_role("status")).to_contain_text("Đã đổi mật khẩu")


@pytest.fixture
async def admin(hire: Hire) -> Person:
    return await hire("Quản trị Hà", *Role, whole_city=True, account="ha")


@pytest.mark.parametrize("width", WIDTHS)
async def test_people(browse: Browse, hire: Hire, admin: Person, width: int) -> None:
    lan = await hire("Nguyễn Thị Lan", Role.VOLUNTEER, Role.LEAD, wards=[BACH_MAI], account="lan.nguyen")
    page = await browse(width, admin)
    await page.goto("/ban/nhan-su")
    await sound(page, "people")
    await page.get_by_role("link", name="Mời người mới").click()
    await sound(page, "invite")
    await page.get_by_label("Tên đăng nhập").fill("tám")
    await page.get_by_label("Họ tên").fill("Lê Văn Tám")
    await page.get_by_label("phường Bạch Mai").check()
    await page.get_by_role("button", name="Mời", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("không dấu")
    await expect(page.get_by_label("phường Bạch Mai")).to_be_checked()
    await page.get_by_label("Tên đăng nhập").fill("tam.le")
    await page.get_by_role("button", name="Mời", exact=True).click()
    await expect(page.locator(".once")).to_contain_text("/ban/moi/")
    await sound(page, "invited")
    await page.goto(f"/ban/nhan-su/{lan.id}")
    await sound(page, "person")
    await page.get_by_text("Nghỉ việc hoặc mất máy").click()
    await page.get_by_role("button", name="Khóa tài khoản").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã khóa")
    await expect(page.get_by_role("button", name="Mở lại tài khoản")).to_be_visible()
    await page.goto("/ban/nhat-ky")
    await sound(page, "audit")


@pytest.mark.parametrize("width", WIDTHS)
async def test_roster(browse: Browse, hire: Hire, admin: Person, database: Database, width: int) -> None:
    lan = await hire("Nguyễn Thị Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    async with database.write() as session:
        for starts, ends in ((480, 690), (810, 1020)):
            new = duty.NewShift(lan.id, BACH_MAI, frozenset(range(5)), starts, ends)
            await duty.add_shift(session, admin, new)
    page = await browse(width, admin)
    await page.goto(f"/ban/lich-truc?phuong={BACH_MAI}")
    await sound(page, "roster")
    await page.get_by_text("Thêm ca hằng tuần").click()
    form = page.locator("form[action='/ban/lich-truc/ca']")
    await form.get_by_label("Người trực").select_option(label="Nguyễn Thị Lan")
    await form.get_by_label("Thứ Bảy").check()
    await sound(page, "roster-form")
    await form.get_by_role("button", name="Thêm ca").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã thêm ca trực")
    await expect(page.locator(".line").filter(has_text="Thứ Bảy")).to_be_visible()
    saturday = page.locator(".line").filter(has_text="Thứ Bảy")
    await saturday.locator("summary").click()
    await saturday.get_by_role("button", name="Bỏ ca này").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã bỏ ca trực")
    theirs = await browse(width, lan)
    await theirs.goto("/ban/lich-truc")
    await theirs.get_by_role("button", name="Tạm vắng").click()
    await expect(theirs.locator(".badge").first).to_contain_text("Tạm vắng")
    await sound(theirs, "presence")


@pytest.mark.parametrize("width", WIDTHS)
async def test_reports(browse: Browse, admin: Person, database: Database, width: int) -> None:
    await a_week_of_questions(database)
    page = await browse(width, admin)
    for tab in ("ngay", "phuong", "thu-tuc", "chua-tra-loi", "ho-so"):
        await page.goto(f"/ban/bao-cao/{tab}")
        await expect(page.locator("h1")).to_have_text("Báo cáo")
        await sound(page, f"report-{tab}")
    await page.goto("/ban/bao-cao")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Tải bảng về máy").click()
    assert (await waiting.value).suggested_filename.startswith("bao-cao-ngay-")


async def test_a_phone_reaches_everything_through_its_bar(browse: Browse, admin: Person) -> None:
    page = await browse(390, admin)
    await page.goto("/ban/tai-khoan")
    bar = await page.locator(".menu").bounding_box()
    assert bar
    assert bar["y"] + bar["height"] == 844
    await page.locator(".menu").get_by_role("link", name="Thêm").click()
    await sound(page, "more")
    await page.get_by_role("main").get_by_role("link", name="Nhật ký").click()
    await expect(page.locator("h1")).to_have_text("Nhật ký")


async def test_the_keyboard_reaches_the_content_first(browse: Browse, admin: Person) -> None:
    page = await browse(1280, admin)
    await page.goto("/ban/nhan-su")
    await page.keyboard.press("Tab")
    focused: Any = await page.evaluate("document.activeElement.textContent")
    assert focused == "Đến nội dung chính"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "content"


async def test_what_is_not_there_has_a_page(browse: Browse, admin: Person) -> None:
    page = await browse(390, admin)
    await page.goto("/ban/khong-co")
    await expect(page.locator("h1")).to_have_text("Không có trang này")
    await sound(page, "missing")
