"""The gateway as it is put together: it tells notices, wakes browsers, and erases both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import func, select

from conversations import CONVERSATIONS
from dossiers.notice_models import DossierSubscription
from motcua import prepare
from motcua.app import create_app
from motcua.db import Database
from motcua.keys import DATABASE, PUSH
from motcua.push import Push, PushSubscription
from motcua.settings import NoticeSettings, Settings
from tests.dossiers.notice_world import World
from tests.unit.test_push import browser


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[tuple[World, Push]]:
    notices = NoticeSettings(quiet="", poll_s=0.05)
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr("test"), notices=notices)
    await asyncio.to_thread(prepare.migrate_database, settings)
    app = create_app(settings)
    server = TestServer(app)
    await server.start_server()
    world = World(app[DATABASE], settings)
    world.conversations = app[CONVERSATIONS]
    yield world, app[PUSH]
    await server.close()


async def test_a_change_is_told_and_an_erasure_leaves_nothing(
    gateway: tuple[World, Push], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, push = gateway
    woken: list[str] = []

    async def wake(conversation_id: str) -> int:
        woken.append(conversation_id)
        return 0

    monkeypatch.setattr(push, "wake", wake)
    await world.office()
    citizen = await world.citizen("web")
    await push.add(citizen, browser())
    await world.follow(citizen)
    await world.office("9", finished="17/11/2026")
    async with asyncio.timeout(30):
        while not woken:
            await asyncio.sleep(0.02)
    assert await world.templates(citizen) == ["dossier_ready"]
    assert woken == [citizen]
    await world.conversations.erase(citizen)
    assert await _left(world.database) == (0, 0)


async def _left(database: Database) -> tuple[int, int]:
    async with database.read() as session:
        followed = await session.scalar(select(func.count()).select_from(DossierSubscription))
        browsers = await session.scalar(select(func.count()).select_from(PushSubscription))
    return followed or 0, browsers or 0
