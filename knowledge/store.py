"""Published versions in the database: publishing, and reading what is in force."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.models import KnowledgeRevision, ProcedureVersion
from knowledge.schema import Procedure
from motcua.db import now


def digest(procedure: Procedure) -> str:
    """A fingerprint of the content: equal content, equal digest."""
    canonical = json.dumps(procedure.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def publish(session: AsyncSession, procedures: list[Procedure], author: str, note: str) -> list[str]:
    """Publish what differs from the version in force, in the caller's transaction.

    Returns the codes that changed; publishing the same content again changes nothing.
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
        if before and before.digest == mark:
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
    """The procedures in force on ``day``."""
    rows = await session.scalars(
        select(ProcedureVersion)
        .where(
            ProcedureVersion.superseded_at.is_(None),
            (ProcedureVersion.effective_from.is_(None)) | (ProcedureVersion.effective_from <= day),
            (ProcedureVersion.effective_to.is_(None)) | (ProcedureVersion.effective_to >= day),
        )
        .order_by(ProcedureVersion.code)
    )
    return [Procedure.model_validate(row.content) for row in rows]


async def _count_up(session: AsyncSession) -> None:
    if await session.get(KnowledgeRevision, 1) is None:
        session.add(KnowledgeRevision(id=1, number=1))
    else:
        await session.execute(update(KnowledgeRevision).values(number=KnowledgeRevision.number + 1))
