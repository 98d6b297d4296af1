"""The desk beside the web chat, a bot behind both, and a few shipped procedures in force."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from pydantic import SecretStr

import channels.web
import channels.zalo
import desk
from conversations import CONVERSATIONS, Conversations
from desk.people import Person
from desk.roles import Role
from knowledge.files import SHIPPED, parse
from knowledge.schema import Procedure
from knowledge.store import publish
from motcua.db import Database
from motcua.keys import DATABASE, PUSH, SETTINGS
from motcua.push import Push
from motcua.settings import Settings
from tests.conversations.world import Rasa
from tests.desk.conftest import DeskServer, Hire

RESIDENCE = "1.004222"
WITH_IT = (RESIDENCE, "1.001193", "1.010038", "1.010041", "1.004194")
"""The procedure that tests change, and those it leads to."""


@cache
def shipped() -> list[Procedure]:
    """Some shipped procedures, read once."""
    return [parse((SHIPPED / f"{code}.yml").read_text(encoding="utf-8")) for code in WITH_IT]


@pytest.fixture
async def rasa() -> AsyncIterator[Rasa]:
    """A bot that says what it heard; set ``answer`` for another."""
    running = Rasa()
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def settings(tmp_path: Path, rasa: Rasa) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url="",
        secret_key=SecretStr("test"),
        port=unused_port(),
        rasa_port=rasa.port,
        public_url="",
    )


@pytest.fixture
async def server(
    settings: Settings, database: Database, conversations: Conversations
) -> AsyncIterator[DeskServer]:
    """The gateway's channels and desk, without its jobs."""
    app = web.Application(client_max_size=256 * 1024)
    app[SETTINGS], app[DATABASE], app[CONVERSATIONS] = settings, database, conversations
    app[PUSH] = Push(database, settings)
    channels.web.setup(app, conversations)
    channels.zalo.setup(app, conversations)
    desk.setup(app, conversations)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    yield DeskServer(settings, database, conversations, app)
    await runner.cleanup()


@pytest.fixture
async def published(database: Database) -> Database:
    """The database with a few shipped procedures in force."""
    async with database.write() as session:
        await publish(session, shipped(), "kho", "bản đầu")
    return database


@pytest.fixture
async def editor(hire: Hire) -> Person:
    return await hire("Nguyễn Thị Soạn", Role.EDITOR)


@pytest.fixture
async def reviewer(hire: Hire) -> Person:
    return await hire("Trần Văn Duyệt", Role.REVIEWER)


@pytest.fixture
async def admin(hire: Hire) -> Person:
    return await hire("Lê Thị Quản", Role.ADMIN)
