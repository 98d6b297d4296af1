"""Migration 0004 on a database that holds dossiers: nothing of them is lost on the way up or down."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command

from motcua.migrate import alembic_config


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(file) as connection:
        return list(connection.execute(query))


def test_dossiers_and_their_history_survive_up_and_down(tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    config = alembic_config(f"sqlite+aiosqlite:///{file}")
    command.upgrade(config, "0003")
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO dossiers (id, code, code_key, status, status_text, late_reason, todo, office,"
            " source, updated_at, demo)"
            " VALUES (7, 'H26-261110-0001', 'H262611100001', 4, '', '', '', 'UBND', 'csv',"
            " '2026-11-10 00:00:00', 0)"
        )
        connection.execute(
            "INSERT INTO dossier_events (id, dossier_id, at, status, note)"
            " VALUES (3, 7, '2026-11-10 00:00:00', 4, '')"
        )
    event, kept = "SELECT id, dossier_id, status FROM dossier_events", "SELECT id, code, office FROM dossiers"
    command.upgrade(config, "0004")
    assert (rows(file, event), rows(file, kept)) == ([(3, 7, 4)], [(7, "H26-261110-0001", "UBND")])
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE dossiers SET status = 0")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("UPDATE dossiers SET status = 11")
    command.downgrade(config, "0003")
    assert (rows(file, event), rows(file, kept)) == ([(3, 7, 4)], [(7, "H26-261110-0001", "UBND")])
    assert rows(file, "SELECT status FROM dossiers") == [(4,)]
    assert rows(file, "SELECT count(*) FROM sqlite_master WHERE name LIKE '%kept%'") == [(0,)]
