"""The chat without JavaScript: forms, pages, and what keeps others from sending them."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

HTML = '<img src=x onerror="document.title=1"><b>khai sinh</b>'


async def fields(visitor: Any, path: str = "/khong-js") -> dict[str, str]:
    """The hidden fields of the page's forms."""
    async with visitor.http.get(visitor.gateway.url + path) as response:
        page = await response.text()
    return dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]+)">', page))


async def post(visitor: Any, sent: dict[str, str], **headers: str) -> aiohttp.ClientResponse:
    response: aiohttp.ClientResponse
    asked = {"Origin": visitor.gateway.url, **headers}
    url = f"{visitor.gateway.url}/gui"
    async with visitor.http.post(url, data=sent, headers=asked, allow_redirects=False) as response:
        await response.read()
        return response


async def transcript(visitor: Any) -> list[str]:
    _, messages = await visitor.chat()
    return [message["text"] for message in messages if message["author"] == "citizen"]


async def test_a_form_is_answered_by_a_redirect_to_the_page_with_the_answer(
    visitor: Any, gateway: Any
) -> None:
    response = await post(visitor, {**await fields(visitor), "cau": "làm khai sinh cần gì"})
    assert response.status == 303
    async with visitor.http.get(gateway.url + response.headers["Location"]) as shown:
        page = await shown.text()
    assert "Đăng ký khai sinh" in page
    assert "Nguồn: 1.001193, QĐ 163/QĐ-BTP, kiểm tra 07/2026" in page
    assert "đang tìm câu trả lời" not in page
    assert "script-src" not in shown.headers["Content-Security-Policy"]
    assert "form-action 'self'" in shown.headers["Content-Security-Policy"]


async def test_a_form_sent_twice_is_one_message(visitor: Any, gateway: Any) -> None:
    form = {**await fields(visitor), "cau": "thế bao lâu"}
    first, second = await post(visitor, form), await post(visitor, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert await transcript(visitor) == ["thế bao lâu"]
    assert len(gateway.rasa.asked) == 1


async def test_other_words_on_a_page_that_was_gone_back_to_are_another_message(visitor: Any) -> None:
    form = await fields(visitor)
    for words in ("thế bao lâu", "thế lệ phí"):
        assert (await post(visitor, {**form, "cau": words})).status == 303
    assert await transcript(visitor) == ["thế bao lâu", "thế lệ phí"]


@pytest.mark.parametrize("origin", ["https://example.org", "null", "", "http://127.0.0.1:1"])
async def test_another_sites_form_is_refused(visitor: Any, origin: str) -> None:
    form = {**await fields(visitor), "cau": "thế bao lâu"}
    assert (await post(visitor, form, Origin=origin)).status == 403
    assert await transcript(visitor) == []


async def test_a_form_with_anothers_token_or_none_is_shown_again_with_what_was_written(
    visitor: Any, gateway: Any
) -> None:
    other = type(visitor)(gateway)
    foreign = await fields(other)
    await other.http.close()
    own = await fields(visitor)
    for token in (foreign["token"], "", "0" * 64):
        sent = {**own, "token": token, "cau": "câu đã viết"}
        headers = {"Origin": gateway.url}
        async with visitor.http.post(f"{gateway.url}/gui", data=sent, headers=headers) as response:
            assert response.status == 403
            assert "câu đã viết</textarea>" in await response.text()
    assert await transcript(visitor) == []


async def test_without_a_cookie_the_form_says_so_and_keeps_the_words(visitor: Any, gateway: Any) -> None:
    form = {**await fields(visitor), "cau": "câu đã viết"}
    visitor.http.cookie_jar.clear()
    headers = {"Origin": gateway.url}
    async with visitor.http.post(f"{gateway.url}/gui", data=form, headers=headers) as response:
        assert response.status == 403
        page = await response.text()
    assert "chặn cookie" in page
    assert "câu đã viết</textarea>" in page


async def test_the_twenty_first_form_in_a_minute_keeps_its_words(visitor: Any, gateway: Any) -> None:
    form = await fields(visitor)
    for number in range(20):
        assert (await post(visitor, {**form, "cau": f"câu {number}"})).status == 303
    sent = {**form, "cau": "câu cuối"}
    async with visitor.http.post(
        f"{gateway.url}/gui", data=sent, headers={"Origin": gateway.url}
    ) as response:
        assert response.status == 429
        assert "câu cuối</textarea>" in await response.text()


async def test_too_long_empty_and_odd_forms_do_no_harm(visitor: Any) -> None:
    form = await fields(visitor)
    assert (await post(visitor, {**form, "cau": "ộ" * 12_001})).status == 400
    assert (await post(visitor, {**form, "cau": "  "})).status == 303
    for odd in (
        {"ma": "!" * 16, "cau": "x"},
        {"mo": "thu-tuc:../x"},
        {"mo": "noi:99999"},
        {"nut": ":"},
    ):
        assert (await post(visitor, {**form, **odd})).status == 400
    assert (await post(visitor, {**form, "y-kien": "9" * 40 + ":co"})).status == 303
    assert await transcript(visitor) == []


async def test_an_answer_that_takes_long_is_offered_as_a_link(visitor: Any, gateway: Any) -> None:
    gateway.rasa.gate.clear()
    response = await post(visitor, {**await fields(visitor), "cau": "thế bao lâu"})
    address = gateway.url + response.headers["Location"]
    async with visitor.http.get(address) as shown:
        page = await shown.text()
    assert "Bấm để xem câu trả lời" in page
    gateway.rasa.gate.set()
    async with visitor.http.get(address) as shown:
        page = await shown.text()
    assert "Có kết quả ngay trong ngày" in page
    assert "Bấm để xem câu trả lời" not in page


async def test_a_link_is_only_followed_when_its_button_is_pressed(visitor: Any, gateway: Any) -> None:
    form = await fields(visitor, "/khong-js?thu-tuc=1.001193")
    assert gateway.rasa.asked == []
    assert (await post(visitor, {**form, "mo": "thu-tuc:1.001193"})).status == 303
    assert "khai sinh" in (await transcript(visitor))[0]


@pytest.fixture
async def plain(browser: Browser) -> Any:
    """A phone whose browser runs no scripts."""
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, locale="vi-VN", java_script_enabled=False
    )
    yield await context.new_page()
    await context.close()


