"""The desk over a real database and real conversations, people who work there, and their browsers.

``hire`` makes somebody, ``client`` is their signed-in browser without a page, ``browse`` a real Chromium.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from playwright.async_api import Browser, Page, async_playwright
from pydantic import SecretStr
from yarl import URL

import desk
from conversations import CONVERSATIONS, Conversations
from desk import sessions
from desk.keys import COOKIE, PREFIX
from desk.models import Staff, StaffRole, StaffWard
from desk.passwords import _hasher
from desk.people import Person, person
from desk.roles import Role
from motcua.db import Database
from motcua.keys import DATABASE, SETTINGS
from motcua.settings import Settings
from tests.databases import with_tables

PASSWORD = "trời xanh mây trắng 47"
_HASH = _hasher.hash(PASSWORD)
BACH_MAI, BA_DINH = "00292", "00004"
CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
_TOKEN = re.compile(r'<meta name="csrf" content="([0-9a-f]+)">')


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, database_url="", secret_key=SecretStr("test"), port=unused_port(), public_url=""
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    async with with_tables(settings.database) as opened:
        yield opened


@dataclass
class DeskServer:
    """A running gateway that has only the desk."""

    settings: Settings
    database: Database
    conversations: Conversations
    app: web.Application

    @property
    def url(self) -> str:
        return self.settings.url


@pytest.fixture
async def conversations(database: Database, settings: Settings) -> Conversations:
    return Conversations(database, settings)


@pytest.fixture
async def server(
    settings: Settings, database: Database, conversations: Conversations
) -> AsyncIterator[DeskServer]:
    app = web.Application(client_max_size=256 * 1024)
    app[SETTINGS], app[DATABASE], app[CONVERSATIONS] = settings, database, conversations
    desk.setup(app, conversations)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    yield DeskServer(settings, database, conversations, app)
    await runner.cleanup()


Hire = Callable[..., Awaitable[Person]]


@pytest.fixture
def hire(database: Database) -> Hire:
    """``await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])``: somebody with the password ``PASSWORD``."""

    async def hired(
        name: str,
        *roles: Role,
        wards: list[str] | tuple[str, ...] = (),
        whole_city: bool = False,
        account: str = "",
        **more: Any,
    ) -> Person:
        async with database.write() as session:
            row = Staff(
                name=account or f"nv.{abs(hash(name)) % 10**9}",
                full_name=name,
                password_hash=_HASH,
                whole_city=whole_city,
                **more,
            )
            session.add(row)
            await session.flush()
            session.add_all(StaffRole(staff_id=row.id, role=role) for role in roles)
            session.add_all(StaffWard(staff_id=row.id, ward=ward) for ward in wards)
            await session.flush()
            made = await person(session, row.id)
        assert made is not None
        return made

    return hired


@dataclass
class Answer:
    """What came back, after redirects if they were followed."""

    status: int
    text: str
    url: URL
    headers: Any


@dataclass
class Client:
    """A browser without a page. It knows the CSRF token of its session and sends Origin as browsers do."""

    server: DeskServer
    http: aiohttp.ClientSession
    token: str = ""
    person: Person | None = None
    extra: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, *, follow: bool = True, **more: Any) -> Answer:
        async with self.http.get(self.server.url + path, allow_redirects=follow, **more) as response:
            return await self._answer(response)

    async def post(
        self, path: str, data: Any = None, *, follow: bool = True, headers: Any = None, **fields: Any
    ) -> Answer:
        """Send a form: fields as keywords, or ``data`` for names that come several times."""
        form = [("csrf", self.token), *(data or []), *fields.items()]
        sent = {"Origin": self.server.url, "Sec-Fetch-Site": "same-origin", **(headers or {})}
        async with self.http.post(
            self.server.url + path,
            data=[(k, str(v)) for k, v in form],
            headers=sent,
            allow_redirects=follow,
        ) as response:
            return await self._answer(response)

    def cookie(self, name: str = COOKIE) -> str:
        """A cookie of the desk that this browser holds."""
        found = self.http.cookie_jar.filter_cookies(URL(self.server.url + PREFIX + "/")).get(name)
        return found.value if found else ""

    async def _answer(self, response: aiohttp.ClientResponse) -> Answer:
        text = await response.text() if response.content_type.startswith(("text", "image/svg")) else ""
        if found := _TOKEN.search(text):
            self.token = found[1]
        return Answer(response.status, text, response.url, response.headers)


ClientFor = Callable[..., Awaitable[Client]]


@pytest.fixture
async def client(server: DeskServer) -> AsyncIterator[ClientFor]:
    """``await client(person)`` is their signed-in browser; ``await client()`` one where nobody is."""
    async with AsyncExitStack() as stack:

        async def opened(who: Person | None = None) -> Client:
            jar = aiohttp.CookieJar(unsafe=True)
            http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            made = Client(server, http, person=who)
            if who:
                async with server.database.write() as session:
                    secret = await sessions.begin(session, who.id)
                jar.update_cookies({COOKIE: secret}, URL(server.url + PREFIX + "/"))
                await made.get(f"{PREFIX}/mat-khau")
            return made

        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, without a window."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_ARGS)
        yield chromium
        await chromium.close()


Browse = Callable[..., Awaitable[Page]]


@pytest.fixture
async def browse(server: DeskServer, browser: Browser) -> AsyncIterator[Browse]:
    """``await browse(390, person)``: a page of that width, signed in. A script or policy error fails."""
    errors: list[str] = []
    contexts = []

    async def opened(width: int = 390, who: Person | None = None) -> Page:
        height = 844 if width < 700 else 800
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN", base_url=server.url
        )
        contexts.append(context)
        if who:
            async with server.database.write() as session:
                secret = await sessions.begin(session, who.id)
            await context.add_cookies(
                [{"name": COOKIE, "value": secret, "domain": "127.0.0.1", "path": PREFIX, "httpOnly": True}]
            )
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None,
        )
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert errors == []
