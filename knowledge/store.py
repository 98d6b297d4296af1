"""Published versions in the database: publishing, and reading what is in force."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.models import KnowledgeRevision, ProcedureVersion
from knowledge.schema import Procedure
from motcua.clock import HANOI
from motcua.db import now


def digest(procedure: Procedure) -> str:
    """A fingerprint of the content: equal content, equal digest."""
    canonical = json.dumps(procedure.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def publish(
    session: AsyncSession,
    procedures: list[Procedure],
    author: str,
    note: str,
    *,
    keep_others: bool = False,
) -> list[str]:
    """Publish what differs from the version in force, in the caller's transaction.

    Returns the codes that changed; publishing the same content again changes nothing. With
    ``keep_others`` a version that somebody else published stays: what an editor corrected is not
    undone by a restart.
    """
    current = {
        row.code: row
        for row in await session.scalars(
            select(ProcedureVersion).where(ProcedureVersion.superseded_at.is_(None))
        )
    }
    changed: list[str] = []
    for procedure in procedures:
        mark = digest(procedure)
        before = current.get(procedure.code)
        if before and (before.digest == mark or (keep_others and before.author != author)):
            continue
        if before:
            before.superseded_at = now()
            await session.flush()
        session.add(
            ProcedureVersion(
                code=procedure.code,
                content=procedure.model_dump(mode="json"),
                digest=mark,
                effective_from=procedure.effective_from,
                effective_to=procedure.effective_to,
                author=author,
                note=note,
            )
        )
        changed.append(procedure.code)
    if changed:
        await _count_up(session)
    return changed


async def revision(session: AsyncSession) -> int:
    """The number of the published knowledge; it grows with every change."""
    return await session.scalar(select(KnowledgeRevision.number)) or 0


async def in_force(session: AsyncSession, day: date) -> list[Procedure]:
    """The procedures in force on ``day``. Until a newer version takes effect, the one before it holds."""
    current = await session.scalars(
        select(ProcedureVersion)
        .where(ProcedureVersion.superseded_at.is_(None))
        .order_by(ProcedureVersion.code)
    )
    found: list[Procedure] = []
    for newest in current:
        row = newest if _begun(newest, day) else await _until_then(session, newest.code, day)
        if row and (row.effective_to is None or row.effective_to >= day):
            found.append(Procedure.model_validate(row.content))
    return found


def _begun(row: ProcedureVersion, day: date) -> bool:
    return row.effective_from is None or row.effective_from <= day


async def _until_then(session: AsyncSession, code: str, day: date) -> ProcedureVersion | None:
    """The version that holds while the newest one waits. One replaced before its own day never held."""
    earlier = await session.scalars(
        select(ProcedureVersion)
        .where(ProcedureVersion.code == code, ProcedureVersion.superseded_at.is_not(None))
        .order_by(ProcedureVersion.id.desc())
    )
    return next((row for row in earlier if _begun(row, day) and _ever_held(row)), None)


def _ever_held(row: ProcedureVersion) -> bool:
    replaced_on = row.superseded_at.astimezone(HANOI).date() if row.superseded_at else None
    return replaced_on is None or _begun(row, replaced_on)


async def _count_up(session: AsyncSession) -> None:
    if await session.get(KnowledgeRevision, 1) is None:
        session.add(KnowledgeRevision(id=1, number=1))
    else:
        await session.execute(update(KnowledgeRevision).values(number=KnowledgeRevision.number + 1))
