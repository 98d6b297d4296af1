"""Gaps at the desk: one click puts a question into a draft; dismissing can be undone; text stays text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from conversations.gap_models import GapGroup, GapItem, GapKind, GapState
from conversations.ticket_models import KnowledgeGap
from desk.models import AuditEntry
from desk.roles import Role
from knowledge import Procedure, changes, publish
from knowledge.changes import ContentChange, Editor, Evidence
from motcua.db import Database, now
from tests.desk.conftest import ClientFor, Hire
from tests.knowledge.conftest import SMALL

CODE = "9.000001"
BAD = "<script>alert(1)</script> nuôi cá"


@pytest.fixture
async def filled(database: Database) -> Database:
    """A procedure, a group of three questions of which one is a volunteer's, and a group of one."""
    async with database.write() as session:
        await publish(session, [Procedure.model_validate(SMALL)], "Nhóm nội dung", "")
        proposal = KnowledgeGap(
            question="nuôi cá koi có phải khai báo không", answer="Có.", by="9", by_name="Mai"
        )
        session.add_all([GapGroup(id=1), GapGroup(id=2), proposal])
        await session.flush()
        for number, question in enumerate(("nuoi ca koi phai khai bao ko", "cá koi nuôi có phải khai không")):
            session.add(_item(1, GapKind.UNANSWERED, question, number))
        volunteer = _item(1, GapKind.VOLUNTEER, proposal.question, 3)
        volunteer.gap_id, volunteer.answer, volunteer.by_name = proposal.id, "Có.", "Mai"
        session.add_all([volunteer, _item(2, GapKind.RATED, BAD, 1)])
    return database


def _item(group: int, kind: GapKind, question: str, hours: int) -> GapItem:
    return GapItem(group_id=group, kind=kind, question=question, at=now() - timedelta(hours=hours))


async def _change(database: Database) -> ContentChange | None:
    async with database.read() as session:
        return await changes.open_of(session, CODE)


async def _state(database: Database, group: int = 1) -> GapGroup:
    async with database.read() as session:
        return await session.get_one(GapGroup, group)


async def _recorded(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))


async def test_groups_are_sorted_by_how_often_they_are_asked(
    filled: Database, client: ClientFor, hire: Hire
) -> None:
    browser = await client(await hire("Lan", Role.EDITOR))
    page = (await browser.get("/ban/con-thieu")).text
    assert page.index("nuôi cá koi có phải khai báo không") < page.index("alert(1)")
    assert "<script>alert" not in page
    assert "3 lần" in page
    rated = (await browser.get("/ban/con-thieu?loai=rated")).text
    assert "koi" not in rated
    found = (await browser.get("/ban/con-thieu?tim=CA+KOI")).text
    assert "alert(1)" not in found
    one = (await browser.get("/ban/con-thieu/2")).text
    assert "<script>alert" not in one
    assert "alert(1)" in one


async def test_a_question_becomes_a_sample_question_of_a_draft(
    filled: Database, client: ClientFor, hire: Hire
) -> None:
    lan = await hire("Lan", Role.EDITOR)
    browser = await client(lan)
    form = (await browser.get("/ban/con-thieu/1")).text
    assert "Đăng ký nuôi cá cảnh" in form
    sent: dict[str, Any] = {"ma": CODE, "cau_hoi": "nuôi cá koi phải khai báo không", "mat": "documents"}
    done = await browser.post("/ban/con-thieu/1/dua-vao", cach="cau-hoi", **sent)
    assert done.status == 200
    change = await _change(filled)
    assert change is not None
    assert done.url.path == f"/ban/sua-doi/{change.id}"
    assert change.content["questions"]["documents"] == ["nuôi cá koi phải khai báo không"]
    assert change.editors == [lan.id]
    group = await _state(filled)
    assert (group.state, group.procedure, group.change_id) == (GapState.DONE, CODE, change.id)
    assert await _recorded(filled) == ["gap_taken"]
    async with filled.read() as session:
        assert await session.scalar(select(KnowledgeGap.state)) == "done"


