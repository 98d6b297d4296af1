"""The ministry's changes at the desk: beside our text, decided once, undone, taken over into a draft."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.roles import Role
from knowledge import Procedure, changes, publish
from knowledge.national import import_dump, review
from knowledge.national.models import ReviewState, ReviewTask
from motcua.db import Database
from tests.desk.conftest import ClientFor, Hire
from tests.knowledge.conftest import SMALL
from tests.knowledge.portal import record, way, ways, write

CODE = "9.000001"


@pytest.fixture
async def task(database: Database, tmp_path: Path) -> ReviewTask:
    """An edited procedure whose record the ministry has changed."""
    async with database.write() as session:
        await publish(session, [Procedure.model_validate(SMALL)], "Nhóm nội dung", "")
    after = {
        "cach_thuc_thuc_hien": ways(way("Trực tiếp", "9 Ngày làm việc", "50,000 Việt Nam Đồng")),
        "yeu_cau_dieu_kien": "- Vườn rộng <b>30</b> m2.",
    }
    for fields in (record(CODE), record(CODE, **after)):
        await import_dump(database, write(tmp_path / "cong.jsonl", [fields]))
    async with database.read() as session:
        (found,) = await review.listed(session)
    return found


async def test_what_changed_stands_beside_our_text(task: ReviewTask, client: ClientFor, hire: Hire) -> None:
    browser = await client(await hire("Lan", Role.EDITOR))
    listed = (await browser.get("/ban/viec-bo")).text
    assert "Đăng ký nuôi cá cảnh" in listed
    assert "Cách nộp" in listed
    page = (await browser.get(f"/ban/viec-bo/{task.id}")).text
    for said in ("Bộ ghi trước đây", "Bộ ghi bây giờ", "Nội dung của mình", "50.000", "20.000", "Miễn phí"):
        assert said.lower() in page.lower(), said
    assert "<b>30</b>" not in page
    assert "&lt;b&gt;30&lt;/b&gt;" in page
    assert (await browser.get("/ban/viec-bo/999")).status == 404


async def test_a_decision_is_made_once_with_a_reason_and_can_be_undone(
    task: ReviewTask, database: Database, client: ClientFor, hire: Hire
) -> None:
    browser = await client(await hire("Lan", Role.EDITOR))
    assert (await browser.post(f"/ban/viec-bo/{task.id}/bo-qua", ly_do="")).status == 422
    assert (await browser.post(f"/ban/viec-bo/{task.id}/bo-qua", ly_do="chỉ đổi cách ghi")).status == 200
    assert (await browser.post(f"/ban/viec-bo/{task.id}/xong")).status == 409
    assert "chỉ đổi cách ghi" in (await browser.get("/ban/viec-bo?muc=bo-qua")).text
    assert (await browser.post(f"/ban/viec-bo/{task.id}/mo-lai")).status == 200
    assert (await browser.post(f"/ban/viec-bo/{task.id}/xong")).status == 200
    async with database.read() as session:
        assert (await session.get_one(ReviewTask, task.id)).state == ReviewState.DONE


async def test_chosen_fields_go_into_a_draft_and_nothing_is_published(
    task: ReviewTask, database: Database, client: ClientFor, hire: Hire
) -> None:
    browser = await client(await hire("Lan", Role.EDITOR))
    done = await browser.post(
        f"/ban/viec-bo/{task.id}/ban-sua", data=[("muc", "ways"), ("muc", "name"), ("muc", "conditions")]
    )
    assert done.status == 200
    async with database.read() as session:
        change = await changes.open_of(session, CODE)
        stored = await session.get_one(ReviewTask, task.id)
        newest = await changes.newest(session, CODE)
        assert newest is not None
        published = await changes.content_of(session, newest.id)
    assert change is not None
    assert change.content["ways"][0]["fee"]["amount"] == 50000
    assert (change.content["name"], change.content["fee"]) == (SMALL["name"], SMALL["fee"])
    assert change.content["conditions"] == ["Vườn rộng <b>30</b> m2."]
    assert "conditions" not in change.content["unknown"]
    assert changes.problems_of(change.content) == []
    assert published["ways"][0]["fee"]["amount"] == 20000
    assert (stored.state, stored.change_id) == (ReviewState.DONE, change.id)
