"""Web push, against a push service that checks signatures and can read what is meant for the browser."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import http_ece
import pytest
from aiohttp import ClientConnectionError, ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pydantic import SecretStr
from sqlalchemy import select

from motcua.db import Database
from motcua.push import BadEndpoint, Browser, Push, PushSubscription, forget
from motcua.settings import Settings
from tests.databases import with_tables

KEY = ec.generate_private_key(ec.SECP256R1())
AUTH = b"0123456789abcdef"
HOST = "updates.push.services.mozilla.com"


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def browser(name: str = "one", host: str = HOST) -> Browser:
    point = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Browser(f"https://{host}/{name}", text(point), text(AUTH))


@dataclass
class Service:
    """A push service: what it received, and what it answers to the path of each browser."""

    url: str = ""
    answers: dict[str, int] = field(default_factory=dict)
    received: list[tuple[str, bytes, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.received.append((request.path, body, request.headers["Authorization"]))
        return web.Response(status=self.answers.get(request.path, 201))


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_post("/{name}", made.take)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("")).rstrip("/")

    really = ClientSession._request

    async def redirected(self: ClientSession, method: str, url: str, **more: Any) -> Any:
        """Names of push services lead to ours; one leads nowhere."""
        if "nowhere" in url:
            raise ClientConnectionError
        return await really(self, method, url.replace(f"https://{HOST}", made.url), **more)

    monkeypatch.setattr(ClientSession, "_request", redirected)
    yield made
    await server.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with with_tables(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as made:
        yield made


@pytest.fixture
def push(database: Database, tmp_path: Path) -> Push:
    return Push(database, Settings(data_dir=tmp_path, secret_key=SecretStr("test")))


async def kept(database: Database) -> list[str]:
    async with database.read() as session:
        rows = await session.scalars(select(PushSubscription).order_by(PushSubscription.id))
        return [row.endpoint.rpartition("/")[2] for row in rows]


async def test_a_browser_is_woken_with_a_signed_message_that_says_nothing_personal(
    push: Push, service: Service
) -> None:
    await push.add("c1", browser())
    await push.add("c2", browser("other"))
    assert await push.wake("c1") == 1
    ((path, body, authorization),) = service.received
    assert path == "/one"
    said = json.loads(http_ece.decrypt(body, private_key=KEY, auth_secret=AUTH, version="aes128gcm"))
    assert said == {
        "title": "Một Cửa", "body": "Có tin mới về hồ sơ của anh/chị. Bấm để xem.", "tag": "dossier",
    }  # fmt: skip
    assert Vapid02.verify(authorization), "signed with the key the page was given"
    assert push.public_key in authorization


async def test_a_browser_that_is_gone_is_forgotten_and_one_that_is_busy_is_not(
    push: Push, service: Service, database: Database
) -> None:
    for name in ("gone", "lost", "busy", "well"):
        await push.add("c1", browser(name))
    service.answers = {"/gone": 410, "/lost": 404, "/busy": 429}
    assert await push.wake("c1") == 1
    assert await kept(database) == ["busy", "well"]


async def test_a_service_that_does_not_answer_holds_up_nobody(
    push: Push, service: Service, database: Database
) -> None:
    await push.add("c1", browser("one", "nowhere.notify.windows.com"))
    assert await push.wake("c1") == 0
    assert await push.wake("nobody") == 0
    assert await kept(database) == ["one"]


@pytest.mark.parametrize(
    "endpoint",
    [
        f"http://{HOST}/x",
        "https://127.0.0.1/x",
        "https://localhost:8080/x",
        f"https://evil.example/{HOST}",
        f"https://{HOST}.evil.example/x",
        f"https://{HOST}@evil.example/x",
        f"https://user@{HOST}/x",
        f"https://{HOST}:22/x",
        f"https://{HOST}/{'x' * 1000}",
        "https://[::1/x",
        "",
    ],
)
async def test_no_other_address_is_ever_called(push: Push, database: Database, endpoint: str) -> None:
    good = browser()
    with pytest.raises(BadEndpoint):
        await push.add("c1", Browser(endpoint, good.p256dh, good.auth))
    assert await kept(database) == []


@pytest.mark.parametrize("keys", [("", ""), ("AAAA", text(AUTH)), ("không", "khóa")])
async def test_keys_that_are_none_are_refused(push: Push, keys: tuple[str, str]) -> None:
    with pytest.raises(BadEndpoint):
        await push.add("c1", Browser(browser().endpoint, *keys))


async def test_a_browser_belongs_to_the_conversation_that_named_it_last(
    push: Push, database: Database
) -> None:
    await push.add("c1", browser())
    await push.add("c2", browser())
    assert await kept(database) == ["one"]
    await push.remove("c1", browser().endpoint)
    assert await kept(database) == ["one"], "not theirs any more"
    await push.remove("c2", browser().endpoint)
    assert await kept(database) == []


async def test_only_the_newest_browsers_of_a_conversation_are_kept(push: Push, database: Database) -> None:
    for number in range(7):
        await push.add("c1", browser(str(number)))
    assert await kept(database) == ["2", "3", "4", "5", "6"]


async def test_an_erased_conversation_leaves_no_browser(push: Push, database: Database) -> None:
    await push.add("c1", browser())
    await push.add("c2", browser("other"))
    async with database.write() as session:
        await forget(session, "c1")
    assert await kept(database) == ["other"]


def test_every_gateway_has_the_same_key_and_another_secret_another(push: Push, tmp_path: Path) -> None:
    none: Any = None
    same = Push(none, Settings(data_dir=tmp_path, secret_key=SecretStr("test")))
    other = Push(none, Settings(data_dir=tmp_path, secret_key=SecretStr("another")))
    assert same.public_key == push.public_key != other.public_key
