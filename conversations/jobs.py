"""Work that one of the gateways does once a day: whoever gets the lease; that of a dead one is taken over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.operation_models import Job
from conversations.repository import rows_changed
from motcua.db import now


async def take(session: AsyncSession, name: str, owner: str, day: date, lease_s: float) -> bool:
    """Claim today's run of a job, or go on claiming it. False: it is done, or another gateway is at it."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    await session.execute(dialect.insert(Job).values(name=name).on_conflict_do_nothing())
    at: datetime = now()
    result = await session.execute(
        update(Job)
        .where(
            Job.name == name,
            or_(Job.done_on.is_(None), Job.done_on < day),
            or_(Job.lease_until.is_(None), Job.lease_until < at, Job.lease_by == owner),
        )
        .values(lease_by=owner, lease_until=at + timedelta(seconds=lease_s))
        .execution_options(synchronize_session=False)
    )
    return rows_changed(result) == 1


async def finish(session: AsyncSession, name: str, owner: str, day: date) -> None:
    """Today's run is done."""
    await session.execute(
        update(Job)
        .where(Job.name == name, Job.lease_by == owner)
        .values(done_on=day, lease_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
