"""What the ministry changes under an edited text becomes a task, once, and is never published over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from knowledge import publish
from knowledge.national import ImportReport, import_dump, review
from knowledge.national.models import NationalRecord, ReviewState, ReviewTask
from knowledge.store import current_versions
from motcua.db import Database
from tests.knowledge.conftest import Made
from tests.knowledge.portal import record, way, ways, write

CODE = "9.000001"
_DEARER = ways(way("Trực tiếp", "9 Ngày làm việc", "50,000 Việt Nam Đồng"))


async def _import(database: Database, tmp_path: Path, *records: dict[str, str]) -> ImportReport:
    return await import_dump(database, write(tmp_path / "cong.jsonl", records))


async def _tasks(database: Database, state: ReviewState = ReviewState.OPEN) -> list[ReviewTask]:
    async with database.read() as session:
        return await review.listed(session, state)


@pytest.fixture
async def edited(database: Database, made: Made) -> Database:
    """A knowledge base with one edited procedure."""
    async with database.write() as session:
        await publish(session, [made(code=CODE)], "Nhóm nội dung", "")
    return database


async def test_the_first_import_only_lays_the_base(edited: Database, tmp_path: Path) -> None:
    report = await _import(edited, tmp_path, record(CODE), record("9.100002", ten_thu_tuc="Cấp sổ mật"))
    assert (report.kept_edited, report.review_tasks) == ([CODE], [])
    assert await _tasks(edited) == []
    async with edited.read() as session:
        stored = await session.get_one(NationalRecord, CODE)
        assert stored.content["official_name"] == "Thủ tục đăng ký nuôi ong trong khu dân cư"
        assert await session.scalar(select(func.count()).select_from(NationalRecord)) == 2


async def test_a_changed_record_of_an_edited_procedure_is_a_task(edited: Database, tmp_path: Path) -> None:
    both = [record(CODE), record("9.100002", ten_thu_tuc="Cấp sổ mật")]
    await _import(edited, tmp_path, *both)
    report = await _import(edited, tmp_path, *(one | {"cach_thuc_thuc_hien": _DEARER} for one in both))
    assert (report.review_tasks, report.ministry_changed) == ([CODE], 2)
    (task,) = await _tasks(edited)
    assert task.code == CODE
    assert {"ways", "time", "fee"} <= set(task.fields)
    assert task.before["ways"][0]["fee"]["kind"] == "miễn phí"
    assert task.after["ways"][0]["fee"]["amount"] == 50000
    async with edited.read() as session:
        version = (await current_versions(session))[CODE]
    assert version.author == "Nhóm nội dung"


async def test_the_same_import_again_changes_nothing(edited: Database, tmp_path: Path) -> None:
    await _import(edited, tmp_path, record(CODE))
    again = await _import(edited, tmp_path, record(CODE))
    assert (again.changed, again.ministry_changed, again.review_tasks) == ([], 0, [])
    await _import(edited, tmp_path, record(CODE, cach_thuc_thuc_hien=_DEARER))
    before = [(task.id, task.fields) for task in await _tasks(edited)]
    again = await _import(edited, tmp_path, record(CODE, cach_thuc_thuc_hien=_DEARER))
    assert (again.ministry_changed, again.review_tasks) == (0, [])
    assert [(task.id, task.fields) for task in await _tasks(edited)] == before


async def test_another_link_or_another_day_is_no_change(edited: Database, tmp_path: Path) -> None:
    await _import(edited, tmp_path, record(CODE))
    moved = record(CODE, detail_url="https://portal.example/thu-tuc/019d2bfd-3fe0-70ac-b9d6-5e9e20d6eef7")
    report = await _import(edited, tmp_path, moved)
    assert (report.ministry_changed, report.review_tasks) == (0, [])
    decided = await _import(edited, tmp_path, moved | {"so_quyet_dinh": "99/QĐ-BNO"})
    assert decided.review_tasks == [CODE]
    assert (await _tasks(edited))[0].fields == ["provenance"]


async def test_a_second_change_goes_on_with_the_open_task_and_a_withdrawn_one_ends_it(
    edited: Database, tmp_path: Path
) -> None:
    await _import(edited, tmp_path, record(CODE))
    await _import(edited, tmp_path, record(CODE, cach_thuc_thuc_hien=_DEARER))
    both = record(CODE, cach_thuc_thuc_hien=_DEARER, yeu_cau_dieu_kien="- Vườn rộng từ 30 m2.")
    await _import(edited, tmp_path, both)
    (task,) = await _tasks(edited)
    assert {"ways", "conditions"} <= set(task.fields)
    assert task.before["ways"][0]["fee"]["kind"] == "miễn phí"
    await _import(edited, tmp_path, record(CODE))
    assert await _tasks(edited) == []
    assert len(await _tasks(edited, ReviewState.OBSOLETE)) == 1


async def test_a_decision_can_be_undone_unless_there_is_a_newer_task(
    edited: Database, tmp_path: Path
) -> None:
    await _import(edited, tmp_path, record(CODE))
    await _import(edited, tmp_path, record(CODE, cach_thuc_thuc_hien=_DEARER))
    (task,) = await _tasks(edited)
    async with edited.write() as session:
        await review.decide(session, task.id, ReviewState.IRRELEVANT, 1, "Lan", reason="chỉ đổi cách ghi")
    async with edited.write() as session:
        with pytest.raises(review.TaskDecided):
            await review.decide(session, task.id, ReviewState.DONE, 2, "Hoa")
    async with edited.write() as session:
        await review.reopen(session, task.id)
        await review.decide(session, task.id, ReviewState.DONE, 2, "Hoa")
    await _import(edited, tmp_path, record(CODE))
    assert len(await _tasks(edited)) == 1
    async with edited.write() as session:
        with pytest.raises(review.TaskDecided):
            await review.reopen(session, task.id)
        with pytest.raises(review.TaskGone):
            await review.reopen(session, 10**6)
