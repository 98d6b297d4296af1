"""A dump of the national portal into the knowledge base, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from knowledge.national.build import to_procedure
from knowledge.national.findings import Findings, Outcome
from knowledge.national.names import told_apart
from knowledge.national.records import BadLine, Dump, DumpRefused, read_dump
from knowledge.national.report import ImportReport
from knowledge.national.review import compare, kept
from knowledge.schema import Procedure
from knowledge.store import current_versions, publish, replaced_by_edited
from motcua.clock import today
from motcua.db import Database

AUTHOR = "Cổng Dịch vụ công quốc gia"

Progress = Callable[[int, int], None]
"""Told how many records are done, and of how many."""


async def import_dump(
    database: Database, path: Path, *, day: date | None = None, progress: Progress | None = None
) -> ImportReport:
    """Import the records of ``path`` as they stood on ``day`` (by default the newest day the file tells).

    Edited procedures stay; what is in the knowledge base and not in the file stays too, and is reported. The
    same file a second time changes nothing. What differs from the last import of an edited procedure becomes
    a review task (``knowledge.national.review``). Raises OSError if the file cannot be opened, DumpRefused if
    it is no dump or nobody knows of which day.
    """
    dump = await asyncio.to_thread(read_dump, path)
    procedures, report = await asyncio.to_thread(build_all, dump, day, progress)
    records = await asyncio.to_thread(kept, procedures)
    async with database.write() as session:
        before = await current_versions(session)
        replaced = replaced_by_edited(before.values())
        for procedure in procedures:
            if (known := before.get(procedure.code)) and known.edited:
                report.kept_edited.append(procedure.code)
            elif procedure.code in replaced:
                report.replaced[procedure.code] = replaced[procedure.code]
        in_file = {record.code for record in dump.records}
        report.missing = [code for code, known in before.items() if known.imported and code not in in_file]
        note = f"nhập từ bản ghi của Cổng ngày {report.day:%d/%m/%Y}"
        edited = {code for code, known in before.items() if known.edited and not known.withdrawn}
        compared = await compare(session, records, report.day, edited)
        report.ministry_changed, report.review_tasks = compared.changed, compared.tasks
        report.changed = await publish(session, procedures, AUTHOR, note)
    return report


def build_all(
    dump: Dump, day: date | None = None, progress: Progress | None = None
) -> tuple[list[Procedure], ImportReport]:
    """The procedures of a dump and the report so far. Raises DumpRefused when the day is not known."""
    day = day or dump.newest_day()
    if day is None:
        raise DumpRefused("Không biết các bản ghi này của ngày nào; thêm --as-of NĂM-THÁNG-NGÀY.")
    if day > today():
        raise DumpRefused(f"Ngày {day:%d/%m/%Y} còn ở phía trước; xem lại --as-of.")
    report = ImportReport(day, records=dump.records, bad=dump.bad)
    procedures: list[Procedure] = []
    for done, record in enumerate(dump.records, start=1):
        findings = Findings(record.code)
        try:
            procedures.append(to_procedure(record, day, findings))
        except ValidationError as error:
            places = ", ".join(".".join(map(str, item["loc"])) for item in error.errors())
            report.failed.append(BadLine(record.line, f"{record.code}: không dựng được thủ tục ({places})"))
        report.findings += findings.found
        if progress:
            progress(done, len(dump.records))
    apart = told_apart(procedures)
    for procedure, was in zip(apart, procedures, strict=True):
        if procedure.name != was.name:
            findings = Findings(procedure.code)
            findings.add(
                "ten_thu_tuc", Outcome.DOUBTED, was.name, "trùng tên với thủ tục khác, tên được ghi thêm"
            )
            report.findings += findings.found
    return apart, report
