"""The gateway as it is put together: on the day, what was approved is published, and the log says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from desk import audit
from knowledge import changes
from knowledge.changes import State
from motcua import clock, prepare
from motcua.app import create_app
from motcua.clock import today
from motcua.keys import DATABASE
from motcua.settings import Settings
from tests.knowledge.changes.steps import CODE, Made, Work

TOMORROW = today() + timedelta(days=1)


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[web.Application]:
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr("test"))
    await asyncio.to_thread(prepare.migrate_database, settings)
    app = create_app(settings)
    server = TestServer(app)
    await server.start_server()
    yield app
    await server.close()


async def test_what_is_due_is_published_within_a_second(
    gateway: web.Application, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(gateway[DATABASE])
    await work.put(made())
    change = await work.scheduled(TOMORROW, fee="30.000 đồng/lần.")
    await asyncio.sleep(1.2)
    assert (await work.newest())["fee"] == "20.000 đồng/lần."
    monkeypatch.setattr(clock, "today", lambda: TOMORROW)
    async with asyncio.timeout(2):
        while (await work.newest())["fee"] != "30.000 đồng/lần.":
            await asyncio.sleep(0.05)
    stored = await work.ask(changes.find, change.id)
    assert stored is not None
    assert stored.state == State.PUBLISHED
    (entry,) = await work.ask(audit.entries, what="content_began")
    assert (entry.who, entry.subject) == (audit.SCHEDULE, f"procedure:{CODE}")
