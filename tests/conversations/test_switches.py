"""Kill switches: a channel or a topic off, in every gateway, without a restart, with an audit trail."""

from __future__ import annotations

from typing import Any

import pytest

from conversations import Author, Conversations, SwitchKind
from conversations.models import Message, Ticket
from conversations.paused import CHANNEL_PAUSED
from motcua.db import Database
from motcua.reply import Kind
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, context, count, eventually, reply, said, written

OFF: dict[str, Any] = {"off": True, "by": "trực ban", "reason": "lệ phí sai"}
ON: dict[str, Any] = {"off": False, "by": "trực ban", "reason": "đã sửa"}


async def last_reply(running: Conversations, conversation_id: str) -> Any:
    line = (await running.messages_after(conversation_id, 0))[-1]
    assert line.author is Author.BOT
    return line.reply


def understood(intent: str, *replies: dict[str, Any], **memory: Any) -> list[dict[str, Any]]:
    told = context(**memory)
    told["custom"]["intent"] = intent
    return [*replies, told]


async def fee(asked: Asked) -> list[dict[str, Any]]:
    return understood("ask_fee", reply("8.000 đồng", procedure="1.001193", facet="fee"), procedure="1.001193")


async def test_a_channel_that_is_off_says_so_keeps_the_message_and_asks_no_bot(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        await running.switches.turn(SwitchKind.CHANNEL, "web", **OFF)
        talk = (await running.receive(said(1, "phí bao nhiêu"))).conversation_id
        other = (await running.receive(written(1, "phí bao nhiêu"))).conversation_id
        await answered(database)
        assert await last_reply(running, talk) == CHANNEL_PAUSED
        assert (await last_reply(running, other)).text == "Trả lời: phí bao nhiêu"
        assert await running.switches.turn(SwitchKind.CHANNEL, "web", **ON)
        await running.receive(said(2, "giờ thì sao"))
        await answered(database)
        assert (await last_reply(running, talk)).text == "Trả lời: giờ thì sao"
    assert "1022" in CHANNEL_PAUSED.text
    assert rasa.heard() == ["phí bao nhiêu", "giờ thì sao"]
    assert await count(database, Message, Message.author == Author.CITIZEN) == 3


@pytest.mark.parametrize("topic", ["1.001193", "ask_fee"])
async def test_a_topic_that_is_off_is_not_answered_and_a_human_is_offered(
    gateway: Gateway, database: Database, rasa: Rasa, topic: str
) -> None:
    rasa.answer = fee
    async with gateway() as running:
        await running.switches.turn(SwitchKind.TOPIC, topic, **OFF)
        talk = (await running.receive(said(1, "phí bao nhiêu"))).conversation_id
        await answered(database)
        paused = await last_reply(running, talk)
        await running.switches.turn(SwitchKind.TOPIC, topic, **ON)
        await running.receive(said(2, "phí bao nhiêu"))
        await answered(database)
        assert (await last_reply(running, talk)).text == "8.000 đồng"
    assert (paused.kind, paused.procedure) == (Kind.NO_ANSWER, None)
    assert "8.000" not in paused.text
    assert [button.title for button in paused.buttons] == ["Gặp cán bộ"]


async def test_of_two_needs_only_the_one_that_is_off_is_left_out(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def two(asked: Asked) -> list[dict[str, Any]]:
        time = reply("Trong ngày", procedure="1.001193", facet="time")
        return understood("ask_fee", reply("8.000 đồng", procedure="1.001193", facet="fee"), time, misses=0)

    rasa.answer = two
    async with gateway() as running:
        await running.switches.turn(SwitchKind.TOPIC, "ask_fee", **OFF)
        talk = (await running.receive(said(1, "phí và thời gian"))).conversation_id
        await answered(database)
        lines = await running.messages_after(talk, 0)
    assert [line.text.split(".")[0][:10] for line in lines[1:]] == ["Trong ngày", "Mục này Mộ"]


async def test_dossiers_that_are_off_are_not_opened_by_the_digits_either_and_the_digits_are_hidden(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def dossier(asked: Asked) -> list[dict[str, Any]]:
        if asked.context["awaiting"] != "dossier_secret":
            return understood("check_dossier", reply("4 số cuối?", "clarify"), awaiting="dossier_secret")
        state = {"code": "…0001", "label": "đang xử lý"}
        return understood("give_number", reply("Đang xử lý", "status", dossier=state))

    rasa.answer = dossier
    async with gateway() as running:
        talk = (await running.receive(said(1, "hồ sơ của tôi"))).conversation_id
        await answered(database)
        await running.switches.turn(SwitchKind.TOPIC, "check_dossier", **OFF)
        await running.receive(said(2, "7319"))
        await answered(database)
        assert (await last_reply(running, talk)).dossier is None
        await running.receive(said(3, "7319 đây"))
        await answered(database)
        lines = await running.messages_after(talk, 0)
    assert rasa.asked[-1].context["awaiting"] is None, "what was asked before the switch is not waited for"
    assert [line.text for line in lines if line.author is Author.CITIZEN][1] == "••••"


async def test_without_humans_none_is_offered_and_no_ticket_opened(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def hand_over(asked: Asked) -> list[dict[str, Any]]:
        return understood("complain", reply("Đã chuyển", "handoff", handoff_reason="complain"))

    rasa.answer = hand_over
    async with gateway() as running:
        await running.switches.turn(SwitchKind.TOPIC, "request_human", **OFF)
        talk = (await running.receive(said(1, "bực quá"))).conversation_id
        await answered(database)
        paused = await last_reply(running, talk)
    assert paused.buttons == []
    assert "1022" in paused.text
    assert await count(database, Ticket) == 0


async def test_every_gateway_learns_of_it_without_a_restart(
    gateway: Gateway, desk: Conversations, database: Database, rasa: Rasa
) -> None:
    await desk.switches.turn(SwitchKind.TOPIC, "ask_fee", **OFF)
    async with gateway(instance="gateway-2") as other:
        assert other.switches.is_off(topic="ask_fee"), "known before the first turn"
        assert not other.switches.is_off(channel="ask_fee")
        await desk.switches.turn(SwitchKind.CHANNEL, "web", **OFF)
        await desk.switches.turn(SwitchKind.TOPIC, "ask_fee", **ON)
        await eventually(lambda: other.switches.is_off(channel="web"))
        assert not other.switches.is_off(topic="ask_fee")
        talk = (await other.receive(said(1, "chào"))).conversation_id
        await answered(database)
        assert await last_reply(other, talk) == CHANNEL_PAUSED


async def test_who_when_what_and_why_is_kept_and_nothing_is_switched_twice(
    desk: Conversations,
) -> None:
    assert await desk.switches.turn(SwitchKind.CHANNEL, "web", **OFF)
    assert not await desk.switches.turn(SwitchKind.CHANNEL, "web", **OFF)
    assert await desk.switches.turn(SwitchKind.CHANNEL, "web", **ON)
    assert not await desk.switches.turn(SwitchKind.CHANNEL, "zalo", **ON)
    with pytest.raises(ValueError, match="reason"):
        await desk.switches.turn(SwitchKind.CHANNEL, "web", off=True, by="a", reason="  ")
    kept = [(c.kind, c.name, c.off, c.by, c.reason) for c in await desk.switches.changes()]
    assert kept == [
        ("channel", "web", False, "trực ban", "đã sửa"),
        ("channel", "web", True, "trực ban", "lệ phí sai"),
    ]
    (switch,) = await desk.switches.all()
    assert (switch.name, switch.off, switch.reason) == ("web", False, "đã sửa")
