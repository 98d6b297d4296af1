"""Databases for changes: SQLite, and PostgreSQL where it matters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from motcua.db import Database
from tests.databases import postgres_server, with_tables
from tests.knowledge.changes.steps import Work


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite, or PostgreSQL for tests that are marked so (``both``)."""
    kind = getattr(request, "param", "sqlite")
    url = request.getfixturevalue("postgres") if kind == "postgresql" else ""
    async with with_tables(url or f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as opened:
        yield opened


@pytest.fixture
def work(database: Database) -> Work:
    return Work(database)
