"""A simulated Zalo over real HTTP and a real SQLite file, with everything of the channel between."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import select

from channels.zalo import Tokens, Transport, make_tokens, setup
from channels.zalo.client import Client
from channels.zalo.confirmations import Confirmations
from channels.zalo.outbound import make_outbound
from channels.zalo.pace import Pace
from channels.zalo.sender import ZaloSender
from conversations import Author, Conversations, Outgoing
from conversations.models import Conversation, Message
from motcua.db import Base, Database, now
from motcua.keys import DATABASE, SETTINGS
from motcua.reply import Kind, Reply
from motcua.settings import Settings, ZaloSettings
from tests.channels.zalo.office import USER, Office, Open, PictureHost
from tests.conversations.world import Rasa
from tests.zalo_simulator import Console, World, serving


@dataclass
class Process:
    """What one gateway process has of the channel."""

    database: Database
    transport: Transport
    tokens: Tokens
    client: Client
    sender: ZaloSender
    confirmations: Confirmations


def next_minute(process: Process) -> None:
    """Let the minute pass in which Zalo has said that it is too much."""
    process.client._caller._pace = Pace()


@pytest.fixture
def world() -> World:
    """Zalo, with one citizen who has just written."""
    made = World()
    made.add_citizen(USER)
    return made


@pytest.fixture
async def zalo_url(world: World) -> AsyncIterator[str]:
    async with serving(world) as url:
        yield url


@pytest.fixture
def database_url() -> str:
    """Empty: an SQLite file. A module may put another database in its place."""
    return ""


@pytest.fixture
def settings(tmp_path: Path, world: World, zalo_url: str, database_url: str) -> Settings:
    """Settings of a gateway that talks to the simulator."""
    account = world.account
    zalo = ZaloSettings(
        app_id=account.app_id,
        oa_id=account.oa_id,
        app_secret=SecretStr(account.app_secret),
        oa_secret=SecretStr(account.oa_secret),
        api_url=zalo_url,
        oauth_url=zalo_url,
        zbs_url=f"{zalo_url}/message/template",
        timeout_s=1.0,
    )
    return Settings(
        data_dir=tmp_path, database_url=database_url, secret_key=SecretStr("a test secret"), zalo=zalo
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """A database with its tables, in a file."""
    made = Database(settings.database)
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield made
    await made.close()


@pytest.fixture
async def start(settings: Settings, database: Database) -> AsyncIterator[Callable[..., Awaitable[Process]]]:
    """Starts gateway processes that share nothing but the database file."""
    async with AsyncExitStack() as stack:

        async def start_one(ways: dict[str, Any] | None = None, **zalo: object) -> Process:
            """``zalo``: settings of its own; ``ways``: what knows attachments and phone numbers."""
            own = settings.model_copy(update={"zalo": settings.zalo.model_copy(update=zalo)})
            own_database = Database(own.database)
            stack.push_async_callback(own_database.close)
            transport = await stack.enter_async_context(Transport(own.zalo.timeout_s))
            tokens = make_tokens(own, own_database, transport)
            out = make_outbound(
                own, own_database, tokens, transport, partial(only_conversation, own_database), **ways or {}
            )
            return Process(own_database, transport, tokens, out.client, out.sender, out.confirmations)

        yield start_one


@pytest.fixture
async def process(start: Callable[..., Awaitable[Process]], world: World) -> Process:
    """One gateway whose token pair has been stored."""
    made = await start()
    await made.tokens.store_first(world.access_token, world.refresh_token, world.access_life_s)
    return made


async def only_conversation(database: Database, _user_id: str) -> str | None:
    """The conversation that was made last: of whom it is, the tests of conversations say."""
    async with database.read() as session:
        found: str | None = await session.scalar(
            select(Conversation.id).order_by(Conversation.created_at.desc()).limit(1)
        )
        return found


@pytest.fixture
def outgoing(database: Database) -> Callable[..., Awaitable[Outgoing]]:
    """Makes replies that are stored in the transcript, as the outbox hands them over."""

    async def make(
        reply: Reply | str, address: str = USER, attempt: int = 1, days_ago: float | None = 0.0
    ) -> Outgoing:
        if isinstance(reply, str):
            reply = Reply(kind=Kind.ANSWER, text=reply)
        conversation_id = uuid.uuid4().hex
        async with database.write() as session:
            session.add(
                Conversation(id=conversation_id, channel="zalo", address_key=uuid.uuid4().hex, context={})
            )
            await session.flush()
            message = Message(
                conversation_id=conversation_id,
                author=Author.BOT,
                kind="reply",
                text=reply.text,
                channel="zalo",
            )
            session.add(message)
            await session.flush()
            message_id = message.id
        last = None if days_ago is None else now() - timedelta(days=days_ago)
        return Outgoing(
            message_id, conversation_id, "zalo", "oa", address, reply, attempt, now(), now(), last
        )

    return make


@pytest.fixture
async def rasa() -> AsyncIterator[Rasa]:
    made = Rasa()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def host() -> AsyncIterator[PictureHost]:
    made = PictureHost()
    made.open.set()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.serve)
    server = TestServer(app)
    await server.start_server()
    made.origin = str(server.make_url("")).rstrip("/")  # type: ignore[attr-defined]
    yield made
    made.open.set()
    await server.close()


@pytest.fixture
def open_office(settings: Settings, database: Database, world: World, rasa: Rasa, host: PictureHost) -> Open:
    """Runs gateways. ``working`` false: it takes events in, and nobody answers them yet."""
    zalo = settings.zalo.model_copy(update={"media_origin": host.origin})  # type: ignore[attr-defined]
    base = settings.model_copy(update={"zalo": zalo, "rasa_port": rasa.port, "public_url": "https://mc.vn"})

    @asynccontextmanager
    async def run(*, working: bool = True) -> AsyncIterator[Office]:
        app = web.Application()
        app[SETTINGS], app[DATABASE] = base, database
        conversations = Conversations(database, base)
        setup(app, conversations)
        async with AsyncExitStack() as stack:
            transport = await stack.enter_async_context(Transport(5))
            tokens = make_tokens(base, database, transport)
            await tokens.store_first(world.access_token, world.refresh_token, 90_000)
            server = TestServer(app)
            await server.start_server()
            stack.push_async_callback(server.close)
            if working:
                await stack.enter_async_context(conversations.running())
            http = await stack.enter_async_context(aiohttp.ClientSession())
            console = Console(world, http, str(server.make_url("/zalo/webhook")))
            yield Office(console, conversations, database, world, rasa)

    return run


@pytest.fixture
async def office(open_office: Open) -> AsyncIterator[Office]:
    async with open_office() as made:
        yield made
