"""``motcua knowledge export`` and the tables on the command line, as an operator runs them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import func, select

from desk.models import Staff, StaffRole
from desk.roles import Role
from knowledge import Procedure, publish
from knowledge.changes import Editor, withdraw_procedure
from knowledge.files import SHIPPED, read_folder
from knowledge.models import ContentChange, ProcedureVersion
from motcua import prepare
from motcua.cli import main
from motcua.db import Database
from motcua.settings import Settings, get_settings
from tests.knowledge.conftest import Made


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A database with the tables of the newest migration."""
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    made = get_settings()
    prepare.migrate_database(made)
    yield made
    get_settings.cache_clear()


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["knowledge", *map(str, words)])


def _publish(settings: Settings, *procedures: Procedure) -> None:
    async def act() -> None:
        database = Database(settings.database)
        async with database.write() as session:
            await publish(session, list(procedures), "người soạn", "")
        await database.close()

    asyncio.run(act())


def _count(settings: Settings, table: type[ProcedureVersion] | type[ContentChange]) -> int:
    async def act() -> int:
        database = Database(settings.database)
        async with database.read() as session:
            found = await session.scalar(select(func.count()).select_from(table)) or 0
        await database.close()
        return found

    return asyncio.run(act())


def test_exporting_all_and_importing_again_changes_no_byte_and_no_version(
    settings: Settings, tmp_path: Path
) -> None:
    assert _run("import").exit_code == 0
    versions = _count(settings, ProcedureVersion)
    folder = tmp_path / "thu-tuc"
    folder.mkdir()
    before = {path.name: path.read_bytes() for path in sorted(SHIPPED.glob("*.yml"))}
    for name, content in before.items():
        (folder / name).write_bytes(content)
    done = _run("export", folder)
    assert done.exit_code == 0, done.output
    assert f"0 new files, 0 changed, 0 deleted, {len(before)} as they were" in done.output
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    again = _run("import", folder)
    assert f"{len(before)} procedures read, 0 changed" in again.output
    assert _count(settings, ProcedureVersion) == versions


def test_what_was_edited_is_exported_and_what_was_withdrawn_goes(
    settings: Settings, tmp_path: Path, made: Made
) -> None:
    _publish(settings, made(), made(code="9.000002"), made(code="9.000003", imported=True))
    folder = tmp_path / "thu-tuc"
    assert "2 new files" in _run("export", folder).output
    _publish(settings, made(name="Nuôi cá"))

    async def withdraw() -> None:
        database = Database(settings.database)
        async with database.write() as session:
            await withdraw_procedure(session, "9.000002", Editor(1, "Hoa"), "bãi bỏ")
        await database.close()

    asyncio.run(withdraw())
    done = _run("export", folder)
    assert done.output.splitlines()[:2] == ["~ 9.000001", "- 9.000002"]
    (left,) = read_folder(folder).procedures
    assert left.name == "Nuôi cá"
    assert "1 new files" in _run("export", folder, "--imported").output


def test_a_table_is_tried_and_then_imported_as_an_editors_drafts(
    settings: Settings, tmp_path: Path, made: Made
) -> None:
    _publish(settings, made())
    file = tmp_path / "thu-tuc.xlsx"
    assert _run("export-table", file).exit_code == 0
    book = load_workbook(io.BytesIO(file.read_bytes()))
    book["Thủ tục"]["B2"] = "Nuôi cá"
    book.save(file)
    dry = _run("import-table", file, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "9.000001 Nuôi cá: Tên thường gọi" in dry.output
    assert _count(settings, ContentChange) == 0
    assert _run("import-table", file).exit_code == 2
    assert "is no editor" in _run("import-table", file, "--account", "lan").output

    async def hire() -> None:
        database = Database(settings.database)
        async with database.write() as session:
            row = Staff(name="lan", full_name="Lan", password_hash="x", whole_city=True)
            session.add(row)
            await session.flush()
            session.add(StaffRole(staff_id=row.id, role=Role.EDITOR))
        await database.close()

    asyncio.run(hire())
    done = _run("import-table", file, "--account", "lan")
    assert done.exit_code == 0, done.output
    assert "→ bản sửa" in done.output
    assert (_count(settings, ContentChange), _count(settings, ProcedureVersion)) == (1, 1)


def test_errors_are_said_with_their_place_and_a_bad_file_does_nothing(
    settings: Settings, tmp_path: Path, made: Made
) -> None:
    _publish(settings, made())
    file = tmp_path / "thu-tuc.xlsx"
    _run("export-table", file)
    book = load_workbook(io.BytesIO(file.read_bytes()))
    book["Cách nộp"]["G2"] = "nhiều"
    book.save(file)
    done = _run("import-table", file, "--dry-run")
    assert done.exit_code == 1
    assert "trang “Cách nộp”, dòng 2, cột “Phí: số tiền (đồng)”: phải là số nguyên" in done.output
    file.write_bytes(b"PK\x03\x04")
    assert _run("import-table", file, "--dry-run").exit_code == 2
    assert _run("export-table", tmp_path / "x.doc").exit_code == 2
