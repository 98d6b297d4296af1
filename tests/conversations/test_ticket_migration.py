"""Tickets of before the desk are in its queue after the update, with their wait and their words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command

from motcua.migrate import alembic_config


def test_open_tickets_wait_since_they_were_opened_and_are_found(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    config = alembic_config(f"sqlite+aiosqlite:///{file}")
    command.upgrade(config, "0006")
    with sqlite3.connect(file) as old:
        for name, closed in (("an", None), ("bình", "2026-07-02 00:00:00")):
            old.execute(
                "INSERT INTO conversations (id, channel, account, address_key, holder, context, created_at)"
                " VALUES (?, 'web', '', ?, 'waiting', '{}', '2026-07-01 00:00:00')",
                (name, name),
            )
            old.execute(
                "INSERT INTO tickets (conversation_id, reason, summary, created_at, closed_at)"
                " VALUES (?, 'request_human', 'Khai Sinh cho con', '2026-07-01 01:00:00', ?)",
                (name, closed),
            )
    command.upgrade(config, "0007")
    with sqlite3.connect(file) as new:
        rows = new.execute(
            "SELECT conversation_id, waiting_since, search_text, claimed_by, out_of_hours, tried"
            " FROM tickets ORDER BY id"
        ).fetchall()
    assert rows == [
        ("an", "2026-07-01 01:00:00", "khai sinh cho con", None, 0, "[]"),
        ("bình", None, "khai sinh cho con", None, 0, "[]"),
    ]
    command.downgrade(config, "0006")
    with sqlite3.connect(file) as back:
        assert back.execute("SELECT summary FROM tickets WHERE closed_at IS NULL").fetchall() == [
            ("Khai Sinh cho con",)
        ]
