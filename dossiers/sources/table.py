"""Our own table as a source: what imports brought in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from dossiers.codes import DossierCode, parse_code
from dossiers.models import Dossier, DossierEvent
from dossiers.sources.base import DossierRecord, DossierSource, Health, SourceBusy, SourcePlace
from dossiers.statuses import Status
from motcua.clock import HANOI


class TableSource(DossierSource):
    """Every dossier of the table. What the database raises is passed on: the turn is then tried again."""

    title = "Một Cửa"

    def __init__(self, place: SourcePlace) -> None:
        self.name = place.name
        self._db = place.database

    async def find(self, code: DossierCode) -> DossierRecord | None:
        """The code as written, or the only one that differs in its dots alone. Raises SourceBusy."""
        found = await self.alike(code)
        exact = [record for record in found if record.code == code]
        if exact:
            return exact[0]
        return found[0] if len(found) == 1 else None

    async def alike(self, code: DossierCode) -> list[DossierRecord]:
        """Every dossier with the key of ``code``. Raises SourceBusy if a stored row cannot be read."""
        async with self._db.read() as session:
            alike = Dossier.code_key == code.key
            rows = list(await session.scalars(select(Dossier).where(alike)))
            # The same two statements for a code that nobody has: it must not be told apart by its time.
            events = list(
                await session.scalars(
                    select(DossierEvent)
                    .where(DossierEvent.dossier_id.in_(select(Dossier.id).where(alike)))
                    .order_by(DossierEvent.id)
                )
            )
        return [self._record(row, events) for row in rows if self._owns(row)]

    async def health(self) -> Health:
        """How many dossiers there are."""
        try:
            async with self._db.read() as session:
                count = await session.scalar(select(func.count()).select_from(Dossier))
        except (SQLAlchemyError, OSError) as error:
            return Health(False, f"database: {type(error).__name__}")
        return Health(True, f"{count} dossiers")

    def _owns(self, row: Dossier) -> bool:
        return True

    def _record(self, row: Dossier, events: Sequence[DossierEvent]) -> DossierRecord:
        mine = [event for event in events if event.dossier_id == row.id]
        code = parse_code(row.code)
        if code is None:
            raise SourceBusy("a stored code is not a dossier code")
        return DossierRecord(
            code=code,
            status=Status(row.status),
            source=self.name,
            as_of=row.as_of or row.updated_at,
            status_text=row.status_text,
            phone_hash=row.phone_hash,
            procedure=row.procedure,
            received_on=row.received_on,
            due_on=row.due_on,
            finished_on=row.finished_on,
            promised_on=row.promised_on,
            late_reason=row.late_reason,
            todo=row.todo,
            office=row.office,
            history=tuple((event.at.astimezone(HANOI).date(), Status(event.status)) for event in mine),
            demo=row.demo,
            updated_at=row.updated_at,
        )


def open_source(place: SourcePlace) -> DossierSource:
    """The table of this database."""
    return TableSource(place)
