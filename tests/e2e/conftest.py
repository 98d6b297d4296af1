"""What tests through the whole stack share: its database, Zalo's side, and people at the desk."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright
from yarl import URL

from channels.zalo import Transport, make_tokens
from desk import sessions
from desk.keys import COOKIE
from desk.models import Staff, StaffRole
from desk.roles import Role
from motcua.db import Database
from tests.conftest import RunningStack
from tests.desk.conftest import CHROMIUM_ARGS
from tests.zalo_simulator import World
from tests.zalo_simulator.server import make_app

SignedIn = Callable[..., Awaitable[Page]]


@pytest.fixture
async def database(stack: RunningStack) -> AsyncIterator[Database]:
    opened = Database(stack.settings.database)
    yield opened
    await opened.close()


@pytest.fixture
async def zalo(stack: RunningStack, database: Database) -> AsyncIterator[World]:
    """Zalo's side, with a consent on record."""
    world = World()
    server = TestServer(make_app(world), port=URL(stack.settings.zalo.api_url).port)
    await server.start_server()
    async with Transport(10) as transport:
        tokens = make_tokens(stack.settings, database, transport)
        await tokens.store_first(world.access_token, world.refresh_token, 90_000)
    yield world
    await server.close()


@pytest.fixture
async def signed_in(stack: RunningStack, database: Database) -> AsyncIterator[SignedIn]:
    """``await signed_in("Lan", Role.EDITOR)``: at the desk, on a laptop or of any width. A script or policy
    error fails."""
    errors: list[str] = []
    async with AsyncExitStack() as open_things:
        playwright = await open_things.enter_async_context(async_playwright())
        browser: Browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM_ARGS
        )
        open_things.push_async_callback(browser.close)

        async def opened(name: str, role: Role, width: int = 1280) -> Page:
            async with database.write() as session:
                row = Staff(
                    name=f"e2e.{secrets.token_hex(4)}", full_name=name, password_hash="x", whole_city=True
                )
                session.add(row)
                await session.flush()
                session.add(StaffRole(staff_id=row.id, role=role))
                cookie = await sessions.begin(session, row.id)
            context = await browser.new_context(
                viewport={"width": width, "height": 900}, locale="vi-VN", base_url=stack.url
            )
            await context.add_cookies(
                [{"name": COOKIE, "value": cookie, "domain": "127.0.0.1", "path": "/ban", "httpOnly": True}]
            )
            page = await context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on(
                "console", lambda line: errors.append(line.text) if "Security Policy" in line.text else None
            )
            return page

        yield opened
    assert errors == []
