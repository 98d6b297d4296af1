"""What a change rests on is written to every field it changes, and to no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from knowledge import changes
from knowledge.changes import Evidence, Invalid
from knowledge.changes.merging import merged
from motcua.clock import today
from tests.knowledge.changes.steps import AN, BINH, CODE, EVIDENCE, Made, Work

TOMORROW = today() + timedelta(days=1)
STAMP = {
    "source": EVIDENCE.source,
    "decision": EVIDENCE.decision,
    "checked_on": today().isoformat(),
    "checked_by": "An",
}
BY_HAND = {"source": "Biểu phí tại quầy", "checked_on": "2026-07-02", "checked_by": "An"}


@pytest.fixture(autouse=True)
async def published(work: Work, made: Made) -> None:
    await work.put(made(field_provenance={"time": BY_HAND}))


async def test_changed_fields_get_the_evidence_and_others_keep_theirs(work: Work) -> None:
    base = await work.newest()
    unknown = [facet for facet in base["unknown"] if facet != "result"]
    change = await work.submitted(fee="30.000 đồng/lần.", result="Giấy xác nhận", unknown=unknown)
    content = change.content
    assert content["field_provenance"] == {"time": BY_HAND, "fee": STAMP, "result": STAMP}
    assert content["provenance"] == base["provenance"]


async def test_what_the_editor_wrote_by_hand_stays(work: Work) -> None:
    own = {"time": BY_HAND, "fee": BY_HAND}
    change = await work.submitted(fee="30.000 đồng/lần.", field_provenance=own)
    assert change.content["field_provenance"]["fee"] == BY_HAND


async def test_a_second_submission_replaces_the_stamps_of_the_first(work: Work) -> None:
    change = await work.submitted(fee="30.000 đồng/lần.")
    change = await work.do(changes.request_changes, change.id, change.revision, BINH, "thời gian cũng sai")
    content = {**change.content, "fee": "20.000 đồng/lần.", "time": "2 ngày làm việc."}
    change = await work.do(changes.save, change.id, change.revision, content, AN)
    other = Evidence("Thông báo của UBND phường", sureness="khá chắc")
    change = await work.do(changes.submit, change.id, change.revision, AN, other)
    second = {**STAMP, "source": other.source, "sureness": "khá chắc"}
    del second["decision"]
    assert change.content["field_provenance"] == {"time": second}


async def test_an_imported_text_that_is_edited_is_the_editors(work: Work, made: Made) -> None:
    await work.put(made(code="9.000003", imported=True))
    change = await work.do(changes.open_change, "9.000003", AN)
    content = {**change.content, "name": "Nuôi ba ba", **_others("ba ba")}
    change = await work.do(changes.save, change.id, change.revision, content, AN)
    change = await work.do(changes.submit, change.id, change.revision, AN, EVIDENCE)
    assert "imported" not in change.content
    assert change.content["provenance"] == STAMP
    assert "field_provenance" not in change.content
    back = await work.do(changes.take_back, change.id, change.revision, AN)
    again = await work.do(changes.submit, back.id, back.revision, AN, Evidence("Nguồn khác"))
    assert again.content["provenance"]["source"] == "Nguồn khác"


def _others(name: str) -> dict[str, Any]:
    return {
        "official_name": f"Thủ tục nuôi {name}",
        "short_name": f"nuôi {name}",
        "sample_questions": [f"nuôi {name} thì sao"],
    }


@pytest.mark.parametrize(
    ("evidence", "path"),
    [
        (Evidence(""), "evidence.source"),
        (Evidence("x", url="http://cong.example"), "evidence.url"),
        (Evidence("x", sureness="chắc lắm"), "evidence.sureness"),
    ],
)
async def test_evidence_that_says_nothing_is_refused(work: Work, evidence: Evidence, path: str) -> None:
    change = await work.draft(fee="30.000 đồng/lần.")
    with pytest.raises(Invalid) as refused:
        await work.do(changes.submit, change.id, change.revision, AN, evidence)
    assert [problem.path for problem in refused.value.problems] == [path]


async def test_what_was_published_meanwhile_is_taken_in(work: Work, made: Made) -> None:
    change = await work.draft(fee="30.000 đồng/lần.")
    await work.put(made(time="5 ngày làm việc.", field_provenance={"time": BY_HAND}))
    change = await work.do(changes.submit, change.id, change.revision, AN, EVIDENCE)
    assert (change.content["fee"], change.content["time"]) == ("30.000 đồng/lần.", "5 ngày làm việc.")
    await work.do(changes.approve, change.id, change.revision, BINH)
    content = await work.newest()
    assert (content["fee"], content["time"]) == ("30.000 đồng/lần.", "5 ngày làm việc.")


async def test_a_field_that_both_changed_is_asked_about(work: Work, made: Made) -> None:
    change = await work.draft(fee="30.000 đồng/lần.")
    await work.put(made(fee="50.000 đồng/lần.", field_provenance={"time": BY_HAND}))
    with pytest.raises(Invalid) as refused:
        await work.do(changes.submit, change.id, change.revision, AN, EVIDENCE)
    assert [problem.path for problem in refused.value.problems] == ["fee"]
    based = await work.do(changes.rebase, change.id, change.revision, AN)
    done = await work.do(changes.submit, based.id, based.revision, AN, EVIDENCE)
    assert done.content["fee"] == "30.000 đồng/lần."


async def test_what_was_published_after_the_submission_has_to_be_looked_at(work: Work, made: Made) -> None:
    change = await work.submitted(fee="30.000 đồng/lần.")
    await work.put(made(time="5 ngày làm việc."))
    with pytest.raises(changes.NotAllowed, match="bản công bố mới"):
        await work.do(changes.approve, change.id, change.revision, BINH)


def test_merging_keeps_both_sides_and_names_what_both_changed() -> None:
    base = {"a": 1, "b": 1, "c": 1, "d": 1, "field_provenance": {"a": "cũ", "b": "cũ"}}
    mine = {"a": 2, "b": 1, "c": 2, "field_provenance": {"a": "mới", "b": "cũ"}}
    theirs = {"a": 1, "b": 3, "c": 3, "d": 1, "e": 5, "field_provenance": {"a": "cũ", "b": "của họ"}}
    whole, conflicts = merged(base, mine, theirs)
    assert conflicts == ["c"]
    own = {"a": "mới", "b": "của họ"}
    assert whole == {"a": 2, "b": 3, "c": 2, "e": 5, "field_provenance": own}


async def test_what_was_published_before_the_day_comes_is_kept(work: Work, made: Made) -> None:
    await work.scheduled(TOMORROW, fee="30.000 đồng/lần.")
    await work.put(made(time="5 ngày làm việc.", fee="21.000 đồng/lần.", field_provenance={"time": BY_HAND}))
    assert await work.do(changes.publish_due, TOMORROW) == [CODE]
    content = await work.newest()
    assert (content["fee"], content["time"]) == ("30.000 đồng/lần.", "5 ngày làm việc.")


async def test_a_change_that_cannot_be_published_on_its_day_goes_back(work: Work) -> None:
    change = await work.scheduled(TOMORROW, fee="30.000 đồng/lần.")
    async with work.database.write() as session:  # as a later schema might find it
        stored = await session.get_one(changes.ContentChange, change.id)
        stored.content = {**stored.content, "ways": []}
    assert await work.do(changes.publish_due, TOMORROW) == []
    back = await work.ask(changes.find, change.id)
    assert back is not None
    assert back.state == changes.State.CHANGES_REQUESTED
    assert "ít nhất một dòng" in back.decision_note
    assert (await work.newest())["fee"] == "20.000 đồng/lần."
