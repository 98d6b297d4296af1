"""Waking a closed page: who may ask for it, what is kept, and the button in a real browser."""

from __future__ import annotations

import base64
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from motcua.push import PushSubscription

KEYS = {
    "p256dh": base64.urlsafe_b64encode(b"\x04" + b"k" * 64).decode().rstrip("="),
    "auth": base64.urlsafe_b64encode(b"a" * 16).decode().rstrip("="),
}
HERE = {"endpoint": "https://fcm.googleapis.com/fcm/send/abc", "expirationTime": None, "keys": KEYS}


async def post(visitor: Any, address: str, body: Any, origin: str | None = None) -> int:
    sent = {"Origin": visitor.gateway.url if origin is None else origin}
    async with visitor.http.post(f"{visitor.gateway.url}{address}", json=body, headers=sent) as response:
        return int(response.status)


async def kept(gateway: Any) -> list[str]:
    async with gateway.database.read() as session:
        return list(await session.scalars(select(PushSubscription.endpoint)))


async def spoken(visitor: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.say("báo tôi khi có kết quả")
    await chat.until("done")


async def test_a_browser_is_kept_once_and_given_up(visitor: Any, gateway: Any) -> None:
    await spoken(visitor)
    assert [await post(visitor, "/tin-bao", HERE) for _ in range(2)] == [204, 204]
    assert await kept(gateway) == [HERE["endpoint"]]
    assert await post(visitor, "/tin-bao/thoi", HERE) == 204
    assert await kept(gateway) == []


async def test_one_cannot_give_up_the_browser_of_another(visitor: Any, gateway: Any) -> None:
    await spoken(visitor)
    await post(visitor, "/tin-bao", HERE)
    other = type(visitor)(gateway)
    await other.visit()
    await spoken(other)
    assert await post(other, "/tin-bao/thoi", HERE) == 204
    assert await kept(gateway) == [HERE["endpoint"]]
    await other.http.close()


@pytest.mark.parametrize(
    "body",
    [
        HERE | {"endpoint": "https://127.0.0.1/inside"},
        HERE | {"endpoint": "http://fcm.googleapis.com/x"},
        HERE | {"keys": {"p256dh": "AA", "auth": "AA"}},
        HERE | {"keys": None},
        HERE | {"endpoint": "https://fcm.googleapis.com/" + "x" * 5000},
        [],
        "text",
    ],
    ids=["inside", "plain", "keys", "no keys", "long", "list", "text"],
)
async def test_what_is_no_subscription_of_a_push_service_is_refused(
    visitor: Any, gateway: Any, body: Any
) -> None:
    await spoken(visitor)
    assert await post(visitor, "/tin-bao", body) == 400
    assert await kept(gateway) == []


async def test_another_site_or_nobody_is_refused(visitor: Any, gateway: Any) -> None:
    assert await post(visitor, "/tin-bao", HERE) == 409, "nothing has been said yet"
    await spoken(visitor)
    for origin in ("https://example.org", ""):
        assert await post(visitor, "/tin-bao", HERE, origin) == 403
    visitor.http.cookie_jar.clear()
    assert await post(visitor, "/tin-bao", HERE) == 403
    assert await kept(gateway) == []


async def test_the_key_is_the_same_on_every_gateway(visitor: Any, gateway: Any) -> None:
    async def key() -> str:
        async with aiohttp.ClientSession() as http, http.get(f"{gateway.url}/tin-bao") as response:
            return str((await response.json())["key"])

    before = await key()
    await gateway.restart()
    assert await key() == before
    assert len(base64.urlsafe_b64decode(before + "=")) == 65


async def test_the_button_stands_under_what_follows_a_dossier_and_says_when_it_cannot(
    page: Page, gateway: Any
) -> None:
    """The push service of the browser is out of reach here: the worker is there, the refusal is told."""
    await page.context.grant_permissions(["notifications"], origin=gateway.url)
    await page.goto(gateway.url)
    box = page.get_by_label("Câu hỏi của anh/chị")
    await box.fill("làm khai sinh cần gì")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Giấy chứng sinh").first).to_be_visible()
    button = page.get_by_role("button", name="Báo cả khi đã đóng trang")
    await expect(button).to_have_count(0)
    await box.fill("báo tôi khi có kết quả")
    await page.keyboard.press("Enter")
    await button.click()
    await expect(page.get_by_text("Trình duyệt chưa cho báo tin")).to_be_visible(timeout=20_000)
    worker = (
        "navigator.serviceWorker.getRegistration('/tin-bao.js').then((found) => found?.active?.scriptURL)"
    )
    assert await page.evaluate(worker) == f"{gateway.url}/tin-bao.js"
    await expect(button).to_be_enabled()
    assert await kept(gateway) == []
