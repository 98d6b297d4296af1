"""The token pair survives crowds, crashes and refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import structlog
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import text, update

from channels.zalo import Unavailable, make_tokens
from channels.zalo.models import ZaloTokens
from channels.zalo.oauth import Pair, Refusal
from channels.zalo.token_store import TokenStore
from motcua.db import Database, now
from motcua.settings import Settings
from tests.channels.zalo.conftest import Process
from tests.zalo_simulator import Fault, World

Start = Callable[..., Awaitable[Process]]


async def change(database: Database, **values: object) -> None:
    async with database.write() as session:
        await session.execute(update(ZaloTokens).values(**values))


async def row(database: Database) -> ZaloTokens:
    async with database.read() as session:
        found = await session.get(ZaloTokens, "388613388613388613")
    assert found is not None
    return found


async def test_a_living_token_is_used_as_it_is(process: Process, world: World) -> None:
    assert (await process.tokens.current()).access == world.access_token
    assert world.refreshes == 0


async def test_tokens_are_unreadable_in_the_database(process: Process, world: World) -> None:
    stored = await row(process.database)
    assert world.access_token not in stored.access_token
    assert world.refresh_token not in stored.refresh_token
    async with process.database.read() as session:
        assert "at-" not in str((await session.execute(text("SELECT * FROM zalo_tokens"))).all())


async def test_an_expired_token_is_renewed_before_it_is_used(process: Process, world: World) -> None:
    await change(process.database, expires_at=now() - timedelta(seconds=1))
    assert (await process.tokens.current()).access == world.access_token
    assert world.refreshes == 1


async def test_eight_processes_renew_a_dead_token_exactly_once(
    start: Start, process: Process, world: World
) -> None:
    crowd = [await start() for _ in range(8)]
    tokens = await asyncio.gather(*(one.tokens.renew(1) for one in crowd))
    assert world.refreshes == 1
    assert {token.access for token in tokens} == {world.access_token}
    assert {token.generation for token in tokens} == {2}


async def test_without_the_lease_the_same_crowd_would_lose_the_pair(
    start: Start, process: Process, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counterpart of the test above: it shows that the lease is what keeps the pair."""

    async def everybody(_store: TokenStore, _seconds: float) -> bool:
        return True

    monkeypatch.setattr(TokenStore, "take_lease", everybody)
    crowd = [await start() for _ in range(8)]
    await asyncio.gather(*(one.tokens.renew(1) for one in crowd), return_exceptions=True)
    refused = [call for call in world.calls if call == ("token", -14020)]
    assert refused


async def test_callers_of_one_process_share_one_refresh(process: Process, world: World) -> None:
    tokens = await asyncio.gather(*(process.tokens.renew(1) for _ in range(8)))
    assert world.refreshes == 1
    assert {token.generation for token in tokens} == {2}


async def test_the_pair_is_stored_even_when_its_caller_is_cancelled(process: Process, world: World) -> None:
    caller = asyncio.create_task(process.tokens.renew(1))
    await asyncio.sleep(0.01)
    caller.cancel()
    await process.tokens.close()
    assert world.refreshes == 1
    assert (await process.tokens.current()).access == world.access_token


async def test_a_refused_refresh_token_is_never_shown_again(process: Process, world: World) -> None:
    world.issue_pair()  # somebody else has spent our refresh token
    with structlog.testing.capture_logs() as logs:
        for _ in range(5):
            with pytest.raises(Unavailable, match="needs_consent"):
                await process.tokens.renew(1)
    assert [call for call in world.calls if call[0] == "token"] == [("token", -14020)]
    assert [entry["log_level"] for entry in logs if entry["event"] == "zalo.tokens.needs_consent"] == [
        "error"
    ]
    assert REGISTRY.get_sample_value("motcua_zalo_needs_consent") == 1
    assert "rt-" not in str(logs)


async def test_a_new_consent_puts_everything_right(process: Process, world: World) -> None:
    world.issue_pair()
    with pytest.raises(Unavailable):
        await process.tokens.renew(1)
    await process.tokens.store_first(world.access_token, world.refresh_token, 90_000)
    assert (await process.tokens.current()).access == world.access_token
    assert REGISTRY.get_sample_value("motcua_zalo_needs_consent") == 0


