"""``motcua dossiers``: bring dossiers in from the one-stop software."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from dossiers import ImportRefused, ImportReport, import_file
from motcua.db import Database
from motcua.settings import get_settings


@click.group()
def dossiers() -> None:
    """Dossiers and their states."""


@dossiers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check only; change nothing.")
def import_(file: Path, dry_run: bool) -> None:
    """Import dossiers from a CSV FILE; rows that cannot be read are named and left out."""
    try:
        report = asyncio.run(_import(file, dry_run))
    except ImportRefused as error:
        raise click.ClickException(str(error)) from error
    for problem in [*report.errors, *report.notes]:
        click.echo(f"dòng {problem.line}: {problem.reason}", err=True)
    done = "would be " if dry_run else ""
    click.echo(
        f"{done}added {report.added}, {done}changed {report.changed}, unchanged {report.unchanged}, "
        f"refused {len(report.errors)}"
    )
    sys.exit(1 if report.errors else 0)


async def _import(file: Path, dry_run: bool) -> ImportReport:
    settings = get_settings()
    database = Database(settings.database)
    try:
        return await import_file(database, settings, file, dry_run=dry_run)
    finally:
        await database.close()
