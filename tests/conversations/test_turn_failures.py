"""A bot that is away is waited for; a bot that stumbles over one message is not waited for for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import update

from conversations import Author, Conversations
from conversations.bot import Bot, BotUnavailable
from conversations.models import Turn
from motcua.context import Context
from motcua.db import Database, now
from motcua.reply import Command, Kind
from tests.conversations.conftest import Gateway
from tests.conversations.world import Asked, Rasa, answered, count, echo, eventually, knock, reply, said


async def bot_lines(desk: Conversations, conversation_id: str) -> list[tuple[Kind, str]]:
    lines = await desk.messages_after(conversation_id, 0)
    return [(line.reply.kind, line.text) for line in lines if line.author is Author.BOT and line.reply]


@asynccontextmanager
async def hastened(database: Database, running: Conversations) -> AsyncIterator[None]:
    """Shortens the pauses between tries, so that tests need not wait them out."""

    async def hasten() -> None:
        while True:
            async with database.write() as session:
                await session.execute(update(Turn).values(not_before=now() - timedelta(seconds=1)))
            await knock(running)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(hasten())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_bot_that_is_away_is_waited_for_and_the_citizen_is_told_once(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    await rasa.stop()
    async with gateway() as running, hastened(database, running):
        accepted = await running.receive(said(1, "câu 1"))
        await running.receive(said(2, "câu 2"))
        await eventually(lambda: bot_lines(running, accepted.conversation_id))
        await running.receive(said(3, "câu 3"))
        told = await bot_lines(running, accepted.conversation_id)
        await asyncio.sleep(0.5)
        await rasa.start()
        await answered(database)
        lines = await bot_lines(running, accepted.conversation_id)
    assert lines[:1] == told
    assert told[0][0] is Kind.ERROR
    assert lines[1:] == [(Kind.ANSWER, f"Trả lời: câu {n}") for n in (1, 2, 3)]


async def test_a_bot_that_was_away_for_many_tries_costs_a_message_nothing(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    closed = 0

    async def hang_up(asked: Asked) -> list[dict[str, Any]] | web.StreamResponse:
        nonlocal closed
        closed += 1
        if closed <= 8:
            return []
        return web.Response(status=500) if closed == 9 else await echo(asked)

    rasa.answer = hang_up
    async with gateway() as running, hastened(database, running):
        accepted = await running.receive(said(1, "chào"))
        await answered(database)
        assert (await bot_lines(running, accepted.conversation_id))[-1] == (Kind.ANSWER, "Trả lời: chào")


async def test_no_reply_means_that_the_actions_are_away_and_the_turn_is_tried_again(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def second_time(asked: Asked) -> list[dict[str, Any]]:
        return [] if len(rasa.asked) == 1 else [reply("xong")]

    rasa.answer = second_time
    async with gateway(tell_waiting_after_s=60) as running:
        accepted = await running.receive(said(1, "chào"))
        await answered(database)
        assert await bot_lines(running, accepted.conversation_id) == [(Kind.ANSWER, "xong")]


async def test_a_message_the_bot_always_fails_on_is_given_up_with_an_apology_and_a_human(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def stumble(asked: Asked) -> list[dict[str, Any]] | web.StreamResponse:
        if asked.message != "hòn đá":
            return await echo(asked)
        if len(rasa.asked) % 2:
            return web.Response(status=500)
        return web.json_response([{"custom": {"reply": {}}}])

    rasa.answer = stumble
    async with gateway(tell_waiting_after_s=60) as running, hastened(database, running):
        accepted = await running.receive(said(1, "hòn đá"))
        await running.receive(said(2, "lệ phí"))
        other = await running.receive(said(1, "chào", "bình"))
        await eventually(lambda: bot_lines(running, other.conversation_id))
        await answered(database)
        apology, after = [
            line for line in await running.messages_after(accepted.conversation_id, 0) if line.reply
        ]
        assert rasa.heard().count("hòn đá") == 6
        assert apology.reply
        assert apology.reply.kind is Kind.ERROR
        assert after.text == "Trả lời: lệ phí"
        await running.receive(said(3, apology.reply.buttons[0].title))
        await answered(database)
    assert rasa.heard()[-1] in ("Gặp cán bộ", "/request_human{}")


async def test_the_apology_offers_a_human_with_its_button(
    gateway: Gateway, desk: Conversations, database: Database, rasa: Rasa
) -> None:
    async def stumble(asked: Asked) -> list[dict[str, Any]] | web.StreamResponse:
        return web.Response(status=500) if asked.message == "hòn đá" else await echo(asked)

    rasa.answer = stumble
    accepted = await desk.receive(said(1, "hòn đá"))
    async with database.write() as session:
        (await session.get_one(Turn, accepted.message_id)).attempts = 5
    async with gateway() as running:
        await answered(database)
        await running.receive(said(2, "gap can bo"))
        await answered(database)
    assert rasa.heard() == ["hòn đá", "/request_human{}"]


async def test_failures_are_counted_only_while_the_bot_is_there(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def fail(asked: Asked) -> list[dict[str, Any]] | web.StreamResponse:
        return [] if len(rasa.asked) <= 2 else web.Response(status=500)

    rasa.answer = fail
    async with gateway() as running, hastened(database, running):
        accepted = await running.receive(said(1, "chào"))
        await eventually(lambda: len(rasa.asked) >= 4)
    async with database.read() as session:
        turn = await session.get_one(Turn, accepted.message_id)
    assert turn.attempts in (len(rasa.asked) - 2, len(rasa.asked) - 3)


def ok(body: Any) -> Callable[[], web.Response]:
    return lambda: web.json_response(body)


@pytest.mark.parametrize(
    ("answer", "reachable"),
    [
        (lambda: web.Response(status=500), True),
        (lambda: web.Response(status=503), False),
        (lambda: web.Response(status=404), False),
        (ok([]), False),
        (ok([{"text": "chào", "recipient_id": "a"}]), True),
        (ok([{"custom": {"context": {}}}]), True),
        (ok({}), True),
        (ok("lỗi"), True),
        (ok(None), True),
        (ok([None]), True),
        (ok([{"custom": 5}]), True),
        (ok([{"custom": {"reply": {"kind": "answer"}}}]), True),
        (ok([{"custom": {"reply": {"kind": "answer", "text": "a", "extra": 1}}}]), True),
        (ok([reply("a"), {"custom": {"context": {"unknown": 1}}}]), True),
        (lambda: web.Response(text="<html>"), True),
        (lambda: web.Response(text='[{"custom"'), True),
        (lambda: web.Response(body=b"\xff\xfe"), True),
    ],
)
async def test_a_failure_says_whether_the_bot_was_there(
    rasa: Rasa, answer: Callable[[], web.Response], reachable: bool
) -> None:
    async def give(asked: Asked) -> web.Response:
        return answer()

    rasa.answer = give
    with pytest.raises(BotUnavailable) as caught:
        await ask(rasa, "một câu riêng tư")
    assert caught.value.reachable is reachable
    assert "riêng tư" not in str(caught.value)


async def ask(rasa: Rasa, text: str, command: Command | None = None, timeout_s: float = 10) -> Any:
    async with aiohttp.ClientSession() as http:
        bot = Bot(http, f"http://127.0.0.1:{rasa.port}", timeout_s)
        return await bot.ask("c1", text, command, Context(misses=2))


async def test_a_refused_a_closed_and_a_silent_connection_mean_that_the_bot_is_away(rasa: Rasa) -> None:
    over = asyncio.Event()

    async def silent(asked: Asked) -> list[dict[str, Any]]:
        await over.wait()
        return [reply("muộn")]

    async def closed(asked: Asked) -> list[dict[str, Any]]:
        assert asked.request.transport
        asked.request.transport.close()
        return [reply("rơi mất")]

    async def cut_off(asked: Asked) -> list[dict[str, Any]]:
        assert asked.request.transport
        asked.request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{")
        return await closed(asked)

    failures: list[BotUnavailable] = []
    for answer, timeout_s in ((silent, 0.2), (closed, 10), (cut_off, 10), (None, 10)):
        if answer:
            rasa.answer = answer
        else:
            over.set()
            await rasa.stop()
        with pytest.raises(BotUnavailable) as caught:
            await ask(rasa, "chào", timeout_s=timeout_s)
        failures.append(caught.value)
    assert [failure.reachable for failure in failures] == [False] * 4
    assert str(failures[0]) == "TimeoutError"


async def test_a_pressed_button_travels_as_its_intent(rasa: Rasa) -> None:
    await ask(rasa, "Lệ phí", Command(intent="ask_fee", entities={"procedure": "1.001193", "name": "số “1”"}))
    assert rasa.heard() == ['/ask_fee{"procedure": "1.001193", "name": "số “1”"}']
    assert (rasa.asked[0].text, rasa.asked[0].context["misses"]) == ("", 2)


async def test_only_a_trial_names_a_draft(rasa: Rasa) -> None:
    await ask(rasa, "lệ phí bao nhiêu")
    async with aiohttp.ClientSession() as http:
        bot = Bot(http, f"http://127.0.0.1:{rasa.port}", 10)
        await bot.ask("c1", "lệ phí bao nhiêu", None, Context(), draft=7)
    usual, tried = [(await asked.request.json())["metadata"] for asked in rasa.asked]
    assert "draft" not in usual
    assert tried["draft"] == 7


async def test_tries_get_rarer_while_the_bot_stays_away(
    gateway: Gateway, desk: Conversations, database: Database, rasa: Rasa
) -> None:
    await rasa.stop()
    accepted = await desk.receive(said(1, "chào"))
    async with database.write() as session:
        turn = await session.get_one(Turn, accepted.message_id)
        turn.created_at = now() - timedelta(hours=3)
    async with gateway():

        async def told() -> bool:
            return await count(database, Turn, Turn.told_waiting) == 1

        await eventually(told)
    async with database.read() as session:
        turn = await session.get_one(Turn, accepted.message_id)
    assert turn.attempts == 0
    assert timedelta(seconds=0) < turn.not_before - now() <= timedelta(seconds=10)
