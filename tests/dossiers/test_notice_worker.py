"""The work on notices: each told once, whatever dies and however many work at it. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dossiers import DossierDesk, NoticeWorker
from dossiers.notice_models import DossierSubscription
from dossiers.subscriptions import MOST, TooMany
from motcua.db import now
from motcua.reply import Reply
from tests.dossiers.notice_world import CODE, Killed, World, at


async def test_what_cannot_be_told_now_is_told_later_and_holds_up_nobody(world: World) -> None:
    sick, well = await world.citizen(), await world.citizen()
    await world.follow(sick)
    await world.follow(well)
    await world.office("9", finished="17/11/2026")
    failing = True

    async def tell(conversation_id: str, reply: Reply, *, key: str) -> bool:
        if failing and conversation_id == sick:
            raise RuntimeError("not now")
        return await world.conversations.tell(conversation_id, reply, key=key)

    worker = NoticeWorker(world.database, world.settings, world.desk, tell)
    assert await worker.round(at(17)) == 1
    failing = False
    assert await worker.round(at(17)) == 0, "not at once"
    assert await worker.round(at(17, 11)) == 1
    assert [len(await world.told(each)) for each in (sick, well)] == [1, 1]


async def test_a_dossier_that_no_source_has_any_more_is_waited_for(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    worker = world.worker()
    await world.office("9", finished="17/11/2026")
    await worker.look(at(17))
    await world.forget_dossier()
    assert await worker.round(at(17)) == 0
    await world.office("9", finished="17/11/2026")
    assert await worker.round(at(17, 12)) == 1


def _killing(step: int, world: World) -> tuple[NoticeWorker, Callable[[], int]]:
    """A worker whose process dies before its ``step``-th transaction or call; counts the steps."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1
        if taken == step:
            raise Killed

    class Mortal:
        """The database as the doomed process sees it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(world.database, name)

        def write(self) -> Any:
            count()
            return world.database.write()

    async def tell(conversation_id: str, reply: Reply, *, key: str) -> bool:
        count()
        done = await world.conversations.tell(conversation_id, reply, key=key)
        count()  # told, and dead before anybody could note it
        return done

    mortal: Any = Mortal()
    return NoticeWorker(
        mortal, world.settings, DossierDesk(world.database, world.settings), tell
    ), lambda: taken


async def test_killed_between_any_two_steps_it_loses_no_notice_and_tells_none_twice(world: World) -> None:
    people = [await world.citizen() for _ in range(2)]
    for each in people:
        await world.follow(each)
    await world.office("9", finished="17/11/2026")
    died = 0
    for step in range(1, 40):
        await world.free_lease()
        worker, _ = _killing(step, world)
        try:
            await worker.round(at(17))
        except Killed:
            died += 1
            await world.look_again()
        else:
            break
    assert died >= 8, "lease, two looks, and for each of two: note, tell, told, settle"
    assert [await world.templates(each) for each in people] == [["dossier_ready"]] * 2
    assert {state for _, state in await world.notices()} == {"told"}


async def test_gateways_that_work_at_once_tell_each_thing_once(world: World) -> None:
    people = [await world.citizen() for _ in range(6)]
    for each in people:
        await world.follow(each)
    workers = [world.worker(instance=f"gateway-{number}") for number in range(4)]

    async def without_lease(worker: NoticeWorker) -> None:
        await worker.look(at(17))
        await worker.tell(at(17))

    for status, cells in (("5", {"todo": "Nộp giấy"}), ("4", {}), ("9", {"finished": "17/11/2026"})):
        await world.office(status, **cells)
        await asyncio.gather(*(without_lease(worker) for worker in workers))
    for each in people:
        assert await world.templates(each) == ["dossier_supplement", "dossier_changed", "dossier_ready"]


async def test_the_lease_lets_one_gateway_work_and_another_take_over(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    first, second = world.worker(), world.worker()  # the same instance name: still two processes
    await first.round(at(17))
    await world.office("9", finished="17/11/2026")
    assert await second.round(at(17)) == 0
    assert await world.told(citizen) == []
    await world.free_lease()
    assert await second.round(at(17)) == 1
    assert await first.round(at(17)) == 0


async def test_nobody_follows_more_than_may_be_followed(world: World) -> None:
    citizen = await world.citizen()
    for number in range(1, MOST + 2):
        code = f"H26-261110-{number:04}"
        await world.office(code=code)
        if number <= MOST:
            assert await world.follow(citizen, code=code)
        else:
            with pytest.raises(TooMany):
                await world.follow(citizen, code=code)


async def test_two_presses_at_once_begin_one_subscription(world: World) -> None:
    citizen = await world.citizen()
    begun = await asyncio.gather(*(world.follow(citizen) for _ in range(5)))
    assert sorted(begun) == [False] * 4 + [True]


async def test_the_consent_is_kept_with_its_words_and_time(world: World) -> None:
    citizen = await world.citizen()
    await world.follow(citizen)
    async with world.database.read() as session:
        row = await session.scalar(select(DossierSubscription))
    assert row
    assert (row.conversation_id, row.code, row.consent, row.ended_at) == (citizen, CODE, "v1", None)
    assert now() - row.consented_at < timedelta(minutes=1)
