"""Dossier files as one-stop software writes them: generated, with invented people and numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from openpyxl import Workbook

HEADER = [
    "STT", "Mã hồ sơ", "Mã TTHC", "Họ tên", "Số điện thoại", "Trạng thái", "Ngày tiếp nhận", "Ngày hẹn trả",
    "Ngày kết thúc", "Lý do trễ", "Cơ quan giải quyết",
]  # fmt: skip
_WORDINGS = ("Đang xử lý", "Chờ bổ sung", "Đã trả kết quả", "Chờ ký duyệt", "Đã có kết quả")
_FIRST_DAY = date(2026, 1, 5)


def rows(count: int) -> Iterator[list[object]]:
    """``count`` rows, each with another code, in the order of HEADER."""
    for number in range(count):
        received = _FIRST_DAY + timedelta(days=number % 300)
        status = _WORDINGS[number % len(_WORDINGS)]
        done = received + timedelta(days=6) if status.startswith("Đã") else None
        yield [
            number + 1,
            f"000.00.{number % 90 + 10}.H26-{received:%y%m%d}-{number // 300 % 10000:04}",
            "1.001193",
            f"Người Mẫu {number}",
            f"09{number:08}",
            status,
            received,
            received + timedelta(days=7),
            done,
            "Cần xác minh thêm" if number % 7 == 0 else "",
            f"UBND phường Mẫu {number % 126}",
        ]


def write_csv(path: Path, count: int) -> None:
    """A CSV of ``count`` rows in UTF-8 with its mark, as Excel saves it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in rows(count):
            writer.writerow([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row])


def write_xlsx(path: Path, count: int) -> None:
    """A workbook as a one-stop software exports it: an empty sheet first, a title, the header below it.

    Dates are dates, telephone numbers are numbers that have lost their first nought.
    """
    book = Workbook(write_only=True)
    book.create_sheet("Bìa")
    sheet = book.create_sheet("Hồ sơ")
    sheet.append(["DANH SÁCH HỒ SƠ TIẾP NHẬN VÀ TRẢ KẾT QUẢ"])
    sheet.append([])
    sheet.append(HEADER)
    for row in rows(count):
        cells = [
            datetime.combine(cell, datetime.min.time()) if isinstance(cell, date) else cell for cell in row
        ]
        cells[4] = int(str(row[4]))
        sheet.append(cells)
    book.save(path)
