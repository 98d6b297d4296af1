"""The migration of this room changes tables in place: nobody's conversation is lost on the way up or down."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from motcua.db import Database
from motcua.migrate import alembic_config, upgrade
from tests.databases import postgres_server

_FILL = (
    "INSERT INTO conversations (id, channel, account, address_key, holder, context, created_at)"
    " VALUES ('c', 'web', '', 'k', 'bot', '{}', '2026-01-01 00:00:00+00:00')",
    "INSERT INTO messages (conversation_id, author, kind, text, channel, created_at)"
    " VALUES ('c', 'citizen', 'text', 'chào', 'web', '2026-01-01 00:00:00+00:00')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    else:
        with postgres_server() as server:
            yield server


def run(url: str, *statements: str) -> list[object]:
    async def work() -> list[object]:
        database = Database(url)
        try:
            async with database.write() as session:
                results = [await session.execute(text(one)) for one in statements]
                return [row for result in results if result.returns_rows for row in result.scalars()]
        finally:
            await database.close()

    return asyncio.run(work())


def test_conversations_are_kept_on_the_way_up_and_down(url: str) -> None:
    upgrade(url, "0001")
    run(url, *_FILL)
    upgrade(url, "0002")
    assert run(url, "SELECT text FROM messages WHERE key IS NULL") == ["chào"]
    assert run(url, "SELECT id FROM conversations WHERE held_by IS NULL AND erased_at IS NULL") == ["c"]
    command.downgrade(alembic_config(url), "0001")
    assert run(url, "SELECT text FROM messages") == ["chào"]
    upgrade(url, "0002")
    assert run(url, "SELECT text FROM messages") == ["chào"]
