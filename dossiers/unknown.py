"""Statuses that no mapping knows: which there are, so that somebody adds them to a mapping.

Those of our table are counted where they stand. Those of systems that are only asked are noted here, at most
once an hour each from one process, so that a look-up does not become a write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from dossiers.metrics import UNKNOWN_STATUSES
from dossiers.models import Dossier, DossierUnknownStatus
from dossiers.statuses import Status
from motcua.db import Database, now

_AGAIN_AFTER = timedelta(hours=1)
_MOST_NOTED = 1000
_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, order=True)
class UnknownStatus:
    """A wording of a source. ``times`` counts dossiers of our table, or hours in which it was heard."""

    source: str
    said: str
    times: int


class UnknownStatuses:
    """Notes what sources say that no mapping knows."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._noted: dict[tuple[str, str], float] = {}

    async def note(self, source: str, said: str) -> None:
        """Keep the wording. Raises what the database raises."""
        last = self._noted.get((source, said))
        if last is not None and monotonic() - last < _AGAIN_AFTER.total_seconds():
            return
        if len(self._noted) >= _MOST_NOTED:
            self._noted.clear()
        self._noted[source, said] = monotonic()
        async with self._db.write() as session:
            dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
            row = dialect.insert(DossierUnknownStatus).values(
                source=source, said=said[:200], times=1, first_at=now(), last_at=now()
            )
            await session.execute(
                row.on_conflict_do_update(
                    index_elements=["source", "said"],
                    set_={"times": DossierUnknownStatus.times + 1, "last_at": row.excluded.last_at},
                )
            )


async def unknown_statuses(database: Database) -> list[UnknownStatus]:
    """What no mapping knows, by source; of systems that are only asked, what was heard these 30 days."""
    stored = (
        select(Dossier.source, Dossier.status_text, func.count())
        .where(Dossier.status == Status.UNKNOWN)
        .group_by(Dossier.source, Dossier.status_text)
    )
    heard = select(DossierUnknownStatus.source, DossierUnknownStatus.said, DossierUnknownStatus.times).where(
        DossierUnknownStatus.last_at > now() - _KEPT_FOR
    )
    async with database.read() as session:
        rows = [*await session.execute(stored), *await session.execute(heard)]
    return sorted(UnknownStatus(*row) for row in rows)


async def measure_unknown(database: Database) -> None:
    """Bring the metric up to date: how many different wordings each source has."""
    counts: dict[str, int] = {}
    for found in await unknown_statuses(database):
        counts[found.source] = counts.get(found.source, 0) + 1
    UNKNOWN_STATUSES.clear()
    for source, count in counts.items():
        UNKNOWN_STATUSES.labels(source).set(count)
