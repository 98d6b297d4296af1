"""``motcua conversations``: what an operator does, over a real database file."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import func, select

from conversations import Conversations
from conversations.models import Conversation, Message
from dossiers.notice_models import DossierSubscription
from motcua.cli import conversations as cli
from motcua.db import Database, now
from motcua.settings import Settings
from tests.conversations.world import written

Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, empty_file: Path) -> Settings:
    shutil.copy(empty_file, tmp_path / "motcua.db")
    return Settings(data_dir=tmp_path, database_url="", secret_key=SecretStr("a test secret"))


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(cli, "get_settings", lambda: settings)
    return lambda *words: CliRunner().invoke(cli.conversations, words)


def of_an(settings: Settings, days_ago: float = 0) -> str:
    """A conversation on Zalo, with a subscription to a dossier."""

    async def make() -> str:
        database = Database(settings.database)
        talk = (await Conversations(database, settings).receive(written(1, "chào"))).conversation_id
        then = now() - timedelta(days=days_ago)
        async with database.write() as session:
            conversation = await session.get_one(Conversation, talk)
            conversation.created_at = conversation.last_citizen_at = then
            for message in await session.scalars(select(Message)):
                message.created_at = then
            session.add(
                DossierSubscription(conversation_id=talk, code="H26-260105-0002", consent="v1", seen_status=1)
            )
        await database.close()
        return talk

    return asyncio.run(make())


def left(settings: Settings, table: type[Message | DossierSubscription]) -> int:
    async def look() -> int:
        database = Database(settings.database)
        query = select(func.count()).select_from(table)
        if table is Message:
            query = query.where(Message.kind != "erased")
        async with database.read() as session:
            counted = await session.scalar(query)
        await database.close()
        return counted or 0

    return asyncio.run(look())


def test_a_channel_is_switched_off_and_on_and_the_trail_is_shown(run: Run) -> None:
    assert "nothing is off" in run("switch", "list").output
    assert run("switch", "off", "--channel", "zalo", "--reason", "sai phí", "--by", "lan").exit_code == 0
    assert "as it was" in run("switch", "off", "--channel", "zalo", "--reason", "lại").output
    assert run("switch", "off", "--topic", "1.001193", "--reason", "đang sửa").exit_code == 0
    assert run("switch", "off", "--topic", "ask_fee", "--reason", "đang sửa").exit_code == 0
    listed = run("switch", "list").output
    assert "off: channel zalo" in listed
    assert "by lan: sai phí" in listed
    assert "off: topic 1.001193" in listed
    assert run("switch", "on", "--channel", "zalo", "--reason", "xong").exit_code == 0
    listed = run("switch", "list").output
    assert "off: channel zalo" not in listed
    assert "channel zalo on (xong)" in listed


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--channel", "zalo", "--topic", "ask_fee", "--reason", "x"), "either"),
        (("--reason", "x"), "either"),
        (("--topic", "ask_fees", "--reason", "x"), "neither an intent"),
        (("--channel", "fax", "--reason", "x"), "fax"),
        (("--channel", "zalo"), "--reason"),
        (("--channel", "zalo", "--reason", " "), "--reason"),
    ],
)
def test_a_slip_is_refused_and_changes_nothing(run: Run, words: tuple[str, ...], why: str) -> None:
    result = run("switch", "off", *words)
    assert result.exit_code == 2
    assert why in result.output
    assert "nothing is off" in run("switch", "list").output


def test_retention_is_counted_first_and_takes_what_other_rooms_keep(run: Run, settings: Settings) -> None:
    of_an(settings, days_ago=200)
    assert run("retain", "--dry-run").output == "would erase 1 conversations with 1 messages\n"
    assert (left(settings, Message), left(settings, DossierSubscription)) == (1, 1)
    assert "erased 1 conversations with 1 messages\n" in run("retain").output
    assert (left(settings, Message), left(settings, DossierSubscription)) == (0, 0)
    assert run("retain", "--dry-run").output == "would erase 0 conversations with 0 messages\n"


def test_one_citizen_is_erased_by_address_and_only_when_it_is_confirmed(run: Run, settings: Settings) -> None:
    talk = of_an(settings)
    who = ("erase", "--channel", "zalo", "--account", "oa", "--address")
    assert run(*who, "an").exit_code == 1, "no answer is no"
    assert left(settings, Message) == 1
    assert "no such" in run(*who, "bình", "--yes").output
    assert run("erase", "--yes").exit_code == 2
    assert "erased 1 messages" in run(*who, "an", "--yes").output
    assert "no such" in run("erase", talk, "--yes").output
    assert (left(settings, Message), left(settings, DossierSubscription)) == (0, 0)
