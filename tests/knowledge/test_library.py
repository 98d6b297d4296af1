"""The library: a new edition takes the place of the old one, and nobody reads a mixture."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from knowledge import Library, Procedure, library, publish
from motcua.clock import today
from motcua.db import Database

Made = Callable[..., Procedure]


async def _publish(database: Database, *procedures: Procedure) -> None:
    async with database.write() as session:
        await publish(session, list(procedures), "người soạn", "")


async def test_before_the_first_refresh_there_is_no_edition(database: Database) -> None:
    with pytest.raises(LookupError):
        _ = Library(database).edition


async def test_an_empty_library_opens_and_finds_nothing(database: Database) -> None:
    shelf = Library(database)
    assert await shelf.refresh()
    assert shelf.edition.procedures == {}
    assert shelf.edition.search.find("làm giấy khai sinh") == []


async def test_refreshing_without_news_keeps_the_edition(database: Database, made: Made) -> None:
    await _publish(database, made())
    shelf = Library(database)
    assert await shelf.refresh()
    edition = shelf.edition
    assert not await shelf.refresh()
    assert shelf.edition is edition


async def test_a_reader_keeps_the_edition_it_began_with(database: Database, made: Made) -> None:
    await _publish(database, made())
    shelf = Library(database)
    await shelf.refresh()
    mine = shelf.edition
    await _publish(database, made(fee="30.000 đồng/lần."))
    assert await shelf.refresh()
    assert mine.procedures["9.000001"].fee == "20.000 đồng/lần."
    assert shelf.edition.procedures["9.000001"].fee == "30.000 đồng/lần."
    assert shelf.edition.revision == mine.revision + 1


async def test_a_procedure_published_now_is_understood_at_once(
    database: Database, shipped: list[Procedure], made: Made
) -> None:
    await _publish(database, *shipped)
    shelf = Library(database)
    await shelf.refresh()
    question = "đăng ký nuôi cá cảnh"
    assert "9.000001" not in [hit.code for hit in shelf.edition.search.find(question)]
    await _publish(database, made())
    await shelf.refresh()
    assert shelf.edition.search.find(question)[0].code == "9.000001"


async def test_at_midnight_what_takes_effect_is_there(
    database: Database, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = today() + timedelta(days=1)
    await _publish(database, made(effective_from=tomorrow))
    shelf = Library(database)
    await shelf.refresh()
    assert shelf.edition.procedures == {}
    monkeypatch.setattr(library, "today", lambda: tomorrow)
    assert await shelf.refresh()
    assert list(shelf.edition.procedures) == ["9.000001"]


async def test_following_picks_up_news_and_outlives_a_failure(
    database: Database, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Library(database)
    await shelf.refresh()
    await database.close()  # the first pass may meet a closed engine; it opens again by itself
    failed = asyncio.Event()

    def away() -> None:
        failed.set()
        monkeypatch.undo()
        raise OSError("away")

    monkeypatch.setattr(library, "today", away)
    follower = asyncio.create_task(shelf.follow(0.01))
    await asyncio.wait_for(failed.wait(), 5)
    await _publish(database, made())
    async with asyncio.timeout(5):
        while not shelf.edition.procedures:
            await asyncio.sleep(0.01)
    follower.cancel()
    with pytest.raises(asyncio.CancelledError):
        await follower


async def test_what_did_not_change_is_not_read_again(database: Database, made: Made) -> None:
    await _publish(database, made(), made(code="9.000002"))
    shelf = Library(database)
    await shelf.refresh()
    before = shelf.edition.procedures
    await _publish(database, made(fee="30.000 đồng/lần."))
    await shelf.refresh()
    after = shelf.edition.procedures
    assert after["9.000002"] is before["9.000002"]
    assert after["9.000001"] is not before["9.000001"]
    assert after["9.000001"].fee == "30.000 đồng/lần."


async def test_changed_questions_are_found_at_once_and_learnt_later(
    database: Database, shipped: list[Procedure], made: Made
) -> None:
    await _publish(database, *shipped[:10])
    shelf = Library(database)
    await shelf.refresh()
    assert not await shelf.learn(), "there is nothing to learn yet"
    await _publish(database, made())
    await shelf.refresh()
    quick = shelf.edition.search
    assert quick.find("muốn nuôi cá vàng trong bể thì xin phép ai")[0].code == "9.000001"
    assert await shelf.learn()
    assert shelf.edition.search is not quick
    assert shelf.edition.search.says_the_same(quick)
    assert not await shelf.learn()


async def test_a_corrected_fee_leaves_nothing_to_learn(database: Database, made: Made) -> None:
    await _publish(database, made())
    shelf = Library(database)
    await shelf.refresh()
    await _publish(database, made(fee="30.000 đồng/lần."))
    await shelf.refresh()
    assert not await shelf.learn()


async def test_what_is_published_while_it_learns_is_not_undone(
    database: Database, shipped: list[Procedure], made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _publish(database, *shipped[:10])
    shelf = Library(database)
    await shelf.refresh()
    await _publish(database, made())
    await shelf.refresh()
    grown = library.Search.grown
    published = False

    def slow(search: library.Search, procedures: list[Procedure]) -> library.Search:
        nonlocal published
        if not published:  # in the last step of learning, an editor publishes a fee
            published = True
            asyncio.run_coroutine_threadsafe(_correct(), loop).result(timeout=30)
        return grown(search, procedures)

    async def _correct() -> None:
        await _publish(database, made(fee="30.000 đồng/lần."))
        await shelf.refresh()

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(library.Search, "grown", slow)
    assert await shelf.learn()
    assert published
    assert shelf.edition.procedures["9.000001"].fee == "30.000 đồng/lần."
