"""Import of CSV files: good rows in, bad rows named, the second run changes nothing."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from dossiers import (
    DEMO_FILE,
    DossierDesk,
    Found,
    ImportRefused,
    Status,
    UnknownStatus,
    import_bytes,
    import_file,
    unknown_statuses,
)
from dossiers.models import Dossier, DossierEvent
from dossiers.sources.mappings import load_mapping
from motcua.db import Database, now
from motcua.settings import Settings
from motcua.working_days import is_working_day
from tests.dossiers.files import write_csv

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
        "H26-261110-0002,0912004521,0912004521,,,,,",
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
        "H26-261110-0011,20/11/2026,,,,,,",
    ]
    report = await import_bytes(database, settings, (HEADER + "\n".join(rows)).encode(), today=TODAY)
    assert report.added == 3
    assert [error.line for error in report.errors] == [3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 17]
    reasons = [error.reason for error in report.errors]
    expected = [
        "không đúng dạng", "ngày trong mã", "lệch cột", "số điện thoại", "31/02/2026", "trước ngày tiếp nhận",
        "Hà Nội", "dòng 2", "thiếu trạng thái", "hồ sơ mẫu", "lệch cột",
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
        ("mã hồ sơ,trạng thái\nH26-261110-0001,4\n".encode("utf-16-le"), "CSV"),
        (b"ma ho so,tr\xe1ng th\xe1i\n", "UTF-8.*Windows-1258"),
        ("mã hồ sơ,trạng thái\n".encode() * 9000 + b"\xff", "UTF-8"),
        (b"PK\x03\x04\x00\x00", "Excel hỏng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Excel hỏng"),
        ("<html><table><tr><td>Mã hồ sơ</td></tr></table>".encode(), "trang web"),
        ("STT,Họ tên\n1,A\n".encode(), "mã hồ sơ, trạng thái"),
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


async def test_a_status_that_no_mapping_knows_is_kept_in_the_words_of_the_source(
    database: Database, settings: Settings
) -> None:
    rows = "H26-261110-0001,Chờ Hội đồng họp,0912004521,,,,,\nH26-261110-0002,17,0912004521,,,,,\n"
    report = await import_bytes(database, settings, (HEADER + rows).encode(), today=TODAY)
    assert (report.added, report.errors) == (2, [])
    assert report.unknown == {"Chờ Hội đồng họp": 1, "trạng thái số 17": 1}
    outcome = await DossierDesk(database, settings).lookup("H26-261110-0001", "4521", "a")
    assert isinstance(outcome, Found)
    assert outcome.dossier.status is Status.UNKNOWN
    assert outcome.dossier.words.state == "theo hệ thống của cơ quan: “Chờ Hội đồng họp”"
    assert outcome.dossier.late_working_days(date(2027, 1, 1)) == 0
    assert await unknown_statuses(database) == [
        UnknownStatus("csv", "Chờ Hội đồng họp", 1), UnknownStatus("csv", "trạng thái số 17", 1),
    ]  # fmt: skip


async def test_a_mapping_learnt_later_names_the_status_of_the_same_file(
    database: Database, settings: Settings
) -> None:
    content = (HEADER + "H26-261110-0001,Chờ Hội đồng họp,0912004521,,,,,\n").encode()
    await import_bytes(database, settings, content, today=TODAY)
    folder = settings.data_dir / "mappings"
    folder.mkdir()
    (folder / "national.yml").write_text("system: Của ta\nwords: {Chờ hội đồng họp: 4}\n", encoding="utf-8")
    report = await import_bytes(database, settings, content, today=TODAY)
    assert (report.changed, report.unknown) == (1, {})
    assert await unknown_statuses(database) == []


async def test_the_numbers_of_another_system_mean_what_its_mapping_says(
    database: Database, settings: Settings
) -> None:
    content = (HEADER + "H26-261110-0001,6,0912004521,,,,,\nH26-261110-0002,11,0912004521,,,,,\n").encode()
    mapping = load_mapping("one-to-eleven")
    await import_bytes(database, settings, content, today=TODAY, mapping=mapping)
    async with database.read() as session:
        stored = list(await session.scalars(select(Dossier.status).order_by(Dossier.code)))
    assert stored == [Status.PROCESSING, Status.UNKNOWN], "6 is no payment there, and 11 is not guessed"


async def test_a_file_older_than_what_is_known_changes_nothing_and_says_so(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "export.csv"
    file.write_text(HEADER + "H26-261110-0001,Đã trả kết quả,0912004521,,,,,\n", encoding="utf-8")
    await import_file(database, settings, file, today=TODAY)
    last_week = tmp_path / "last-week.csv"
    last_week.write_text(HEADER + "H26-261110-0001,Đang xử lý,0912004521,,,,,\n", encoding="utf-8")
    os.utime(last_week, (file.stat().st_mtime - 600_000,) * 2)
    report = await import_file(database, settings, last_week, today=TODAY)
    assert (report.changed, report.older) == (0, 1)
    assert "cũ hơn" in report.notes[0].reason
    async with database.read() as session:
        assert await session.scalar(select(Dossier.status)) == Status.RETURNED


async def test_the_answer_says_as_of_when_the_file_was_written(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "export.csv"
    file.write_text(HEADER + "H26-261110-0001,Đang xử lý,0912004521,,,,,\n", encoding="utf-8")
    for written in (1_790_000_000, 1_790_086_400):
        os.utime(file, (written, written))
        report = await import_file(database, settings, file, today=TODAY)
        outcome = await DossierDesk(database, settings).lookup("H26-261110-0001", "4521", "a")
        assert isinstance(outcome, Found)
        assert outcome.dossier.as_of == datetime.fromtimestamp(written, UTC)
    assert (report.unchanged, await count(database, DossierEvent)) == (1, 1)


async def test_a_file_from_the_future_counts_as_written_now(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "export.csv"
    file.write_text(HEADER + "H26-261110-0001,Đang xử lý,0912004521,,,,,\n", encoding="utf-8")
    os.utime(file, (4_000_000_000,) * 2)
    await import_file(database, settings, file, today=TODAY)
    async with database.read() as session:
        as_of = await session.scalar(select(Dossier.as_of))
    assert as_of is not None
    assert as_of <= now()


async def test_titles_above_the_header_are_passed_over(database: Database, settings: Settings) -> None:
    content = (
        "UBND PHƯỜNG MẪU,,\nDanh sách hồ sơ,,\n\n" + HEADER + "H26-261110-0001,4,0912004521,,,,,\n,x\n"
    ).encode()
    report = await import_bytes(database, settings, content, today=TODAY)
    assert report.added == 1
    assert [error.line for error in report.errors] == [6]


async def test_a_file_in_utf_16_as_excel_writes_it_is_read(database: Database, settings: Settings) -> None:
    content = "Mã hồ sơ\tTrạng thái\nH26-261110-0001\tĐang xử lý\n".encode("utf-16")
    report = await import_bytes(database, settings, content, today=TODAY)
    assert (report.added, report.errors) == (1, [])


async def test_a_thousand_broken_rows_are_named_each_with_its_line_and_reason(
    database: Database, settings: Settings
) -> None:
    broken = [
        ("H26-261310-0001,4,,,,,,", "ngày trong mã hồ sơ không có thật"),
        ("Hồ sơ số 5,4,,,,,,", "không đúng dạng mã hồ sơ"),
        ("H26-261110-0001,4,12,,,,,", "số điện thoại phải có"),
        ("H26-261110-0001,4,,30/02/2026,,,,", "30/02/2026"),
        ("H26-261110-0001,,,,,,,", "thiếu trạng thái"),
    ]
    lines = [broken[n % len(broken)][0] if n % 2 else f"H26-261110-{n:04},4,,,,,," for n in range(2000)]
    report = await import_bytes(database, settings, (HEADER + "\n".join(lines)).encode(), today=TODAY)
    assert (report.added, len(report.errors)) == (1000, 1000)
    assert [error.line for error in report.errors] == list(range(3, 2003, 2))
    for error in report.errors:
        expected = broken[(error.line - 2) % len(broken)][1].replace("ngày trong mã hồ sơ", "ngày trong mã")
        assert expected in error.reason, (error.line, error.reason)


async def test_a_hundred_thousand_rows_twice_are_the_same_table(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "city.csv"
    write_csv(file, 100_000)
    told: list[tuple[int, int]] = []
    first = await import_file(database, settings, file, progress=lambda *done: told.append(done))
    fingerprint = await table_of(database)
    second = await import_file(database, settings, file)
    assert (first.added, first.errors, first.unknown) == (100_000, [], {})
    assert second.counts == first.counts | {"added": 0, "unchanged": 100_000}
    assert await table_of(database) == fingerprint
    assert await count(database, DossierEvent) == 100_000
    assert told == sorted(told)
    assert told[-1] == (100_001, 100_001)


async def table_of(database: Database) -> str:
    """One value that differs when any cell of the dossiers differs."""
    digest = hashlib.sha256()
    async with database.read() as session:
        for row in await session.execute(text("SELECT * FROM dossiers ORDER BY id")):
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
