"""Publishing: nothing twice, nothing lost, and in force on its own days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from knowledge import Procedure, publish
from knowledge.models import ProcedureVersion
from knowledge.store import digest, in_force, revision
from motcua.clock import today
from motcua.db import Database

Made = Callable[..., Procedure]


async def _publish(database: Database, *procedures: Procedure) -> list[str]:
    async with database.write() as session:
        return await publish(session, list(procedures), "người soạn", "ghi chú")


async def _fees(database: Database, day: date) -> list[str | None]:
    async with database.read() as session:
        return [procedure.fee for procedure in await in_force(session, day)]


async def _revision(database: Database) -> int:
    async with database.read() as session:
        return await revision(session)


async def test_an_empty_knowledge_base_has_revision_0(database: Database) -> None:
    assert await _revision(database) == 0
    assert await _fees(database, today()) == []


async def test_what_is_published_is_read_back_whole(database: Database, shipped: list[Procedure]) -> None:
    changed = await _publish(database, *shipped)
    assert sorted(changed) == sorted(procedure.code for procedure in shipped)
    async with database.read() as session:
        assert await in_force(session, today()) == sorted(shipped, key=lambda procedure: procedure.code)


async def test_publishing_the_same_again_changes_nothing(database: Database, made: Made) -> None:
    assert await _publish(database, made()) == ["9.000001"]
    assert await _publish(database, made()) == []
    assert await _revision(database) == 1
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(ProcedureVersion)) == 1


async def test_a_new_version_supersedes_the_old_one_and_keeps_it(database: Database, made: Made) -> None:
    await _publish(database, made())
    await _publish(database, made(fee="30.000 đồng/lần."))
    assert await _fees(database, today()) == ["30.000 đồng/lần."]
    assert await _revision(database) == 2
    async with database.read() as session:
        rows = list(await session.scalars(select(ProcedureVersion).order_by(ProcedureVersion.id)))
    assert [row.superseded_at is None for row in rows] == [False, True]
    assert [row.content["fee"] for row in rows] == ["20.000 đồng/lần.", "30.000 đồng/lần."]
    assert {(row.author, row.note) for row in rows} == {("người soạn", "ghi chú")}


async def test_the_revision_counts_publications_and_not_procedures(database: Database, made: Made) -> None:
    await _publish(database, made(), made(code="9.000002"))
    assert await _revision(database) == 1


async def test_a_publication_that_fails_leaves_nothing(database: Database, made: Made) -> None:
    with pytest.raises(IntegrityError):
        await _publish(database, made(), made(fee="30.000 đồng/lần."))
    assert await _revision(database) == 0
    assert await _fees(database, today()) == []


@pytest.mark.parametrize(
    ("window", "days"),
    [
        ({}, [True, True, True]),
        ({"effective_from": 0}, [False, True, True]),
        ({"effective_to": 0}, [True, True, False]),
        ({"effective_from": 1}, [False, False, True]),
        ({"effective_to": -1}, [True, False, False]),
        ({"effective_from": 0, "effective_to": 0}, [False, True, False]),
    ],
)
async def test_a_procedure_is_in_force_on_its_days(
    database: Database, made: Made, window: dict[str, int], days: list[bool]
) -> None:
    dates: dict[str, Any] = {key: today() + timedelta(days=offset) for key, offset in window.items()}
    await _publish(database, made(**dates))
    found = [bool(await _fees(database, today() + timedelta(days=offset))) for offset in (-1, 0, 1)]
    assert found == days


async def test_the_old_version_holds_until_the_new_one_takes_effect(database: Database, made: Made) -> None:
    tomorrow = today() + timedelta(days=1)
    await _publish(database, made())
    await _publish(database, made(fee="30.000 đồng/lần.", effective_from=tomorrow))
    assert await _fees(database, today()) == ["20.000 đồng/lần."]
    assert await _fees(database, tomorrow) == ["30.000 đồng/lần."]


async def test_a_plan_that_was_put_off_never_takes_effect(database: Database, made: Made) -> None:
    soon, later = (today() + timedelta(days=days) for days in (1, 10))
    await _publish(database, made())
    await _publish(database, made(fee="30.000 đồng/lần.", effective_from=soon))
    await _publish(database, made(fee="30.000 đồng/lần.", effective_from=later))
    assert await _fees(database, soon) == ["20.000 đồng/lần."]
    assert await _fees(database, later) == ["30.000 đồng/lần."]


async def test_a_plan_that_was_dropped_never_takes_effect(database: Database, made: Made) -> None:
    tomorrow = today() + timedelta(days=1)
    await _publish(database, made())
    await _publish(database, made(fee="30.000 đồng/lần.", effective_from=tomorrow))
    await _publish(database, made())
    assert await _fees(database, tomorrow) == ["20.000 đồng/lần."]


async def test_an_end_that_comes_before_the_next_version_leaves_a_gap(database: Database, made: Made) -> None:
    yesterday, tomorrow = today() - timedelta(days=1), today() + timedelta(days=1)
    await _publish(database, made(effective_to=yesterday))
    await _publish(database, made(fee="30.000 đồng/lần.", effective_from=tomorrow))
    assert await _fees(database, yesterday) == ["20.000 đồng/lần."]
    assert await _fees(database, today()) == []


def test_equal_content_has_an_equal_fingerprint(made: Made) -> None:
    assert digest(made()) == digest(made())
    assert digest(made()) != digest(made(fee="Miễn phí."))
