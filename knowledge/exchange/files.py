"""Workbooks and CSV as files. What comes from outside is measured before anything is unpacked."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from knowledge.exchange.columns import Cell
from knowledge.exchange.tables import Row

LARGEST = 16 * 2**20
_MOST_UNPACKED = 120 * 2**20
_MOST_ENTRIES = 400
_MOST_ROWS, _MOST_COLUMNS, _MOST_SHEETS = 100_000, 60, 40
_LONGEST_CELL = 32_767
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([^"']*)["']""")
_CELL = re.compile(rb"\s*([A-Za-z]{0,9})(\d{0,19})\s*")
_ZIP = b"PK\x03\x04"


class FileRefused(ValueError):
    """The file as a whole cannot be read; the message is Vietnamese."""


def workbook(tables: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """An Excel file of tables by title. Text stays text: no cell is a formula. Raises FileRefused."""
    from openpyxl import Workbook  # noqa: PLC0415 - a second that the start does without
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook(write_only=True)
    bold = Font(bold=True)
    for title, rows in tables.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "B2"
        for letter, width in zip("ABCDEFGH", (12, *[28] * 7), strict=True):
            sheet.column_dimensions[letter].width = width
        for number, row in enumerate(rows):
            cells: list[Any] = []
            for place, value in enumerate(row):
                fitted = _fitting(value)
                cell: Any = fitted
                text = isinstance(fitted, str)
                # Styled cells are slow; only those are that would be taken for something else without.
                if number == 0 or (text and (place == 0 or str(fitted).startswith(_FORMULA))):
                    cell = WriteOnlyCell(sheet, value=fitted)  # type: ignore[arg-type]
                    cell.data_type, cell.number_format = "s", "@"
                    cell.quotePrefix = text and str(fitted).startswith(_FORMULA)
                    if number == 0:
                        cell.font = bold
                elif isinstance(fitted, date):
                    cell = WriteOnlyCell(sheet, value=fitted)  # type: ignore[arg-type]
                    cell.number_format = "DD/MM/YYYY"
                cells.append(cell)
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_archive(tables: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """A zip with a CSV for each table, which Excel opens with its accents right."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for title, rows in tables.items():
            packed.writestr(f"{title}.csv", csv_file(rows))
    return out.getvalue()


def csv_file(rows: Sequence[Sequence[Cell]]) -> bytes:
    """One table as CSV. A text that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerows([_csv_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def read_workbook(content: bytes) -> dict[str, list[Row]]:
    """The tables of an Excel file by title. Raises FileRefused."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415

    safe = _unpacked_within_limits(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(safe))
        if len(book.sheet_names) > _MOST_SHEETS:
            raise FileRefused(f"Tệp có quá {_MOST_SHEETS} trang tính; bỏ bớt rồi nhập lại.")
        return {
            name: [
                (number, [_text(cell) for cell in cells])
                for number, cells in enumerate(book.get_sheet_by_name(name).to_python(False), start=1)
            ]
            for name in book.sheet_names
        }
    except PasswordError as error:
        raise FileRefused("Tệp có mật khẩu; bỏ mật khẩu rồi thử lại.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("Tệp Excel hỏng hoặc không phải bảng tính; mở bằng Excel rồi lưu lại.") from error


def read_csv(content: bytes) -> list[Row]:
    """The rows of a CSV in UTF-8 or UTF-16. Raises FileRefused."""
    _measure(content)
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        said = "Tệp CSV không phải UTF-8, chữ có dấu có thể đã mất. Lưu lại thành “CSV UTF-8” hoặc Excel."
        raise FileRefused(said) from error
    head = text[:4000]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            rows.append((line, [_plain(cell) for cell in cells]))
            line = reader.line_num + 1
            if len(rows) > _MOST_ROWS:
                raise FileRefused(f"Tệp có quá {_MOST_ROWS} dòng; chia nhỏ rồi nhập lại.")
    except csv.Error as error:
        raise FileRefused(f"Dòng {line}: tệp CSV hỏng (dấu ngoặc kép không khớp).") from error
    return rows


def read_archive(content: bytes) -> dict[str, bytes]:
    """The files of a zip, by name. Raises FileRefused."""
    with _opened(content) as packed:
        return {entry.filename: _member(packed, entry) for entry in packed.infolist() if not entry.is_dir()}


def is_zip(content: bytes) -> bool:
    """Whether the file is packed, as workbooks are too."""
    return content.startswith(_ZIP)


def is_workbook(content: bytes) -> bool:
    """Whether a packed file is an Excel workbook. Raises FileRefused."""
    with _opened(content) as packed:
        return "[Content_Types].xml" in packed.namelist()


def _measure(content: bytes) -> None:
    if len(content) > LARGEST:
        raise FileRefused(f"Tệp lớn quá {LARGEST // 2**20} MB; chia nhỏ rồi nhập lại.")


def _opened(content: bytes) -> zipfile.ZipFile:
    _measure(content)
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise FileRefused("Tệp hỏng hoặc tải chưa hết; tải lại rồi thử lại.") from error
    entries = packed.infolist()
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise FileRefused("Tệp quá lớn khi mở ra; chia nhỏ rồi nhập lại.")
    return packed


def _member(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:  # zipfile stops at the size the entry names, which was added up before, and compares the checksum
        return packed.read(entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise FileRefused("Tệp hỏng, hoặc có mật khẩu; mở ra rồi lưu lại.") from error
    except Exception as error:  # zlib.error and what other packings raise
        raise FileRefused("Tệp hỏng hoặc tải chưa hết; tải lại rồi thử lại.") from error


def _unpacked_within_limits(content: bytes) -> bytes:
    """The workbook packed anew without compression, so that what reads it meets nothing unmeasured.

    A cell far to the right and far below would make the reader hold every empty cell before it.
    """
    out = io.BytesIO()
    with _opened(content) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as again:
        names: set[str] = set()
        for entry in packed.infolist():
            if entry.is_dir() or entry.filename in names:
                continue
            names.add(entry.filename)
            member = _member(packed, entry)
            if entry.filename.lower().endswith((".xml", ".rels")):
                _check_xml(member)
            elif entry.filename.lower().endswith(".bin") and "worksheet" in entry.filename.lower():
                raise FileRefused("Dạng tệp này không đọc được; lưu thành “Excel Workbook (.xlsx)”.")
            again.writestr(entry.filename, member)
    return out.getvalue()


def _check_xml(member: bytes) -> None:
    if b"<!" in member.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or b"\x00" in member:
        raise FileRefused("Tệp Excel hỏng hoặc không phải bảng tính; mở bằng Excel rồi lưu lại.")
    for found in _REFERENCE.finditer(member):
        place = _CELL.fullmatch(found[1])
        if b"&" in found[1]:
            raise FileRefused("Tệp Excel hỏng hoặc không phải bảng tính; mở bằng Excel rồi lưu lại.")
        if place is None:
            continue  # something else of this name
        column = 0
        for letter in place[1].upper():
            column = column * 26 + letter - 64
        if column > _MOST_COLUMNS or int(place[2] or 0) > _MOST_ROWS:
            said = (
                f"Tệp có ô nằm quá xa (sau dòng {_MOST_ROWS} hoặc cột {_MOST_COLUMNS}); xóa ô đó rồi lưu lại."
            )
            raise FileRefused(said)


def _fitting(value: Cell) -> Cell:
    if not isinstance(value, str):
        return value
    if len(value) > _LONGEST_CELL:
        raise FileRefused(
            f"Có nội dung dài quá một ô của Excel: “{value[:60]}…”. Dùng dạng tệp thủ tục (YAML)."
        )
    return _UNREADABLE.sub("", value)


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if cell is None:
        return ""
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:2] in _FORMULA else cell


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
