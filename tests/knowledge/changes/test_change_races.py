"""Two at once, on SQLite and PostgreSQL: one wins, the other is told, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import changes, store
from knowledge.changes import AlreadyOpen, ChangeError, ContentChange, PublishingJob, StaleChange, State
from knowledge.models import ProcedureVersion
from motcua import clock
from motcua.clock import today
from motcua.db import Database
from tests.knowledge.changes.steps import AN, BINH, CHI, CODE, EVIDENCE, Made, Work

TOMORROW = today() + timedelta(days=1)
NEW_FEE = "30.000 đồng/lần."
both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(autouse=True)
async def published(work: Work, made: Made) -> None:
    await work.put(made())


async def _versions(database: Database) -> int:
    async with database.read() as session:
        query = select(func.count()).select_from(ProcedureVersion).where(ProcedureVersion.code == CODE)
        return await session.scalar(query) or 0


@both
async def test_of_ten_who_open_a_change_one_does(work: Work) -> None:
    tried = [work.do(changes.open_change, CODE, AN) for _ in range(10)]
    done = await asyncio.gather(*tried, return_exceptions=True)
    opened = [each for each in done if isinstance(each, ContentChange)]
    assert len(opened) == 1
    refused = [each for each in done if isinstance(each, AlreadyOpen)]
    assert {each.present.id for each in refused} == {opened[0].id}
    assert len(refused) == 9


@both
async def test_of_two_who_save_one_is_kept_and_the_other_gets_both_versions(work: Work) -> None:
    change = await work.do(changes.open_change, CODE, AN)
    mine, theirs = ({**change.content, "fee": fee} for fee in ("1.000 đồng.", "2.000 đồng."))
    done = await asyncio.gather(
        work.do(changes.save, change.id, change.revision, mine, AN),
        work.do(changes.save, change.id, change.revision, theirs, BINH),
        return_exceptions=True,
    )
    (kept,) = [each for each in done if isinstance(each, ContentChange)]
    (stale,) = [each for each in done if isinstance(each, StaleChange)]
    assert stale.present.content == kept.content
    stored = await work.ask(changes.find, change.id)
    assert stored is not None
    assert (stored.content, stored.revision) == (kept.content, change.revision + 1)


@both
async def test_a_change_is_submitted_once(work: Work) -> None:
    change = await work.draft(fee=NEW_FEE)
    done = await asyncio.gather(
        *(work.do(changes.submit, change.id, change.revision, who, EVIDENCE) for who in (AN, CHI)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["ContentChange", "StaleChange"]


@both
@pytest.mark.parametrize("against", ["withdraw", "take_back"])
async def test_approval_against_who_gives_it_up(work: Work, database: Database, against: str) -> None:
    for _ in range(3):  # either may come first
        change = await work.submitted(fee=f"{await _versions(database)}.000 đồng.")
        before = await _versions(database)
        other = (
            work.do(changes.withdraw, change.id, change.revision, AN, "thôi")
            if against == "withdraw"
            else work.do(changes.take_back, change.id, change.revision, AN)
        )
        done = await asyncio.gather(
            other, work.do(changes.approve, change.id, change.revision, BINH), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in done) == ["ContentChange", "StaleChange"]
        stored = await work.ask(changes.find, change.id)
        assert stored is not None
        won = stored.state == State.PUBLISHED
        assert await _versions(database) == before + won
        if not won and stored.state == State.DRAFT:
            await work.do(changes.withdraw, stored.id, stored.revision, AN, "")


@both
async def test_of_two_gateways_one_publishes_what_is_due(
    work: Work, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await work.scheduled(TOMORROW, fee=NEW_FEE)
    told: list[str] = []

    async def note(_: AsyncSession, codes: object) -> None:
        told.extend(codes)  # type: ignore[arg-type]

    jobs = [PublishingJob(database, note) for _ in range(4)]
    assert [await job.once() for job in jobs] == [[], [], [], []]
    monkeypatch.setattr(clock, "today", lambda: TOMORROW)
    before = await work.ask(store.revision)
    done = await asyncio.gather(*(job.once() for job in jobs))
    assert sorted(done) == [[], [], [], [CODE]]
    assert told == [CODE]
    assert await _versions(database) == 2
    assert await work.ask(store.revision) == before + 1
    stored = await work.ask(changes.find, change.id)
    assert stored is not None
    assert stored.state == State.PUBLISHED


@both
async def test_a_publication_from_files_against_an_approval(
    work: Work, database: Database, made: Made
) -> None:
    change = await work.submitted(fee=NEW_FEE)
    done = await asyncio.gather(
        work.put(made(fee="50.000 đồng/lần."), author="dòng lệnh"),
        work.do(changes.approve, change.id, change.revision, BINH),
        return_exceptions=True,
    )
    assert any(not isinstance(each, Exception) for each in done)
    async with database.read() as session:
        current = ProcedureVersion.superseded_at.is_(None)
        rows = (await session.scalars(select(ProcedureVersion).where(current))).all()
    assert len(rows) == 1
    stored = await work.ask(changes.find, change.id)
    assert stored is not None
    assert stored.state in (State.PUBLISHED, State.SUPERSEDED, State.SUBMITTED)
    if stored.state == State.PUBLISHED:
        assert rows[0].id == stored.published_version_id


@both
async def test_a_procedure_is_withdrawn_once(work: Work, database: Database) -> None:
    done = await asyncio.gather(
        *(work.do(changes.withdraw_procedure, CODE, who, "bãi bỏ") for who in (AN, BINH, CHI)),
        return_exceptions=True,
    )
    assert len([each for each in done if isinstance(each, int)]) == 1, done
    assert all(isinstance(each, int | ChangeError) for each in done), done
    assert await _versions(database) == 2
