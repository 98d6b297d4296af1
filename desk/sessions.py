"""Signed-in browsers, kept in the database: they can be ended at once, all of them, from anywhere."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from desk.models import StaffSession
from desk.people import Person, person
from motcua.db import Database, now

IDLE = timedelta(hours=4)
"""A browser that asks for nothing this long is signed out: somebody left the counter."""
LONGEST = timedelta(hours=12)
"""A session ends this long after the sign-in, however busy: a day's work."""
_TOUCH_EVERY = timedelta(minutes=1)


def hashed(secret: str) -> str:
    """What is stored of a random secret of 256 bits; nothing slower is needed for one so long."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def begin(session: AsyncSession, staff_id: int, at: datetime | None = None) -> str:
    """Sign somebody in; returns the new secret for their cookie. Old, ended sessions are cleared away."""
    at = at or now()
    await session.execute(
        delete(StaffSession).where((StaffSession.ends_at < at) | (StaffSession.seen_at < at - IDLE))
    )
    secret = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            secret_hash=hashed(secret), staff_id=staff_id, created_at=at, seen_at=at, ends_at=at + LONGEST
        )
    )
    return secret


async def find(database: Database, secret: str) -> Person | None:
    """Who is signed in with ``secret``; None when it is unknown or has ended, or they may not work here."""
    if not secret or len(secret) > 100:
        return None
    at = now()
    async with database.read() as session:
        row = await session.scalar(
            select(StaffSession).where(
                StaffSession.secret_hash == hashed(secret),
                StaffSession.ends_at > at,
                StaffSession.seen_at > at - IDLE,
            )
        )
        found = await person(session, row.staff_id) if row else None
    if row is None or found is None or found.disabled:
        return None
    if at - row.seen_at > _TOUCH_EVERY:
        async with database.write() as session:
            await session.execute(
                update(StaffSession).where(StaffSession.secret_hash == row.secret_hash).values(seen_at=at)
            )
    return found


async def end(session: AsyncSession, secret: str) -> None:
    """Sign this browser out."""
    await session.execute(delete(StaffSession).where(StaffSession.secret_hash == hashed(secret)))


async def end_all(session: AsyncSession, staff_id: int, *, but: str = "") -> None:
    """Sign somebody out everywhere, except in the browser with the secret ``but``."""
    query = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    if but:
        query = query.where(StaffSession.secret_hash != hashed(but))
    await session.execute(query)
