"""Long reading beside the loop that answers citizens.

On SQLite a statement runs where it is called (``motcua.sqlite``): half a second of counting would be half a
second in which nobody is answered. It gets a thread with a loop and a connection of its own instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from motcua.db import Database

T = TypeVar("T")

_AT_ONCE = 2


class Apart:
    """Runs reads that take long; no more than two at a time."""

    def __init__(self, database: Database, url: str) -> None:
        self._db, self._url = database, url
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def read(self, act: Callable[[Database], Awaitable[T]]) -> T:
        """What ``act`` reads from the database it is given. Raises what it raises."""
        async with self._slots:
            if self._db.engine.dialect.name != "sqlite":
                return await act(self._db)
            return await asyncio.to_thread(self._in_own_loop, act)

    def _in_own_loop(self, act: Callable[[Database], Awaitable[T]]) -> T:
        async def run() -> T:
            database = Database(self._url)
            try:
                return await act(database)
            finally:
                await database.close()

        return asyncio.run(run())
