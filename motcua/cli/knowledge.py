"""``motcua knowledge``: check, import and search the procedures."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from knowledge import Library, Procedure, publish
from knowledge.checks import check_dates, check_together
from knowledge.files import SHIPPED, read_folder
from knowledge.national import DumpRefused, ImportReport, import_dump, write_report
from knowledge.search import Hit
from motcua.cli.exchange import export, export_table, import_table
from motcua.clock import today
from motcua.db import Database
from motcua.settings import get_settings

_NOTHING_DONE = 2
_MOST_ON_SCREEN = 20


@click.group()
def knowledge() -> None:
    """The procedure knowledge base."""


for command in (export, export_table, import_table):
    knowledge.add_command(command)


@knowledge.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=SHIPPED)
def check(folder: Path) -> None:
    """Check the procedure files of FOLDER; exit 1 and name every problem."""
    from knowledge.office_check import check_offices

    procedures, problems = _checked(folder)
    problems = [*problems, *check_offices()]
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"{len(procedures)} procedures, {len(problems)} problems")
    sys.exit(1 if problems else 0)


@knowledge.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path), default=SHIPPED)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the national portal's records were read; by default the newest day the file itself tells.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write, as .csv or .json, every piece of a record that could not be read.",
)
def import_(source: Path, as_of: datetime | None, report: Path | None) -> None:
    """Publish procedures. Running processes answer with them within seconds.

    SOURCE is a folder of procedure files, or a file of the national portal's records (JSON lines, also
    gzipped). What people have edited is never replaced by a record of the portal. Exit code for a file: 0 all
    imported, 1 some lines refused and the rest imported, 2 nothing imported.
    """
    if source.is_dir():
        if as_of or report:
            raise click.UsageError("--as-of and --report are for a file of the national portal")
        _import_folder(source)
    else:
        if report and not report.resolve().parent.is_dir():
            raise click.UsageError(f"--report: no such folder: {report.parent}")
        _import_file(source, as_of.date() if as_of else None, report)


@knowledge.command()
@click.argument("question")
@click.option("--limit", default=5, show_default=True)
def search(question: str, limit: int) -> None:
    """Which procedures QUESTION may be about, best first."""
    for hit, name in asyncio.run(_search(question, limit)):
        click.echo(f"{hit.score:5.2f}  {hit.code}  {name}  ({hit.best})")


def _checked(folder: Path) -> tuple[list[Procedure], list[str]]:
    reading = read_folder(folder)
    together = check_together(reading.procedures) + check_dates(reading.procedures, today())
    return reading.procedures, reading.problems + together


def _import_folder(folder: Path) -> None:
    procedures, problems = _checked(folder)
    if problems:
        raise click.ClickException("nothing imported:\n" + "\n".join(problems))
    changed = asyncio.run(_publish(procedures))
    click.echo(f"{len(procedures)} procedures read, {len(changed)} changed")


def _import_file(path: Path, day: date | None, report_to: Path | None) -> None:
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    try:
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("records", total=None)
            report = asyncio.run(
                _import_dump(path, day, lambda done, total: bar.update(task, completed=done, total=total))
            )
    except (DumpRefused, OSError) as error:
        click.echo(f"Error: nothing imported: {error}", err=True)
        sys.exit(_NOTHING_DONE)
    _show(report)
    if report_to:
        write_report(report, report_to)
        click.echo(f"report: {report_to} ({len(report.findings)} findings)")
    sys.exit(1 if report.refused else 0)


def _show(report: ImportReport) -> None:
    for bad in report.refused[:_MOST_ON_SCREEN]:
        click.echo(f"dòng {bad.line}: {bad.reason}", err=True)
    if (hidden := len(report.refused) - _MOST_ON_SCREEN) > 0:
        click.echo(f"… và {hidden} dòng nữa, xem --report", err=True)
    table = Table("Mục", "Có", "Đọc trọn", "Đáng ngờ", "Giữ nguyên văn", "Nối lại", "Bỏ ra")
    for column in table.columns[1:]:
        column.justify = "right"
    for count in report.fields():
        numbers = count.present, count.whole, count.doubted, count.kept, count.mended, count.left_out
        table.add_row(count.label, *(str(number or "–") for number in numbers))
    Console().print(table)
    click.echo(
        f"{len(report.records)} records of {report.day}: {len(report.changed)} changed, "
        f"{report.unchanged} unchanged, {len(report.kept_edited)} kept as edited, "
        f"{len(report.replaced)} replaced by an edited one, {len(report.refused)} lines refused"
    )
    if report.review_tasks:
        named = ", ".join(report.review_tasks[:_MOST_ON_SCREEN])
        click.echo(
            f"{len(report.review_tasks)} edited procedures changed at the portal, to be reviewed: {named}"
        )
    if report.missing:
        named = ", ".join(report.missing[:_MOST_ON_SCREEN])
        click.echo(f"{len(report.missing)} imported earlier and not in this file, left as they are: {named}")


async def _import_dump(path: Path, day: date | None, progress: Callable[[int, int], None]) -> ImportReport:
    database = Database(get_settings().database)
    try:
        return await import_dump(database, path, day=day, progress=progress)
    finally:
        await database.close()


async def _publish(procedures: list[Procedure]) -> list[str]:
    database = Database(get_settings().database)
    try:
        async with database.write() as session:
            return await publish(session, procedures, "motcua knowledge import", "nhập từ thư mục")
    finally:
        await database.close()


async def _search(question: str, limit: int) -> list[tuple[Hit, str]]:
    database = Database(get_settings().database)
    try:
        library = Library(database)
        await library.refresh()
        edition = library.edition
        return [(hit, edition.procedures[hit.code].name) for hit in edition.search.find(question, limit)]
    finally:
        await database.close()
