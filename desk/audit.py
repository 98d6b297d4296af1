"""The audit log: who did what to whom. Written in the transaction of what it tells about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.models import AuditEntry
from desk.people import Person

OPERATOR = "dòng lệnh"
"""Who did it, when it was done on the server's command line."""
NOBODY = "chưa đăng nhập"
"""Who did it, when nobody was signed in."""
SCHEDULE = "hẹn ngày"
"""Who did it, when somebody had approved it for that day."""
LABELS: dict[str, str] = yaml.safe_load(Path(__file__).with_name("audit.yml").read_text(encoding="utf-8"))
"""What can be recorded, and how it reads."""


async def record(
    session: AsyncSession,
    person: Person | None,
    what: str,
    subject: str = "",
    detail: dict[str, Any] | None = None,
    *,
    by: str = OPERATOR,
) -> None:
    """Add an entry. ``person`` None: ``by``, the command line. ``subject`` names what it was done to
    (``staff:12``, ``ticket:7``); ``detail`` is small, and holds nothing that a citizen wrote.

    Raises KeyError for a ``what`` that ``audit.yml`` has no words for.
    """
    if what not in LABELS:
        raise KeyError(f"no words for {what} in desk/audit.yml")
    session.add(
        AuditEntry(
            staff_id=person.id if person else None,
            who=person.name if person else by,
            what=what,
            subject=subject[:80],
            detail=detail or {},
        )
    )


async def entries(
    session: AsyncSession,
    *,
    before: int | None = None,
    what: str = "",
    staff_id: int | None = None,
    most: int = 50,
) -> Sequence[AuditEntry]:
    """The newest entries, before the one with id ``before``."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if what:
        query = query.where(AuditEntry.what == what)
    if staff_id is not None:
        query = query.where(AuditEntry.staff_id == staff_id)
    return (await session.scalars(query)).all()
