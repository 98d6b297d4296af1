"""The check of a change: everything is asked twice, what a change breaks is named, a bot away is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from desk.content.check_models import ChangeCheck
from desk.content.check_questions import Findings, Question, questions_for
from desk.content.review_setup import CHECKS
from desk.people import Person
from evaluation.cases import Case, Expectation
from knowledge import changes
from knowledge.changes import ContentChange, Editor
from knowledge.files import read_folder
from motcua.db import Database, now
from motcua.reply import Kind, Reply
from tests.conversations.world import Asked, Rasa, reply
from tests.desk.conftest import ClientFor, DeskServer
from tests.desk.review.conftest import RESIDENCE, shipped

LOST = "nhập hk tốn mấy đồng"


async def bot(asked: Asked) -> list[dict[str, Any]]:
    """Knows everything; with the draft, one question goes to another procedure."""
    body = await asked.request.json()
    away = "draft" in body["metadata"] and asked.text == LOST
    return [reply("Trả lời <b>", procedure="1.004194" if away else RESIDENCE, facet="fee")]


async def opened(database: Database, editor: Person, **fields: object) -> ContentChange:
    who = Editor(editor.id, editor.name)
    async with database.write() as session:
        change = await changes.open_change(session, RESIDENCE, who)
        return await changes.save(session, change.id, change.revision, {**change.content, **fields}, who)


def runs(server: DeskServer) -> Any:
    """The runs of the desk's own application."""
    for resource in server.app.router.resources():
        app = getattr(resource, "_app", None)
        if app is not None and CHECKS in app:
            return app[CHECKS]
    raise AssertionError("no desk")


async def test_a_question_that_the_change_breaks_is_named(
    published: Database, client: ClientFor, editor: Person, rasa: Rasa, server: DeskServer
) -> None:
    rasa.answer = bot
    change, browser = await opened(published, editor, fee="15.000 đồng"), await client(editor)
    address = f"/ban/sua-doi/{change.id}/kiem-tra"
    begun = await browser.post(address)
    assert "Đang hỏi" in begun.text or "câu" in begun.text
    await runs(server).idle()
    page = await browser.get(address)
    assert "1 câu trước trả lời đúng, với bản sửa thì sai" in page.text
    assert f"“{LOST}”" in page.text
    assert "[1.004194] Trả lời &lt;b&gt;" in page.text
    part = await browser.get(f"{address}/ket-qua")
    assert "<html" not in part.text
    assert LOST in part.text
    asked_twice = [one.text for one in rasa.asked].count(LOST)
    assert asked_twice == 2


async def test_handing_in_begins_the_check(
    published: Database, client: ClientFor, editor: Person, reviewer: Person, server: DeskServer, rasa: Rasa
) -> None:
    rasa.answer = bot
    change, browser = await opened(published, editor, fee="15.000 đồng"), await client(editor)
    await browser.post(f"/ban/sua-doi/{change.id}/gui", revision=change.revision, source="Nghị quyết")
    await runs(server).idle()
    page = await (await client(reviewer)).get(f"/ban/sua-doi/{change.id}/duyet")
    assert LOST in page.text
    assert "với bản sửa thì sai" in page.text


async def test_a_bot_that_is_away_is_said_plainly(
    published: Database, client: ClientFor, editor: Person, rasa: Rasa, server: DeskServer
) -> None:
    await rasa.stop()
    change, browser = await opened(published, editor, fee="15.000 đồng"), await client(editor)
    await browser.post(f"/ban/sua-doi/{change.id}/kiem-tra")
    await runs(server).idle()
    page = await browser.get(f"/ban/sua-doi/{change.id}/kiem-tra")
    assert "máy trả lời tự động đang tạm nghỉ" in page.text


async def test_a_run_that_nobody_keeps_alive_is_begun_anew_and_a_live_one_is_not(
    published: Database, client: ClientFor, editor: Person, rasa: Rasa, server: DeskServer
) -> None:
    rasa.answer = bot
    change, browser = await opened(published, editor, fee="15.000 đồng"), await client(editor)
    async with published.write() as session:
        session.add(
            ChangeCheck(change_id=change.id, revision=change.revision, owner="kẻ khác", done=3, total=9)
        )
    await browser.post(f"/ban/sua-doi/{change.id}/kiem-tra")
    await runs(server).idle()
    assert rasa.asked == [], "somebody is at it"
    async with published.write() as session:
        await session.execute(update(ChangeCheck).values(beat_at=now() - timedelta(minutes=5)))
    assert "dở dang ở câu 3/9" in (await browser.get(f"/ban/sua-doi/{change.id}/kiem-tra")).text
    await browser.post(f"/ban/sua-doi/{change.id}/kiem-tra")
    await runs(server).idle()
    assert "với bản sửa thì sai" in (await browser.get(f"/ban/sua-doi/{change.id}/kiem-tra")).text


