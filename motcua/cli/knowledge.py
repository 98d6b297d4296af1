"""``motcua knowledge``: check, import and search the procedures."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from knowledge import Library, Procedure, publish
from knowledge.files import SHIPPED, check_together, read_folder
from knowledge.search import Hit
from motcua.db import Database
from motcua.settings import get_settings


@click.group()
def knowledge() -> None:
    """The procedure knowledge base."""


@knowledge.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=SHIPPED)
def check(folder: Path) -> None:
    """Check the procedure files of FOLDER; exit 1 and name every problem."""
    reading = read_folder(folder)
    problems = reading.problems + check_together(reading.procedures)
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"{len(reading.procedures)} procedures, {len(problems)} problems")
    sys.exit(1 if problems else 0)


@knowledge.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=SHIPPED)
def import_(folder: Path) -> None:
    """Publish the procedure files of FOLDER. Running processes answer with them within seconds."""
    reading = read_folder(folder)
    problems = reading.problems + check_together(reading.procedures)
    if problems:
        raise click.ClickException("nothing imported:\n" + "\n".join(problems))
    changed = asyncio.run(_publish(reading.procedures))
    click.echo(f"{len(reading.procedures)} procedures read, {len(changed)} changed")


@knowledge.command()
@click.argument("question")
@click.option("--limit", default=5, show_default=True)
def search(question: str, limit: int) -> None:
    """Which procedures QUESTION may be about, best first."""
    for hit, name in asyncio.run(_search(question, limit)):
        click.echo(f"{hit.score:5.2f}  {hit.code}  {name}  ({hit.best})")


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
