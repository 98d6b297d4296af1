"""``motcua knowledge export | export-table | import-table``: content to files and, as drafts, back."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy import select

from knowledge.changes import Editor
from knowledge.exchange import (
    Fate,
    FileRefused,
    Incoming,
    Plan,
    Published,
    carry_out,
    csv_archive,
    export_folder,
    plan,
    published,
    read_incoming,
    to_tables,
    workbook,
)
from knowledge.files import SHIPPED
from motcua.db import Database
from motcua.settings import get_settings

T = TypeVar("T")
_BATCH = 20
_MOST_ON_SCREEN = 50
_NOBODY = Editor(0, "dòng lệnh")


@click.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=SHIPPED)
@click.option("--imported", is_flag=True, help="The ministry's own records, too.")
def export(folder: Path, imported: bool) -> None:
    """Write what is published to FOLDER as procedure files.

    A file whose content is published as it is keeps its bytes; of others only what changed is written anew.
    Files of withdrawn procedures are deleted.
    """

    async def act(database: Database) -> None:
        async with database.read() as session:
            found = await published(session, imported=imported)
        done = export_folder(folder, found.procedures, found.withdrawn)
        for sign, codes in (("+", done.added), ("~", done.changed), ("-", done.removed)):
            for code in codes:
                click.echo(f"{sign} {code}")
        if done.strangers:
            click.echo(f"not published, left as they are: {', '.join(done.strangers)}", err=True)
        click.echo(
            f"{len(found.procedures)} procedures: {len(done.added)} new files, {len(done.changed)} changed, "
            f"{len(done.removed)} deleted, {len(done.unchanged)} as they were"
        )

    _run(act)


@click.command("export-table")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--imported", is_flag=True, help="The ministry's own records, too.")
def export_table(file: Path, imported: bool) -> None:
    """Write what is published to FILE: an Excel workbook (.xlsx), or a zip of CSV (.zip)."""
    if file.suffix.lower() not in (".xlsx", ".zip"):
        raise click.UsageError("FILE must end in .xlsx or .zip")

    async def act(database: Database) -> Published:
        async with database.read() as session:
            return await published(session, imported=imported)

    found = _run(act)
    tables = to_tables(one.model_dump(mode="json", exclude_defaults=True) for one in found.procedures)
    try:
        file.write_bytes(workbook(tables) if file.suffix.lower() == ".xlsx" else csv_archive(tables))
    except FileRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(found.procedures)} procedures written to {file}")


@click.command("import-table")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--account", help="Whose drafts they become: the name an editor signs in with.")
def import_table(file: Path, dry_run: bool, account: str | None) -> None:
    """Open drafts for what FILE (.xlsx, .csv, .yml, .zip of these) changes. Nothing is published.

    Exit code: 0 all read, 1 something is wrong and the rest was done, 2 nothing done.
    """
    if not dry_run and not account:
        raise click.UsageError("--account is needed, or --dry-run")
    try:
        incoming = read_incoming(file.name, file.read_bytes())
    except FileRefused as error:
        click.echo(f"Error: nothing done: {error}", err=True)
        sys.exit(2)

    async def act(database: Database) -> Plan:
        if dry_run:
            return await _dry(database, incoming)
        return await _import(database, incoming, file, account or "")

    made = _run(act)
    _show(made)
    sys.exit(1 if made.every_problem or made.of(Fate.TAKEN) else 0)


async def _dry(database: Database, incoming: Incoming) -> Plan:
    async with database.read() as session:
        return await plan(session, incoming, _NOBODY)


async def _import(database: Database, incoming: Incoming, file: Path, account: str) -> Plan:
    from desk import audit
    from desk.models import Staff
    from desk.people import person
    from desk.roles import Permission

    async with database.read() as session:
        staff_id = await session.scalar(select(Staff.id).where(Staff.name == account))
        who = await person(session, staff_id) if staff_id else None
        if who is None or who.disabled or not who.has(Permission.EDIT_CONTENT):
            raise click.ClickException(f"{account} is no editor")
        editor = Editor(who.id, who.name)
        made = await plan(session, incoming, editor)
    codes = [one.code for one in made.of(Fate.NEW, Fate.CHANGED)]
    done = {}
    for start in range(0, len(codes), _BATCH):
        async with database.write() as session:
            batch = codes[start : start + _BATCH]
            for one in await carry_out(session, incoming, batch, editor, f"Nhập từ tệp {file.name}"):
                done[one.code] = one
                if one.drafted is not None:
                    detail = {"change": one.drafted}
                    await audit.record(session, who, "content_imported", f"procedure:{one.code}", detail)
    made.procedures = [done.get(one.code, one) for one in made.procedures]
    return made


def _show(made: Plan) -> None:
    for problem in made.every_problem[:_MOST_ON_SCREEN]:
        click.echo(f"{problem.place or 'tệp'}: {problem.said}", err=True)
    if (hidden := len(made.every_problem) - _MOST_ON_SCREEN) > 0:
        click.echo(f"… và {hidden} chỗ nữa", err=True)
    for one in made.of(Fate.TAKEN):
        click.echo(f"{one.code}: {one.refused}", err=True)
    for one in made.of(Fate.NEW, Fate.CHANGED)[:_MOST_ON_SCREEN]:
        what = ", ".join(dict.fromkeys(difference.label for difference in one.differences))
        draft = f" → bản sửa {one.drafted}" if one.drafted else ""
        click.echo(f"{one.code} {one.name}: {what}{draft}")
    drafted = sum(one.drafted is not None for one in made.procedures)
    many = {fate: len(made.of(fate)) for fate in Fate}
    click.echo(
        f"{len(made.procedures)} procedures: {many[Fate.NEW]} new, {many[Fate.CHANGED]} changed, "
        f"{many[Fate.SAME]} the same, {many[Fate.WRONG]} with errors, "
        f"{many[Fate.TAKEN]} in somebody's hands; {drafted} drafts"
    )


def _run(act: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(get_settings().database)
        try:
            return await act(database)
        finally:
            await database.close()

    return asyncio.run(run())
