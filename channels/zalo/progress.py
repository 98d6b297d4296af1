"""How far a reply has gone out, in the database: what makes a send safe to interrupt anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.zalo.models import ZaloPiece, ZaloSend
from motcua.db import Database, now


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a reply stands; positions as in :class:`~channels.zalo.models.ZaloSend`."""

    gone: int
    under_way: int | None
    begun_at: datetime
    doubted_at: datetime | None


class ProgressLog:
    """The records of sends under way and done."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def of(self, message_id: int) -> Progress | None:
        """How far a reply has come; None when not even its first piece was begun."""
        async with self._db.read() as session:
            row = await session.get(ZaloSend, message_id)
        return Progress(row.gone, row.under_way, row.begun_at, row.doubted_at) if row else None

    async def begin(self, message_id: int, start: int, end: int) -> bool:
        """Record, before the call, that the piece from ``start`` to ``end`` is being sent.

        False when another piece is under way or ``start`` is not where the reply stands: somebody
        else is sending it, or did so and was interrupted.
        """
        async with self._db.write() as session:
            row = await session.get(ZaloSend, message_id, with_for_update=True)
            if row is None:
                row = ZaloSend(message_id=message_id, gone=0)
                session.add(row)
            if row.under_way is not None or row.gone != start:
                return False
            row.under_way, row.begun_at, row.doubted_at = end, now(), None
        return True

    async def delivered(self, message_id: int, end: int, zalo_id: str) -> None:
        """Record that everything up to ``end`` has gone out."""
        async with self._db.write() as session:
            await session.execute(
                update(ZaloSend)
                .where(ZaloSend.message_id == message_id)
                .values(gone=end, under_way=None, doubted_at=None)
            )
            if zalo_id and await session.get(ZaloPiece, zalo_id) is None:
                session.add(ZaloPiece(zalo_id=zalo_id, message_id=message_id, ends=end))

    async def not_delivered(self, message_id: int) -> None:
        """Record that the piece under way certainly did not go out."""
        await self._mark(message_id, under_way=None, doubted_at=None)

    async def doubt(self, message_id: int) -> None:
        """Record since when nobody knows about the piece under way."""
        await self._mark(message_id, doubted_at=now())

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
            return await _known(session, zalo_ids)

    async def _mark(self, message_id: int, **values: object) -> None:
        async with self._db.write() as session:
            await session.execute(update(ZaloSend).where(ZaloSend.message_id == message_id).values(**values))


async def _known(session: AsyncSession, zalo_ids: set[str]) -> set[str]:
    return set(await session.scalars(select(ZaloPiece.zalo_id).where(ZaloPiece.zalo_id.in_(zalo_ids))))
