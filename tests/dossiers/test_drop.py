"""The watched folder: files are taken when they are finished, once, by one gateway, also over crashes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select, update

from dossiers import DropWatcher, open_sources
from dossiers.drop import _work
from dossiers.drop_folder import DropFolder
from dossiers.models import Dossier, DossierEvent, DossierSourceState
from motcua.db import Database, now
from motcua.settings import Settings
from tests.dossiers.files import write_csv, write_xlsx

GOOD = "mã hồ sơ,trạng thái,số điện thoại\nH26-251110-0001,Đang xử lý,0912004521\n"


@pytest.fixture
def folder(database: Database, settings: Settings, tmp_path: Path) -> Path:
    settings.dossiers.drop = tmp_path / "drop"
    settings.dossiers.drop_settle_s = 0
    settings.database_url = database.engine.url.render_as_string(hide_password=False)
    settings.dossiers.drop.mkdir()
    return settings.dossiers.drop


@pytest.fixture
def watcher(folder: Path, database: Database, settings: Settings) -> DropWatcher:
    return DropWatcher(database, settings)


async def count(database: Database, table: type[Dossier] | type[DossierEvent]) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


async def test_a_finished_file_is_taken_at_the_second_look_and_reported(
    watcher: DropWatcher, folder: Path, database: Database
) -> None:
    (folder / "hồ sơ.csv").write_text(GOOD + "x,4,\nH26-251110-0002,Chờ Hội đồng,\n", encoding="utf-8")
    assert [await watcher.look(), await watcher.look(), await watcher.look()] == [0, 1, 0]
    assert await count(database, Dossier) == 2
    assert names(folder) == []
    taken, report = names(folder / "done")
    assert taken.endswith("hồ sơ.csv")
    text = (folder / "done" / report).read_text(encoding="utf-8-sig")
    for part in (
        "thêm 2",
        "không nhập được 1",
        "dòng 3: mã hồ sơ “x”",
        "dòng 4: không có số",
        "Chờ Hội đồng: 1",
    ):
        assert part in text


async def test_a_file_that_still_grows_is_left_alone(watcher: DropWatcher, folder: Path) -> None:
    file = folder / "export.csv"
    for size in range(3):
        file.write_text(GOOD + "#" * size, encoding="utf-8")
        assert await watcher.look() == 0
    assert await watcher.look() == 1


def test_a_file_is_ready_only_when_it_has_settled(tmp_path: Path) -> None:
    folder = DropFolder(tmp_path, 60)
    (tmp_path / "export.csv").write_text(GOOD, encoding="utf-8")
    at = now()
    os.utime(tmp_path / "export.csv", (at.timestamp(),) * 2)
    assert folder.ready(at) == []
    assert folder.ready(at + timedelta(seconds=30)) == []
    assert len(folder.ready(at + timedelta(seconds=61))) == 1
    os.utime(tmp_path / "export.csv", (at.timestamp() + 9e6,) * 2)
    assert folder.ready(at) == []
    assert len(folder.ready(at)) == 1, "a clock that is ahead must not keep a file for ever"


async def test_unfinished_names_links_and_folders_are_passed_over(
    watcher: DropWatcher, folder: Path, tmp_path: Path
) -> None:
    for name in (".hidden.csv", "~$export.xlsx", "export.csv.part", "a.tmp"):
        (folder / name).write_text(GOOD, encoding="utf-8")
    (tmp_path / "elsewhere.csv").write_text(GOOD, encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert [await watcher.look(), await watcher.look()] == [0, 0]
    assert (tmp_path / "elsewhere.csv").exists()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("scan.pdf", b"%PDF-1.7 \xe2\xe3", "UTF-8"),
        ("export.csv", "mã hồ sơ,họ tên\nH26-251110-0001,A\n".encode(), "Thiếu cột: trạng thái"),
        ("rows.csv", "mã hồ sơ,trạng thái\nx,4\ny,4\n".encode(), "dòng 3"),
        ("empty.csv", b"", "trống"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_the_reason_beside_it(
    watcher: DropWatcher, folder: Path, name: str, content: bytes, why: str
) -> None:
    (folder / name).write_bytes(content)
    await watcher.look()
    assert await watcher.look() == 1
    refused, report = names(folder / "refused")
    assert (folder / "refused" / refused).read_bytes() == content
    assert why in (folder / "refused" / report).read_text(encoding="utf-8-sig")


async def test_files_of_one_name_do_not_overwrite_each_other(
    watcher: DropWatcher, folder: Path, database: Database
) -> None:
    for status in ("Đang xử lý", "Đã trả kết quả"):
        (folder / "export.csv").write_text(GOOD.replace("Đang xử lý", status), encoding="utf-8")
        os.utime(folder / "export.csv", (1_790_000_000,) * 2)
        await watcher.look()
        await watcher.look()
    assert len(names(folder / "done")) == 4


async def test_one_gateway_at_a_time_works(
    watcher: DropWatcher, folder: Path, database: Database, settings: Settings
) -> None:
    second = DropWatcher(database, settings.model_copy(update={"instance": "gateway-2"}))
    (folder / "export.csv").write_text(GOOD, encoding="utf-8")
    await watcher.look()
    assert [await second.look(), await second.look()] == [0, 0]
    async with database.write() as session:  # the first gateway dies, its lease runs out
        await session.execute(update(DossierSourceState).values(lease_until=now() - timedelta(seconds=1)))
    assert await second.look() == 1
    assert await watcher.look() == 0


async def test_a_crash_in_the_middle_takes_the_file_again_and_changes_nothing_twice(
    watcher: DropWatcher, folder: Path, database: Database, settings: Settings
) -> None:
    file = folder / "export.csv"
    write_csv(file, 20_000)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_work, args=(context.Pipe()[1], settings, file))
    process.start()
    while not await count(database, Dossier):
        await asyncio.sleep(0.01)
    process.kill()
    process.join()
    before = await count(database, Dossier)
    assert 0 < before < 20_000, "the import was meant to be cut off"
    await watcher.look()
    assert await watcher.look() == 1
    assert (await count(database, Dossier), await count(database, DossierEvent)) == (20_000, 20_000)
    async with database.read() as session:
        state = await session.get(DossierSourceState, "drop")
    assert state
    assert state.last_counts
    assert (state.last_counts["added"], state.last_counts["unchanged"]) == (20_000 - before, before)


async def test_a_file_that_kills_its_reader_is_refused_in_the_end(
    watcher: DropWatcher, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dossiers.drop._work", os._exit)
    (folder / "export.csv").write_text(GOOD, encoding="utf-8")
    assert [await watcher.look() for _ in range(4)] == [0, 0, 0, 1]
    assert len(names(folder / "refused")) == 2


async def test_a_database_that_is_away_leaves_the_file_where_it_is(
    watcher: DropWatcher, folder: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.database_url = f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"
    (folder / "export.csv").write_text(GOOD, encoding="utf-8")
    assert [await watcher.look(), await watcher.look()] == [0, 0]
    assert names(folder) == ["export.csv"]


async def test_excel_files_are_taken_too_and_health_says_what_came(
    watcher: DropWatcher, folder: Path, database: Database, settings: Settings
) -> None:
    write_xlsx(folder / "export.xlsx", 50)
    await watcher.look()
    assert await watcher.look() == 1
    settings.dossiers.sources = "drop"
    (source,) = open_sources(database, settings)
    health = await source.health()
    assert health.ok
    assert "added 50" in health.detail


async def test_the_folder_is_watched_until_the_gateway_stops(
    watcher: DropWatcher, folder: Path, database: Database, settings: Settings
) -> None:
    settings.dossiers.drop_poll_s = 0.05
    running = asyncio.create_task(DropWatcher(database, settings).run())
    book = Workbook()
    assert book.active
    book.active["A1"], book.active["B1"], book.active["A2"], book.active["B2"] = (
        "Mã hồ sơ", "Trạng thái", "H26-251110-0001", 4,
    )  # fmt: skip
    book.save(folder / ".unfinished")
    (folder / ".unfinished").rename(folder / "late.xlsx")
    while not await count(database, Dossier):
        await asyncio.sleep(0.05)
        assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
