"""Reading changes and versions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.changes.checking import plain
from knowledge.changes.errors import OPEN, ChangeError, State
from knowledge.models import ContentChange, ProcedureVersion
from knowledge.schema import Procedure
from motcua.clock import HANOI


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version without its content. ``effective``: the first day it could be answered with."""

    id: int
    published_at: datetime
    superseded_at: datetime | None
    author: str
    note: str
    withdrawn: bool
    change_id: int | None
    effective: date
    approved_by: str | None
    urgent: bool


async def find(session: AsyncSession, id: int) -> ContentChange | None:
    """The change with this id."""
    return await session.get(ContentChange, id)


async def open_of(session: AsyncSession, code: str) -> ContentChange | None:
    """The open change of a procedure."""
    query = select(ContentChange).where(ContentChange.code == code, ContentChange.state.in_(OPEN))
    return (await session.scalars(query)).one_or_none()


async def listed(
    session: AsyncSession,
    *,
    states: Collection[State] | None = None,
    code: str | None = None,
    limit: int = 200,
) -> list[ContentChange]:
    """Changes, the newest first."""
    query = select(ContentChange).order_by(ContentChange.id.desc()).limit(limit)
    if states is not None:
        query = query.where(ContentChange.state.in_(list(states)))
    if code is not None:
        query = query.where(ContentChange.code == code)
    return list((await session.scalars(query)).all())


async def history(session: AsyncSession, code: str) -> list[VersionLine]:
    """Every version of a procedure, the newest first."""
    columns = (
        ProcedureVersion.id,
        ProcedureVersion.published_at,
        ProcedureVersion.superseded_at,
        ProcedureVersion.author,
        ProcedureVersion.note,
        ProcedureVersion.withdrawn,
        ProcedureVersion.effective_from,
        ContentChange.id,
        ContentChange.decided_by_name,
        ContentChange.urgent,
    )
    rows = await session.execute(
        select(*columns)
        .outerjoin(ContentChange, ContentChange.published_version_id == ProcedureVersion.id)
        .where(ProcedureVersion.code == code)
        .order_by(ProcedureVersion.id.desc())
    )
    return [
        VersionLine(
            id=row[0],
            published_at=row[1],
            superseded_at=row[2],
            author=row[3],
            note=row[4],
            withdrawn=row[5],
            change_id=row[7],
            effective=max(row[6] or date.min, row[1].astimezone(HANOI).date()),
            approved_by=row[8],
            urgent=bool(row[9]),
        )
        for row in rows.all()
    ]


async def content_of(session: AsyncSession, version_id: int) -> dict[str, Any]:
    """The content of a version in the shape of a draft. Raises ChangeError when there is no such version.

    A version that an older schema took is given as it is stored.
    """
    stored = await session.scalar(select(ProcedureVersion.content).where(ProcedureVersion.id == version_id))
    if stored is None:
        raise ChangeError("Không có bản này của thủ tục.")
    try:
        return plain(Procedure.model_validate(stored))
    except ValidationError:
        return dict(stored)


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest version of a procedure."""

    id: int
    withdrawn: bool


async def newest(session: AsyncSession, code: str, *, lock: bool = False) -> Newest | None:
    """The newest version of ``code``, withdrawn or not.

    ``lock``: nobody else publishes one before the end of the transaction; who was about to is waited for.
    """
    if lock:
        held = select(ProcedureVersion.id).where(
            ProcedureVersion.code == code, ProcedureVersion.superseded_at.is_(None)
        )
        await session.execute(held.with_for_update())
    query = select(ProcedureVersion.id, ProcedureVersion.withdrawn).where(
        ProcedureVersion.code == code, ProcedureVersion.superseded_at.is_(None)
    )
    row = (await session.execute(query)).one_or_none()
    return Newest(row[0], row[1]) if row else None
