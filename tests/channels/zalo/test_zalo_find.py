"""A send whose outcome is unknown is looked up, and repeated only when it certainly did not go out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from channels.zalo.models import ZaloSend
from conversations import Outgoing, SendOutcome, SendState
from motcua.db import Database, now
from tests.channels.zalo.conftest import Process, next_minute
from tests.channels.zalo.office import USER
from tests.zalo_simulator import Fault, World

Make = Callable[..., Awaitable[Outgoing]]
Start = Callable[..., Awaitable[Process]]


def received(world: World) -> list[str]:
    return world.citizens[USER].received


async def later(database: Database, seconds: float = 6.0) -> None:
    """Let time pass for every send that is under way."""
    ago = now() - timedelta(seconds=seconds)
    async with database.write() as session:
        await session.execute(update(ZaloSend).values(doubted_at=ago))


@pytest.mark.parametrize(
    "fault",
    [Fault.TIMEOUT_AFTER, Fault.CUT_AFTER, Fault.ERROR_500_AFTER, Fault.HTML_AFTER, Fault.ERROR_500_BEFORE],
)
async def test_an_unclear_send_is_unknown_and_never_repeated_blindly(
    process: Process, world: World, outgoing: Make, fault: Fault
) -> None:
    world.faults.order("message", fault)
    reply = await outgoing("Xong rồi ạ.")
    assert (await process.sender.send(reply)).state is SendState.UNKNOWN
    calls = len(world.calls)
    assert (await process.sender.send(reply)).state is SendState.UNKNOWN
    assert len(world.calls) == calls


async def test_absence_is_certain_only_after_five_seconds(
    process: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("message", Fault.ERROR_500_BEFORE)
    reply = await outgoing("Xong rồi ạ.")
    await process.sender.send(reply)
    assert (await process.sender.find(reply)).state is SendState.UNKNOWN
    await later(process.database, 4.0)
    assert (await process.sender.find(reply)).state is SendState.UNKNOWN
    await later(process.database, 5.1)
    assert (await process.sender.find(reply)).state is SendState.RETRY


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.ERROR_500_BEFORE, Fault.HTML_BEFORE, -32])
async def test_while_the_conversation_cannot_be_read_nothing_is_decided(
    process: Process, world: World, outgoing: Make, fault: Fault | int
) -> None:
    world.faults.order("message", Fault.ERROR_500_BEFORE)
    reply = await outgoing("Xong rồi ạ.")
    await process.sender.send(reply)
    await later(process.database)
    world.faults.order("conversation", fault)
    assert (await process.sender.find(reply)).state is SendState.UNKNOWN
    next_minute(process)
    assert (await process.sender.find(reply)).state is SendState.RETRY


async def test_a_conversation_that_may_not_be_read_ends_the_search(
    process: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("message", Fault.ERROR_500_BEFORE)
    reply = await outgoing("Xong rồi ạ.")
    await process.sender.send(reply)
    world.faults.order("conversation", -209)
    assert await process.sender.find(reply) == SendOutcome(SendState.FAILED, code="unverifiable_-209")


async def test_the_same_words_sent_before_are_not_mistaken_for_it(
    process: Process, world: World, outgoing: Make
) -> None:
    await process.sender.send(await outgoing("Chào anh/chị."))
    world.faults.order("message", Fault.ERROR_500_BEFORE)
    again = await outgoing("Chào anh/chị.")
    await process.sender.send(again)
    await later(process.database)
    assert (await process.sender.find(again)).state is SendState.RETRY
    assert (await process.sender.send(again)).state is SendState.SENT
    assert received(world) == ["Chào anh/chị."] * 2


async def test_it_is_found_behind_a_screenful_of_newer_lines(
    process: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("message", Fault.ERROR_500_AFTER)
    reply = await outgoing("Chào anh/chị.")
    await process.sender.send(reply)
    for n in range(25):
        world.deliver(world.citizens[USER], f"dòng {n}")
    assert (await process.sender.find(reply)).state is SendState.SENT


async def test_a_picture_from_the_desk_does_not_hide_that_it_is_absent(
    process: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("message", Fault.ERROR_500_BEFORE)
    reply = await outgoing("Chào anh/chị.")
    await process.sender.send(reply)
    world.deliver(world.citizens[USER], "").kind = "photo"
    await later(process.database)
    assert (await process.sender.find(reply)).state is SendState.RETRY


async def test_a_line_that_cannot_be_read_leaves_it_open_but_not_for_ever(
    process: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("message", Fault.ERROR_500_BEFORE)
    reply = await outgoing("Chào anh/chị.")
    await process.sender.send(reply)
    world.deliver(world.citizens[USER], "").kind = "nosupport"
    await later(process.database)
    assert (await process.sender.find(reply)).state is SendState.UNKNOWN
    async with process.database.write() as session:
        await session.execute(update(ZaloSend).values(begun_at=now() - timedelta(minutes=11)))
    assert (await process.sender.find(reply)).state is SendState.FAILED


async def test_a_send_that_was_never_begun_is_simply_sent(
    process: Process, world: World, outgoing: Make
) -> None:
    reply = await outgoing("Chào anh/chị.")
    assert (await process.sender.find(reply)).state is SendState.RETRY
    assert world.calls == []


async def test_a_crash_in_the_middle_of_a_call_is_looked_up(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("message", Fault.TIMEOUT_AFTER)
    reply = await outgoing("Chào anh/chị.")
    sending = asyncio.create_task(process.sender.send(reply))
    while not received(world):
        await asyncio.sleep(0.01)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    successor = await start()
    assert (await successor.sender.send(reply)).state is SendState.UNKNOWN
    assert (await successor.sender.find(reply)).state is SendState.SENT
    assert received(world) == ["Chào anh/chị."]