async def test_a_volunteers_answer_becomes_a_special_case_in_the_open_draft_of_somebody_else(
    filled: Database, client: ClientFor, hire: Hire
) -> None:
    an, lan = await hire("An", Role.EDITOR), await hire("Lan", Role.EDITOR)
    async with filled.write() as session:
        first = await changes.open_change(session, CODE, Editor(an.id, an.name))
    browser = await client(lan)
    form = (await browser.get("/ban/con-thieu/1")).text
    assert ">Có.</textarea>" in form
    sent: dict[str, Any] = {
        "ma": CODE,
        "cau_hoi": "nuôi cá koi có phải khai báo không",
        "tra_loi": "Có, tại phường.",
    }
    refused = await browser.post("/ban/con-thieu/1/dua-vao", cach="tra-loi", mat="", **sent)
    assert refused.status == 409
    assert "chọn mặt" in refused.text
    assert "Có, tại phường." in refused.text
    done = await browser.post("/ban/con-thieu/1/dua-vao", cach="tra-loi", mat="conditions", **sent)
    assert done.status == 200
    change = await _change(filled)
    assert change is not None
    assert change.id == first.id
    (case,) = change.content["special_cases"]
    assert case == {"questions": [sent["cau_hoi"]], "facet": "conditions", "answer": "Có, tại phường."}
    assert lan.id in change.editors


async def test_what_is_there_already_or_waits_for_a_decision_is_refused_and_nothing_is_done(
    filled: Database, client: ClientFor, hire: Hire
) -> None:
    an, lan = await hire("An", Role.EDITOR), await hire("Lan", Role.EDITOR)
    browser = await client(lan)
    again = await browser.post(
        "/ban/con-thieu/1/dua-vao",
        ma=CODE,
        cau_hoi="Muon nuoi ca vang trong be thi xin phep ai",
        cach="cau-hoi",
    )
    assert again.status == 409
    assert "đã có câu hỏi đó" in again.text
    assert await _change(filled) is None
    async with filled.write() as session:
        editor = Editor(an.id, an.name)
        change = await changes.open_change(session, CODE, editor)
        content = {**change.content, "agency": "UBND phường"}
        change = await changes.save(session, change.id, change.revision, content, editor)
        await changes.submit(session, change.id, change.revision, editor, Evidence("Cổng"))
    waits = await browser.post("/ban/con-thieu/1/dua-vao", ma=CODE, cau_hoi="câu mới", cach="cau-hoi")
    assert waits.status == 409
    assert "đang chờ duyệt" in waits.text
    assert (await _state(filled)).state == GapState.OPEN
    assert (
        await browser.post("/ban/con-thieu/1/dua-vao", ma="9.999999", cau_hoi="x", cach="cau-hoi")
    ).status == 409
    assert (await browser.post("/ban/con-thieu/1/dua-vao", ma="", cau_hoi="x", cach="cau-hoi")).status == 422


async def test_dismissing_needs_a_reason_and_can_be_undone(
    filled: Database, client: ClientFor, hire: Hire
) -> None:
    browser = await client(await hire("Lan", Role.EDITOR))
    assert (await browser.post("/ban/con-thieu/1/bo", ly_do=" ")).status == 422
    assert (await _state(filled)).state == GapState.OPEN
    gone = await browser.post("/ban/con-thieu/1/bo", ly_do="không phải việc một cửa")
    assert "Đã bỏ qua" in gone.text
    assert "koi" not in (await browser.get("/ban/con-thieu")).text
    dropped = (await browser.get("/ban/con-thieu?muc=bo")).text
    assert "không phải việc một cửa" in dropped
    await browser.post("/ban/con-thieu/1/mo-lai")
    assert "koi" in (await browser.get("/ban/con-thieu")).text
    await browser.post("/ban/con-thieu/1/xong")
    assert "koi" in (await browser.get("/ban/con-thieu?muc=xong")).text
    assert await _recorded(filled) == ["gap_dropped", "gap_reopened", "gap_done"]
    assert (await browser.get("/ban/con-thieu/999")).status == 404
