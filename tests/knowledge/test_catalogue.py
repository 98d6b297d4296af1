"""The catalogue follows what is published, reads only what is new, and is quick."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event

from knowledge import Procedure, changes, publish
from knowledge.catalogue import Catalogue
from knowledge.changes import Editor
from motcua.db import Database

Made = Callable[..., Procedure]


async def _publish(database: Database, *procedures: Procedure) -> None:
    async with database.write() as session:
        await publish(session, list(procedures), "Nhóm nội dung", "")


async def test_rows_say_what_the_list_needs(database: Database, made: Made) -> None:
    await _publish(
        database,
        made(other_names=["nuôi cá vàng"], review_by="2026-12-01", effective_to="2030-01-01"),
        made(code="9.000002", name="Ấp trứng", imported=True),
    )
    first, second = await Catalogue(database).rows()
    assert [first.code, second.code] == ["9.000002", "9.000001"]
    assert first.imported
    assert (second.name, second.field, second.levels) == ("Đăng ký nuôi cá cảnh", "Thủy sản", ("xã",))
    assert (second.checked_on, second.review_by) == (date(2026, 7, 1), date(2026, 12, 1))
    assert second.effective_to == date(2030, 1, 1)
    assert "nuoi ca vang" in second.folded
    assert "9.000001" in second.folded
    assert not second.withdrawn


async def test_only_new_versions_are_read(database: Database, made: Made) -> None:
    many = [made(code=f"9.0001{number:02}") for number in range(30)]
    await _publish(database, *many)
    catalogue = Catalogue(database)
    rows = await catalogue.rows()
    assert await catalogue.rows() is rows
    read: list[str] = []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "content" in statement and "procedure_versions" in statement:
            read.append(str(parameters))

    await _publish(database, made(code="9.000105", fee="1.000 đồng."))
    read.clear()  # publishing reads some of it too
    newer = await catalogue.rows()
    assert len(newer) == 30
    assert len(read) == 1
    kept = {row.code: row for row in rows}
    assert [row.code for row in newer if row is not kept[row.code]] == ["9.000105"]


async def test_a_withdrawn_procedure_is_marked(database: Database, made: Made) -> None:
    await _publish(database, made())
    catalogue = Catalogue(database)
    assert await catalogue.row("9.000002") is None
    async with database.write() as session:
        await changes.withdraw_procedure(session, "9.000001", Editor(1, "An"), "bãi bỏ")
    row = await catalogue.row("9.000001")
    assert row is not None
    assert row.withdrawn


async def test_a_scheduled_change_makes_no_new_row(database: Database, made: Made) -> None:
    await _publish(database, made())
    catalogue = Catalogue(database)
    (row,) = await catalogue.rows()
    async with database.write() as session:
        await changes.open_change(session, "9.000001", Editor(1, "An"))
    assert (await catalogue.rows())[0] is row


@pytest.mark.parametrize("module", ["knowledge.catalogue", "knowledge.changes", "knowledge.office_edits"])
def test_a_process_without_a_library_does_not_load_the_search(module: str) -> None:
    code = f"import sys, {module}; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
