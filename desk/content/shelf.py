"""Reads the newest published texts for pages that go through all of them.

Edited ones, some hundred, are read whole; of the portal's thousands only what a list needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.models import ProcedureVersion
from knowledge.schema import Procedure
from vietnamese import fold

_IMPORTED = ProcedureVersion.content["imported"].as_boolean()
_CURRENT = (ProcedureVersion.superseded_at.is_(None), ProcedureVersion.withdrawn.is_(False))


@dataclass(frozen=True, slots=True)
class Spine:
    """What a list needs of a procedure."""

    code: str
    name: str
    field: str
    checked_on: date
    effective_to: date | None
    review_by: date | None
    imported: bool = True


async def edited(session: AsyncSession, codes: Iterable[str] | None = None) -> list[Procedure]:
    """The newest texts that people wrote, by name; with ``codes`` those, whoever wrote them."""
    query = select(cast(ProcedureVersion.content, Text)).where(*_CURRENT)
    query = (
        query.where(_IMPORTED.is_not(True))
        if codes is None
        else query.where(ProcedureVersion.code.in_(list(codes)))
    )
    found = [Procedure.model_validate_json(text) for text in await session.scalars(query)]
    return sorted(found, key=lambda one: fold(one.name))


async def imported(session: AsyncSession, checked_before: date) -> list[Spine]:
    """Procedures in the portal's own words that were last compared before a day, or that end."""
    content = ProcedureVersion.content
    checked = content["provenance"]["checked_on"].as_string()
    query = select(
        ProcedureVersion.code,
        content["name"].as_string(),
        content["field"].as_string(),
        checked,
        ProcedureVersion.effective_to,
        content["review_by"].as_string(),
    ).where(
        *_CURRENT,
        _IMPORTED.is_(True),
        # Days as ISO text are in the order of the days.
        (checked < checked_before.isoformat())
        | ProcedureVersion.effective_to.is_not(None)
        | content["review_by"].as_string().is_not(None),
    )
    return [
        Spine(code, name, field, date.fromisoformat(checked_on), ends, _day(review))
        for code, name, field, checked_on, ends, review in (await session.execute(query)).all()
    ]


def spine_of(procedure: Procedure) -> Spine:
    """The same of one that was read whole."""
    return Spine(
        code=procedure.code,
        name=procedure.name,
        field=procedure.field,
        checked_on=procedure.provenance.checked_on,
        effective_to=procedure.effective_to,
        review_by=procedure.review_by,
        imported=procedure.imported,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
