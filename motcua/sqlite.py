"""SQLite without a thread switch for every call.

aiosqlite hands each call of a cursor to a thread and waits; a turn made over a hundred such round trips, and
they were most of its time (docs/performance.md). In WAL mode only two things can wait: taking the write lock
and committing. These two still go to the thread; a read or write inside a transaction takes microseconds and
is done at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from sqlite3 import connect
from typing import Any, TypeVar

from aiosqlite import Connection

T = TypeVar("T")

_WAITING_CALLS = frozenset({"commit", "close", "backup"})
_WAITING_STATEMENTS = ("BEGIN IMMEDIATE", "COMMIT", "PRAGMA")


class DirectConnection(Connection):
    """A connection whose quick calls run where they are made.

    Calls of one connection never overlap: SQLAlchemy awaits each before the next.
    """

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        of_connection = getattr(fn, "__self__", None) is self._connection
        statement = args[0] if args and isinstance(args[0], str) else ""
        if (of_connection and fn.__name__ in _WAITING_CALLS) or statement.startswith(_WAITING_STATEMENTS):
            done: T = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
            return done
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        return fn(*args, **kwargs)


def open_direct(path: str | Path) -> DirectConnection:
    """An unopened connection to the database file at ``path``, to be awaited."""
    connection = DirectConnection(lambda: connect(path, check_same_thread=False), iter_chunk_size=64)
    connection._thread.daemon = True  # a process that is told to stop need not wait for an idle database
    return connection
