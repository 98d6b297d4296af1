"""Files of the one-stop software as rows of text: CSV in Unicode, and Excel's .xlsx and .xls.

What is read: UTF-8, with or without its mark, and UTF-16 with its mark (Excel's "Unicode text"). Older code
pages are refused, not guessed: Excel writes "?" for most Vietnamese letters into them, and any bytes at all
can be read as Windows-1258, so that what citizens would see could be wrong.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MOST_BYTES = 200 * 2**20
"""Larger files are refused: a year of the whole city is a tenth of it."""
_MOST_UNPACKED = 2**30
_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_PAGE = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")
_HEAD_LINES = 20

_SAVE_AS = "Trong Excel, chọn Lưu thành “CSV UTF-8” hoặc “Excel Workbook (.xlsx)”."


class ImportRefused(ValueError):
    """The file as a whole cannot be read; nothing was imported. The message is Vietnamese."""


Line = tuple[int, list[str]]
"""The number of the line that a row begins on (the first is 1), and its cells."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file. ``rows`` can be walked once; ``total`` is how many there are, empty ones too."""

    rows: Iterator[Line]
    total: int
    title: str = ""


def open_sheets(file: BinaryIO) -> list[Sheet]:
    """The tables of a file that can be sought in: one of a CSV, every visible one of a workbook with data.

    Raises ImportRefused; a CSV is read to its end first, so that damage in its last line refuses it whole.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    if size > MOST_BYTES:
        raise ImportRefused(f"Tệp lớn quá {MOST_BYTES // 2**20} MB; chia thành nhiều tệp rồi nhập lại.")
    if head.startswith(_EXCEL):
        return _workbook(file)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE):
        raise ImportRefused(
            "Tệp là trang web mang tên tệp bảng tính. Mở bằng Excel rồi lưu thành “Excel Workbook (.xlsx)”."
        )
    return [_csv(file, _encoding(head))]


def _encoding(head: bytes) -> str:
    return "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"


def _csv(file: BinaryIO, encoding: str) -> Sheet:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        delimiter = _delimiter([text.readline(100_000) for _ in range(_HEAD_LINES)])
        text.seek(0)
        total = sum(1 for _ in _csv_rows(text, delimiter))
    except UnicodeError as error:
        raise ImportRefused(
            f"Tệp không phải UTF-8, chữ có dấu có thể đã mất (bảng mã cũ như Windows-1258). {_SAVE_AS}"
        ) from error
    if not total:
        raise ImportRefused("Tệp trống hoặc không phải CSV.")
    text.seek(0)
    return Sheet(_csv_rows(text, delimiter), total)


def _delimiter(lines: list[str]) -> str:
    text = "".join(lines)
    if not text.strip() or "\x00" in text:
        raise ImportRefused("Tệp trống hoặc không phải CSV.")
    return max(",;\t", key=text.count)


def _csv_rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[Line]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise ImportRefused(f"Dòng {line}: tệp CSV hỏng (dấu ngoặc kép không khớp).") from error


def _workbook(file: BinaryIO) -> list[Sheet]:
    try:
        _check_unpacked(file)
        book = CalamineWorkbook.from_filelike(file)
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
        ]
        sheets = [sheet for sheet in map(book.get_sheet_by_name, names) if sheet.start is not None]
    except PasswordError as error:
        raise ImportRefused("Tệp Excel có mật khẩu; bỏ mật khẩu rồi nhập lại.") from error
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise ImportRefused("Tệp Excel hỏng hoặc không phải bảng tính; mở bằng Excel rồi lưu lại.") from error
    if not sheets:
        raise ImportRefused("Tệp Excel không có trang tính nào có dữ liệu.")
    return [Sheet(_excel_rows(sheet), sheet.total_height, sheet.name) for sheet in sheets]


def _check_unpacked(file: BinaryIO) -> None:
    """Refuse a small file that would fill the memory."""
    if not zipfile.is_zipfile(file):
        file.seek(0)
        return
    with zipfile.ZipFile(file) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
    file.seek(0)
    if unpacked > _MOST_UNPACKED:
        raise ImportRefused("Tệp Excel quá lớn khi mở ra; chia thành nhiều tệp rồi nhập lại.")


def _excel_rows(sheet: CalamineSheet) -> Iterator[Line]:
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        yield line, [_cell(cell) for cell in cells]


def _cell(value: object) -> str:
    """A cell as it would stand in a CSV: 912004521, not 912004521.0; dates as yyyy-MM-dd."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
