"""A thousand guesses of the second factor find nothing and are stopped, wherever they come from.

The right digits are among the guesses each time, so that without the limits these tests would find them.
"""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import event

from dossiers import DossierDesk, Found, Locked, Receipts, Refused, import_bytes
from dossiers.codes import parse_code
from dossiers.receipts import Receipt
from dossiers.views import Outcome
from motcua.db import Database
from motcua.settings import Settings

GUESSES = 1000
RIGHT = "0777"
CODE = "H26-261110-0001"
MANY = [f"H26-261110-{number:04}" for number in range(1, 201)]


@pytest.fixture
async def desk(database: Database, settings: Settings) -> DossierDesk:
    """A table of many dossiers, all opened by the same digits."""
    rows = "\n".join(f"{code};4;{RIGHT};10/11/2026" for code in MANY)
    header = "mã hồ sơ;trạng thái;4 số cuối điện thoại;ngày tiếp nhận"
    report = await import_bytes(database, settings, f"{header}\n{rows}".encode())
    assert (report.added, report.errors) == (len(MANY), [])
    return DossierDesk(database, settings)


def found_nothing(outcomes: list[Outcome], refused: int) -> None:
    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {Refused: refused, Locked: GUESSES - refused}


async def test_by_one_asker_on_one_code(desk: DossierDesk) -> None:
    outcomes = [await desk.lookup(CODE, f"{number:04}", "one") for number in range(GUESSES)]
    found_nothing(outcomes, refused=4)
    assert isinstance(await desk.lookup(CODE, RIGHT, "one"), Locked)


async def test_by_many_askers_on_one_code(desk: DossierDesk) -> None:
    outcomes = [await desk.lookup(CODE, f"{number:04}", f"asker {number}") for number in range(GUESSES)]
    found_nothing(outcomes, refused=4)


async def test_by_one_asker_over_many_codes(desk: DossierDesk) -> None:
    outcomes = [
        await desk.lookup(MANY[number % len(MANY)], f"{number:04}", "one") for number in range(GUESSES)
    ]
    found_nothing(outcomes, refused=4)


async def test_a_dossier_of_ones_own_buys_no_tries_on_others(desk: DossierDesk) -> None:
    own, others = MANY[0], MANY[1:]
    refused = 0
    for number in range(GUESSES):
        if number % 4 == 0:
            await desk.lookup(own, RIGHT, "one")
        outcome = await desk.lookup(others[number % len(others)], "0001", "one")
        refused += isinstance(outcome, Refused)
        assert not isinstance(outcome, Found)
    assert refused == 4


async def test_by_forged_receipts(desk: DossierDesk, settings: Settings) -> None:
    code = parse_code(CODE)
    assert code
    real = Receipts(settings).payload(code).split("|")[2]
    outcomes = []
    for number in range(GUESSES):
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        check = real[:14] + letters[number // 32] + letters[number % 32]
        if check != real:
            outcomes.append(await desk.lookup_receipt(Receipt(code, check), "one"))
    assert not any(isinstance(outcome, Found) for outcome in outcomes)
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 4


@pytest.mark.parametrize("paused", [False, True])
async def test_an_unknown_code_is_handled_like_a_known_one(
    desk: DossierDesk, database: Database, paused: bool
) -> None:
    """The same statements in the same order: nothing to tell apart by words, pauses or time."""
    said: list[str] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: said.append(statement),
    )
    ways = []
    for code in (CODE, "H26-261110-9999"):
        for number in range(5 if paused else 0):
            await desk.lookup(code, f"{number:04}", f"somebody at {code}")
        said.clear()
        outcome = await desk.lookup(code, "0001", f"asker of {code}")
        until = await desk.paused_until(code, f"asker of {code}")
        ways.append((type(outcome), until is None, list(said)))
    assert ways[0] == ways[1]
    assert ways[0][0] is (Locked if paused else Refused)
