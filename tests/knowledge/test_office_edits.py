"""What the desk corrects of an office: told once somebody else has confirmed it, and never lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from knowledge import Library, office_edits
from knowledge.changes import ChangeError, Editor, Invalid, NotAllowed
from knowledge.models import OfficeEdit
from knowledge.office_answers import ward_answer
from knowledge.office_edits import Proposal
from knowledge.office_questions import Desk, Wanted
from knowledge.offices import OfficeKind, shipped_offices
from knowledge.wards import hanoi
from motcua.clock import today
from motcua.db import Database

AN, BINH = Editor(1, "An"), Editor(2, "Bình")
BA_DINH = "00004"
FIELDS = {"address": " 10 phố  Thử ", "hours": "8:00–17:00", "phones": ["024.1234", " "], "note": ""}
PROPOSAL = Proposal(BA_DINH, OfficeKind.ONE_STOP, FIELDS, "Bảng tại quầy", None, date(2026, 7, 1))


async def _do(database: Database, step: Any, *given: Any) -> Any:
    async with database.write() as session:
        return await step(session, *given)


async def _told(database: Database, wanted: Wanted = Wanted.ADDRESS) -> str:
    async with database.read() as session:
        offices = await office_edits.present(session)
    return ward_answer(offices, hanoi().by_code[BA_DINH], Desk.ONE_STOP, wanted)


async def test_nothing_is_told_before_another_person_confirms_it(database: Database) -> None:
    row = await _do(database, office_edits.propose, PROPOSAL, AN)
    assert row.fields == {"address": "10 phố Thử", "hours": "8:00–17:00", "phones": ["024.1234"]}
    assert "10 phố Thử" not in await _told(database)
    with pytest.raises(NotAllowed, match="không tự xác nhận"):
        await _do(database, office_edits.confirm, row.id, row.revision, AN)
    await _do(database, office_edits.confirm, row.id, row.revision, BINH, "đã gọi hỏi")
    told = await _told(database)
    assert "10 phố Thử." in told
    assert "Giờ làm việc: 8:00–17:00." in told
    assert "Điện thoại: 024.1234." in told
    # What the shipped record has besides stays.
    async with database.read() as session:
        office = (await office_edits.present(session)).of(hanoi().by_code[BA_DINH])
    shipped = shipped_offices().of(hanoi().by_code[BA_DINH])
    assert office is not None
    assert shipped is not None
    assert (office.website, office.lat) == (shipped.website, shipped.lat)
    assert office.provenance is not None
    assert office.provenance.source == "Bảng tại quầy"


async def test_a_running_library_tells_it_within_two_seconds(database: Database) -> None:
    shelf = Library(database)
    await shelf.refresh()
    following = asyncio.create_task(shelf.follow(1.0))
    try:
        row = await _do(database, office_edits.propose, PROPOSAL, AN)
        await _do(database, office_edits.confirm, row.id, row.revision, BINH)
        async with asyncio.timeout(2.0):
            while not (office := shelf.edition.offices.by_ward[BA_DINH][OfficeKind.ONE_STOP]).address:
                await asyncio.sleep(0.02)
    finally:
        following.cancel()
    assert office.address == "10 phố Thử"


async def test_a_later_one_takes_its_place_and_both_are_kept(database: Database) -> None:
    first = await _do(database, office_edits.propose, PROPOSAL, AN)
    await _do(database, office_edits.confirm, first.id, first.revision, BINH)
    with pytest.raises(Invalid, match="Chưa có gì khác"):
        await _do(database, office_edits.propose, PROPOSAL, AN)
    moved = replace(PROPOSAL, fields={**FIELDS, "address": "12 phố Thử", "hours": None})
    second = await _do(database, office_edits.propose, moved, BINH)
    with pytest.raises(NotAllowed, match="Bình"):
        await _do(database, office_edits.propose, moved, AN)
    await _do(database, office_edits.confirm, second.id, second.revision, AN)
    told = await _told(database)
    assert "12 phố Thử" in told
    assert "8:00" not in told
    async with database.read() as session:
        rows = await office_edits.history(session, BA_DINH, OfficeKind.ONE_STOP)
    assert [(row.state, row.fields["address"]) for row in rows] == [
        ("in_force", "12 phố Thử"),
        ("superseded", "10 phố Thử"),
    ]


async def test_refused_and_taken_back(database: Database) -> None:
    row = await _do(database, office_edits.propose, PROPOSAL, AN)
    with pytest.raises(Invalid):
        await _do(database, office_edits.refuse, row.id, row.revision, BINH, " ")
    done = await _do(database, office_edits.refuse, row.id, row.revision, BINH, "số nhà sai")
    assert (done.state, done.decision_note) == ("refused", "số nhà sai")
    with pytest.raises(ChangeError):
        await _do(database, office_edits.confirm, row.id, done.revision, BINH)
    again = await _do(database, office_edits.propose, PROPOSAL, AN)
    with pytest.raises(NotAllowed, match="Chỉ người đề xuất"):
        await _do(database, office_edits.take_back, again.id, again.revision, BINH)
    await _do(database, office_edits.take_back, again.id, again.revision, AN)
    async with database.read() as session:
        assert await office_edits.proposals(session) == []
    assert "10 phố Thử" not in await _told(database)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"ward": "99999"}, "ward"),
        ({"source": " "}, "provenance.source"),
        ({"url": "http://x"}, "provenance.url"),
        ({"checked_on": today() + timedelta(days=1)}, "checked_on"),
    ],
)
async def test_what_cannot_be_is_refused(database: Database, wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        await _do(database, office_edits.propose, replace(PROPOSAL, **wrong), AN)
    assert refused.value.problems[0].path.split(".")[-1] == path.rsplit(".", maxsplit=1)[-1]


async def test_confirming_and_refusing_at_once(database: Database) -> None:
    row = await _do(database, office_edits.propose, PROPOSAL, AN)
    done = await asyncio.gather(
        _do(database, office_edits.confirm, row.id, row.revision, BINH),
        _do(database, office_edits.refuse, row.id, row.revision, BINH, "sai"),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["ChangeError", "OfficeEdit"]
    (kept,) = [each for each in done if isinstance(each, OfficeEdit)]
    assert kept.state in ("in_force", "refused")
