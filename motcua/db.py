"""The database: engine, sessions and column types, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from motcua.sqlite import open_direct

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


_WAIT_S = 15.0
"""How long a writer waits for those before it, here and in SQLite."""


class Base(DeclarativeBase):
    """Base of every table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they are a bug. Raises ValueError."""
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The current time, aware, UTC."""
    return datetime.now(UTC)


class Database:
    """An engine with two doors: ``read`` and ``write``.

    On SQLite a write transaction takes the write lock at its start (BEGIN IMMEDIATE), because a
    reader that turns writer half-way fails at once instead of waiting its turn. Writers of one process
    queue for it: SQLite itself lets them look again after pauses of up to 100 ms, which some of a hundred
    messages then wait (``benchmarks/webhook.py``).
    """

    def __init__(self, url: str) -> None:
        options: dict[str, Any] = {"pool_pre_ping": True} if url.startswith("postgresql") else {}
        if (file := make_url(url).database) and url.startswith("sqlite"):
            options["connect_args"] = {"async_creator_fn": lambda *_, **__: open_direct(file)}
        # An error must not print the parameters of its statement: they hold what citizens wrote.
        self.engine: AsyncEngine = create_async_engine(url, hide_parameters=True, **options)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        self._queues = self.engine.dialect.name == "sqlite"
        self._queue: asyncio.Lock | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._read = async_sessionmaker(self.engine, expire_on_commit=False)
        self._write = async_sessionmaker(
            self.engine.execution_options(motcua_write=True), expire_on_commit=False
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading only."""
        async with self._read() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One write transaction: commits at the end, rolls back on any error.

        Never begin one inside another: on SQLite the inner one waits for the outer, and gives up with
        TimeoutError.
        """
        queue = self._writers() if self._queues else None
        if queue:
            async with asyncio.timeout(_WAIT_S):
                await queue.acquire()
        try:
            async with self._write.begin() as session:
                yield session
        finally:
            if queue:
                queue.release()

    def _writers(self) -> asyncio.Lock:
        """The queue of this event loop: a lock belongs to one, a command may run several in a row."""
        loop = asyncio.get_running_loop()
        if self._queue is None or self._loop is not loop:
            self._queue, self._loop = asyncio.Lock(), loop
        return self._queue

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    # FULL: a committed message survives a power cut, not only a killed process.
    timeout = f"busy_timeout={_WAIT_S * 1000:.0f}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", timeout):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("motcua_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
