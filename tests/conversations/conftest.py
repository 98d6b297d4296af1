"""Both databases, a scripted Rasa over real HTTP, and gateways to start and kill."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest
from pydantic import SecretStr

from conversations import Conversations
from motcua.db import Database
from motcua.settings import Settings
from tests.conversations.world import Channel, Rasa
from tests.databases import postgres_server, with_tables

_MEMORY = Path("/dev/shm")  # noqa: S108
Gateway = Callable[..., AbstractAsyncContextManager[Conversations]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table, to be copied: making the tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "empty.db"

    async def make() -> None:
        async with with_tables(f"sqlite+aiosqlite:///{path}"):
            pass

    thread = Thread(target=lambda: asyncio.run(make()))  # a session fixture may run inside a test's loop
    thread.start()
    thread.join()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, empty_file: Path) -> Iterator[str]:
    """Everything that touches the database runs on both."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres")
        yield url
        return
    # A file in memory where there is such a thing: no test cuts the power, and each commit is synced.
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        path = shutil.copy(empty_file, Path(folder) / "test.db")
        yield f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with with_tables(database_url) as made:
        yield made


@pytest.fixture
async def rasa() -> AsyncIterator[Rasa]:
    made = Rasa()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def settings(tmp_path: Path, database_url: str, rasa: Rasa) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key=SecretStr("a test secret"),
        rasa_port=rasa.port,
        rasa_timeout_s=10,
        tell_waiting_after_s=0,
    )


@pytest.fixture
def desk(database: Database, settings: Settings) -> Conversations:
    """A gateway whose workers do not run: it only takes messages in."""
    return Conversations(database, settings)


@pytest.fixture
def gateway(database: Database, settings: Settings) -> Gateway:
    """Runs gateways. Leaving the context kills one; one with a name of its own shares no connection."""

    @asynccontextmanager
    async def run(*senders: Channel, **changed: Any) -> AsyncIterator[Conversations]:
        async with AsyncExitStack() as stack:
            own = database
            if "instance" in changed:
                own = Database(settings.database)
                stack.push_async_callback(own.close)
            made = Conversations(own, settings.model_copy(update=changed))
            for sender in senders:
                made.register(sender)
            await stack.enter_async_context(made.running())
            yield made

    return run
