"""``motcua dossiers``: bring dossiers in from the one-stop software, and see how their sources are."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from motcua.cli.receipts import receipt
from motcua.clock import HANOI
from motcua.db import Database, now
from motcua.settings import Settings, get_settings

if TYPE_CHECKING:
    from dossiers import ImportReport
    from dossiers.importer import Progress


@click.group()
def dossiers() -> None:
    """Dossiers and their states."""


dossiers.add_command(receipt)


@dossiers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check only; change nothing.")
@click.option("--mapping", default="national", show_default=True, help="What the file's statuses mean.")
@click.option("--source", default="csv", show_default=True, help="Name of the system the file comes from.")
@click.option("--as-of", help="When the file was exported, YYYY-MM-DD HH:MM or now; else its own time.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the report there too.")
def import_(
    file: Path, *, dry_run: bool, mapping: str, source: str, as_of: str | None, report: Path | None
) -> None:
    """Import dossiers from a CSV or Excel FILE.

    Rows that cannot be read are named and left out; then the exit code is 1. What the table knows
    from a newer file stays as it is.
    """
    from dossiers import BadSource, ImportRefused, report_text, summary

    try:
        with _progress() as progress:
            importing = _import(
                file, dry_run=dry_run, mapping=mapping, source=source, as_of=_moment(as_of), progress=progress
            )
            done = asyncio.run(importing)
    except (ImportRefused, BadSource) as error:
        raise click.ClickException(str(error)) from error
    for problem in [*done.errors, *done.notes]:
        click.echo(f"dòng {problem.line}: {problem.reason}", err=True)
    for said, times in sorted(done.unknown.items()):
        click.echo(f"trạng thái chưa có trong bảng đối chiếu: “{said}” ({times} hồ sơ)", err=True)
    if report:
        report.write_text(report_text(file.name, now(), done), encoding="utf-8")
    click.echo(summary(done))
    sys.exit(1 if done.errors else 0)


@dossiers.command()
def sources() -> None:
    """Each source of dossiers and whether look-ups would work now; exit code 1 if one would not."""
    from dossiers import BadSource

    try:
        states = asyncio.run(_sources(get_settings()))
    except BadSource as error:
        raise click.ClickException(str(error)) from error
    for name, title, ok, detail in states:
        click.echo(f"{'ok  ' if ok else 'BUSY'} {name} ({title}): {detail}")
    sys.exit(0 if all(ok for _, _, ok, _ in states) else 1)


@dossiers.command("unknown-statuses")
def unknown_statuses_() -> None:
    """Wordings and numbers that no status mapping knows: add them to the mapping of their system."""
    from dossiers import unknown_statuses

    async def read() -> None:
        database = Database(get_settings().database)
        try:
            for found in await unknown_statuses(database):
                click.echo(f"{found.source}\t{found.times}\t{found.said}")
        finally:
            await database.close()

    asyncio.run(read())


async def _import(
    file: Path, *, dry_run: bool, mapping: str, source: str, as_of: datetime | None, progress: Progress
) -> ImportReport:
    from dossiers import import_file
    from dossiers.sources.mappings import load_mapping

    settings = get_settings()
    statuses = load_mapping(mapping, settings)
    database = Database(settings.database)
    try:
        return await import_file(
            database, settings, file, source=source, dry_run=dry_run, mapping=statuses, as_of=as_of,
            progress=progress,
        )  # fmt: skip
    finally:
        await database.close()


async def _sources(settings: Settings) -> list[tuple[str, str, bool, str]]:
    from dossiers import open_sources

    database = Database(settings.database)
    opened = open_sources(database, settings)
    try:
        states = await asyncio.gather(*(source.health() for source in opened))
        return [(it.name, it.title, state.ok, state.detail) for it, state in zip(opened, states, strict=True)]
    finally:
        for source in opened:
            await source.close()
        await database.close()


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on standard error, where there is a screen."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("dòng", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _moment(text: str | None) -> datetime | None:
    if text is None or text == "now":
        return now() if text else None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=HANOI)
    except ValueError as error:
        raise click.BadParameter("use YYYY-MM-DD HH:MM (Hanoi time), or now", param_hint="--as-of") from error
