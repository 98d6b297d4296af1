"""How far a reply has gone out, in the database: what makes a send safe to interrupt anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.zalo.errors import Action, Failure, outcome_of
from channels.zalo.models import Way, ZaloPiece, ZaloSend
from conversations import Outgoing, SendOutcome
from motcua.db import Database, now


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a reply stands; positions as in :class:`~channels.zalo.models.ZaloSend`."""

    gone: int
    under_way: int | None
    begun_at: datetime
    doubted_at: datetime | None
    way: Way = Way.CS


class ProgressLog:
    """The records of sends under way and done."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def of(self, message_id: int) -> Progress | None:
        """How far a reply has come; None when not even its first piece was begun."""
        async with self._db.read() as session:
            row = await session.get(ZaloSend, message_id)
        if row is None:
            return None
        return Progress(row.gone, row.under_way, row.begun_at, row.doubted_at, Way(row.way))

    async def begin(
        self, outgoing: Outgoing, start: int, end: int, digest: str | None = None, way: Way = Way.CS
    ) -> bool:
        """Record, before the call, that the piece from ``start`` to ``end`` is being sent.

        False when another piece is under way or ``start`` is not where the reply stands: somebody
        else is sending it, or did so and was interrupted.
        """
        async with self._db.write() as session:
            row = await session.get(ZaloSend, outgoing.message_id, with_for_update=True)
            if row is None:
                row = ZaloSend(message_id=outgoing.message_id, gone=0)
                session.add(row)
            if row.under_way is not None or row.gone != start:
                return False
            row.under_way, row.begun_at, row.doubted_at = end, now(), None
            row.conversation_id, row.digest, row.way = outgoing.conversation_id, digest, way
        return True

    async def delivered(self, message_id: int, end: int, zalo_id: str) -> bool:
        """Record that everything up to ``end`` has gone out; False when that was known already.

        Both the answer to the call and its echo say so, in any order and through any process.
        """
        async with self._db.write() as session:
            row = await session.get(ZaloSend, message_id, with_for_update=True)
            if row is None:
                return False  # deleted meanwhile, with the whole conversation
            new = row.gone < end
            row.gone = max(row.gone, end)
            if row.under_way is not None and row.under_way <= end:
                row.under_way = row.doubted_at = None
            if zalo_id and await session.get(ZaloPiece, zalo_id) is None:
                session.add(ZaloPiece(zalo_id=zalo_id, message_id=message_id, ends=end))
        return new

    async def not_delivered(self, message_id: int, end: int) -> bool:
        """Record that the piece up to ``end`` certainly did not go out; False if an echo says it did."""
        return await self._mark(message_id, end, under_way=None, doubted_at=None)

    async def refusals(self, message_id: int) -> int:
        """Count that Zalo has put this reply off; how many times by now.

        Apart from the outbox's own count, which grows with every wait for whatever reason.
        """
        async with self._db.write() as session:
            counted = await session.scalar(
                update(ZaloSend)
                .where(ZaloSend.message_id == message_id)
                .values(refusals=ZaloSend.refusals + 1)
                .returning(ZaloSend.refusals)
            )
        return counted or 1

    async def doubt(self, message_id: int, end: int) -> bool:
        """Record since when nobody knows about the piece up to ``end``; False if an echo settled it."""
        return await self._mark(message_id, end, doubted_at=now())

    async def zalo_ids(self, message_id: int) -> tuple[str, ...]:
        """Zalo's ids of the pieces of a reply, in order."""
        async with self._db.read() as session:
            return tuple(
                await session.scalars(
                    select(ZaloPiece.zalo_id)
                    .where(ZaloPiece.message_id == message_id)
                    .order_by(ZaloPiece.ends)
                )
            )

    async def known(self, zalo_ids: set[str]) -> set[str]:
        """Those of ``zalo_ids`` that belong to pieces already accounted for."""
        async with self._db.read() as session:
            found = await session.scalars(select(ZaloPiece.zalo_id).where(ZaloPiece.zalo_id.in_(zalo_ids)))
            return set(found)

    async def under_way_in(self, conversation_id: str) -> list[tuple[int, int, str | None, datetime]]:
        """What is being sent in a conversation: message, end of the piece, its digest, since when."""
        async with self._db.read() as session:
            return await _under_way(session, conversation_id)

    async def _mark(self, message_id: int, end: int, **values: object) -> bool:
        async with self._db.write() as session:
            marked = await session.execute(
                update(ZaloSend)
                .where(ZaloSend.message_id == message_id, ZaloSend.under_way == end)
                .values(**values)
                .returning(ZaloSend.message_id)
            )
            return marked.first() is not None


async def outcome_for(failure: Failure, outgoing: Outgoing, progress: ProgressLog) -> SendOutcome:
    """What the outbox is told about a piece that failed; a "later" of Zalo is counted for that."""
    later = failure.wants(Action.RETRY)
    return outcome_of(failure, await progress.refusals(outgoing.message_id) if later else 1)


async def _under_way(
    session: AsyncSession, conversation_id: str
) -> list[tuple[int, int, str | None, datetime]]:
    rows = await session.scalars(
        select(ZaloSend).where(
            ZaloSend.conversation_id == conversation_id,
            ZaloSend.under_way.is_not(None),
            ZaloSend.way == Way.CS,
        )
    )
    return [(row.message_id, row.under_way or 0, row.digest, row.begun_at) for row in rows]
