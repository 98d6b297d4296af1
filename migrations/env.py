"""Runs migrations through the same async drivers as the application."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy.engine import Connection

from motcua.db import Database
from motcua.tables import metadata


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    assert url, "no database named"
    database = Database(url)
    async with database.engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await database.close()


asyncio.run(_run())
