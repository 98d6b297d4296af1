"""The watched folder as a source: the dossiers that its files brought, and how the folder is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from dossiers.drop_folder import REFUSED, DropFolder
from dossiers.models import Dossier, DossierSourceState
from dossiers.sources.base import BadSource, DossierSource, Health, SourcePlace
from dossiers.sources.table import TableSource
from motcua.clock import HANOI


class DropSource(TableSource):
    """Dossiers of the table that came through the watched folder."""

    title = "phần mềm một cửa"

    def __init__(self, place: SourcePlace, folder: Path) -> None:
        super().__init__(place)
        self._folder = folder

    async def health(self) -> Health:
        """Whether files would be taken, how many wait, and what the last one brought."""
        try:
            waiting, refused = await asyncio.to_thread(self._files)
            async with self._db.read() as session:
                state = await session.get(DossierSourceState, self.name)
        except (OSError, SQLAlchemyError) as error:
            return Health(False, f"{self._folder}: {type(error).__name__}")
        last = "none yet"
        if state and state.last_at:
            counts = ", ".join(f"{name} {count}" for name, count in (state.last_counts or {}).items())
            last = f"{state.last_at.astimezone(HANOI):%Y-%m-%d %H:%M} ({counts or 'refused'})"
        return Health(True, f"{waiting} files wait, {refused} refused ones lie there, last file {last}")

    def _owns(self, row: Dossier) -> bool:
        return row.source == self.name

    def _files(self) -> tuple[int, int]:
        refused = self._folder / REFUSED
        reports = len(list(refused.glob("*.txt"))) if refused.is_dir() else 0
        return len(DropFolder(self._folder, 0).waiting()), reports


def open_source(place: SourcePlace) -> DossierSource:
    """The folder of ``MOTCUA_DOSSIERS_DROP``. Raises BadSource if it is not set, or under another name."""
    folder = place.settings.dossiers.drop
    if folder is None or place.name != "drop":
        raise BadSource("the source drop needs MOTCUA_DOSSIERS_DROP, and no other name")
    return DropSource(place, folder)
