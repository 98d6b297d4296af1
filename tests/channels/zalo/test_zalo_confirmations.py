"""What Zalo says afterwards about our own messages settles sends that nobody heard back from."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from channels.zalo.confirmations import Delivery, read_delivery, read_echo
from channels.zalo.models import ZaloSend
from conversations import Outgoing, SendState
from motcua.db import now
from tests.channels.zalo.conftest import Process
from tests.channels.zalo.office import USER
from tests.zalo_simulator import Console, Fault, World

Make = Callable[..., Awaitable[Outgoing]]
Start = Callable[..., Awaitable[Process]]


def echo_of(world: World, place: int = -1, **more: Any) -> dict[str, Any]:
    session: Any = None  # only the shape of the event is wanted, nothing is posted
    return Console(world, session, "").echo(USER, world.citizens[USER].entries[place], **more)


def looked_up(world: World) -> int:
    return sum(1 for name, _ in world.calls if name == "conversation")


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.CUT_AFTER, Fault.ERROR_500_AFTER])
async def test_an_echo_settles_what_was_unknown_without_looking(
    process: Process, world: World, outgoing: Make, fault: Fault
) -> None:
    world.faults.order("message", fault)
    reply = await outgoing("Xong rồi ạ.")
    assert (await process.sender.send(reply)).state is SendState.UNKNOWN
    assert await process.confirmations.take(echo_of(world))
    found = await process.sender.find(reply)
    assert (found.state, found.channel_message_ids) == (
        SendState.SENT, (world.citizens[USER].entries[-1].message_id,),
    )  # fmt: skip
    assert looked_up(world) == 0
    assert not await process.confirmations.take(echo_of(world)), "again: known"


async def test_an_echo_that_comes_while_the_call_still_hangs_makes_it_a_success(
    process: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("message", Fault.TIMEOUT_AFTER)
    reply = await outgoing("Xong rồi ạ.")
    sending = asyncio.create_task(process.sender.send(reply))
    while not world.citizens[USER].received:
        await asyncio.sleep(0.01)
    assert await process.confirmations.take(echo_of(world))
    assert (await sending).state is SendState.SENT
    assert world.citizens[USER].received == ["Xong rồi ạ."]


async def test_an_echo_through_another_gateway_settles_it_too(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("message", Fault.ERROR_500_AFTER)
    reply, other = await outgoing("Xong rồi ạ."), await start()
    await process.sender.send(reply)
    assert await other.confirmations.take(echo_of(world))
    assert (await process.sender.find(reply)).state is SendState.SENT


async def test_the_echo_of_an_ordinary_send_changes_nothing(
    process: Process, world: World, outgoing: Make
) -> None:
    reply = await outgoing("Xong rồi ạ.")
    before = await process.sender.send(reply)
    assert not await process.confirmations.take(echo_of(world))
    assert await process.sender.find(reply) == before


@pytest.mark.parametrize("piece", ["other words", "older", "by a person"])
async def test_what_is_not_the_echo_of_it_settles_nothing(
    process: Process, world: World, outgoing: Make, piece: str
) -> None:
    world.faults.order("message", Fault.ERROR_500_BEFORE)
    reply = await outgoing("Xong rồi ạ.")
    await process.sender.send(reply)
    world.deliver(world.citizens[USER], "Khác." if piece == "other words" else "Xong rồi ạ.")
    event = echo_of(world, admin_id="7" if piece == "by a person" else None)
    if piece == "older":
        event["timestamp"] = str(int(event["timestamp"]) - 60_000)
    assert not await process.confirmations.take(event)
    async with process.database.write() as session:
        await session.execute(update(ZaloSend).values(doubted_at=now() - timedelta(seconds=6)))
    if piece == "other words":
        assert (await process.sender.find(reply)).state is SendState.RETRY


async def test_a_long_reply_whose_first_piece_was_echoed_goes_on_with_the_second(
    process: Process, world: World, outgoing: Make
) -> None:
    long = "\n".join(f"Dòng {n}: " + "chuẩn bị giấy tờ " * 5 for n in range(60))
    world.faults.order("message", Fault.ERROR_500_AFTER)
    reply = await outgoing(long)
    await process.sender.send(reply)
    await process.confirmations.take(echo_of(world))
    assert (await process.sender.find(reply)).state is SendState.RETRY
    assert (await process.sender.send(reply)).state is SendState.SENT
    assert "\n".join(world.citizens[USER].received).split() == long.split()


def test_a_report_is_read_nested_and_flat() -> None:
    nested = {
        "event_name": "user_received_message", "sender": {"id": "1"}, "recipient": {"id": "2"},
        "message": {"msg_id": "m", "tracking_id": "t", "delivery_time": "1760000000000"},
    }  # fmt: skip
    flat = {
        "event_name": "user_received_message", "sender": "1", "recipient": "2", "msg_id": "m",
        "tracking_id": "t",
    }  # fmt: skip
    assert read_delivery(nested) == read_delivery(flat) == Delivery("t", "m")
    assert read_delivery({"event_name": "user_received_message", "message": {"msg_id": "m"}}) is None
    assert read_delivery(flat | {"event_name": "user_seen_message"}) is None


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
events = st.fixed_dictionaries(
    {"event_name": st.sampled_from(["oa_send_text", "user_received_message", "oa_send_file"])},
    optional=dict.fromkeys(("sender", "recipient", "message", "timestamp", "tracking_id", "msg_id"), json),
)


@given(events)
def test_no_event_breaks_the_reading(event: dict[str, Any]) -> None:
    read_echo(event)
    read_delivery(event)


async def test_sent_events_come_from_the_simulator_as_from_zalo(
    process: Process, world: World, outgoing: Make
) -> None:
    heard: list[bool] = []
    async with aiohttp.ClientSession() as http:
        console = Console(world, http, "")
        world.sent_listeners.append(
            lambda citizen, entry: heard.append(read_echo(console.echo(citizen.id, entry)) is not None)
        )
        await process.sender.send(await outgoing("Xong rồi ạ."))
    assert heard == [True]
