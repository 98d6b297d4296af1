"""The outbox: in order, each reply once, and never again blindly when nobody knows."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from conversations import Author, Conversations, SendOutcome, SendState
from conversations.models import Message, OutboxItem, OutboxState
from motcua.db import Database, now
from motcua.reply import Kind
from tests.conversations.conftest import Gateway
from tests.conversations.world import (
    Asked,
    Channel,
    Rasa,
    answered,
    count,
    eventually,
    knock,
    reply,
    said,
    written,
)

RETRY, UNKNOWN = SendOutcome(SendState.RETRY, retry_in=0.01), SendOutcome(SendState.UNKNOWN, code="timeout")
FAILED = SendOutcome(SendState.FAILED, code="-201")


async def items(database: Database) -> list[OutboxItem]:
    async with database.read() as session:
        return list(await session.scalars(select(OutboxItem).order_by(OutboxItem.message_id)))


async def states(database: Database) -> list[str]:
    return [item.state for item in await items(database)]


async def all_sent(database: Database, number: int, running: Conversations) -> None:
    async def done() -> bool:
        await asyncio.sleep(0.1)
        await knock(running)
        return await states(database) == [OutboxState.SENT] * number

    await eventually(done)


async def become_due(database: Database, running: Conversations) -> None:
    """Ends every pause of the outbox."""
    async with database.write() as session:
        await session.execute(update(OutboxItem).values(not_before=now() - timedelta(seconds=1)))
    await knock(running)


async def test_replies_go_out_in_order_once_each(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    async def two(asked: Asked) -> list[dict[str, Any]]:
        return [reply(f"{asked.message} a"), reply(f"{asked.message} b")]

    rasa.answer, channel = two, Channel()
    async with gateway(channel) as running:
        for n in range(10):
            await running.receive(written(n, f"câu {n}"))
        await all_sent_eventually(database, 20, running)
    assert channel.texts() == [f"câu {n} {part}" for n in range(10) for part in "ab"]
    assert {(out.attempt, out.address, out.account, out.channel) for out in channel.sends} == {
        (1, "an", "oa", "zalo")
    }
    assert channel.finds == []


async def all_sent_eventually(database: Database, number: int, running: Conversations) -> None:
    await answered(database)
    await all_sent(database, number, running)


async def test_who_comes_for_the_answers_has_nothing_in_the_outbox(
    gateway: Gateway, database: Database
) -> None:
    channel = Channel("web")
    async with gateway(channel) as running:
        await running.receive(said(1, "chào"))
        await answered(database)
    assert await count(database, OutboxItem) == 0
    assert channel.sends == []


async def test_the_id_of_the_channel_is_kept(gateway: Gateway, database: Database) -> None:
    channel = Channel(outcomes=[SendOutcome(SendState.SENT, ("z1", "z2"))])
    async with gateway(channel) as running:
        await running.receive(written(1, "chào"))
        await all_sent_eventually(database, 1, running)
    async with database.read() as session:
        sent = await session.scalar(select(Message).where(Message.author == Author.BOT))
    assert sent
    assert sent.channel_message_id == "z1"
    assert (await items(database))[0].sent_at


async def test_a_retry_is_sent_again_before_what_follows(gateway: Gateway, database: Database) -> None:
    channel = Channel(outcomes=[RETRY, RETRY])
    async with gateway(channel) as running:
        await running.receive(written(1, "một"))
        await running.receive(written(2, "hai"))
        await all_sent_eventually(database, 2, running)
    assert channel.texts() == ["Trả lời: một"] * 3 + ["Trả lời: hai"]
    assert [out.attempt for out in channel.sends] == [1, 2, 3, 1]
    assert len({out.first_claimed_at for out in channel.sends[:3]}) == 1
    assert channel.finds == []


async def test_without_a_wish_of_the_channel_the_pauses_double(gateway: Gateway, database: Database) -> None:
    channel = Channel(outcomes=[SendOutcome(SendState.RETRY)] * 3)
    pauses: list[float] = []
    async with gateway(channel) as running:
        await running.receive(written(1, "chào"))
        for tries in (1, 2, 3):

            async def settled(tries: int = tries) -> bool:
                found = await items(database)
                return bool(found) and (found[0].attempts, found[0].state) == (tries, OutboxState.PENDING)

            await eventually(settled)
            item = (await items(database))[0]
            assert item.claimed_at
            pauses.append((item.not_before - item.claimed_at).total_seconds())
            await become_due(database, running)
        await all_sent(database, 1, running)
    assert [round(pause // 2) * 2 for pause in pauses] == [2, 4, 8]


async def test_what_waits_for_its_next_try_keeps_nobody_busy(gateway: Gateway, database: Database) -> None:
    channel = Channel(outcomes=[SendOutcome(SendState.RETRY, retry_in=600)])
    async with gateway(channel) as running:
        await running.receive(written(1, "một"))
        await running.receive(written(2, "hai"))
        await answered(database)
        await eventually(lambda: channel.sends)
        await asyncio.sleep(0.3)
        statements = 0

        def counted(*_: Any) -> None:
            nonlocal statements
            statements += 1

        event.listen(running._db.engine.sync_engine, "before_cursor_execute", counted)
        await asyncio.sleep(1.5)
        assert statements < 60
        await running.receive(written(1, "khác", "bình"))
        await eventually(lambda: len(channel.sends) == 2)
    assert channel.texts() == ["Trả lời: một", "Trả lời: khác"]


async def test_a_reply_that_cannot_be_sent_does_not_hold_up_the_next(
    gateway: Gateway, database: Database
) -> None:
    channel = Channel(outcomes=[FAILED])
    async with gateway(channel) as running:
        await running.receive(written(1, "một"))
        await running.receive(written(2, "hai"))
        await answered(database)
        await eventually(lambda: len(channel.sends) == 2)
    assert channel.texts() == ["Trả lời: một", "Trả lời: hai"]
    failed = (await items(database))[0]
    assert (failed.state, failed.error) == (OutboxState.FAILED, "-201")


@pytest.mark.parametrize("first", [UNKNOWN, RuntimeError("lỗi của kênh")])
async def test_an_unclear_send_is_looked_for_and_not_repeated(
    gateway: Gateway, database: Database, first: SendOutcome | Exception
) -> None:
    channel = Channel(outcomes=[first], findings=[UNKNOWN, SendOutcome(SendState.SENT, ("z9",))])
    async with gateway(channel) as running:
        await running.receive(written(1, "một"))
        await running.receive(written(2, "hai"))
        await unknown(database)
        await become_due(database, running)
        await eventually(lambda: len(channel.finds) == 1)
        await unknown(database)
        await become_due(database, running)
        await all_sent_eventually(database, 2, running)
    assert channel.texts() == ["Trả lời: một", "Trả lời: hai"]
    assert {out.message_id for out in channel.finds} == {channel.sends[0].message_id}


async def unknown(database: Database) -> None:
    async def is_unknown() -> bool:
        return OutboxState.UNKNOWN in await states(database)

    await eventually(is_unknown)


async def test_a_send_that_certainly_did_not_go_out_is_repeated(gateway: Gateway, database: Database) -> None:
    channel = Channel(outcomes=[UNKNOWN], findings=[RETRY])
    async with gateway(channel) as running:
        await running.receive(written(1, "một"))
        await unknown(database)
        await become_due(database, running)
        await all_sent(database, 1, running)
    assert channel.texts() == ["Trả lời: một"] * 2


async def test_a_send_the_channel_will_never_know_about_is_given_up(
    gateway: Gateway, database: Database
) -> None:
    channel = Channel(outcomes=[UNKNOWN], findings=[FAILED])
    async with gateway(channel) as running:
        await running.receive(written(1, "một"))
        await unknown(database)
        await become_due(database, running)

        async def given_up() -> bool:
            return await states(database) == [OutboxState.FAILED]

        await eventually(given_up)
    assert len(channel.sends) == 1


@pytest.mark.parametrize("after", ["gateway-1", "gateway-2"])
async def test_a_send_under_way_when_the_process_died_is_looked_for(
    gateway: Gateway, database: Database, after: str
) -> None:
    dying, heir = Channel(), Channel()
    dying.gate.clear()
    async with gateway(dying, instance="gateway-1") as running:
        await running.receive(written(1, "một"))
        await eventually(lambda: dying.sends)
    assert await states(database) == [OutboxState.SENDING]
    # Its own heir knows at once; another gateway only when the lease of the dead one has ended.
    async with gateway(heir, instance=after, lease_s=60 if after == "gateway-1" else 0.5) as running:
        await all_sent(database, 1, running)
    assert heir.sends == []
    assert [out.message_id for out in heir.finds] == [dying.sends[0].message_id]


async def test_a_send_under_way_elsewhere_is_left_alone(gateway: Gateway, database: Database) -> None:
    working, other = Channel(), Channel()
    working.gate.clear()
    async with gateway(working, instance="gateway-1") as running:
        await running.receive(written(1, "một"))
        await eventually(lambda: working.sends)
        async with gateway(other, instance="gateway-2"):
            await running.receive(written(1, "khác", "bình"))
            await running.receive(written(2, "hai"))
            await answered(database)
            await eventually(lambda: "Trả lời: khác" in working.texts() + other.texts())
            await asyncio.sleep(1.2)
            working.gate.set()
            await all_sent(database, 3, running)
    assert sorted(working.texts() + other.texts()) == ["Trả lời: hai", "Trả lời: khác", "Trả lời: một"]
    assert working.finds + other.finds == []


async def test_two_gateways_send_every_reply_once(gateway: Gateway, database: Database) -> None:
    one, two = Channel(), Channel()
    async with gateway(one, instance="gateway-1") as running, gateway(two, instance="gateway-2"):
        for n in range(8):
            for name in ("an", "bình", "chi"):
                await running.receive(written(n, f"{name} {n}", name))
        await all_sent_eventually(database, 24, running)
    assert len(one.texts() + two.texts()) == len(set(one.texts() + two.texts())) == 24
    assert one.finds + two.finds == []


async def test_replies_wait_while_their_channel_runs_in_no_process(
    gateway: Gateway, database: Database
) -> None:
    async with gateway() as running:
        await running.receive(written(1, "chào"))
        await answered(database)
    assert await states(database) == [OutboxState.PENDING]
    channel = Channel()
    async with gateway(channel) as running:
        await all_sent(database, 1, running)
    assert channel.texts() == ["Trả lời: chào"]


async def test_a_reply_of_another_version_is_sent_as_text_and_holds_nobody_up(
    gateway: Gateway, desk: Conversations, database: Database
) -> None:
    async with gateway() as running:
        await running.receive(written(1, "chào"))
        await answered(database)
    async with database.write() as session:
        await session.execute(
            update(Message).where(Message.author == Author.BOT).values(reply={"another": "version"})
        )
    channel = Channel()
    async with gateway(channel) as running:
        await all_sent(database, 1, running)
    assert [(out.reply.kind, out.reply.text) for out in channel.sends] == [(Kind.ANSWER, "Trả lời: chào")]


async def test_a_notice_that_waits_for_the_morning_does_not_hold_up_an_answer(
    gateway: Gateway, database: Database
) -> None:
    channel = Channel(outcomes=[SendOutcome(SendState.RETRY, retry_in=3600.0)])
    async with gateway(channel) as running:
        await running.receive(written(1, "một"))

        async def waits() -> bool:
            found = await items(database)
            return bool(found) and found[0].not_before > now() + timedelta(minutes=50)

        await eventually(waits)
        await running.receive(written(2, "hai"))
        await all_sent(database, 2, running)
    assert channel.texts() == ["Trả lời: một"] * 2 + ["Trả lời: hai"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_looking_for_work_reads_only_what_is_to_be_done(gateway: Gateway, database: Database) -> None:
    """Not everything that was ever sent or answered: that grows for months."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if re.search(r"(FROM|UPDATE) (outbox|turns)\b.*WHERE", statement, re.DOTALL):
            asked.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    async with gateway(Channel()) as running:
        await running.receive(written(1, "một"))
        await all_sent(database, 1, running)
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert len(asked) > 5
    async with database.read() as session:
        connection = await session.connection()
        for statement, parameters in dict(asked).items():
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            for line in plan.all():
                whole = re.match(r"SCAN (outbox|turns)\w*$", line.detail)
                assert not whole, (statement, line.detail)
