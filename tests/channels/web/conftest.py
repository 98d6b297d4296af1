"""A gateway with the real conversations service and a Rasa that answers by script."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from playwright.async_api import Browser, Page, async_playwright

import channels.web
from conversations import Conversations
from knowledge.models import ProcedureVersion
from motcua.db import Base, Database
from motcua.keys import DATABASE, PUSH, SETTINGS
from motcua.push import Push
from motcua.settings import ROOT, Settings, WebSettings

ANSWER: dict[str, Any] = {
    "kind": "answer",
    "text": "Giấy tờ cần chuẩn bị:\n✓ Tờ khai\n✓ Giấy chứng sinh",
    "procedure": "1.001193",
    "facet": "documents",
    "sources": [
        {
            "code": "1.001193",
            "decision": "163/QĐ-BTP",
            "url": "https://dichvucong.gov.vn/1.001193",
            "checked_on": "2026-07-15",
        }
    ],
    "buttons": [{"title": "Lệ phí", "payload": {"intent": "ask_fee", "entities": {"procedure": "1.001193"}}}],
    "card": {
        "title": "Đăng ký khai sinh",
        "sections": [
            {"kind": "text", "text": "Làm tại UBND phường/xã."},
            {"kind": "checklist", "heading": "Nộp", "items": ["Tờ khai", "Giấy chứng sinh"]},
            {"kind": "steps", "heading": "Các bước", "items": ["Nộp", "Nhận"]},
            {"kind": "points", "items": ["Làm trong 60 ngày."]},
            {"kind": "table", "columns": ["Cách nộp", "Thời hạn"], "rows": [["Trực tiếp", "Trong ngày"]]},
        ],
    },
}
FOLLOWING: dict[str, Any] = {
    "kind": "status",
    "text": "Một Cửa sẽ báo anh/chị khi hồ sơ thay đổi.",
    "notice": {"template": "dossier_following"},
}
DOUBTED: dict[str, Any] = {
    "kind": "answer",
    "text": "Bản sao: 8.000 đồng/bản theo Thông tư 117/2026/TT-BTC.",
    "sources": [
        {
            "code": "2.000635",
            "decision": "163/QĐ-BTP",
            "url": "https://dichvucong.gov.vn/2.000635",
            "checked_on": "2026-07-15",
            "note": "cần kiểm tra lại: Thông tư 117/2026/TT-BTC",
        },
        {"code": "1.001193", "checked_on": "2026-05-01", "note": "khá chắc: hỏi tại quầy"},
    ],
}
DOSSIER: dict[str, Any] = {
    "kind": "status",
    "text": "Hồ sơ 260105-0002 đang được giải quyết, đã trễ 3 ngày làm việc. Phường xin lỗi anh/chị.",
    "procedure": "1.001193",
    "dossier": {
        "code": "H26.99.9-260105-0002",
        "label": "Đang giải quyết",
        "due_on": "2026-01-12",
        "late_working_days": 3,
    },
    "card": {
        "title": "Hồ sơ 260105-0002",
        "sections": [
            {
                "kind": "points",
                "heading": "Diễn biến",
                "items": ["05/01/2026: tiếp nhận", "07/01/2026: đang giải quyết"],
            },
            {"kind": "text", "heading": "Việc của anh/chị", "text": "Chưa cần làm gì."},
        ],
    },
    "buttons": [{"title": "Gặp cán bộ", "payload": {"intent": "request_human", "entities": {}}}],
}
OFFICE: dict[str, Any] = {
    "kind": "office",
    "text": "Điểm tiếp nhận của phường Bạch Mai.\nGọi 1022 hoặc 024 3869 1234 để hỏi giờ làm việc.",
    "buttons": [{"title": "Trang của phường Bạch Mai", "url": "https://bachmai.hanoi.gov.vn"}],
}
TIME: dict[str, Any] = {"kind": "answer", "text": "Có kết quả ngay trong ngày.", "facet": "time"}


def with_cases(count: int) -> dict[str, Any]:
    """An answer whose card has papers for everybody and for so many special cases."""
    special = [
        {"kind": "checklist", "heading": f"Thêm, nếu trường hợp {number}", "items": [f"Giấy {number}"]}
        for number in range(1, count + 1)
    ]
    card = {"title": "Giấy tờ", "sections": [ANSWER["card"]["sections"][1], *special]}
    return {**ANSWER, "card": card}


def _published(code: str) -> ProcedureVersion:
    """A shipped procedure as its version in the database."""
    content = yaml.safe_load((ROOT / "knowledge" / "procedures" / f"{code}.yml").read_text())
    return ProcedureVersion(
        code=code, content=json.loads(json.dumps(content, default=str)), digest="", author="test"
    )


@dataclass
class ScriptedRasa:
    """Answers like Rasa's REST channel. ``gate`` holds answers back while it is not set."""

    asked: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        """One turn."""
        message: str = (await request.json())["message"]
        self.asked.append(message)
        await self.gate.wait()
        replies = [TIME if "bao lâu" in message else ANSWER]
        if "hai việc" in message:
            replies = [ANSWER, TIME]
        elif "báo tôi" in message:
            replies = [FOLLOWING]
        elif "hồ sơ" in message:
            replies = [DOSSIER]
        elif "ở đâu" in message or message.startswith("/find_office"):
            replies = [OFFICE]
        elif "lệ phí" in message:
            replies = [DOUBTED]
        elif cases := re.search(r"(\d) trường hợp", message):
            replies = [with_cases(int(cases[1]))]
        return web.json_response([{"custom": {"reply": reply}} for reply in replies])


