"""Import of CSV files: good rows in, bad rows named, the second run changes nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from dossiers import DEMO_FILE, DossierDesk, Found, ImportRefused, import_bytes, import_file
from dossiers.models import Dossier, DossierEvent
from motcua.db import Database
from motcua.settings import Settings
from motcua.working_days import is_working_day

TODAY = date(2026, 11, 18)
HEADER = "Mã hồ sơ,Trạng thái,Số điện thoại,Ngày tiếp nhận,Ngày hẹn trả,Ngày hẹn lại,Lý do,Họ tên\n"


async def count(database: Database, table: type[Dossier] | type[DossierEvent]) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
async def test_a_file_with_or_without_bom_is_read(
    database: Database, settings: Settings, encoding: str
) -> None:
    content = (
        HEADER + "H26-261110-0001,Đang xử lý,0912004521,10/11/2026,2026-11-20,,,Nguyễn Văn A\n"
    ).encode(encoding)
    report = await import_bytes(database, settings, content, today=TODAY)
    assert (report.added, report.errors, report.ignored_columns) == (1, [], ["Họ tên"])
    async with database.read() as session:
        row = (await session.scalars(select(Dossier))).one()
    assert (row.received_on, row.due_on) == (date(2026, 11, 10), date(2026, 11, 20))


async def test_headers_without_accents_and_semicolons_are_read(
    database: Database, settings: Settings
) -> None:
    content = b"MA_HO_SO;tinh trang;SDT;ngay_hen_tra\nh26 261110 0001;4;912004521;20/11/2026\n"
    report = await import_bytes(database, settings, content, today=TODAY)
    assert (report.added, report.errors) == (1, [])
    outcome = await DossierDesk(database, settings).lookup("H26-261110-0001", "4521", "a")
    assert isinstance(outcome, Found)


async def test_bad_rows_are_named_and_good_rows_come_in(database: Database, settings: Settings) -> None:
    rows = [
        "H26-261110-0001,Đang xử lý,0912004521,10/11/2026,20/11/2026,,,",
        "không có,Đang xử lý,0912004521,10/11/2026,,,,",
        "H26-261310-0001,Đang xử lý,0912004521,,,,,",
        "H26-261110-0002,Đang bay,0912004521,,,,,",
        "H26-261110-0003,Đang xử lý,12345,,,,,",
        "H26-261110-0004,Đang xử lý,0912004521,31/02/2026,,,,",
        "H26-261110-0005,Đang xử lý,0912004521,10/11/2026,09/11/2026,,,",
        "H51-261110-0006,Đang xử lý,0912004521,,,,,",
        "H26-261110-0001,Đang xử lý,0912004521,,,,,",
        ",,,,,,,",
        "H26-261110-0007,,0912004521,,,,,",
        "H26-261110-0008,Đang xử lý,0912004521,,,-3,,",
        'H26-261110-0009,Đang xử lý,0912004521,,,,"hai\ndòng",',
        "H26-261110-0010,Đang xử lý,,,,,,",
        "H26-261110-0011,Lạ,,,,,,",
    ]
    report = await import_bytes(database, settings, (HEADER + "\n".join(rows)).encode(), today=TODAY)
    assert report.added == 3
    assert [error.line for error in report.errors] == [3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 17]
    reasons = [error.reason for error in report.errors]
    expected = [
        "không đúng dạng", "ngày trong mã", "Đang bay", "số điện thoại", "31/02/2026", "trước ngày tiếp nhận",
        "Hà Nội", "dòng 2", "thiếu trạng thái", "hồ sơ mẫu", "Lạ",
    ]  # fmt: skip
    assert all(part in reason for part, reason in zip(expected, reasons, strict=True)), reasons
    assert [note.line for note in report.notes] == [16]


async def test_the_second_run_changes_nothing(database: Database, settings: Settings) -> None:
    content = (HEADER + "H26-261110-0001,Đang xử lý,0912004521,10/11/2026,20/11/2026,,,\n").encode()
    await import_bytes(database, settings, content, today=TODAY)
    async with database.read() as session:
        before = [tuple(row) for row in await session.execute(text("SELECT * FROM dossiers"))]
    report = await import_bytes(database, settings, content, today=TODAY)
    async with database.read() as session:
        assert [tuple(row) for row in await session.execute(text("SELECT * FROM dossiers"))] == before
    assert (report.added, report.changed, report.unchanged) == (0, 0, 1)
    assert await count(database, DossierEvent) == 1


async def test_a_new_status_becomes_an_event_of_the_history(database: Database, settings: Settings) -> None:
    for status in ("Được tiếp nhận", "Đang xử lý", "Đang giải quyết", "Đã xử lý xong"):
        content = (HEADER + f"H26-261110-0001,{status},0912004521,,,,,\n").encode()
        await import_bytes(database, settings, content, today=TODAY)
    async with database.read() as session:
        statuses = await session.scalars(select(DossierEvent.status).order_by(DossierEvent.id))
        assert list(statuses) == [2, 4, 9]


async def test_a_dry_run_reports_and_stores_nothing(database: Database, settings: Settings) -> None:
    content = (HEADER + "H26-261110-0001,Đang xử lý,0912004521,,,,,\nx,1,,,,,,\n").encode()
    report = await import_bytes(database, settings, content, dry_run=True, today=TODAY)
    assert (report.added, len(report.errors), report.dry_run) == (1, 1, True)
    assert await count(database, Dossier) == 0


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "trống"),
        ("mã hồ sơ,số điện thoại\n".encode(), "trạng thái"),
        ("mã hồ sơ,trạng thái,tình trạng\n".encode(), "hai cột"),
        ("mã hồ sơ,trạng thái\n".encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04\x00\x00", "CSV"),
        ('mã hồ sơ,trạng thái\n"H26-261110-0001,4\n'.encode(), "ngoặc kép"),
    ],
)
async def test_a_file_that_is_none_is_refused_in_vietnamese(
    database: Database, settings: Settings, content: bytes, why: str
) -> None:
    with pytest.raises(ImportRefused, match=why):
        await import_bytes(database, settings, content, today=TODAY)


async def test_telephone_and_identity_numbers_in_free_text_are_hidden(
    database: Database, settings: Settings
) -> None:
    header = "mã hồ sơ,trạng thái,việc cần làm\n"
    row = "H26-261110-0001,5,Gọi 0912 345 678 mang CCCD 001085012345 và nộp 1.200.000 đồng\n"
    await import_bytes(database, settings, (header + row).encode(), today=TODAY)
    async with database.read() as session:
        stored = (await session.scalars(select(Dossier))).one()
    assert stored.todo == "Gọi ‹số đã ẩn› mang CCCD ‹số đã ẩn› và nộp 1.200.000 đồng"


async def test_more_rows_than_one_query_holds_come_in(database: Database, settings: Settings) -> None:
    rows = "".join(f"H26-261110-{n:04},4,091200{n:04},,,,,\n" for n in range(1000))
    report = await import_bytes(database, settings, (HEADER + rows).encode(), today=TODAY)
    assert report.added == 1000
    assert (await import_bytes(database, settings, (HEADER + rows).encode(), today=TODAY)).unchanged == 1000


async def test_the_demo_file_comes_in_marked_and_with_dates_near_today(
    database: Database, settings: Settings
) -> None:
    report = await import_file(database, settings, DEMO_FILE, demo=True, today=TODAY)
    assert (report.added, report.errors) == (6, [])
    async with database.read() as session:
        rows = list(await session.scalars(select(Dossier).order_by(Dossier.code)))
    assert all(row.demo and row.code.startswith("H26.99.9-") for row in rows)
    assert [row.status for row in rows] == [4, 4, 5, 6, 9, 10]
    assert all(row.received_on and is_working_day(row.received_on) for row in rows)
    again = await import_file(database, settings, DEMO_FILE, demo=True, today=TODAY)
    assert again.unchanged == 6


async def test_the_demo_file_is_no_real_data(database: Database, settings: Settings) -> None:
    report = await import_file(database, settings, DEMO_FILE, today=TODAY)
    assert report.added == 0
    assert len(report.errors) == 6


async def test_a_demo_dossier_never_replaces_a_real_one(database: Database, settings: Settings) -> None:
    content = (HEADER + "H26-261110-0001,Đang xử lý,0912004521,,,,,\n").encode()
    await import_bytes(database, settings, content, today=TODAY)
    report = await import_bytes(database, settings, content, demo=True, today=TODAY)
    assert (report.changed, len(report.errors)) == (0, 1)


async def test_a_missing_file_is_an_os_error(database: Database, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await import_file(database, settings, tmp_path / "none.csv")
