"""A change from its draft to the end: who may do what, when, and what citizens are answered meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from knowledge import changes, store
from knowledge.changes import AlreadyOpen, ChangeError, Invalid, NotAllowed, StaleChange, State
from knowledge.changes.checking import plain
from knowledge.models import ProcedureVersion
from motcua.clock import today
from motcua.db import Database
from tests.knowledge.changes.steps import AN, BINH, CHI, CODE, EVIDENCE, Made, Work

NEW_FEE = "30.000 đồng/lần."
TOMORROW = today() + timedelta(days=1)


@pytest.fixture(autouse=True)
async def published(work: Work, made: Made) -> None:
    await work.put(made(), author="Nhóm nội dung")


async def _in_force(work: Work) -> list[str | None]:
    return [procedure.fee for procedure in await work.ask(store.in_force, today())]


async def _state(work: Work, number: int) -> str:
    change = await work.ask(changes.find, number)
    assert change is not None
    return change.state


async def test_a_draft_changes_nothing_for_citizens(work: Work) -> None:
    before = await work.ask(store.revision)
    change = await work.draft(fee=NEW_FEE)
    assert (change.state, change.editors, change.content["fee"]) == (State.DRAFT, [AN.id], NEW_FEE)
    assert await _in_force(work) == ["20.000 đồng/lần."]
    assert await work.ask(store.revision) == before


async def test_an_approved_change_is_in_force_at_once(work: Work) -> None:
    change = await work.published(fee=NEW_FEE)
    assert (change.state, change.decided_by_name, change.submitted_by_name) == (State.PUBLISHED, "Bình", "An")
    assert await _in_force(work) == [NEW_FEE]
    (new, old) = await work.ask(changes.history, CODE)
    assert (new.author, new.change_id, new.approved_by, new.id) == (
        "An",
        change.id,
        "Bình",
        change.published_version_id,
    )
    assert (old.author, old.change_id, old.approved_by) == ("Nhóm nội dung", None, None)
    assert new.superseded_at is None
    assert old.superseded_at is not None


async def test_who_wrote_or_submitted_it_cannot_approve_it(work: Work) -> None:
    change = await work.draft(AN, fee=NEW_FEE)
    change = await work.do(
        changes.save, change.id, change.revision, {**change.content, "fee": "40.000 đồng."}, BINH
    )
    change = await work.do(changes.submit, change.id, change.revision, CHI, EVIDENCE)
    for own in (AN, BINH, CHI):
        with pytest.raises(NotAllowed, match="không tự duyệt"):
            await work.do(changes.approve, change.id, change.revision, own)
    assert await _in_force(work) == ["20.000 đồng/lần."]


async def test_who_only_opened_it_may_approve_it(work: Work) -> None:
    change = await work.do(changes.open_change, CODE, BINH)
    same = await work.do(changes.save, change.id, change.revision, change.content, BINH)
    assert (same.revision, same.editors) == (1, [])
    change = await work.do(changes.save, change.id, 1, {**change.content, "fee": NEW_FEE}, AN)
    change = await work.do(changes.submit, change.id, change.revision, AN, EVIDENCE)
    done = await work.do(changes.approve, change.id, change.revision, BINH)
    assert done.state == State.PUBLISHED


async def test_while_it_waits_nobody_writes_it_until_it_is_taken_back(work: Work) -> None:
    change = await work.submitted(fee=NEW_FEE)
    with pytest.raises(NotAllowed, match="chờ duyệt"):
        await work.do(changes.save, change.id, change.revision, change.content, AN)
    back = await work.do(changes.take_back, change.id, change.revision, AN)
    assert back.state == State.DRAFT
    await work.do(changes.save, back.id, back.revision, {**back.content, "fee": "1.000 đồng."}, AN)


async def test_what_is_sent_back_can_be_written_and_sent_again(work: Work) -> None:
    change = await work.submitted(fee=NEW_FEE)
    with pytest.raises(Invalid):
        await work.do(changes.request_changes, change.id, change.revision, BINH, "  ")
    back = await work.do(changes.request_changes, change.id, change.revision, BINH, "Ghi rõ điều kiện")
    assert (back.state, back.decision_note) == (State.CHANGES_REQUESTED, "Ghi rõ điều kiện")
    again = await work.do(
        changes.save, back.id, back.revision, {**back.content, "fee": "30.000 đồng/lần, mỗi bể."}, AN
    )
    again = await work.do(changes.submit, again.id, again.revision, AN, EVIDENCE)
    await work.do(changes.approve, again.id, again.revision, BINH)
    assert await _in_force(work) == ["30.000 đồng/lần, mỗi bể."]


async def test_a_day_to_come_is_waited_for(work: Work) -> None:
    change = await work.submitted(fee=NEW_FEE)
    with pytest.raises(Invalid) as refused:
        await work.do(changes.approve, change.id, change.revision, BINH, effective_from=TOMORROW)
    assert [problem.path for problem in refused.value.problems] == ["public_note"]
    change = await work.do(
        changes.approve,
        change.id,
        change.revision,
        BINH,
        effective_from=TOMORROW,
        public_note="lệ phí là 30.000 đồng.",
    )
    assert (change.state, change.effective_from) == (State.SCHEDULED, TOMORROW)
    assert await work.do(changes.publish_due, today()) == []
    assert await _in_force(work) == ["20.000 đồng/lần."]
    assert await work.do(changes.publish_due, TOMORROW) == [CODE]
    assert await work.do(changes.publish_due, TOMORROW) == []
    assert await _in_force(work) == [NEW_FEE]
    assert await _state(work, change.id) == State.PUBLISHED


async def test_the_first_day_in_the_content_is_waited_for_too(work: Work) -> None:
    change = await work.draft(fee=NEW_FEE, effective_from=TOMORROW.isoformat())
    with pytest.raises(Invalid) as refused:
        await work.do(changes.submit, change.id, change.revision, AN, EVIDENCE)
    assert [problem.path for problem in refused.value.problems] == ["public_note"]
    change = await work.do(
        changes.save, change.id, change.revision, change.content, AN, public_note="lệ phí khác."
    )
    change = await work.do(changes.submit, change.id, change.revision, AN, EVIDENCE)
    change = await work.do(changes.approve, change.id, change.revision, BINH, effective_from=None)
    assert (change.state, change.effective_from) == (State.SCHEDULED, TOMORROW)


async def test_a_scheduled_change_can_be_taken_back_and_given_up(work: Work) -> None:
    change = await work.scheduled(TOMORROW, fee=NEW_FEE)
    back = await work.do(changes.take_back, change.id, change.revision, AN)
    assert await work.do(changes.publish_due, TOMORROW) == []
    gone = await work.do(changes.withdraw, back.id, back.revision, AN, "không cần nữa")
    assert gone.state == State.WITHDRAWN
    with pytest.raises(NotAllowed, match="đã bỏ"):
        await work.do(changes.take_back, gone.id, gone.revision, AN)
    assert await _in_force(work) == ["20.000 đồng/lần."]


async def test_one_open_change_a_procedure(work: Work) -> None:
    first = await work.do(changes.open_change, CODE, AN)
    with pytest.raises(AlreadyOpen, match="An") as refused:
        await work.do(changes.open_change, CODE, BINH)
    assert refused.value.present.id == first.id
    await work.do(changes.withdraw, first.id, first.revision, AN, "")
    second = await work.do(changes.open_change, CODE, BINH)
    assert second.id > first.id


async def test_a_write_on_what_has_moved_on_is_refused_with_what_it_is_now(work: Work) -> None:
    change = await work.draft(fee=NEW_FEE)
    with pytest.raises(StaleChange) as refused:
        await work.do(changes.save, change.id, change.revision - 1, {**change.content, "fee": "lạ"}, BINH)
    present = refused.value.present
    assert (present.revision, present.content["fee"]) == (change.revision, NEW_FEE)


async def test_another_code_is_another_procedure(work: Work) -> None:
    change = await work.draft(fee=NEW_FEE)
    with pytest.raises(Invalid) as refused:
        await work.do(changes.save, change.id, change.revision, {**change.content, "code": "9.000009"}, AN)
    assert refused.value.problems[0].path == "code"


async def test_a_new_procedure_gets_its_source_when_it_is_submitted(work: Work, made: Made) -> None:
    content = plain(made(code="9.000002", **_renamed("nuôi rùa")))
    del content["provenance"]
    with pytest.raises(NotAllowed, match="đã có"):
        await work.do(changes.open_new, {**content, "code": CODE}, AN)
    with pytest.raises(Invalid, match="mã thủ tục"):
        await work.do(changes.open_new, {**content, "code": "9.2"}, AN)
    change = await work.do(changes.open_new, content, AN)
    assert changes.problems_of(change.content) == []
    change = await work.do(changes.submit, change.id, change.revision, AN, EVIDENCE)
    await work.do(changes.approve, change.id, change.revision, BINH)
    procedures = {each.code: each for each in await work.ask(store.in_force, today())}
    assert procedures["9.000002"].provenance.source == EVIDENCE.source
    assert procedures["9.000002"].provenance.checked_by == "An"


def _renamed(name: str) -> dict[str, object]:
    return {
        "name": name,
        "official_name": f"Thủ tục {name}",
        "short_name": f"việc {name}",
        "sample_questions": [f"{name} thì sao"],
    }


async def test_what_cannot_be_published_is_refused_with_where_and_why(work: Work, made: Made) -> None:
    await work.put(made(), made(code="9.000002", **_renamed("nuôi rùa")))
    wrong = await work.draft(fee=None, ways=[])
    with pytest.raises(Invalid) as refused:
        await work.do(changes.submit, wrong.id, wrong.revision, AN, EVIDENCE)
    assert [(p.path, p.said) for p in refused.value.problems] == [("ways", "phải có ít nhất một dòng")]
    both = {"sample_questions": ["nuôi rùa thì sao"], "linked": [{"code": "9.000077", "text": "x"}]}
    unknown = [facet for facet in wrong.content["unknown"] if facet != "linked"]
    wrong = await work.do(
        changes.save,
        wrong.id,
        wrong.revision,
        {**(await work.newest()), **both, "unknown": unknown},
        AN,
    )
    with pytest.raises(Invalid) as refused:
        await work.do(changes.submit, wrong.id, wrong.revision, AN, EVIDENCE)
    assert [problem.path for problem in refused.value.problems] == ["sample_questions.0", "linked.0.code"]
    assert "9.000002" in refused.value.problems[0].said
    assert "outside" not in refused.value.problems[1].said


async def test_a_change_without_a_difference_is_not_submitted(work: Work) -> None:
    change = await work.do(changes.open_change, CODE, AN)
    with pytest.raises(Invalid, match="chưa có gì khác"):
        await work.do(changes.submit, change.id, change.revision, AN, EVIDENCE)


async def test_an_admin_publishes_urgently_and_says_why(work: Work) -> None:
    change = await work.draft(AN, fee=NEW_FEE)
    with pytest.raises(Invalid):
        await work.do(changes.publish_urgently, change.id, change.revision, AN, "", EVIDENCE)
    done = await work.do(
        changes.publish_urgently, change.id, change.revision, AN, "Cổng ghi sai mức phí", EVIDENCE
    )
    assert (done.state, done.urgent, done.urgent_reason) == (State.PUBLISHED, True, "Cổng ghi sai mức phí")
    assert await _in_force(work) == [NEW_FEE]
    assert (await work.ask(changes.history, CODE))[0].urgent


async def test_a_withdrawn_procedure_stays_away_until_the_desk_brings_it_back(work: Work, made: Made) -> None:
    await work.do(changes.withdraw_procedure, CODE, BINH, "bãi bỏ theo quyết định mới")
    assert await _in_force(work) == []
    with pytest.raises(NotAllowed, match="đã ngừng"):
        await work.do(changes.withdraw_procedure, CODE, BINH, "nữa")
    shipped = [made(), made(fee=NEW_FEE)]
    for procedure in shipped:
        assert await work.do(store.publish, [procedure], "Nhóm nội dung", "", keep_others=True) == []
    assert await _in_force(work) == []
    old = (await work.ask(changes.history, CODE))[-1]
    change = await work.do(changes.restore, CODE, old.id, AN)
    change = await work.do(changes.submit, change.id, change.revision, AN, EVIDENCE)
    await work.do(changes.approve, change.id, change.revision, BINH)
    assert await _in_force(work) == ["20.000 đồng/lần."]


async def test_a_procedure_with_an_open_change_is_not_withdrawn(work: Work) -> None:
    await work.scheduled(TOMORROW, fee=NEW_FEE)
    with pytest.raises(AlreadyOpen):
        await work.do(changes.withdraw_procedure, CODE, BINH, "bãi bỏ")


async def test_restoring_brings_the_old_text_back_and_supersedes(work: Work) -> None:
    change = await work.published(fee=NEW_FEE)
    old = (await work.ask(changes.history, CODE))[-1]
    draft = await work.do(changes.restore, CODE, old.id, CHI)
    assert draft.content["fee"] == "20.000 đồng/lần."
    draft = await work.do(changes.submit, draft.id, draft.revision, CHI, EVIDENCE)
    await work.do(changes.approve, draft.id, draft.revision, BINH)
    assert await _in_force(work) == ["20.000 đồng/lần."]
    assert await _state(work, change.id) == State.SUPERSEDED
    with pytest.raises(ChangeError):
        await work.do(changes.restore, "9.000002", old.id, CHI)


async def test_characters_that_no_text_has_are_left_out(work: Work, database: Database) -> None:
    change = await work.draft(fee="30.000\x00 đồng\ud800.")
    assert change.content["fee"] == "30.000 đồng."
    async with database.read() as session:
        assert len((await session.scalars(select(ProcedureVersion))).all()) == 1
