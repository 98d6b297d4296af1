"""Import of dossiers from files of the one-stop software: CSV and Excel.

Bad rows are named with their line and a reason. Good rows come in by many short transactions, so that
citizens are served meanwhile; an import that was cut off is simply run again, and the same file a second
time changes nothing.
"""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

from dossiers.hashing import Hasher
from dossiers.rows import REQUIRED, BadRow, field_of, read_row
from dossiers.sheets import ImportRefused, Line, Sheet, open_sheets
from dossiers.sources.mappings import DEFAULT, StatusMapping, load_mapping
from dossiers.statuses import Status
from dossiers.storing import NumberedRow, Origin, store
from motcua.clock import HANOI
from motcua.clock import today as today_in_hanoi
from motcua.db import Database, now
from motcua.settings import Settings

__all__ = ["DEMO_FILE", "ImportRefused", "ImportReport", "RowError", "import_bytes", "import_file"]

DEMO_FILE = Path(__file__).with_name("demo.csv")
_CHUNK = 500
_HEADER_WITHIN = 20  # rows with something in them: titles of the export stand above the header
_BREATH_S = 0.005  # between two transactions, so that other writers get their turn

Progress = Callable[[int, int], None]
"""Told how many rows of how many are done."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Why the row that begins on ``line`` (the first of the file is 1) was not imported."""

    line: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do (``dry_run``).

    ``older`` counts rows that were left alone because the table knows something newer; ``unknown`` says
    which statuses the mapping lacks, and how often each stood there.
    """

    dry_run: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowError] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "older": self.older,
            "refused": len(self.errors),
            "unknown": sum(self.unknown.values()),
        }


@dataclass(slots=True)
class _Import:
    """An import under way."""

    mapping: StatusMapping
    today: date
    demo: bool
    report: ImportReport
    first_line: dict[str, int] = field(default_factory=dict)

    def batches(
        self, rows: Iterator[Line], fields: list[str | None]
    ) -> Iterator[tuple[int, list[NumberedRow]]]:
        """The good rows in batches, each with the line it ends at."""
        batch: list[NumberedRow] = []
        line = 0
        for line, cells in rows:
            self._take(line, cells, fields, batch)
            if len(batch) == _CHUNK:
                yield line, batch
                batch = []
        yield line, batch

    def _take(self, line: int, cells: list[str], fields: list[str | None], batch: list[NumberedRow]) -> None:
        if not any(cells):
            return
        report = self.report
        try:
            named = {name: cell for name, cell in zip(fields, cells, strict=False) if name}
            row = read_row(named, mapping=self.mapping, today=self.today, demo=self.demo)
            code = row.code.canonical
            if self.first_line.setdefault(code, line) != line:
                raise BadRow(f"trùng mã hồ sơ với dòng {self.first_line[code]}")
        except BadRow as error:
            report.errors.append(RowError(line, str(error)))
            return
        if not row.last_four:
            report.notes.append(
                RowError(line, "không có số điện thoại: người dân chưa tra cứu được hồ sơ này")
            )
        if row.status is Status.UNKNOWN:
            report.unknown[row.status_text] = report.unknown.get(row.status_text, 0) + 1
        batch.append((line, row))


async def import_file(
    database: Database,
    settings: Settings,
    path: Path,
    *,
    source: str = "csv",
    demo: bool = False,
    dry_run: bool = False,
    today: date | None = None,
    mapping: StatusMapping | None = None,
    as_of: datetime | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file. Raises OSError if it cannot be opened, ImportRefused if it is no such file.

    ``as_of`` is when the source said so: unless told otherwise, when the file was last written.
    """
    with await asyncio.to_thread(path.open, "rb") as file:
        written = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return await _import(
            database, settings, file, source=source, demo=demo, dry_run=dry_run, today=today, mapping=mapping,
            as_of=None if demo else min(as_of or written, now()), progress=progress,
        )  # fmt: skip


async def import_bytes(
    database: Database,
    settings: Settings,
    content: bytes,
    *,
    source: str = "csv",
    demo: bool = False,
    dry_run: bool = False,
    today: date | None = None,
    mapping: StatusMapping | None = None,
    as_of: datetime | None = None,
) -> ImportReport:
    """Import the content of a file. Raises ImportRefused.

    ``demo`` marks every row as invented and allows dates relative to ``today``.
    """
    return await _import(
        database, settings, io.BytesIO(content), source=source, demo=demo, dry_run=dry_run, today=today,
        mapping=mapping, as_of=as_of, progress=None,
    )  # fmt: skip


async def _import(
    database: Database,
    settings: Settings,
    file: BinaryIO,
    *,
    source: str,
    demo: bool,
    dry_run: bool,
    today: date | None,
    mapping: StatusMapping | None,
    as_of: datetime | None,
    progress: Progress | None,
) -> ImportReport:
    report = ImportReport(dry_run=dry_run)
    under_way = _Import(mapping or load_mapping(DEFAULT, settings), today or today_in_hanoi(), demo, report)
    sheet, fields = _with_header(open_sheets(file), report)
    hasher, origin = Hasher(settings), Origin(source, demo, as_of)
    for line, batch in under_way.batches(sheet.rows, fields):
        if batch:
            await _store(database, batch, hasher, origin, report)
            await asyncio.sleep(_BREATH_S)
        if progress:
            progress(min(line, sheet.total), sheet.total)
    report.errors.sort(key=lambda error: error.line)
    report.notes.sort(key=lambda note: note.line)
    return report


async def _store(
    database: Database, batch: list[NumberedRow], hasher: Hasher, origin: Origin, report: ImportReport
) -> None:
    async with database.read() if report.dry_run else database.write() as session:
        stored = await store(session, batch, hasher, origin, dry_run=report.dry_run)
    report.added += stored.added
    report.changed += stored.changed
    report.unchanged += stored.unchanged
    report.older += len(stored.older)
    report.errors += [
        RowError(line, "mã này đã có, nhưng một bên là hồ sơ mẫu, một bên là thật") for line in stored.mixed
    ]
    told = (
        f"tệp cũ hơn dữ liệu đã có ({origin.as_of.astimezone(HANOI):%H:%M %d/%m/%Y})" if origin.as_of else ""
    )
    report.notes += [RowError(line, f"giữ nguyên hồ sơ: {told}") for line in stored.older]


def _with_header(sheets: list[Sheet], report: ImportReport) -> tuple[Sheet, list[str | None]]:
    """The first sheet with a header, at its first row, and what its columns hold. Raises ImportRefused."""
    most_like_one: list[str] = []
    for sheet in sheets:
        for seen, (_, cells) in enumerate(row for row in sheet.rows if any(row[1])):
            fields = [field_of(cell) for cell in cells]
            if REQUIRED.keys() <= set(fields):
                return sheet, _checked(cells, fields, report)
            if sum(map(bool, fields)) > sum(bool(field_of(cell)) for cell in most_like_one):
                most_like_one = cells
            if seen + 1 == _HEADER_WITHIN:
                break
    there = {field_of(cell) for cell in most_like_one}
    missing = [name for known, name in REQUIRED.items() if known not in there]
    raise ImportRefused(f"Thiếu cột: {', '.join(missing)}.")


def _checked(cells: list[str], fields: list[str | None], report: ImportReport) -> list[str | None]:
    named = [name for name in fields if name]
    if len(named) != len(set(named)):
        raise ImportRefused("Có hai cột cùng nghĩa; giữ lại một cột rồi nhập lại.")
    report.ignored_columns = [name for name, known in zip(cells, fields, strict=True) if name and not known]
    return fields