async def test_a_token_that_still_lives_is_used_although_it_cannot_be_renewed(
    process: Process, world: World
) -> None:
    world.faults.order("token", Fault.FORBIDDEN, -14014)
    with pytest.raises(Unavailable):
        await process.tokens.renew(1)
    await change(process.database, not_before=None)
    with pytest.raises(Unavailable, match="needs_consent"):
        await process.tokens.renew(1)
    assert (await process.tokens.current()).access == world.access_token


@pytest.mark.parametrize(
    "fault",
    [Fault.ERROR_500_BEFORE, Fault.TIMEOUT_BEFORE, Fault.CUT_BEFORE, Fault.HTML_BEFORE, Fault.TOO_MANY, -32],
)
async def test_a_passing_failure_is_tried_again_but_not_at_once(
    process: Process, world: World, fault: Fault | int
) -> None:
    world.faults.order("token", fault)
    with pytest.raises(Unavailable) as first:
        await process.tokens.renew(1)
    assert first.value.retry_in > 0
    with pytest.raises(Unavailable):
        await process.tokens.renew(1)  # too early: Zalo is not bothered
    assert len(world.calls) == 1
    await change(process.database, not_before=now() - timedelta(seconds=1))
    assert (await process.tokens.renew(1)).access == world.access_token


async def test_the_lease_outlives_the_slowest_call(
    process: Process, settings: Settings, world: World
) -> None:
    world.faults.order("token", Fault.TIMEOUT_BEFORE)
    caller = asyncio.create_task(process.tokens.renew(1))
    await asyncio.sleep(0.3)
    lease = (await row(process.database)).lease_until
    assert lease is not None
    assert (lease - now()).total_seconds() > settings.zalo.timeout_s
    with pytest.raises(Unavailable):
        await caller
    assert (await row(process.database)).lease_until is None


async def test_a_lease_left_by_a_crash_is_taken_over_when_it_ends(process: Process, world: World) -> None:
    await change(process.database, lease_by="gone", lease_until=now() + timedelta(seconds=0.6))
    assert (await process.tokens.renew(1)).access == world.access_token
    assert world.refreshes == 1


async def test_a_slow_holder_does_not_overwrite_a_newer_pair(process: Process, world: World) -> None:
    store = process.tokens._store
    stored = await store.load()
    assert stored is not None
    await process.tokens.renew(1)
    newest = world.access_token
    assert not await store.replace(Pair("old", "old", 1), stored.generation)
    await store.note_failure(Refusal("-14020", final=True), stored.generation, 1.0)
    assert (await process.tokens.current()).access == newest
    assert (await row(process.database)).state == "active"


async def test_a_pair_that_could_not_be_saved_is_kept_and_saved_later(
    process: Process, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.zalo.tokens._SAVE_AFTER_S", (0.0, 0.0))
    async with process.database.write() as session:
        await session.execute(
            text(
                "CREATE TRIGGER broken BEFORE UPDATE OF access_token ON zalo_tokens"
                " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )
    with pytest.raises(Unavailable, match="not_saved"):
        await process.tokens.renew(1)
    async with process.database.write() as session:
        await session.execute(text("DROP TRIGGER broken"))
    assert (await process.tokens.current()).access == world.access_token
    assert (await row(process.database)).generation == 2


async def test_the_keeper_renews_twice_a_day_and_before_the_end(process: Process, world: World) -> None:
    assert not await process.tokens.refresh_if_due()
    await change(process.database, refreshed_at=now() - timedelta(hours=12, seconds=1))
    assert await process.tokens.refresh_if_due()
    await change(
        process.database, expires_at=now() + timedelta(minutes=59), refreshed_at=now() - timedelta(hours=2)
    )
    assert await process.tokens.refresh_if_due()
    assert world.refreshes == 2


async def test_before_the_first_consent_there_is_no_token(start: Start) -> None:
    with pytest.raises(Unavailable, match="no_token"):
        await (await start()).tokens.current()


async def test_under_another_secret_key_the_pair_is_unreadable(process: Process, settings: Settings) -> None:
    other = settings.model_copy(update={"secret_key": SecretStr("another")})
    tokens = make_tokens(other, process.database, process.transport)
    with pytest.raises(Unavailable, match="unreadable_token"):
        await tokens.current()


async def test_neither_tokens_nor_pairs_show_their_secrets(process: Process, world: World) -> None:
    token = await process.tokens.current()
    assert world.access_token not in repr(token)
    assert world.access_token not in repr(await process.tokens._store.load())