async def test_without_javascript_one_is_brought_to_the_forms_and_is_answered(
    plain: Page, gateway: Any
) -> None:
    await plain.goto(f"{gateway.url}/")
    await plain.wait_for_url("**/khong-js")
    await plain.get_by_label("Câu hỏi của anh/chị").fill(HTML)
    await plain.get_by_role("button", name="Gửi").click()
    await expect(plain.locator(".bubble")).to_have_text(HTML)
    assert await plain.locator(".log img, .log b").count() == 0
    await expect(plain.locator(".card h2")).to_have_text("Đăng ký khai sinh")
    await plain.get_by_role("button", name="Lệ phí").click()
    await expect(plain.locator(".card")).to_have_count(2)
    await expect(plain.locator(".bubble").nth(1)).to_have_text("Lệ phí")
    assert gateway.rasa.asked[-1] == '/ask_fee{"procedure": "1.001193"}'
    await plain.reload()
    await expect(plain.locator(".card")).to_have_count(2)
    assert len(gateway.rasa.asked) == 2
    await plain.get_by_role("button", name="Có", exact=True).click()
    await expect(plain.get_by_role("status")).to_contain_text("Cảm ơn")


async def test_a_life_event_and_a_link_work_without_javascript(plain: Page, gateway: Any) -> None:
    await plain.goto(f"{gateway.url}/?thu-tuc=1.001193")
    await plain.wait_for_url("**/khong-js?thu-tuc=1.001193")
    await plain.get_by_role("button", name="Xem ngay").click()
    await expect(plain.locator(".card")).to_have_count(1)
    await plain.context.clear_cookies()
    await plain.goto(f"{gateway.url}/khong-js")
    await plain.get_by_role("button", name="Kết hôn").click()
    await expect(plain.locator(".bubble")).to_contain_text("kết hôn")
