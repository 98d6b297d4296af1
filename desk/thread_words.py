"""Names of procedures for pages: the gateway holds no library, so they are read from the database."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.models import ProcedureVersion


class Titles:
    """Procedures by code; one that is not there goes by its code."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    @classmethod
    async def of(cls, session: AsyncSession, codes: Iterable[str | None]) -> Titles:
        """The names of these procedures, in one query."""
        wanted = {code for code in codes if code}
        if not wanted:
            return cls({})
        rows = await session.execute(
            select(ProcedureVersion.code, ProcedureVersion.content["name"].as_string()).where(
                ProcedureVersion.code.in_(wanted), ProcedureVersion.superseded_at.is_(None)
            )
        )
        return cls({code: name for code, name in rows if name})

    def __call__(self, code: str | None) -> str:
        """The name, with its code where there is no name; empty for no procedure."""
        return self._names.get(code, code) if code else ""
