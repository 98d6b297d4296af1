"""Excel files: dates as dates, numbers as what they stand for, the header wherever it is."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from dossiers import DossierDesk, Found, ImportRefused, import_bytes, import_file
from dossiers.models import Dossier
from motcua.db import Database
from motcua.settings import Settings
from tests.dossiers.files import rows, write_csv, write_xlsx

TODAY = date(2026, 11, 18)
XLS = Path(__file__).with_name("data") / "one-stop.xls"
CODE = "000.00.19.H26-251110-0001"


def workbook(*sheets: list[list[object]], hidden: int | None = None) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, cells in enumerate(sheets):
        sheet = book.create_sheet(f"Trang {number}")
        for row in cells:
            sheet.append(row)
        if number == hidden:
            sheet.sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


async def stored(database: Database) -> list[Dossier]:
    async with database.read() as session:
        return list(await session.scalars(select(Dossier).order_by(Dossier.code)))


async def test_an_old_xls_file_is_read(database: Database, settings: Settings) -> None:
    report = await import_file(database, settings, XLS, today=TODAY)
    assert (report.added, report.errors) == (2, [])
    first, second = await stored(database)
    assert (first.code, first.status, second.status) == (CODE, 4, 9)
    assert (first.received_on, first.due_on) == (date(2025, 11, 10), date(2025, 11, 20))
    assert isinstance(await DossierDesk(database, settings).lookup(CODE, "4521", "a"), Found)


async def test_cells_are_what_they_stand_for(database: Database, settings: Settings) -> None:
    content = workbook(
        [["Mã hồ sơ", "Trạng thái", "SĐT", "Ngày nhận", "Ngày hẹn trả"],
         [CODE, 4, 912004521, datetime(2025, 11, 10, 23, 30), date(2025, 11, 20)],  # noqa: DTZ001
         ["H26-251110-0002", "Đang xử lý", "0912 004 521", "10/11/2025", "2025-11-20"]],
    )  # fmt: skip
    report = await import_bytes(database, settings, content, today=TODAY)
    assert (report.added, report.errors) == (2, [])
    assert {(row.received_on, row.due_on) for row in await stored(database)} == {
        (date(2025, 11, 10), date(2025, 11, 20))
    }
    for code in (CODE, "H26-251110-0002"):
        assert isinstance(await DossierDesk(database, settings).lookup(code, "4521", "a"), Found)


async def test_a_bare_number_in_a_date_column_is_an_error_of_its_line(
    database: Database, settings: Settings
) -> None:
    content = workbook([["Mã hồ sơ", "Trạng thái", "Ngày nhận"], [CODE, 4, 45971], [CODE, 4.5, None]])
    report = await import_bytes(database, settings, content, today=TODAY)
    assert [(error.line, error.reason.split()[0]) for error in report.errors] == [(2, "ngày"), (3, "“4.5”")]


async def test_lines_are_those_that_excel_shows(database: Database, settings: Settings) -> None:
    content = workbook([[], ["DANH SÁCH"], [], [None, "Mã hồ sơ", "Trạng thái"], [], [None, "x", 4]])
    report = await import_bytes(database, settings, content, today=TODAY)
    assert [error.line for error in report.errors] == [6]


async def test_the_first_visible_sheet_with_a_header_is_read(database: Database, settings: Settings) -> None:
    def header(code: str) -> list[list[object]]:
        return [["Mã hồ sơ", "Trạng thái"], [code, 4]]

    content = workbook(
        header("H26-251110-0009"), [["Ghi chú của phường"]], header(CODE), header("H26-251110-0008"), hidden=0
    )
    await import_bytes(database, settings, content, today=TODAY)
    assert [row.code for row in await stored(database)] == [CODE]


async def test_excel_and_csv_of_the_same_rows_are_the_same_dossiers(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    write_xlsx(tmp_path / "city.xlsx", 700)
    write_csv(tmp_path / "city.csv", 700)
    first = await import_file(database, settings, tmp_path / "city.xlsx")
    second = await import_file(database, settings, tmp_path / "city.csv")
    assert (first.added, first.errors, second.unchanged) == (700, [], 700)
    assert len(await stored(database)) == len(list(rows(700)))


@pytest.mark.parametrize("damage", ["cut", "no table", "empty", "bomb"])
async def test_a_damaged_workbook_is_refused_in_vietnamese(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    content = workbook([["Mã hồ sơ", "Trạng thái"], [CODE, 4]])
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "no table":
        content = workbook([["Tên", "Tuổi"], ["A", 4]])
    elif damage == "empty":
        content = workbook([[]])
    else:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("a.xml", "w") as part:
            part.write(bytes(2**20 + 1))
        monkeypatch.setattr("dossiers.sheets._MOST_UNPACKED", 2**20)
        content = packed.getvalue()
    expected = {"cut": "hỏng", "no table": "Thiếu cột", "empty": "không có trang tính", "bomb": "quá lớn"}
    with pytest.raises(ImportRefused, match=expected[damage]):
        await import_bytes(database, settings, content, today=TODAY)
    assert await stored(database) == []