async def test_a_draft_that_does_not_hold_is_not_tried(
    published: Database, client: ClientFor, editor: Person, rasa: Rasa
) -> None:
    change, browser = await opened(published, editor, summary=""), await client(editor)
    refused = await browser.post(f"/ban/sua-doi/{change.id}/kiem-tra")
    assert refused.status == 422
    assert "còn chỗ chưa đúng" in refused.text
    assert rasa.asked == []


def test_every_question_of_both_texts_is_asked_once() -> None:
    before = shipped()[0].model_dump(mode="json", exclude_defaults=True)
    after = {**before, "sample_questions": [*before["sample_questions"][1:], "câu mới"], "special_cases": []}
    questions = questions_for(RESIDENCE, before, after)
    firsts = [one.after.turns[0] for one in questions if one.kind != "câu hỏi đánh giá"]
    assert len(firsts) == len(set(firsts))
    assert {before["sample_questions"][0], "câu mới", LOST} <= set(firsts)
    assert any(one.kind == "câu hỏi đánh giá" for one in questions)


def test_questions_of_neighbours_that_a_change_might_take_are_asked_too() -> None:
    procedures = read_folder().procedures
    content = next(one for one in procedures if one.code == RESIDENCE).model_dump(mode="json")
    questions = questions_for(RESIDENCE, content, content, procedures)
    asked = {one.after.expect[0].procedure[0] for one in questions if one.kind.startswith("câu hỏi của")}
    assert {"1.004194", "1.010038"} <= asked, "temporary residence, splitting a household"
    assert RESIDENCE not in asked
    assert len(asked) < 15
    few = [one for one in questions if one.kind.startswith("câu hỏi của thủ tục “")]
    assert all(one.before == one.after for one in few)


def test_nothing_is_expected_of_a_draft_in_any_shape() -> None:
    for odd in (None, 3, "x", [1], {"a": 2}):
        content = dict.fromkeys(("sample_questions", "questions", "special_cases", "unknown"), odd)
        questions_for("9.000001", content, content)


def test_a_figure_that_was_changed_on_purpose_is_told_apart_from_a_question_that_is_lost() -> None:
    expected = Expectation(kind=[Kind.ANSWER], procedure=[RESIDENCE], must_contain=["20.000 đồng"])
    case = Case(id="a1", slice="accented", turns=["phí"], expect=[expected])
    old = Reply(kind=Kind.ANSWER, text="20.000 đồng/lần", procedure=RESIDENCE)
    new = old.model_copy(update={"text": "15.000 đồng/lần"})
    lost = new.model_copy(update={"procedure": "1.004194"})
    findings = Findings()
    findings.add(Question("câu hỏi đánh giá", case, case), [[old]], [[new]])
    assert (findings.broken, [one["missing"] for one in findings.facts]) == ([], [["20.000 đồng"]])
    findings.add(Question("câu hỏi đánh giá", case, case), [[old]], [[lost]])
    assert len(findings.broken) == 1


def test_of_a_conversation_the_turn_that_went_wrong_is_shown() -> None:
    expected = Expectation(kind=[Kind.ANSWER], procedure=[RESIDENCE])
    case = Case(id="d1", slice="dialogue", turns=["một", "hai", "ba"], expect=[expected] * 3)
    right = Reply(kind=Kind.ANSWER, text="đúng", procedure=RESIDENCE)
    wrong = Reply(kind=Kind.NO_ANSWER, text="chưa rõ")
    findings = Findings()
    findings.add(Question("câu hỏi đánh giá", case, case), [[right]] * 3, [[right], [wrong], [right]])
    (told,) = findings.broken
    assert told["turns"] == ["một", "hai"]
    assert (told["before"], told["after"]) == (f"[{RESIDENCE}] đúng", "chưa rõ")
