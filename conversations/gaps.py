"""Collecting what the knowledge base lacks: by one gateway at a time, each question once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import gap_sources as sources
from conversations import jobs
from conversations.gap_likeness import LIKE, Groups
from conversations.gap_models import GapCursor, GapGroup, GapItem, GapState
from conversations.gap_sources import Found
from conversations.models import Conversation
from conversations.repository import rows_changed
from motcua.clock import hanoi_now
from motcua.db import Database, now
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_LEASE_S = 120.0
_MOST_COMPARED = 4000
"""Questions that new ones are compared with, the newest: half a year of a city."""
_JOB = "gap_regroup"
_DAY_BEGINS = timedelta(hours=3)
"""After the night's retention, so that what is erased is not looked at."""


class GapCollector:
    """Collects and groups. Any number of gateways run one; the lease in the cursor's row lets one work."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db, self._settings = database, settings
        self._groups, self._known = Groups(), (-1, -1)

    async def run(self, pause_s: float = 30.0) -> None:
        """Collect every ``pause_s`` seconds until cancelled; a failure is logged and tried again."""
        while True:
            try:
                while await self.collect():  # noqa: ASYNC110 - not a wait: much to catch up with, others write, too
                    await asyncio.sleep(0.5)
                await self.regroup_if_due()
            except Exception:
                log.exception("gaps.failed")
            await asyncio.sleep(pause_s)

    async def collect(self) -> bool:
        """Take in what has come since the last time. True when there is more to do at once."""
        if not await self._lease():
            return False
        async with self._db.read() as session:
            cursor = await session.get_one(GapCursor, 1)
            batch = await sources.read(session, cursor.message_id, cursor.rated_at)
            if batch.found:
                await self._load(session)
        placed = await asyncio.to_thread(self._place, batch.found) if batch.found else []
        async with self._db.write() as session:
            cursor = await session.get_one(GapCursor, 1, with_for_update=True)
            if cursor.lease_by != self._settings.instance:
                self._known = (-1, -1)
                return False  # it took so long that another gateway goes on
            added = await _store(session, placed)
            await sources.follow(session, batch)
            cursor.message_id, cursor.rated_at = batch.message_id, batch.rated_at
            cursor.lease_by = cursor.lease_until = None
        if placed:
            self._known = (-1, -1)  # the new groups have their numbers now
            log.info("gaps.collected", questions=added)
        return batch.more

    async def regroup_if_due(self) -> int | None:
        """Once a night: bring groups together that have grown alike, and drop empty ones. How many went."""
        day = (hanoi_now() - _DAY_BEGINS).date()
        owner = self._settings.instance
        async with self._db.write() as session:
            if not await jobs.take(session, _JOB, owner, day, _LEASE_S):
                return None
        merged = await self.regroup()
        async with self._db.write() as session:
            await jobs.finish(session, _JOB, owner, day)
        return merged

    async def regroup(self) -> int:
        """See :meth:`regroup_if_due`."""
        async with self._db.read() as session:
            rows = await session.execute(
                select(GapItem.group_id, GapItem.question)
                .join(GapGroup, GapGroup.id == GapItem.group_id)
                .where(GapGroup.state == GapState.OPEN)
                .order_by(GapItem.group_id, GapItem.id)
                .limit(_MOST_COMPARED)
            )
            texts: dict[int, list[str]] = {}
            for group, question in rows.all():
                texts.setdefault(group, []).append(question)
        moves = await asyncio.to_thread(_alike, texts)
        async with self._db.write() as session:
            for group, into in moves.items():
                await session.execute(
                    update(GapItem)
                    .where(GapItem.group_id == group, GapItem.group_id.in_(_open_groups()))
                    .values(group_id=into)
                    .execution_options(synchronize_session=False)
                )
            await sweep(session)
        self._known = (-1, -1)
        return len(moves)

    async def _lease(self) -> bool:
        at = now()
        async with self._db.write() as session:
            dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
            await session.execute(
                dialect.insert(GapCursor).values(id=1, message_id=0).on_conflict_do_nothing()
            )
            owner = self._settings.instance
            free = or_(
                GapCursor.lease_until.is_(None), GapCursor.lease_until < at, GapCursor.lease_by == owner
            )
            taken = await session.execute(
                update(GapCursor)
                .where(GapCursor.id == 1, free)
                .values(lease_by=owner, lease_until=at + timedelta(seconds=_LEASE_S))
                .execution_options(synchronize_session=False)
            )
            return rows_changed(taken) == 1

    async def _load(self, session: AsyncSession) -> None:
        """The questions there are, in the memory of this process, unless they are there already."""
        known = (await session.execute(select(func.max(GapItem.id), func.count(GapItem.id)))).one()
        if tuple(known) == self._known:
            return
        rows = await session.execute(
            select(GapItem.group_id, GapItem.question).order_by(GapItem.id.desc()).limit(_MOST_COMPARED)
        )
        texts = [(group, question) for group, question in rows.all()]
        self._groups = await asyncio.to_thread(_filled, texts)
        self._known = (known[0], known[1])

    def _place(self, found: Sequence[Found]) -> list[tuple[Found, int]]:
        """Each question with its group; new groups have negative numbers."""
        placed: list[tuple[Found, int]] = []
        fresh = 0
        for one in found:
            near = self._groups.nearest(one.question)
            if near and near[1] >= LIKE:
                group = near[0]
            else:
                fresh -= 1
                group = fresh
            self._groups.add(group, one.question)
            placed.append((one, group))
        return placed


async def sweep(session: AsyncSession) -> None:
    """Delete groups that erasures have left empty."""
    filled = select(GapItem.id).where(GapItem.group_id == GapGroup.id)
    await session.execute(
        delete(GapGroup).where(~filled.exists()).execution_options(synchronize_session=False)
    )


async def _store(session: AsyncSession, placed: Sequence[tuple[Found, int]]) -> int:
    """Store what is not stored and not erased; each question once, whoever else stores it."""
    if not placed:
        return 0
    wanted = sorted({one.conversation_id for one, _ in placed if one.conversation_id})
    # Locked: an erasure that comes now waits and then finds these rows; one that was before is seen here.
    alive = set(
        await session.scalars(
            select(Conversation.id)
            .where(Conversation.id.in_(wanted), Conversation.erased_at.is_(None))
            .order_by(Conversation.id)
            .with_for_update(read=True)
        )
    )
    groups = {number for _, number in placed if number > 0}
    there = set(await session.scalars(select(GapGroup.id).where(GapGroup.id.in_(groups))))
    made: dict[int, int] = {}
    added = 0
    for one, number in placed:
        if (one.conversation_id and one.conversation_id not in alive) or await sources.stored(session, one):
            continue
        if number not in there and number not in made:
            group = GapGroup(state=GapState.OPEN)
            session.add(group)
            await session.flush()
            made[number] = group.id
        session.add(one.item(made.get(number, number)))
        await session.flush()
        added += 1
    return added


def _open_groups() -> Any:
    return select(GapGroup.id).where(GapGroup.state == GapState.OPEN)


def _filled(texts: Sequence[tuple[int, str]]) -> Groups:
    groups = Groups()
    for group, question in reversed(texts):
        groups.add(group, question)
    return groups


def _alike(texts: dict[int, list[str]]) -> dict[int, int]:
    """Groups whose first question belongs to an older group, and to which."""
    groups, moves = Groups(), dict[int, int]()
    for group, questions in texts.items():
        near = groups.nearest(questions[0])
        into = near[0] if near and near[1] >= LIKE else group
        if into != group:
            moves[group] = into
        for question in questions:
            groups.add(into, question)
    return moves
