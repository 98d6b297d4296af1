"""From a citizen's message to the answer in Zalo, through the real conversations and outbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select, update

from channels.zalo import Transport, make_tokens, setup
from conversations import Conversations, repository
from conversations.models import Conversation, Message, OutboxItem, OutboxState
from motcua.db import Database, now
from motcua.keys import DATABASE, SETTINGS
from motcua.reply import Button, Command, Kind, Reply
from motcua.settings import Settings
from tests.channels.zalo.office import USER
from tests.zalo_simulator import Console, Fault, World

QUESTION = Reply(
    kind=Kind.CLARIFY,
    text="Anh/chị cần loại nào ạ?",
    buttons=[Button(title="Bản sao", payload=Command(intent="ask_documents"))],
)


@dataclass
class Gateway:
    """A gateway with its outbox running, and Zalo's side of its webhook."""

    database: Database
    console: Console

    async def reply(self, reply: Reply) -> None:
        """What a turn does at its end."""
        async with self.database.write() as session:
            conversation = (await session.scalars(select(Conversation))).one()
            await repository.add_reply(session, conversation, reply, None)

    async def outbox(self) -> list[str]:
        async with self.database.read() as session:
            return [str(state) for state in await session.scalars(select(OutboxItem.state))]


@pytest.fixture
async def gateway(settings: Settings, database: Database, world: World) -> AsyncIterator[Gateway]:
    tokens = make_tokens(settings, database, Transport(1.0))
    await tokens.store_first(world.access_token, world.refresh_token, 90_000)
    conversations = Conversations(database, settings)
    app = web.Application()
    app[SETTINGS], app[DATABASE] = settings, database
    setup(app, conversations)

    async def workers(_app: web.Application) -> AsyncIterator[None]:
        async with conversations.running():
            yield

    app.cleanup_ctx.append(workers)
    server = TestServer(app)
    await server.start_server()
    async with aiohttp.ClientSession() as http:
        made = Gateway(database, Console(world, http, str(server.make_url("/zalo/webhook"))))
        assert await made.console.say(USER, "🙂") == 200
        yield made
    await server.close()


async def until(happened: Callable[[], object], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not happened():
            await asyncio.sleep(0.02)


async def test_a_message_without_words_is_answered_through_everything(gateway: Gateway, world: World) -> None:
    await until(lambda: world.citizens[USER].received)
    assert "Anh/chị cần hỏi thủ tục gì ạ?" in world.citizens[USER].received[0]


async def test_answers_keep_their_order_and_zalos_ids(gateway: Gateway, world: World) -> None:
    await until(lambda: world.citizens[USER].received)
    for n in range(3):
        await gateway.reply(Reply(kind=Kind.ANSWER, text=f"Ý thứ {n}."))
    await until(lambda: len(world.citizens[USER].received) == 4)
    assert world.citizens[USER].received[1:] == ["Ý thứ 0.", "Ý thứ 1.", "Ý thứ 2."]
    await asyncio.sleep(0.2)
    async with gateway.database.read() as session:
        known = set(await session.scalars(select(Message.channel_message_id)))
    assert {entry.message_id for entry in world.citizens[USER].entries} <= known


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.ERROR_500_AFTER, Fault.CUT_BEFORE])
async def test_an_answer_whose_fate_is_unknown_arrives_exactly_once(
    gateway: Gateway, world: World, fault: Fault
) -> None:
    await until(lambda: world.citizens[USER].received)
    world.faults.order("message", fault)
    await gateway.reply(Reply(kind=Kind.ANSWER, text="Một lần thôi."))
    await gateway.reply(Reply(kind=Kind.ANSWER, text="Rồi đến tôi."))
    await until(lambda: "Rồi đến tôi." in world.citizens[USER].received)
    assert world.citizens[USER].received[1:] == ["Một lần thôi.", "Rồi đến tôi."]


async def test_an_expired_token_delays_no_answer(gateway: Gateway, world: World) -> None:
    await until(lambda: world.citizens[USER].received)
    world.expire_access()
    await gateway.reply(Reply(kind=Kind.ANSWER, text="Vẫn đến."))
    await until(lambda: "Vẫn đến." in world.citizens[USER].received, 5.0)
    assert world.refreshes == 1


async def test_a_number_and_a_press_both_choose_what_was_offered(gateway: Gateway, world: World) -> None:
    await gateway.reply(QUESTION)
    await until(lambda: any("1. Bản sao" in text for text in world.citizens[USER].received))
    async with gateway.database.read() as session:
        message = (await session.scalars(select(Message).where(Message.text == QUESTION.text))).one()
    button = (message.reply or {})["buttons"][0]["payload"]
    await gateway.console.say(USER, "1")
    await gateway.console.say(USER, f"#b:{button}")
    async with gateway.database.read() as session:
        chosen = [m for m in await session.scalars(select(Message).order_by(Message.id)) if m.command]
    assert [(m.kind, m.text, (m.command or {})["intent"]) for m in chosen] == [
        ("text", "1", "ask_documents"),
        ("press", "Bản sao", "ask_documents"),
    ]


async def test_an_answer_that_was_being_sent_at_a_crash_is_looked_up_first(
    gateway: Gateway, world: World
) -> None:
    await until(lambda: world.citizens[USER].received)
    world.faults.order("message", Fault.ERROR_500_AFTER)
    await gateway.reply(Reply(kind=Kind.ANSWER, text="Đã gửi."))
    await until(lambda: "Đã gửi." in world.citizens[USER].received)
    await asyncio.sleep(0.3)
    async with gateway.database.write() as session:  # as if the process had died before it heard back
        await session.execute(
            update(OutboxItem).where(OutboxItem.state == OutboxState.UNKNOWN).values(not_before=now())
        )
    async with asyncio.timeout(10):
        while set(await gateway.outbox()) != {OutboxState.SENT}:
            await asyncio.sleep(0.05)
    assert world.citizens[USER].received.count("Đã gửi.") == 1
