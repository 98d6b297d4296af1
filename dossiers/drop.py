"""Files that the one-stop software drops into a folder: taken one by one, each exactly as often as needed.

Every gateway may watch; a lease in the database lets one of them work. The import runs in a process of its
own, so that reading a large file does not hold up citizens and its memory is given back. A file that was
being taken when something died is taken again, and importing it again changes nothing twice.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from dossiers.drop_folder import DONE, REFUSED, Arrived, DropFolder
from dossiers.import_texts import refusal_text, report_text
from dossiers.importer import ImportRefused, ImportReport, import_file
from dossiers.metrics import DROPPED_FILES
from dossiers.models import DossierSourceState
from dossiers.sources.mappings import load_mapping
from dossiers.unknown import measure_unknown
from motcua.db import Database, now
from motcua.settings import Settings

log = structlog.get_logger(__name__)

DROP_SOURCE = "drop"
_LEASE_S = 60.0
_TRIES = 3
_UNREADABLE = "đã thử nhiều lần mà phần đọc tệp bị dừng giữa chừng; mở bằng Excel, lưu lại rồi thử lần nữa."


@dataclass(frozen=True, slots=True)
class _Died:
    """The importing process ended without a word."""


@dataclass(frozen=True, slots=True)
class _Later:
    """The import could not be done now; ``error`` is the type of what stopped it."""

    error: str


@dataclass(frozen=True, slots=True)
class _Refused:
    reason: str


_Taken = ImportReport | _Refused | _Later | _Died


class DropWatcher:
    """Watches the folder of the settings. Raises BadSource when its status mapping is missing."""

    def __init__(self, database: Database, settings: Settings) -> None:
        if settings.dossiers.drop is None:
            raise ValueError("no folder to watch")
        self._db = database
        self._settings = settings
        self._poll_s = settings.dossiers.drop_poll_s
        self._folder = DropFolder(settings.dossiers.drop, settings.dossiers.drop_settle_s)
        self._deaths: dict[Arrived, int] = {}
        load_mapping(settings.dossiers.drop_mapping, settings)

    async def run(self) -> None:
        """Watch until cancelled. What fails is logged and tried again at the next look."""
        while True:
            try:
                await self.look()
            except (OSError, SQLAlchemyError) as error:
                log.error("dossiers.drop_failed", error=type(error).__name__)
            await asyncio.sleep(self._poll_s)

    async def look(self) -> int:
        """Take what is ready, unless another gateway is at it; how many files were put away.

        Raises OSError and what the database raises.
        """
        await asyncio.to_thread(self._folder.prepare)
        ready = await asyncio.to_thread(self._folder.ready, now())
        if not await self._lease():
            return 0
        await measure_unknown(self._db)
        renewing = asyncio.create_task(self._renew())
        try:
            return sum([await self._take(file) for file in ready])
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing

    async def _take(self, file: Arrived) -> bool:
        taken = await _import_apart(self._settings, file.path)
        if not await asyncio.to_thread(self._folder.unchanged, file):
            return False  # written again meanwhile: the newer content is read at the next look
        if isinstance(taken, _Died):
            self._deaths[file] = self._deaths.get(file, 0) + 1
            log.error("dossiers.drop_died", tries=self._deaths[file])
            if self._deaths[file] < _TRIES:
                return False
            taken = _Refused(_UNREADABLE)
        if isinstance(taken, _Later):
            log.error("dossiers.drop_later", error=taken.error)
            return False
        at, name = now(), file.path.name
        if isinstance(taken, _Refused):
            where, text, counts = REFUSED, refusal_text(name, at, taken.reason), {}
        else:
            where = REFUSED if _nothing_read(taken) else DONE
            text, counts = report_text(name, at, taken), taken.counts
        await asyncio.to_thread(self._folder.put_away, file, where, text)
        self._deaths.pop(file, None)
        await self._remember(name, counts)
        DROPPED_FILES.labels(where).inc()
        log.info("dossiers.drop_taken", outcome=where, **counts)
        return True

    async def _lease(self) -> bool:
        """Become the gateway that works, or stay it; False while another one is."""
        at, owner = now(), self._settings.instance
        state = DossierSourceState
        async with self._db.write() as session:
            dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
            await session.execute(
                dialect.insert(state).values(source=DROP_SOURCE, last_file="").on_conflict_do_nothing()
            )
            free = state.lease_until.is_(None) | (state.lease_until < at) | (state.lease_by == owner)
            changed = await session.execute(
                update(state)
                .where(state.source == DROP_SOURCE, free)
                .values(lease_by=owner, lease_until=at + timedelta(seconds=_LEASE_S + self._poll_s))
            )
            return cast("CursorResult[Any]", changed).rowcount == 1

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_LEASE_S / 3)
            with suppress(SQLAlchemyError):
                await self._lease()

    async def _remember(self, name: str, counts: dict[str, int]) -> None:
        async with self._db.write() as session:
            await session.execute(
                update(DossierSourceState)
                .where(DossierSourceState.source == DROP_SOURCE)
                .values(last_file=name[:255], last_at=now(), last_counts=counts)
            )


def _nothing_read(report: ImportReport) -> bool:
    return bool(report.errors) and not (report.added or report.changed or report.unchanged or report.older)


async def _import_apart(settings: Settings, path: Path) -> _Taken:
    """Import in a process of its own, which is ended when this task is."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, settings, path), daemon=True)
    process.start()
    sender.close()
    try:
        return cast(_Taken, await asyncio.to_thread(receiver.recv))
    except EOFError:
        return _Died()
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
        receiver.close()


def _work(sender: Connection, settings: Settings, path: Path) -> None:
    """What the process of its own does."""
    with suppress(BrokenPipeError):  # whoever asked is gone; the file will be taken again
        sender.send(asyncio.run(_import(settings, path)))
    sender.close()


async def _import(settings: Settings, path: Path) -> _Taken:
    database = Database(settings.database)
    try:
        mapping = load_mapping(settings.dossiers.drop_mapping, settings)
        return await import_file(database, settings, path, source=DROP_SOURCE, mapping=mapping)
    except ImportRefused as error:
        return _Refused(str(error))
    except (OSError, SQLAlchemyError) as error:
        return _Later(type(error).__name__)
    finally:
        await database.close()
