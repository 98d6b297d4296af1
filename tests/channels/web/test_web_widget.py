"""The widget on a foreign page: opened, used, closed; and what a site that may not embed it gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from playwright.async_api import Browser, FrameLocator, Page, async_playwright, expect

from channels.web.identity import FRAME_PROTOCOL, TOKEN_HEADER
from motcua.settings import WebSettings
from tests.channels.web.axe import faults
from tests.channels.web.conftest import CHROMIUM_ARGS

# As strict as a portal can be and still embed us.
POLICY = (
    "default-src 'none'; script-src {site}; frame-src {site}; style-src 'none'; "
    "require-trusted-types-for 'script'"
)
PORTAL = """<!doctype html><html lang="vi"><head><title>Phường Bạch Mai</title>
<meta name="viewport" content="width=device-width"></head>
<body><main><h1>Cổng thông tin phường Bạch Mai</h1><button id="own">Nút của phường</button></main>
<script src="{site}/widget.js" {data} async></script></body></html>"""


@pytest.fixture
def portal_port() -> int:
    return unused_port()


@pytest.fixture
def web_settings(portal_port: int) -> WebSettings:
    return WebSettings(embed_origins=f"http://localhost:{portal_port} https://*.hanoi.example.vn")


@pytest.fixture
async def portal(gateway: Any, portal_port: int) -> AsyncIterator[str]:
    """A ward's page on another site ("localhost" is not "127.0.0.1"), with a strict policy of its own."""

    async def page(request: web.Request) -> web.Response:
        data = 'data-noi="00004"' if "noi" in request.query else ""
        policy = POLICY.format(site=gateway.url)
        return web.Response(
            text=PORTAL.format(site=gateway.url, data=data),
            content_type="text/html",
            headers={"Content-Security-Policy": policy},
        )

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    for host in ("localhost", "127.0.0.2"):
        await web.TCPSite(runner, host, portal_port).start()
    yield f"http://localhost:{portal_port}/"
    await runner.cleanup()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium as citizens have it: Playwright would turn off the storage that a frame has to itself."""
    args = [*CHROMIUM_ARGS, "--disable-features=Translate,MediaRouter"]
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=args)
        yield chromium
        await chromium.close()


@pytest.fixture
async def forgetful() -> AsyncIterator[Browser]:
    """Chromium that refuses a frame on another site every storage and cookie."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[*CHROMIUM_ARGS, "--disable-features=ThirdPartyStoragePartitioning"],
        )
        yield chromium
        await chromium.close()


@pytest.fixture
async def desktop(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Security Policy" in line.text else None)
    yield page
    assert errors == []
    await context.close()


async def opened(page: Page, address: str) -> FrameLocator:
    await page.goto(address)
    await page.get_by_role("button", name="Hỏi Một Cửa").click()
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_label("Câu hỏi của anh/chị")).to_be_focused()
    return frame


async def asked(frame: FrameLocator, page: Page, question: str, count: int) -> None:
    await frame.get_by_label("Câu hỏi của anh/chị").fill(question)
    await page.keyboard.press("Enter")
    await expect(frame.locator(".message.theirs")).to_have_count(count)


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_ward_portal_opens_the_chat_asks_and_closes_it(
    desktop: Page, portal: str, gateway: Any, width: int
) -> None:
    await desktop.set_viewport_size({"width": width, "height": 740})
    frame = await opened(desktop, portal)
    await asked(frame, desktop, "làm khai sinh cần gì", 1)
    panel = await desktop.get_by_role("dialog").bounding_box()
    assert panel
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= width
    await desktop.keyboard.press("Escape")
    await expect(desktop.get_by_role("dialog")).to_be_hidden()
    opener = desktop.get_by_role("button", name="Hỏi Một Cửa")
    await expect(opener).to_be_focused()
    assert await opener.get_attribute("aria-expanded") == "false"
    await desktop.keyboard.press("Enter")
    await expect(frame.get_by_label("Câu hỏi của anh/chị")).to_be_focused()
    await frame.get_by_role("button", name="Đóng khung trò chuyện").click()
    await expect(opener).to_be_focused()
    assert len(gateway.rasa.asked) == 1


async def test_axe_finds_nothing_on_the_portal_nor_in_the_panel(desktop: Page, portal: str) -> None:
    await desktop.goto(portal)
    await desktop.get_by_role("button", name="Hỏi Một Cửa").wait_for()
    assert await faults(desktop) == []
    frame = await opened(desktop, portal)
    await asked(frame, desktop, "làm khai sinh cần gì", 1)
    assert await faults(desktop.frames[1]) == []
    assert await faults(desktop) == []


async def test_the_conversation_is_still_there_on_the_portals_next_page(
    desktop: Page, portal: str, gateway: Any
) -> None:
    """Over http no cookie of ours survives in a frame, so this is the token in the frame's own storage."""
    frame = await opened(desktop, portal)
    await asked(frame, desktop, "làm khai sinh cần gì", 1)
    frame = await opened(desktop, portal)
    await expect(frame.locator(".message.theirs")).to_have_count(1)
    assert [cookie["name"] for cookie in await desktop.context.cookies()] == []
    await gateway.restart()
    await asked(frame, desktop, "thế bao lâu", 2)


async def test_a_browser_that_lets_the_frame_store_nothing_still_chats(
    forgetful: Browser, portal: str, gateway: Any
) -> None:
    page = await forgetful.new_page(locale="vi-VN")
    frame = await opened(page, portal)
    refused = "(() => { try { return localStorage.length < 0; } catch { return true; } })()"
    assert await page.frames[1].evaluate(refused) is True
    await asked(frame, page, "làm khai sinh cần gì", 1)
    await gateway.restart()
    await asked(frame, page, "thế bao lâu", 2)


