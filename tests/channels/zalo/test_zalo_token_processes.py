"""Eight real processes with one token that has run out: one refresh, and a token for each of them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from channels.zalo.models import ZaloTokens
from motcua.db import now
from motcua.settings import ROOT, Settings
from tests.channels.zalo.conftest import Process
from tests.databases import postgres_server
from tests.zalo_simulator import Fault, World

PROCESSES = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Empty: an SQLite file."""
    if request.param == "sqlite":
        yield ""
    else:
        with postgres_server() as url:
            yield url


@pytest.fixture
async def crowd(settings: Settings, process: Process) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Processes that have read their settings and wait for the signal."""
    account = settings.zalo
    environment = os.environ | {
        "MOTCUA_DATA_DIR": str(settings.data_dir),
        "MOTCUA_DATABASE_URL": settings.database,
        "MOTCUA_SECRET_KEY": settings.secret_key.get_secret_value(),
        "MOTCUA_ZALO_APP_ID": account.app_id,
        "MOTCUA_ZALO_OA_ID": account.oa_id,
        "MOTCUA_ZALO_APP_SECRET": account.app_secret.get_secret_value(),
        "MOTCUA_ZALO_OAUTH_URL": account.oauth_url,
    }
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.channels.zalo.renewing_process", cwd=ROOT,
            env=environment | {"MOTCUA_INSTANCE": f"gateway-{n}"},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        for n in range(PROCESSES)
    ]  # fmt: skip
    for one in started:
        assert await one.stdout.readline() == b"ready\n" if one.stdout else False
    yield started
    for one in started:
        if one.returncode is None:
            one.kill()
        await one.wait()


async def run_out(process: Process, world: World) -> None:
    """The access token has run out, for Zalo and for us."""
    world.expire_access()
    async with process.database.write() as session:
        await session.execute(update(ZaloTokens).values(expires_at=now() - timedelta(seconds=1)))


async def generations(crowd: list[asyncio.subprocess.Process]) -> list[str]:
    async with asyncio.timeout(30):
        outputs = await asyncio.gather(*(one.communicate(b"go\n") for one in crowd))
    return [output.decode().split("\n")[-2] for output, _ in outputs]


async def test_eight_processes_refresh_a_dead_token_exactly_once(
    crowd: list[asyncio.subprocess.Process], process: Process, world: World
) -> None:
    await run_out(process, world)
    assert await generations(crowd) == ["2"] * PROCESSES
    assert world.refreshes == 1
    assert [call for call in world.calls if call[0] == "token"] == [("token", 0)]
    assert (await process.tokens.current()).access == world.access_token


async def test_the_one_that_refreshes_is_killed_and_the_others_wait_for_its_lease_only(
    crowd: list[asyncio.subprocess.Process], process: Process, world: World
) -> None:
    """Killed before Zalo has seen the call: the pair is whole, and the next one may refresh."""
    await run_out(process, world)
    world.faults.order("token", Fault.TIMEOUT_BEFORE)
    first, *others = crowd
    assert first.stdin is not None
    first.stdin.write(b"go\n")
    async with asyncio.timeout(10):
        while not world.calls:
            await asyncio.sleep(0.01)
    first.kill()
    async with process.database.write() as session:  # the lease of a dead process ends by itself
        await session.execute(update(ZaloTokens).values(lease_until=now() + timedelta(seconds=1)))
    assert await generations(others) == ["2"] * (PROCESSES - 1)
    assert world.refreshes == 1
