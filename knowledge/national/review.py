"""What the ministry changed under texts that people have edited: kept records, compared at every import."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.national.models import NationalRecord, ReviewState, ReviewTask
from knowledge.schema import Procedure
from motcua.db import now

_CHUNK = 400
# Made by the import itself, or different at every crawl: no change of the ministry's.
_OURS = frozenset(
    {"name", "short_name", "sample_questions", "unknown", "imported", "provenance", "field_provenance"}
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as it is compared from one import to the next."""

    code: str
    content: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What an import did here: records seen for the first time, changed ones, tasks opened or continued."""

    new: int
    changed: int
    tasks: list[str]


class TaskGone(LookupError):
    """No such task."""


class TaskDecided(ValueError):
    """Somebody has decided it meanwhile."""


def kept(procedures: Iterable[Procedure]) -> list[Kept]:
    """Built procedures as they are compared: what the ministry says, without what the import adds."""
    return [_kept(procedure) for procedure in procedures]


def changed_fields(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Top-level fields that differ, in the order of a procedure's fields."""
    order = {name: place for place, name in enumerate(Procedure.model_fields)}
    differing = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    return sorted(differing, key=lambda name: order[name])


async def compare(
    session: AsyncSession, records: Sequence[Kept], day: date, edited: Collection[str]
) -> Compared:
    """Keep the records of an import; where one differs and people have ``edited`` the procedure, open a task.

    In the caller's transaction. The first import lays the base; the same one again changes nothing. While a
    task is open it goes on: its "before" is what the editors' text was last compared with.
    """
    rows = await session.execute(select(NationalRecord.code, NationalRecord.digest))
    known = {row.code: row.digest for row in rows.all()}
    new = [record for record in records if record.code not in known]
    differing = [record for record in records if known.get(record.code, record.digest) != record.digest]
    for start in range(0, len(new), _CHUNK):
        values = [
            {"code": one.code, "content": one.content, "digest": one.digest, "day": day}
            for one in new[start : start + _CHUNK]
        ]
        await session.execute(insert(NationalRecord), values)
    tasks: list[str] = []
    for record in differing:
        stored = await session.get_one(NationalRecord, record.code)
        if record.code in edited and await _task(session, stored, record, day):
            tasks.append(record.code)
        stored.content, stored.digest, stored.day, stored.updated_at = (
            record.content,
            record.digest,
            day,
            now(),
        )
    await session.flush()
    return Compared(len(new), len(differing), tasks)


async def listed(
    session: AsyncSession, state: ReviewState = ReviewState.OPEN, limit: int = 200
) -> list[ReviewTask]:
    """Tasks in a state, the newest first."""
    query = select(ReviewTask).where(ReviewTask.state == state).order_by(ReviewTask.id.desc()).limit(limit)
    return list(await session.scalars(query))


async def counts(session: AsyncSession) -> dict[ReviewState, int]:
    """How many tasks there are in each state."""
    rows = await session.execute(select(ReviewTask.state, func.count()).group_by(ReviewTask.state))
    found = {ReviewState(state): many for state, many in rows.all()}
    return {state: found.get(state, 0) for state in ReviewState}


async def decide(
    session: AsyncSession,
    task_id: int,
    state: ReviewState,
    by: int,
    by_name: str,
    *,
    reason: str = "",
    change_id: int | None = None,
) -> ReviewTask:
    """Close an open task. Raises TaskGone, TaskDecided."""
    task = await session.get(ReviewTask, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise TaskGone
    if task.state != ReviewState.OPEN:
        raise TaskDecided
    task.state, task.reason, task.change_id = state, reason[:2000], change_id
    task.decided_by, task.decided_by_name, task.decided_at = by, by_name[:80], now()
    return task


async def reopen(session: AsyncSession, task_id: int) -> ReviewTask:
    """Undo a decision. Raises TaskGone, TaskDecided when a newer task of the procedure is open."""
    task = await session.get(ReviewTask, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise TaskGone
    is_open = ReviewTask.state == ReviewState.OPEN
    other = await session.scalar(select(ReviewTask.id).where(ReviewTask.code == task.code, is_open))
    if other is not None and other != task_id:
        raise TaskDecided
    task.state, task.reason, task.change_id = ReviewState.OPEN, "", None
    task.decided_by = task.decided_by_name = task.decided_at = None
    return task


def _kept(procedure: Procedure) -> Kept:
    content = procedure.model_dump(mode="json", exclude_defaults=True, exclude=set(_OURS))
    if procedure.provenance.decision:
        content["provenance"] = {"decision": procedure.provenance.decision}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return Kept(procedure.code, content, hashlib.sha256(canonical.encode()).hexdigest())


async def _task(session: AsyncSession, stored: NationalRecord, record: Kept, day: date) -> bool:
    """Open a task, or go on with the one that is open. False when nothing is left to look at."""
    task: ReviewTask | None = await session.scalar(
        select(ReviewTask)
        .where(ReviewTask.code == record.code, ReviewTask.state == ReviewState.OPEN)
        .with_for_update()
    )
    if task is None:
        session.add(
            ReviewTask(
                code=record.code,
                before=stored.content,
                after=record.content,
                fields=changed_fields(stored.content, record.content),
                day_before=stored.day,
                day=day,
            )
        )
        return True
    task.after, task.day = record.content, day
    task.fields = changed_fields(task.before, record.content)
    if not task.fields:
        task.state, task.decided_at = ReviewState.OBSOLETE, now()
    return bool(task.fields)
