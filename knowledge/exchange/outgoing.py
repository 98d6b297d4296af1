"""What is published, ready to be written to files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.models import ProcedureVersion
from knowledge.schema import Procedure

_CHUNK = 400


@dataclass(slots=True)
class Published:
    """The newest version of every procedure, by code, and the codes of those that were withdrawn."""

    procedures: list[Procedure] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


async def published(
    session: AsyncSession, *, imported: bool = False, codes: Collection[str] | None = None
) -> Published:
    """What people have edited; with ``imported`` the ministry's own records, too."""
    rows = await session.execute(
        select(
            ProcedureVersion.id,
            ProcedureVersion.code,
            ProcedureVersion.withdrawn,
            ProcedureVersion.content["imported"].as_boolean(),
        )
        .where(ProcedureVersion.superseded_at.is_(None))
        .order_by(ProcedureVersion.code)
    )
    found = Published()
    ids: list[int] = []
    for version, code, withdrawn, is_imported in rows.all():
        if codes is not None and code not in codes:
            continue
        if withdrawn:
            found.withdrawn.append(code)
        elif imported or not is_imported:
            ids.append(version)
    for start in range(0, len(ids), _CHUNK):
        texts = await session.execute(
            select(ProcedureVersion.code, cast(ProcedureVersion.content, Text))
            .where(ProcedureVersion.id.in_(ids[start : start + _CHUNK]))
            .order_by(ProcedureVersion.code)
        )
        found.procedures += [Procedure.model_validate_json(text) for _, text in texts.all()]
    return found