@dataclass
class Gateway:
    """A running gateway. ``restart`` stops it and starts another on the same port and database."""

    settings: Settings
    rasa: ScriptedRasa
    database: Database
    running: list[Conversations]
    stop: Callable[[], Awaitable[None]]
    start: Callable[[], Awaitable[None]]

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.settings.url

    async def restart(self) -> None:
        """What an operator does."""
        await self.stop()
        await self.start()


@pytest.fixture
async def rasa() -> AsyncIterator[tuple[ScriptedRasa, int]]:
    """The scripted Rasa and its port."""
    scripted = ScriptedRasa()
    scripted.gate.set()
    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", scripted.handle)
    server = TestServer(app)
    await server.start_server()
    yield scripted, server.port or 0
    scripted.gate.set()
    await server.close()


@pytest.fixture
def web_settings() -> WebSettings:
    """Settings of the channel; a module may have others."""
    return WebSettings()


@pytest.fixture
async def gateway(
    tmp_path: Path, rasa: tuple[ScriptedRasa, int], web_settings: WebSettings
) -> AsyncIterator[Gateway]:
    """The web channel over real conversations and a database file that knows one procedure."""
    scripted, rasa_port = rasa
    settings = Settings(
        data_dir=tmp_path, port=unused_port(), rasa_port=rasa_port, public_url="", web=web_settings
    )
    database = Database(settings.database)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with database.write() as session:
        session.add(_published("1.001193"))
    running: list[Callable[[], Awaitable[Any]]] = []
    services: list[Conversations] = []

    async def start() -> None:
        conversations = Conversations(database, settings)
        services[:] = [conversations]
        app = web.Application()
        app[SETTINGS] = settings
        app[DATABASE] = database
        app[PUSH] = Push(database, settings)
        channels.web.setup(app, conversations)
        work = conversations.running()
        await work.__aenter__()
        runner = web.AppRunner(app, shutdown_timeout=2)
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port, reuse_address=True).start()
        running[:] = [runner.cleanup, lambda: work.__aexit__(None, None, None)]

    async def stop() -> None:
        for end in running:
            await end()
        running.clear()

    await start()
    yield Gateway(settings, scripted, database, services, stop, start)
    await stop()
    await database.close()


@pytest.fixture
def service(gateway: Gateway) -> Conversations:
    """What the desk calls, in the gateway that runs."""
    return gateway.running[0]


class Chat:
    """A client of the protocol."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def send(self, **frame: Any) -> None:
        """Send a frame."""
        await self.ws.send_str(json.dumps(frame))

    async def say(self, text: str, client_id: str | None = None) -> str:
        """Send a text; returns its client id."""
        client_id = client_id or str(uuid.uuid4())
        await self.send(type="text", client_id=client_id, text=text)
        return client_id

    async def frame(self, seconds: float = 5) -> dict[str, Any]:
        """The next frame. Raises TimeoutError."""
        received: dict[str, Any] = await self.ws.receive_json(timeout=seconds)
        return received

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Every frame up to and with the first of this type. Raises TimeoutError after 5 seconds."""
        frames: list[dict[str, Any]] = []
        async with asyncio.timeout(5):
            while not frames or frames[-1]["type"] != kind:
                frames.append(await self.frame())
        return frames

    async def quiet(self, seconds: float = 0.3) -> bool:
        """Whether nothing comes for a while."""
        try:
            await self.frame(seconds)
        except TimeoutError:
            return True
        return False


class Visitor:
    """A browser without a page: keeps its cookies."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def visit(self) -> aiohttp.ClientResponse:
        """Open the page."""
        async with self.http.get(self.gateway.url) as response:
            await response.read()
            return response

    async def socket(self, *, origin: str | None = None, query: str = "", **headers: str) -> Chat:
        """Open a socket, by default from our own page."""
        origin = self.gateway.url if origin is None else origin
        sent = {**({"Origin": origin} if origin else {}), **headers}
        ws = await self.http.ws_connect(f"{self.gateway.url}/ws/chat{query}", headers=sent)
        return Chat(ws)

    async def chat(self, after: int = 0) -> tuple[Chat, list[dict[str, Any]]]:
        """Open a socket and say hello; returns it and the transcript."""
        chat = await self.socket()
        await chat.send(type="hello", after=after)
        welcome = await chat.frame()
        assert welcome["type"] == "welcome"
        return chat, welcome["messages"]


@pytest.fixture
async def visitor(gateway: Gateway) -> AsyncIterator[Visitor]:
    """A citizen who has opened the page."""
    someone = Visitor(gateway)
    await someone.visit()
    yield someone
    await someone.http.close()


CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, without a window."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_ARGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A phone of 360 px. A script error on the page fails the test."""
    context = await browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None,
    )
    yield opened
    assert errors == []
    await context.close()
