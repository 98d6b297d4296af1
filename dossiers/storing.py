"""Rows into the table, many at a time: what is new, what has changed, what only was seen again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row as DatabaseRow
from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from dossiers.hashing import Hasher
from dossiers.models import Dossier, DossierEvent
from dossiers.rows import Row
from motcua.db import now

_DOSSIERS = cast(Table, Dossier.__table__)
_EVENTS = cast(Table, DossierEvent.__table__)
_VALUES = (
    "procedure", "status", "status_text", "phone_hash", "received_on", "due_on", "finished_on", "promised_on",
    "late_reason", "todo", "office", "source", "demo",
)  # fmt: skip
_KEPT = select(*(_DOSSIERS.c[name] for name in ("id", "code", "as_of", *_VALUES)))
_CHANGE = (
    update(_DOSSIERS)
    .where(_DOSSIERS.c.id == bindparam("row_id"))
    .values({name: bindparam(name) for name in (*_VALUES, "updated_at", "as_of")})
)

NumberedRow = tuple[int, Row]
"""The line of a row in its file, and the row."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from. ``as_of`` is when the source said so, None if nobody knows."""

    source: str
    demo: bool
    as_of: datetime | None


@dataclass(slots=True)
class Stored:
    """What became of some rows: how many were what, and the lines of those that were left alone."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    older: list[int] = field(default_factory=list)
    mixed: list[int] = field(default_factory=list)
    """Lines whose code belongs to an invented dossier here and a real one there, or the other way."""


async def store(
    session: AsyncSession, rows: Sequence[NumberedRow], hasher: Hasher, origin: Origin, *, dry_run: bool
) -> Stored:
    """Bring rows in. The same rows again change nothing, also while another process brings them in."""
    stored = Stored()
    kept = await _kept(session, [row.code.canonical for _, row in rows], lock=not dry_run)
    new: list[dict[str, Any]] = []
    changed: list[tuple[dict[str, Any], bool]] = []
    seen: list[int] = []
    for line, row in rows:
        values = _values(row, hasher, origin)
        found = kept.get(row.code.canonical)
        if found is None:
            new.append(values | {"code": row.code.canonical, "code_key": row.code.key})
        elif found.demo != origin.demo:
            stored.mixed.append(line)
        elif all(getattr(found, name) == values[name] for name in _VALUES):
            stored.unchanged += 1
            if origin.as_of and (found.as_of is None or found.as_of < origin.as_of):
                seen.append(found.id)
        elif origin.as_of and found.as_of and found.as_of > origin.as_of:
            stored.older.append(line)
        else:
            changed.append((values | {"row_id": found.id}, found.status != values["status"]))
    stored.added, stored.changed = len(new), len(changed)
    if not dry_run:
        await _write(session, new, changed, seen, origin)
    return stored


async def _kept(session: AsyncSession, codes: list[str], *, lock: bool) -> dict[str, DatabaseRow[Any]]:
    query = _KEPT.where(_DOSSIERS.c.code.in_(codes))
    if lock:
        query = query.order_by(_DOSSIERS.c.code).with_for_update()
    return {row.code: row for row in await session.execute(query)}


async def _write(
    session: AsyncSession,
    new: list[dict[str, Any]],
    changed: list[tuple[dict[str, Any], bool]],
    seen: list[int],
    origin: Origin,
) -> None:
    at = now()
    times = {"updated_at": at, "as_of": origin.as_of or at}
    events: list[dict[str, Any]] = []
    if new:
        dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        made = await session.execute(
            dialect.insert(_DOSSIERS)
            .on_conflict_do_nothing()
            .returning(_DOSSIERS.c.id, _DOSSIERS.c.status, _DOSSIERS.c.status_text),
            # In one order always, so that two imports cannot wait for each other.
            [values | times for values in sorted(new, key=lambda values: str(values["code"]))],
        )
        events += [_event(row.id, row.status, row.status_text, at) for row in made]
    if changed:
        await session.execute(_CHANGE, [values | times for values, _ in changed])
        events += [
            _event(values["row_id"], values["status"], values["status_text"], at)
            for values, of_status in changed
            if of_status
        ]
    if events:
        await session.execute(insert(_EVENTS), events)
    if seen:
        again = update(_DOSSIERS).where(_DOSSIERS.c.id.in_(seen))
        await session.execute(again.values(as_of=origin.as_of))


def _event(dossier_id: int, status: int, status_text: str, at: datetime) -> dict[str, Any]:
    return {"dossier_id": dossier_id, "status": status, "at": at, "note": "" if status else status_text}


def _values(row: Row, hasher: Hasher, origin: Origin) -> dict[str, Any]:
    return {
        "procedure": row.procedure,
        "status": int(row.status),
        "status_text": row.status_text,
        "phone_hash": hasher.phone(row.code.canonical, row.last_four) if row.last_four else None,
        **row.dates,
        "late_reason": row.late_reason,
        "todo": row.todo,
        "office": row.office,
        "source": origin.source,
        "demo": origin.demo,
    }
