"""``motcua users``: the first admin, and everything about people without the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from desk.accounts import Accounts, LinkUsedUp
from motcua.cli.users import users
from motcua.db import Database
from motcua.settings import Settings, get_settings
from tests.databases import with_tables

NEW = "cá chép hóa rồng 58"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MOTCUA_PUBLIC_URL", "https://motcua.example.vn")
    monkeypatch.setenv("MOTCUA_DATABASE_URL", "")
    get_settings.cache_clear()

    async def make() -> None:
        async with with_tables(get_settings().database):
            pass

    asyncio.run(make())
    yield get_settings()
    get_settings.cache_clear()


def run(*words: str) -> Result:
    return CliRunner().invoke(users, words)


def with_desk(settings: Settings, act: Any) -> Any:
    async def go() -> Any:
        database = Database(settings.database)
        try:
            return await act(Accounts(database, settings))
        finally:
            await database.close()

    return asyncio.run(go())


def link_of(result: Result) -> str:
    assert result.exit_code == 0, result.output
    address = result.stdout.strip()
    assert address.startswith("https://motcua.example.vn/ban/moi/")
    return address.rsplit("/", 1)[1]


def test_the_first_admin_enters_with_the_printed_link(settings: Settings) -> None:
    link = link_of(run("add", "quan.tri", "--role", "admin"))
    entered = with_desk(settings, lambda desk: desk.accept(link, NEW))
    assert entered.person.account == "quan.tri"
    assert entered.person.whole_city


def test_a_ward_is_found_by_code_or_name_and_people_are_listed(settings: Settings) -> None:
    link_of(run("add", "lan", "--full-name", "Nguyễn Thị Lan", "--role", "volunteer", "--ward", "bach mai"))
    link_of(run("add", "binh", "--role", "lead", "--role", "volunteer", "--ward", "00004"))
    listed = run("list").stdout
    assert "phường Bạch Mai" in listed
    assert "phường Ba Đình" in listed
    assert "lead,volunteer" in listed


@pytest.mark.parametrize(
    "words",
    [
        ("add", "lan"),
        ("add", "lan", "--role", "king"),
        ("add", "lan", "--role", "volunteer"),
        ("add", "lan", "--role", "volunteer", "--ward", "Atlantis"),
        ("add", "có dấu", "--role", "admin"),
        ("disable", "nobody"),
        ("reset", "nobody"),
        ("link", "nobody", "sub"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_stored(
    settings: Settings, words: tuple[str, ...]
) -> None:
    result = run(*words)
    assert result.exit_code != 0
    assert "Error" in result.output
    assert "Traceback" not in result.output
    assert run("list").stdout == ""


def test_reset_and_disable(settings: Settings) -> None:
    link_of(run("add", "chinh", "--role", "admin"))
    old = link_of(run("add", "lan", "--role", "admin"))
    entered = with_desk(settings, lambda desk: desk.accept(old, NEW))
    again = link_of(run("reset", "lan"))
    assert with_desk(settings, lambda desk: desk.invited(again)).id == entered.person.id
    assert run("disable", "lan").exit_code == 0
    assert "(disabled)" in run("list").stdout
    with pytest.raises(LinkUsedUp):
        with_desk(settings, lambda desk: desk.invited(again))
    assert run("disable", "chinh").exit_code != 0  # nobody would be left
    assert run("enable", "lan").exit_code == 0
