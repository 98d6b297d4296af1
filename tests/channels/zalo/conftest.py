"""A simulated Zalo over real HTTP and a real SQLite file, with everything of the channel between."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from channels.zalo import Tokens, Transport, make_tokens
from channels.zalo.client import Client
from channels.zalo.progress import ProgressLog
from channels.zalo.sender import ZaloSender
from conversations import Author, Outgoing
from conversations.models import Conversation, Message
from motcua.db import Base, Database, now
from motcua.reply import Kind, Reply
from motcua.settings import Settings, ZaloSettings
from tests.zalo_simulator import World, serving

USER = "246845246845246845"


@dataclass
class Process:
    """What one gateway process has of the channel."""

    database: Database
    transport: Transport
    tokens: Tokens
    client: Client
    sender: ZaloSender


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

        async def start_one(**zalo: object) -> Process:
            own = settings.model_copy(update={"zalo": settings.zalo.model_copy(update=zalo)})
            own_database = Database(own.database)
            stack.push_async_callback(own_database.close)
            transport = await stack.enter_async_context(Transport(own.zalo.timeout_s))
            tokens = make_tokens(own, own_database, transport)
            client = Client(own.zalo, tokens, transport)
            sender = ZaloSender(own.zalo, client, ProgressLog(own_database))
            return Process(own_database, transport, tokens, client, sender)

        yield start_one


@pytest.fixture
async def process(start: Callable[..., Awaitable[Process]], world: World) -> Process:
    """One gateway whose token pair has been stored."""
    made = await start()
    await made.tokens.store_first(world.access_token, world.refresh_token, world.access_life_s)
    return made


@pytest.fixture
def outgoing(database: Database) -> Callable[..., Awaitable[Outgoing]]:
    """Makes replies that are stored in the transcript, as the outbox hands them over."""

    async def make(reply: Reply | str, address: str = USER, attempt: int = 1) -> Outgoing:
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
        return Outgoing(message_id, conversation_id, "zalo", "oa", address, reply, attempt, now(), now())

    return make
