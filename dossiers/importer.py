"""Import of dossiers from a CSV file of the one-stop software.

Bad rows are named with their line and a reason, good rows are imported in one transaction, and the
same file a second time changes nothing.
"""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dossiers.hashing import Hasher
from dossiers.models import Dossier, DossierEvent
from dossiers.rows import REQUIRED, BadRow, Row, field_of, read_row
from motcua.clock import today as today_in_hanoi
from motcua.db import Database, now
from motcua.settings import Settings

DEMO_FILE = Path(__file__).with_name("demo.csv")
_CHUNK = 400


class ImportRefused(ValueError):
    """The file as a whole cannot be read; nothing was imported. The message is Vietnamese."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Why the row that begins on ``line`` (the header is line 1) was not imported."""

    line: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do (``dry_run``)."""

    dry_run: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[RowError] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)


async def import_file(
    database: Database,
    settings: Settings,
    path: Path,
    *,
    source: str = "csv",
    demo: bool = False,
    dry_run: bool = False,
    today: date | None = None,
) -> ImportReport:
    """Import a CSV file. Raises OSError if it cannot be opened, ImportRefused if it is no such file."""
    return await import_bytes(
        database,
        settings,
        await asyncio.to_thread(path.read_bytes),
        source=source,
        demo=demo,
        dry_run=dry_run,
        today=today,
    )


async def import_bytes(
    database: Database,
    settings: Settings,
    content: bytes,
    *,
    source: str = "csv",
    demo: bool = False,
    dry_run: bool = False,
    today: date | None = None,
) -> ImportReport:
    """Import the content of a CSV file. Raises ImportRefused.

    ``demo`` marks every row as invented and allows dates relative to ``today``.
    """
    report = ImportReport(dry_run=dry_run)
    rows = _read(content, report, today or today_in_hanoi(), demo)
    hasher = Hasher(settings)
    async with database.read() if dry_run else database.write() as session:
        for start in range(0, len(rows), _CHUNK):
            await _store(session, rows[start : start + _CHUNK], hasher, report, source=source, demo=demo)
    report.errors.sort(key=lambda error: error.line)
    return report


_Numbered = tuple[int, Row]


def _read(content: bytes, report: ImportReport, today: date, demo: bool) -> list[_Numbered]:
    text = _decoded(content)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[_Numbered] = []
    first_line: dict[str, int] = {}
    try:
        fields = _fields(next(reader, []), report)
        line = reader.line_num + 1
        for cells in reader:
            named = {name: cell.strip() for name, cell in zip(fields, cells, strict=False) if name}
            if any(cell.strip() for cell in cells):
                _take(named, line, rows, first_line, report, today=today, demo=demo)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ImportRefused(f"Dòng {reader.line_num}: tệp CSV hỏng (dấu ngoặc kép không khớp).") from error
    return rows


def _take(
    cells: dict[str, str],
    line: int,
    rows: list[_Numbered],
    first_line: dict[str, int],
    report: ImportReport,
    *,
    today: date,
    demo: bool,
) -> None:
    try:
        row = read_row(cells, today=today, demo=demo)
        if row.code.canonical in first_line:
            raise BadRow(f"trùng mã hồ sơ với dòng {first_line[row.code.canonical]}")
    except BadRow as error:
        report.errors.append(RowError(line, str(error)))
        return
    first_line[row.code.canonical] = line
    if not row.last_four:
        report.notes.append(RowError(line, "không có số điện thoại: người dân chưa tra cứu được hồ sơ này"))
    rows.append((line, row))


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused("Tệp không phải UTF-8. Trong Excel, chọn Lưu thành “CSV UTF-8”.") from error
    if not text.strip() or "\x00" in text:
        raise ImportRefused("Tệp trống hoặc không phải CSV.")
    return text


def _fields(headers: list[str], report: ImportReport) -> list[str | None]:
    fields = [field_of(header) for header in headers]
    report.ignored_columns = [name for name, known in zip(headers, fields, strict=True) if name and not known]
    missing = [name for known, name in REQUIRED.items() if known not in fields]
    if missing:
        raise ImportRefused(f"Thiếu cột: {', '.join(missing)}.")
    named = [name for name in fields if name]
    if len(named) != len(set(named)):
        raise ImportRefused("Có hai cột cùng nghĩa; giữ lại một cột rồi nhập lại.")
    return fields


async def _store(
    session: AsyncSession,
    rows: list[_Numbered],
    hasher: Hasher,
    report: ImportReport,
    *,
    source: str,
    demo: bool,
) -> None:
    codes = [row.code.canonical for _, row in rows]
    known = {
        found.code: found for found in await session.scalars(select(Dossier).where(Dossier.code.in_(codes)))
    }
    new: list[Dossier] = []
    for line, row in rows:
        values = _values(row, hasher) | {"source": source, "demo": demo}
        found = known.get(row.code.canonical)
        if found is None:
            report.added += 1
            new.append(Dossier(code=row.code.canonical, code_key=row.code.key, **values))
        elif found.demo != demo:
            report.errors.append(RowError(line, "mã này đã có, nhưng một bên là hồ sơ mẫu, một bên là thật"))
        elif changed := {name: value for name, value in values.items() if getattr(found, name) != value}:
            report.changed += 1
            if not report.dry_run:
                _change(session, found, changed)
        else:
            report.unchanged += 1
    if not report.dry_run:
        session.add_all(new)
        await session.flush()
        session.add_all(DossierEvent(dossier_id=made.id, status=made.status) for made in new)


def _change(session: AsyncSession, found: Dossier, changed: dict[str, Any]) -> None:
    for name, value in changed.items():
        setattr(found, name, value)
    found.updated_at = now()
    if "status" in changed:
        session.add(DossierEvent(dossier_id=found.id, status=found.status))


def _values(row: Row, hasher: Hasher) -> dict[str, Any]:
    return {
        "procedure": row.procedure,
        "status": int(row.status),
        "status_text": row.status_text,
        "phone_hash": hasher.phone(row.code.canonical, row.last_four) if row.last_four else None,
        **row.dates,
        "late_reason": row.late_reason,
        "todo": row.todo,
        "office": row.office,
    }
