"""What will change is said beforehand, on its own side only, and happens on its day."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import Library, answer, changes, fitted_list, library, special_answer
from knowledge.changes import PublishingJob
from knowledge.changes.checking import plain
from knowledge.upcoming import Upcoming
from motcua import clock
from motcua.clock import today
from motcua.db import Database
from motcua.reply import Facet, Reply
from tests.knowledge.changes.steps import AN, BINH, CODE, EVIDENCE, Made, Work

TOMORROW = today() + timedelta(days=1)
LINE = f"Từ ngày {TOMORROW:%d/%m/%Y}: lệ phí là 30.000 đồng."
NEW_FEE = "30.000 đồng/lần."


@pytest.fixture(autouse=True)
async def published(work: Work, made: Made) -> None:
    await work.put(made(), made(code="9.000002", **_other()))


def _other() -> dict[str, object]:
    return {
        "name": "Nuôi rùa",
        "official_name": "Thủ tục nuôi rùa",
        "short_name": "nuôi rùa",
        "sample_questions": ["nuôi rùa thì sao"],
    }


def _said(shelf: Library, facet: Facet, code: str = CODE) -> Reply:
    edition = shelf.edition
    return answer(edition.procedures[code], facet, upcoming=edition.upcoming.get(code))


async def test_only_the_sides_that_will_differ_say_so(work: Work, database: Database) -> None:
    shelf = Library(database)
    await shelf.refresh()
    change = await work.scheduled(TOMORROW, "lệ phí là 30.000 đồng.", fee=NEW_FEE)
    assert await shelf.refresh()
    told = _said(shelf, Facet.FEE)
    assert told.text == f"20.000 đồng/lần.\n{LINE}"
    assert told.card is not None
    assert told.card.sections[-1].model_dump()["text"] == LINE
    assert LINE in _said(shelf, Facet.OVERVIEW).text
    assert "Từ ngày" not in _said(shelf, Facet.TIME).text
    assert "Từ ngày" not in _said(shelf, Facet.FEE, "9.000002").text
    await work.do(changes.take_back, change.id, change.revision, AN)
    assert await shelf.refresh()
    assert _said(shelf, Facet.FEE).text == "20.000 đồng/lần."


async def test_a_special_case_and_a_fitted_list_say_it_too(family: Made, made: Made) -> None:
    case = {"questions": ["cá dữ thì sao"], "facet": "fee", "answer": "Cá dữ: 50.000 đồng."}
    changed = {**case, "answer": "Cá dữ: 60.000 đồng."}
    now, later = made(special_cases=[case]), made(special_cases=[changed])
    coming = Upcoming(TOMORROW, "cá dữ 60.000 đồng.", later)
    assert special_answer(now, now.special_cases[0], upcoming=coming).text.endswith("cá dữ 60.000 đồng.")
    gone = replace(coming, later=made())
    assert special_answer(now, now.special_cases[0], upcoming=gone).text.endswith("cá dữ 60.000 đồng.")
    same = replace(coming, later=now)
    assert special_answer(now, now.special_cases[0], upcoming=same).text == "Cá dữ: 50.000 đồng."
    whole = family()
    fewer = replace(coming, later=family(documents=[{"name": "Tờ khai", "action": "nộp"}], checklist=None))
    assert fitted_list(whole, {}, upcoming=fewer).text.endswith("cá dữ 60.000 đồng.")
    assert "Từ ngày" not in fitted_list(whole, {}, upcoming=replace(coming, later=whole)).text


async def test_on_its_day_it_is_in_force_and_no_longer_announced(
    work: Work, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await work.scheduled(TOMORROW, "lệ phí là 30.000 đồng.", fee=NEW_FEE)
    shelf = Library(database)
    await shelf.refresh()
    for module in (clock, library):
        monkeypatch.setattr(module, "today", lambda: TOMORROW)
    await shelf.refresh()  # midnight, before any gateway has looked
    assert _said(shelf, Facet.FEE).text == "20.000 đồng/lần."

    async def note(_: AsyncSession, codes: object) -> None:
        assert codes == [CODE]

    await PublishingJob(database, note).once()
    await shelf.refresh()
    assert _said(shelf, Facet.FEE).text == NEW_FEE


async def test_a_publication_is_answered_within_two_seconds_by_a_running_library(
    work: Work, database: Database
) -> None:
    shelf = Library(database)
    await shelf.refresh()
    following = asyncio.create_task(shelf.follow(1.0))  # as deployed: knowledge_poll_s
    try:
        change = await work.submitted(fee=NEW_FEE)
        await work.do(changes.approve, change.id, change.revision, BINH)
        begun = time.monotonic()
        while _said(shelf, Facet.FEE).text != NEW_FEE:
            assert time.monotonic() - begun < 2.0
            await asyncio.sleep(0.02)
    finally:
        following.cancel()


async def test_a_trial_answers_from_the_draft_and_citizens_do_not(work: Work, database: Database) -> None:
    shelf = Library(database)
    await shelf.refresh()
    draft = await work.draft(fee=NEW_FEE, sample_questions=["cho cá rồng lên sân thượng phải hỏi ai"])
    trial = await shelf.trial(draft.id)
    assert trial.procedures[CODE].fee == NEW_FEE
    assert trial.search.find("cho cá rồng lên sân thượng phải hỏi ai")[0].code == CODE
    assert shelf.edition.procedures[CODE].fee == "20.000 đồng/lần."
    assert await shelf.trial(draft.id) is trial
    later = await work.do(changes.save, draft.id, draft.revision, {**draft.content, "fee": "1.000 đồng."}, AN)
    assert (await shelf.trial(draft.id)).procedures[CODE].fee == "1.000 đồng."
    await work.do(changes.save, draft.id, later.revision, {**draft.content, "ways": []}, AN)
    with pytest.raises(changes.Invalid):
        await shelf.trial(draft.id)
    with pytest.raises(changes.ChangeError):
        await shelf.trial(9999)


async def test_a_new_procedure_and_a_scheduled_one_can_be_tried(
    work: Work, database: Database, made: Made
) -> None:
    shelf = Library(database)
    await shelf.refresh()
    content = plain(made(code="9.000003", **{**_other(), "name": "Nuôi ba ba"}))
    del content["provenance"]
    new = await work.do(changes.open_new, content, AN)
    assert "9.000003" in (await shelf.trial(new.id)).procedures
    coming = await work.scheduled(TOMORROW, "lệ phí là 30.000 đồng.", fee=NEW_FEE)
    await shelf.refresh()
    trial = await shelf.trial(coming.id)
    assert (trial.procedures[CODE].fee, trial.upcoming) == (NEW_FEE, {})
    assert EVIDENCE.source == trial.procedures[CODE].field_provenance["fee"].source


async def test_few_trials_are_kept(work: Work, database: Database, made: Made) -> None:
    many = [made(code=f"9.0001{number:02}", **_numbered(number)) for number in range(8)]
    await work.put(*many)
    shelf = Library(database)
    await shelf.refresh()
    drafts = [await work.do(changes.open_change, each.code, AN) for each in many]
    first = await shelf.trial(drafts[0].id)
    for draft in drafts:
        await shelf.trial(draft.id)
    assert len(shelf._trials._kept) == 4
    assert await shelf.trial(drafts[0].id) is not first


def _numbered(number: int) -> dict[str, object]:
    return {
        "name": f"Nuôi rùa số {number}",
        "official_name": f"Thủ tục nuôi rùa số {number}",
        "short_name": f"nuôi rùa số {number}",
        "sample_questions": [f"nuôi rùa số {number} thì sao"],
    }
