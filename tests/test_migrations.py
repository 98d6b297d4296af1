"""Migrations: every revision up, down and up again, and the result is what the code expects."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from motcua.migrate import alembic_config, upgrade
from tests.databases import postgres_server

REVISIONS = [
    script.revision
    for script in reversed(
        list(ScriptDirectory.from_config(alembic_config("sqlite+aiosqlite://")).walk_revisions())
    )
]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    else:
        with postgres_server() as server:
            yield server


def test_every_revision_goes_up_down_and_up(url: str) -> None:
    config = alembic_config(url)
    for revision in REVISIONS:
        command.upgrade(config, revision)
        command.downgrade(config, "-1")
        command.upgrade(config, revision)
    command.check(config)  # raises when the tables of the code are not those of the migrations


def test_migrating_twice_changes_nothing(url: str) -> None:
    upgrade(url)
    upgrade(url)
    command.check(alembic_config(url))


def test_the_loop_of_a_caller_is_not_needed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    upgrade(f"sqlite+aiosqlite:///{tmp_path / 'plain.db'}")
