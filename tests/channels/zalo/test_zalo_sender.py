"""Replies on their way out: once, whole, and in order, whatever Zalo and the network do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import func, select, update

from channels.zalo.models import ZaloPiece, ZaloSend
from channels.zalo.render import text_of
from conversations import Outgoing, SendOutcome, SendState
from conversations.models import Message
from motcua.db import Database, now
from motcua.reply import Button, Kind, Reply
from tests.channels.zalo.conftest import Process, next_minute
from tests.channels.zalo.office import USER
from tests.zalo_simulator import Fault, World

Make = Callable[..., Awaitable[Outgoing]]
Start = Callable[..., Awaitable[Process]]
LONG = "\n".join(f"Dòng {n}: " + "chuẩn bị giấy tờ " * 5 for n in range(60))


def received(world: World) -> list[str]:
    return world.citizens[USER].received


async def later(database: Database, seconds: float = 6.0) -> None:
    """Let time pass for every send that is under way."""
    ago = now() - timedelta(seconds=seconds)
    async with database.write() as session:
        await session.execute(update(ZaloSend).values(doubted_at=ago))


async def deliver(process: Process, outgoing: Outgoing) -> SendOutcome:
    """What the outbox does: send, look up what is unknown, send again, until it is settled."""
    outcome = await process.sender.send(outgoing)
    for _ in range(20):
        if outcome.state is SendState.UNKNOWN:
            await later(process.database)
            outcome = await process.sender.find(outgoing)
        elif outcome.state is SendState.RETRY:
            next_minute(process)
            outcome = await process.sender.send(outgoing)
    return outcome


async def test_a_reply_arrives_and_is_known_by_zalos_id(
    process: Process, world: World, outgoing: Make
) -> None:
    outcome = await process.sender.send(await outgoing("Anh/chị cần hỏi gì ạ?"))
    assert received(world) == ["Anh/chị cần hỏi gì ạ?"]
    assert outcome == SendOutcome(SendState.SENT, (world.citizens[USER].entries[-1].message_id,))


async def test_a_long_reply_arrives_in_pieces_in_order(
    process: Process, world: World, outgoing: Make
) -> None:
    outcome = await process.sender.send(await outgoing(LONG))
    assert outcome.state is SendState.SENT
    assert len(received(world)) == len(outcome.channel_message_ids) > 2
    assert "\n".join(received(world)).split() == LONG.split()


@pytest.mark.parametrize(
    "fault",
    [Fault.TIMEOUT_AFTER, Fault.CUT_AFTER, Fault.ERROR_500_AFTER, Fault.HTML_AFTER, Fault.TIMEOUT_BEFORE,
     Fault.CUT_BEFORE, Fault.ERROR_500_BEFORE, Fault.HTML_BEFORE, Fault.FORBIDDEN, Fault.TOO_MANY, -32, -200,
     -209],
)  # fmt: skip
async def test_whatever_fails_once_the_citizen_reads_it_once(
    process: Process, world: World, outgoing: Make, fault: Fault | int
) -> None:
    world.faults.order("message", fault)
    assert (await deliver(process, await outgoing("Xong rồi ạ."))).state is SendState.SENT
    assert received(world) == ["Xong rồi ạ."]


async def test_waits_for_other_reasons_do_not_use_up_the_second_try(
    process: Process, world: World, outgoing: Make
) -> None:
    reply = await outgoing("Xong rồi ạ.", attempt=9)
    world.faults.order("message", -200, -200)
    assert (await process.sender.send(reply)).state is SendState.RETRY
    assert (await process.sender.send(reply)).state is SendState.FAILED


@pytest.mark.parametrize(
    "fault", [Fault.TIMEOUT_AFTER, Fault.CUT_BEFORE, Fault.ERROR_500_AFTER, Fault.TOO_MANY]
)
async def test_pieces_that_went_out_are_not_sent_again(
    process: Process, world: World, outgoing: Make, fault: Fault
) -> None:
    world.faults.order("message", None, fault, None, fault)
    assert (await deliver(process, await outgoing(LONG))).state is SendState.SENT
    assert "\n".join(received(world)).split() == LONG.split()


async def test_two_gateways_with_the_same_reply_send_it_once(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    reply, other = await outgoing("Chào anh/chị."), await start()
    await asyncio.gather(process.sender.send(reply), other.sender.send(reply), return_exceptions=True)
    assert received(world) == ["Chào anh/chị."]


async def test_when_nobody_listens_it_is_retried(start: Start, world: World, outgoing: Make) -> None:
    lonely = await start(api_url="http://127.0.0.1:1")
    await lonely.tokens.store_first(world.access_token, world.refresh_token, 90_000)
    reply = await outgoing("Chào anh/chị.")
    assert (await lonely.sender.send(reply)).state is SendState.RETRY
    assert (await lonely.sender.find(reply)).state is SendState.RETRY


async def test_after_the_connections_are_closed_it_is_retried(process: Process, outgoing: Make) -> None:
    await process.transport.__aexit__(None, None, None)
    assert (await process.sender.send(await outgoing("Chào anh/chị."))).state is SendState.RETRY


async def test_eight_gateways_with_a_dead_token_refresh_it_once_and_all_get_through(
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
    assert sorted(received(world)) == [f"Trả lời {n}" for n in range(8)]


async def test_a_token_renewed_elsewhere_is_read_again_not_refreshed(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    dead = (await process.tokens.current()).generation
    await (await start()).tokens.renew(dead)
    assert (await process.sender.send(await outgoing("Chào"))).state is SendState.SENT
    assert world.refreshes == 1


async def test_without_consent_replies_wait_instead_of_getting_lost(
    process: Process, world: World, outgoing: Make
) -> None:
    world.issue_pair()
    outcome = await process.sender.send(await outgoing("Chào"))
    assert (outcome.state, outcome.code) == (SendState.RETRY, "needs_consent")
    assert outcome.retry_in is not None
    assert outcome.retry_in >= 60


@pytest.mark.parametrize(
    ("days_ago", "code"), [(None, "-232"), (8.0, "-230")], ids=["never wrote", "wrote eight days ago"]
)
async def test_a_citizen_who_may_not_be_written_to_ends_the_send(
    process: Process, world: World, outgoing: Make, days_ago: float | None, code: str
) -> None:
    world.add_citizen("11", days_ago)
    outcome = await process.sender.send(await outgoing("Chào", "11"))
    assert (outcome.state, outcome.code) == (SendState.FAILED, code)
    assert (await process.sender.send(await outgoing("Chào", "12"))).code == "-213"


async def test_over_the_rate_limit_it_waits_for_the_next_minute(
    process: Process, world: World, outgoing: Make
) -> None:
    world.per_minute = 0
    outcome = await process.sender.send(await outgoing("Chào"))
    assert (outcome.state, outcome.code) == (SendState.RETRY, "-32")
    assert outcome.retry_in is not None
    assert 0 < outcome.retry_in < 63


async def test_if_zalo_counts_bytes_the_text_is_cut_smaller(
    process: Process, world: World, outgoing: Make
) -> None:
    world.count_bytes = True
    outcome = await process.sender.send(await outgoing(LONG))
    assert outcome.state is SendState.SENT
    assert "\n".join(received(world)).split() == LONG.split()
    assert max(len(text.encode()) for text in received(world)) <= 2000


CHOICE = Reply(kind=Kind.CLARIFY, text="Loại nào ạ?", buttons=[Button(title="Bản sao", payload="A" * 22)])


async def test_native_buttons_come_with_the_menu_when_asked_for(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    native = await start(buttons="native")
    assert (await native.sender.send(await outgoing(CHOICE))).state is SendState.SENT
    entry = world.citizens[USER].entries[-1]
    assert entry.buttons == [{"title": "Bản sao", "type": "oa.query.hide", "payload": "#b:" + "A" * 22}]
    assert entry.text == text_of(CHOICE)
    await process.sender.send(await outgoing(CHOICE))
    assert world.citizens[USER].entries[-1].buttons == []


async def test_if_zalo_refuses_buttons_the_menu_goes_alone(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    world.accepts_buttons = False
    native = await start(buttons="native")
    assert (await native.sender.send(await outgoing(CHOICE))).state is SendState.SENT
    assert received(world) == ["Loại nào ạ?\n\nAnh/chị trả lời bằng số:\n1. Bản sao"]


async def test_the_proof_of_the_app_secret_is_sent_when_asked_for(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    world.needs_proof = True
    proven = await start(appsecret_proof=True)
    assert (await proven.sender.send(await outgoing("Chào"))).state is SendState.SENT
    assert (await process.sender.send(await outgoing("Chào"))).code == "-242"


async def test_neither_an_empty_text_nor_a_message_to_nobody_is_sent(
    process: Process, world: World, outgoing: Make
) -> None:
    assert (await process.sender.send(await outgoing(" \x07 "))).code == "empty_text"
    assert (await process.sender.send(await outgoing("Chào", ""))).code == "no_address"
    assert world.calls == []


async def test_logs_hold_no_words_no_citizen_and_no_token(
    process: Process, world: World, outgoing: Make
) -> None:
    world.faults.order("message", Fault.ERROR_500_BEFORE, -219, -216)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await process.sender.send(await outgoing("điều riêng tư"))
    assert any(entry["event"] == "zalo.api.alert" for entry in logs)
    assert not any(secret in str(logs) for secret in ("riêng tư", USER, "at-", "rt-"))


async def test_records_of_sends_vanish_with_the_conversation(process: Process, outgoing: Make) -> None:
    await process.sender.send(await outgoing(LONG))
    async with process.database.write() as session:
        for message in await session.scalars(select(Message)):
            await session.delete(message)
    async with process.database.read() as session:
        for table in (ZaloSend, ZaloPiece):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
