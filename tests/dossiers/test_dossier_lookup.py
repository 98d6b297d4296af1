"""Look-ups: the second factor, limited tries, and what must not leak."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from dossiers import DossierDesk, Found, Locked, OtherProvince, Refused, Status, UnreadableCode
from dossiers.attempts import pause_after
from dossiers.models import Dossier, DossierAttempt
from motcua.db import Database, now

CODE = "H26-261110-0001"


async def test_the_right_digits_open_the_dossier(loaded: Database, desk: DossierDesk) -> None:
    outcome = await desk.lookup(CODE, "4521", "a")
    assert isinstance(outcome, Found)
    assert outcome.dossier.status is Status.PROCESSING
    assert outcome.dossier.procedure == "1.004873"


async def test_an_unknown_code_and_wrong_digits_get_the_same_answers(
    loaded: Database, desk: DossierDesk
) -> None:
    known = [await desk.lookup(CODE, "0000", "a") for _ in range(4)]
    unknown = [await desk.lookup("H26-261110-7777", "0000", "b") for _ in range(4)]
    assert known == unknown == [Refused(4), Refused(3), Refused(2), Refused(1)]
    locks = [await desk.lookup(CODE, "0000", "a"), await desk.lookup("H26-261110-7777", "0000", "b")]
    for lock in locks:
        assert isinstance(lock, Locked)
        assert timedelta(minutes=14) < lock.until - now() <= timedelta(minutes=15)


async def test_a_dossier_without_phone_answers_like_an_unknown_one(
    loaded: Database, desk: DossierDesk
) -> None:
    assert await desk.lookup("H26-261102-0010", "4521", "a") == Refused(4)
    assert await desk.lookup("H26-261102-0010", "", "b") == Refused(3)


async def test_the_fifth_wrong_try_locks_even_the_right_digits_out(
    loaded: Database, desk: DossierDesk
) -> None:
    for _ in range(5):
        last = await desk.lookup(CODE, "0000", "a")
    assert isinstance(last, Locked)
    assert await desk.lookup(CODE, "4521", "a") == last
    assert await desk.lookup("H26-261102-0002", "4521", "a") == last, "the asker is locked for every code"
    assert await desk.lookup(CODE, "4521", "somebody else") == last, "the code is locked for everybody"
    assert await desk.paused_until(CODE, "a") == last.until
    assert isinstance(await desk.lookup("H26-261102-0002", "4521", "somebody else"), Found)


async def test_another_spelling_of_a_code_gives_no_more_tries(loaded: Database, desk: DossierDesk) -> None:
    assert await desk.lookup("H26.34.5-261102-0008", "0000", "a") == Refused(4)
    assert await desk.lookup("H26.3.45-261102-0008", "0000", "b") == Refused(3)


async def test_a_right_answer_gives_the_asker_the_tries_back_but_not_the_code(
    loaded: Database, desk: DossierDesk
) -> None:
    for _ in range(3):
        await desk.lookup(CODE, "0000", "a")
    assert isinstance(await desk.lookup(CODE, "4521", "a"), Found)
    assert await desk.lookup("H26-261102-0002", "0000", "a") == Refused(4)
    assert await desk.lookup(CODE, "0000", "b") == Refused(1)


async def test_the_pause_doubles_and_a_quiet_day_starts_afresh(loaded: Database, desk: DossierDesk) -> None:
    async def end_pause(ago: timedelta) -> None:
        async with loaded.write() as session:
            past = now() - ago
            await session.execute(update(DossierAttempt).values(locked_until=past, last_failure_at=past))

    for minutes in (15, 30, 60):
        for _ in range(5):
            last = await desk.lookup(CODE, "0000", "a")
        assert isinstance(last, Locked)
        assert abs(last.until - now() - timedelta(minutes=minutes)) < timedelta(seconds=30)
        await end_pause(timedelta(minutes=1))
    await end_pause(timedelta(hours=25))
    assert await desk.lookup(CODE, "0000", "a") == Refused(4)


async def test_the_longest_pause_is_a_day() -> None:
    pauses = [pause_after(failures) for failures in range(1, 60)]
    locks = [pause for pause in pauses if pause]
    assert locks[:4] == [timedelta(minutes=m) for m in (15, 30, 60, 120)]
    assert locks == sorted(locks)
    assert pause_after(5 * 1000) == timedelta(hours=24)


async def test_tries_sent_at_once_are_counted_one_by_one(loaded: Database, desk: DossierDesk) -> None:
    outcomes = await asyncio.gather(*(desk.lookup(CODE, f"{n:04}", "a") for n in range(20)))
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 4
    assert sum(isinstance(outcome, Locked) for outcome in outcomes) == 16
    async with loaded.read() as session:
        assert set(await session.scalars(select(DossierAttempt.failures))) == {5}


async def test_codes_that_differ_in_their_dots_are_told_apart(loaded: Database, desk: DossierDesk) -> None:
    first = await desk.lookup("H26.34.5-261102-0008", "4521", "a")
    second = await desk.lookup("H26.3.45-261102-0008", "9999", "a")
    guessed = await desk.lookup("H26.34.5-261102-0008", "9999", "a")  # dots put in the wrong place
    assert isinstance(first, Found)
    assert first.dossier.code.canonical == "H26.34.5-261102-0008"
    assert isinstance(second, Found)
    assert second.dossier.code.canonical == "H26.3.45-261102-0008"
    assert isinstance(guessed, Found)
    assert guessed.dossier == second.dossier


async def test_codes_of_others_are_not_looked_up_and_cost_no_try(loaded: Database, desk: DossierDesk) -> None:
    assert isinstance(await desk.lookup("000.00.04.H51-200221-0001", "0000", "a"), OtherProvince)
    async with loaded.read() as session:
        assert list(await session.scalars(select(DossierAttempt))) == []


async def test_what_is_no_code_is_an_error_of_the_caller(desk: DossierDesk) -> None:
    with pytest.raises(UnreadableCode):
        await desk.lookup("0912345678", "4521", "a")


async def test_neither_phone_nor_asker_nor_looked_up_code_is_stored_in_clear(
    loaded: Database, desk: DossierDesk
) -> None:
    await desk.lookup("H26-261110-7777", "0000", "zalo-123")
    async with loaded.read() as session:
        attempts = str([tuple(row) for row in await session.execute(text("SELECT * FROM dossier_attempts"))])
        hashes = list(
            await session.scalars(select(Dossier.phone_hash).where(Dossier.phone_hash.is_not(None)))
        )
        dossiers = str([tuple(row) for row in await session.execute(text("SELECT * FROM dossiers"))])
    assert "zalo-123" not in attempts
    assert "H26" not in attempts
    assert "0912004521" not in dossiers
    assert len(set(hashes)) == len(hashes), "equal digits of two dossiers must not look equal"


async def test_lateness_is_not_blamed_on_the_office_while_the_citizen_is_asked(
    loaded: Database, desk: DossierDesk
) -> None:
    today = datetime(2026, 11, 18, tzinfo=UTC).date()
    late = {}
    for number in range(1, 8):
        outcome = await desk.lookup(f"H26-261{110 if number == 1 else 102}-{number:04}", "4521", "a")
        assert isinstance(outcome, Found)
        late[number] = outcome.dossier.late_working_days(today)
    assert late == {1: 0, 2: 3, 3: 3, 4: 0, 5: 0, 6: 2, 7: 0}
