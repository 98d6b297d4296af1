"""Forms at the same moment, on SQLite and PostgreSQL: one wins, the others keep what they wrote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from desk.content import presence
from desk.content.form_codec import encode
from desk.content.form_saving import Overtaken, Sent, keep
from desk.content.form_sheet import sheet_of, write_marks
from desk.people import Person
from knowledge import changes
from knowledge.changes import ContentChange
from motcua.db import Database
from tests.databases import postgres_server, with_tables
from tests.desk.content.conftest import OpenDraft

both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else ""
    async with with_tables(url or f"sqlite+aiosqlite:///{tmp_path / 'test.db'}") as opened:
        yield opened


def sent(change: ContentChange, page: str, fee: str) -> Sent:
    """The form of ``change`` as ``page`` has it open, with another fee."""
    sheet = sheet_of(change)
    pairs = [(name, fee if name == "fee" else value) for name, value in encode(sheet.content)]
    head = [("_revision", str(change.revision)), ("_page", page), ("_marks", write_marks(sheet.marks()))]
    return Sent.of([*pairs, *head, ("_end", "1")])


@both
async def test_of_eight_pages_that_save_at_once_one_does_and_seven_keep_their_text(
    database: Database, draft: OpenDraft, lan: Person, minh: Person
) -> None:
    change_id = await draft(lan)
    async with database.read() as session:
        change = await changes.find(session, change_id)
    assert change
    tried = [
        keep(database, (lan, minh)[number % 2], change_id, sent(change, f"trang-{number}", f"{number} đồng"))
        for number in range(8)
    ]
    done = await asyncio.gather(*tried, return_exceptions=True)
    (kept,) = [each for each in done if isinstance(each, ContentChange)]
    told = [each for each in done if isinstance(each, Overtaken)]
    assert len(told) == 7
    assert {each.present.content["fee"] for each in told} == {kept.content["fee"]}
    everything = {kept.content["fee"], *(each.mine.content["fee"] for each in told)}
    assert everything == {f"{number} đồng" for number in range(8)}, "what every page wrote is in its hands"
    assert all(each.writer in (lan.name, minh.name) for each in told)
    async with database.read() as session:
        stored = await changes.find(session, change_id)
    assert stored
    assert (stored.content, stored.revision) == (kept.content, 2)


@both
async def test_a_page_that_saves_and_says_that_it_lives_at_once_does_both(
    database: Database, draft: OpenDraft, lan: Person, minh: Person
) -> None:
    change_id = await draft(lan)
    async with database.read() as session:
        change = await changes.find(session, change_id)
    assert change

    async def alive() -> None:
        async with database.write() as session:
            await session.get(ContentChange, change_id, with_for_update=True)
            await presence.seen(session, change_id, "trang", lan, writing=True)

    await asyncio.gather(
        *(alive() for _ in range(4)), keep(database, lan, change_id, sent(change, "trang", "Một"))
    )
    async with database.read() as session:
        (seen,) = await presence.viewers(session, change_id, "trang khác", minh)
        assert (seen.name, seen.writing) == (lan.name, True)
        assert await presence.writer_of(session, change_id, 2) == lan.name
        assert await presence.is_own(session, change_id, "trang", lan, 2)
        assert not await presence.is_own(session, change_id, "trang", minh, 2)
