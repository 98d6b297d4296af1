"""Importing the portal's records: edited procedures win both ways, and nothing happens twice or by half."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from knowledge import Procedure, publish
from knowledge.models import ProcedureVersion
from knowledge.national import DumpRefused, ImportReport, import_dump, importing, write_report
from knowledge.store import in_force, revision
from motcua.clock import today
from motcua.db import Database
from tests.databases import postgres_server, with_tables
from tests.knowledge.portal import DAY, record, way, ways, write

Made = Callable[..., Procedure]
EDITED = "9.000001"


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, database: Database, server: str) -> AsyncIterator[Database]:
    """The same on both databases."""
    if request.param == "sqlite":
        yield database
    else:
        async with with_tables(server) as postgres:
            yield postgres


@pytest.fixture(scope="module")
def server() -> Any:
    with postgres_server() as url:
        yield url


async def _edit(database: Database, *procedures: Procedure, keep_others: bool = True) -> list[str]:
    async with database.write() as session:
        return await publish(session, list(procedures), "Nhóm nội dung", "", keep_others=keep_others)


async def _names(database: Database, day: date | None = None) -> dict[str, str]:
    async with database.read() as session:
        return {item.code: item.name for item in await in_force(session, day or today())}


async def _versions(database: Database) -> tuple[int, int]:
    async with database.read() as session:
        count = await session.scalar(select(func.count()).select_from(ProcedureVersion))
        return count or 0, await revision(session)


async def _import(database: Database, path: Path, *records: Any, day: date | None = None) -> ImportReport:
    return await import_dump(database, write(path / "cong.jsonl", records), day=day)


async def test_records_are_in_force_and_a_second_import_changes_nothing(
    store: Database, tmp_path: Path
) -> None:
    records = [record(), record("9.100002", ten_thu_tuc="Thủ tục cấp sổ mật")]
    first = await _import(store, tmp_path, *records)
    assert (first.changed, first.unchanged, first.day) == (["9.100001", "9.100002"], 0, DAY)
    assert await _names(store) == {"9.100001": "Đăng ký nuôi ong trong khu dân cư", "9.100002": "Cấp sổ mật"}
    before = await _versions(store)
    second = await _import(store, tmp_path, *records)
    assert (second.changed, second.unchanged) == ([], 2)
    assert await _versions(store) == before


async def test_a_record_that_changed_is_a_new_version_and_the_others_stay(
    store: Database, tmp_path: Path
) -> None:
    other = record("9.100002", ten_thu_tuc="Cấp sổ mật")
    await _import(store, tmp_path, record(), other)
    report = await _import(store, tmp_path, record(linh_vuc="Ong mật"), other)
    assert (report.changed, report.unchanged) == (["9.100001"], 1)
    assert (await _versions(store)) == (3, 2)


async def test_an_imported_record_never_takes_the_place_of_an_edited_one(
    store: Database, made: Made, tmp_path: Path
) -> None:
    await _edit(store, made())
    report = await _import(store, tmp_path, record(EDITED), record())
    assert (report.kept_edited, report.changed, report.unchanged) == ([EDITED], ["9.100001"], 0)
    assert (await _names(store))[EDITED] == "Đăng ký nuôi cá cảnh"


@pytest.mark.parametrize("keep_others", [True, False])
async def test_an_edited_procedure_takes_the_place_of_an_imported_one(
    store: Database, made: Made, tmp_path: Path, keep_others: bool
) -> None:
    await _import(store, tmp_path, record(EDITED))
    assert await _edit(store, made(), keep_others=keep_others) == [EDITED]
    assert await _names(store) == {EDITED: "Đăng ký nuôi cá cảnh"}
    assert (await _import(store, tmp_path, record(EDITED))).kept_edited == [EDITED]
    assert await _names(store) == {EDITED: "Đăng ký nuôi cá cảnh"}


async def test_what_another_editor_published_still_outlives_a_restart(store: Database, made: Made) -> None:
    async with store.write() as session:
        await publish(session, [made(fee="30.000 đồng/lần.")], "người khác", "")
    assert await _edit(store, made()) == []


async def test_an_edited_procedure_that_waits_for_its_day_is_kept_too(
    store: Database, made: Made, tmp_path: Path
) -> None:
    tomorrow = today() + timedelta(days=1)
    await _import(store, tmp_path, record(EDITED))
    await _edit(store, made(effective_from=tomorrow))
    assert (await _import(store, tmp_path, record(EDITED))).kept_edited == [EDITED]
    assert await _names(store) == {EDITED: "Đăng ký nuôi ong trong khu dân cư"}
    assert await _names(store, tomorrow) == {EDITED: "Đăng ký nuôi cá cảnh"}


async def test_a_record_that_an_edited_procedure_replaces_is_skipped(
    store: Database, made: Made, tmp_path: Path
) -> None:
    await _edit(store, made(replaces=["9.100001"]))
    report = await _import(store, tmp_path, record(), record("9.100002", ten_thu_tuc="Cấp sổ mật"))
    assert (report.replaced, report.changed) == ({"9.100001": EDITED}, ["9.100002"])
    assert set(await _names(store)) == {EDITED, "9.100002"}


async def test_a_record_that_was_there_first_goes_out_of_force_when_it_is_replaced(
    store: Database, made: Made, tmp_path: Path
) -> None:
    tomorrow = today() + timedelta(days=1)
    await _import(store, tmp_path, record())
    await _edit(store, made(replaces=["9.100001"], effective_from=tomorrow))
    assert set(await _names(store)) == {"9.100001"}
    assert set(await _names(store, tomorrow)) == {EDITED}
    await _edit(store, made())
    assert set(await _names(store)) == {"9.100001", EDITED}


async def test_an_edited_procedure_is_never_put_out_of_force_by_replaces(store: Database, made: Made) -> None:
    await _edit(store, made(), made(code="9.000002", replaces=[EDITED]))
    assert set(await _names(store)) == {EDITED, "9.000002"}


async def test_a_record_that_a_newer_file_lacks_is_reported_and_stays(
    store: Database, made: Made, tmp_path: Path
) -> None:
    await _edit(store, made())
    await _import(store, tmp_path, record(), record("9.100002", ten_thu_tuc="Cấp sổ mật"))
    report = await _import(store, tmp_path, record())
    assert report.missing == ["9.100002"]
    assert "9.100002" in await _names(store)


async def test_broken_lines_are_named_and_the_rest_is_imported(database: Database, tmp_path: Path) -> None:
    unnamed = record("9.100003", ten_thu_tuc=".")
    report = await _import(database, tmp_path, "{", record(), record(), "[]", unnamed, record("9.100002"))
    assert [(bad.line, bad.reason.split(" (")[0]) for bad in report.refused] == [
        (1, "không phải JSON"),
        (3, "trùng mã 9.100001 với dòng 2"),
        (4, "không phải một bản ghi JSON"),
        (5, "9.100003: không dựng được thủ tục"),
    ]
    assert set(await _names(database)) == {"9.100001", "9.100002"}
    assert report.unchanged == 0


async def test_a_crash_in_the_middle_leaves_what_was_there(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _import(database, tmp_path, record())
    before = await _versions(database)

    async def breaks(session: Any, procedures: list[Procedure], *rest: Any) -> list[str]:
        await publish(session, procedures, *rest)
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "publish", breaks)
    with pytest.raises(KeyboardInterrupt):
        await _import(database, tmp_path, record(linh_vuc="Ong mật"), record("9.100002"))
    assert await _versions(database) == before
    assert set(await _names(database)) == {"9.100001"}


async def test_the_day_given_is_the_day_of_the_content(database: Database, tmp_path: Path) -> None:
    await _import(database, tmp_path, record(), day=date(2026, 7, 3))
    async with database.read() as session:
        (procedure,) = await in_force(session, today())
    assert procedure.provenance.checked_on == date(2026, 7, 3)


@pytest.mark.parametrize(
    ("link", "day", "said"),
    [(None, None, "--as-of"), ("x", today() + timedelta(days=1), "còn ở phía trước")],
)
async def test_a_file_of_no_day_or_of_tomorrow_is_refused(
    database: Database, tmp_path: Path, link: str | None, day: date | None, said: str
) -> None:
    with pytest.raises(DumpRefused, match=said):
        await _import(database, tmp_path, record(detail_url=link), day=day)
    assert await _names(database) == {}


async def test_progress_is_told_to_the_end(database: Database, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = write(tmp_path / "cong.jsonl", [record(), record("9.100002")])
    await import_dump(database, path, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


async def test_the_report_counts_fields_and_lists_pieces(
    database: Database, made: Made, tmp_path: Path
) -> None:
    await _edit(database, made(replaces=["9.100003"]))
    odd = record("9.100002", cach_thuc_thuc_hien=ways(way("Trực tiếp", "1", "20,000 VNĐ")), dac_san="=mật")
    report = await _import(database, tmp_path, record(), odd, record(EDITED), record("9.100003"), "{")
    counts = {count.name: count for count in report.fields()}
    doubted = counts["cach_thuc_thuc_hien"]
    assert (doubted.present, doubted.whole, doubted.doubted) == (4, 3, 1)
    assert (counts["trinh_tu_thuc_hien"].whole, counts["dac_san"].left_out) == (4, 1)
    assert (counts["bo_nganh"].present, counts["bo_nganh"].whole) == (4, 0)

    write_report(report, tmp_path / "bao-cao.csv")
    rows = list(csv.reader((tmp_path / "bao-cao.csv").read_text("utf-8-sig").splitlines()))
    assert ["dòng 5", "", "không nhập được", "không phải JSON", ""] in rows
    assert ["9.100002", "dac_san", "bỏ ra", "mẫu không có chỗ cho mục này", "'=mật"] in rows
    assert [EDITED, "", "bỏ ra", "đã có bản do người biên tập, giữ bản đó", ""] in rows
    assert any(row[0] == "9.100003" and EDITED in row[3] for row in rows)

    write_report(report, tmp_path / "bao-cao.json")
    content = json.loads((tmp_path / "bao-cao.json").read_text("utf-8"))
    assert content["kept_edited"] == [EDITED]
    assert content["replaced"] == {"9.100003": EDITED}
    assert len(content["findings"]) >= len(report.findings)