async def test_a_chat_in_a_frame_is_another_than_the_one_on_our_own_page(
    desktop: Page, portal: str, gateway: Any
) -> None:
    await asked(await opened(desktop, portal), desktop, "làm khai sinh cần gì", 1)
    await desktop.goto(gateway.url)
    await expect(desktop.locator("#start")).to_be_visible()
    await expect(desktop.locator(".message")).to_have_count(0)


async def test_the_ward_of_the_portal_is_opened_once_a_visit(
    desktop: Page, portal: str, gateway: Any
) -> None:
    for _ in range(2):
        frame = await opened(desktop, f"{portal}?noi")
        await expect(frame.locator(".message.theirs")).to_have_count(1)
        await expect(frame.locator(".bubble")).to_contain_text("Bộ phận một cửa")
    assert gateway.rasa.asked == ['/find_office{"ward": "00004"}']


async def test_an_answer_that_comes_while_the_panel_is_closed_is_counted_on_the_button(
    desktop: Page, portal: str, gateway: Any
) -> None:
    gateway.rasa.gate.clear()
    frame = await opened(desktop, portal)
    await frame.get_by_label("Câu hỏi của anh/chị").fill("tôi có hai việc")
    await desktop.keyboard.press("Enter")
    await expect(frame.locator(".typing")).to_be_visible()
    await desktop.keyboard.press("Escape")
    gateway.rasa.gate.set()
    await desktop.get_by_role("button", name="Hỏi Một Cửa, có 2 tin mới").click()
    await expect(frame.locator(".message.theirs")).to_have_count(2)
    await desktop.keyboard.press("Escape")
    await expect(desktop.get_by_role("button", name="Hỏi Một Cửa", exact=True)).to_be_focused()


async def test_the_portal_keeps_its_own_keys_and_styles(desktop: Page, portal: str) -> None:
    await desktop.goto(portal)
    await desktop.get_by_role("button", name="Hỏi Một Cửa").wait_for()
    await desktop.locator("#own").focus()
    await desktop.keyboard.press("Escape")
    await expect(desktop.locator("#own")).to_be_focused()
    assert await desktop.evaluate("document.querySelectorAll('iframe').length") == 0
    position = "getComputedStyle(document.querySelector('.open') || document.body).position"
    assert await desktop.evaluate(position) == "static"


async def test_a_site_that_is_not_named_gets_a_link_to_our_page_instead(
    browser: Browser, portal: str, gateway: Any
) -> None:
    context = await browser.new_context(locale="vi-VN")
    page = await context.new_page()
    await page.clock.install()
    await page.goto(portal.replace("localhost", "127.0.0.2"))
    await page.get_by_role("button", name="Hỏi Một Cửa").click()
    await page.clock.fast_forward(9_000)
    link = page.get_by_role("link", name="Mở Một Cửa ở trang riêng")
    await expect(link).to_have_attribute("href", f"{gateway.url}/")
    assert gateway.rasa.asked == []
    await context.close()


async def token_of(http: aiohttp.ClientSession, url: str, shown: str = "") -> str:
    headers = {TOKEN_HEADER: shown} if shown else {}
    async with http.get(f"{url}/khung/phien", headers=headers) as response:
        return response.headers[TOKEN_HEADER]


async def status(http: aiohttp.ClientSession, url: str, *protocols: str, origin: str = "") -> int:
    try:
        ws = await http.ws_connect(f"{url}/ws/chat", protocols=protocols, headers={"Origin": origin or url})
    except aiohttp.WSServerHandshakeError as refusal:
        return refusal.status
    await ws.close()
    return 101


async def test_a_frames_token_opens_a_socket_and_nothing_forged_does(gateway: Any) -> None:
    async with aiohttp.ClientSession() as http:
        token = await token_of(http, gateway.url)
        assert await status(http, gateway.url, FRAME_PROTOCOL, token) == 101
        assert await status(http, gateway.url, FRAME_PROTOCOL) == 403
        assert await status(http, gateway.url, token) == 403
        assert await status(http, gateway.url, FRAME_PROTOCOL, f"x{token}") == 403
        assert await status(http, gateway.url, FRAME_PROTOCOL, token[:-2] + "AA") == 403
        foreign = f"http://localhost:{gateway.settings.port}0"
        assert await status(http, gateway.url, FRAME_PROTOCOL, token, origin=foreign) == 403


async def test_a_token_is_renewed_for_the_same_session_and_a_forged_one_gives_another(gateway: Any) -> None:
    async with aiohttp.ClientSession() as http:
        first = await token_of(http, gateway.url)
        again = await token_of(http, gateway.url, first)
        assert again.split(".")[0] == first.split(".")[0]
        assert (await token_of(http, gateway.url, f"x{first}")).split(".")[0] != first.split(".")[0]
        async with http.get(f"{gateway.url}/khung/phien", headers={"Origin": "https://x.vn"}) as response:
            assert "Access-Control-Allow-Origin" not in response.headers
            assert response.headers["Cache-Control"] == "no-store"


class TestOverHttps:
    """What a browser is told when citizens reach us over https."""

    async def test_the_cookie_of_a_frame_is_partitioned(self, gateway: Any) -> None:
        gateway.settings.public_url = "https://motcua.example.vn"
        await gateway.restart()
        address = f"http://127.0.0.1:{gateway.settings.port}/khung/phien"
        async with aiohttp.ClientSession() as http, http.get(address) as response:
            (cookie,) = response.headers.getall("Set-Cookie")
            token = response.headers[TOKEN_HEADER]
        assert cookie.startswith(f"motcua_khung={token.split('.')[0]}.")
        for attribute in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
            assert attribute in cookie.split("; ")
