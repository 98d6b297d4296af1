"""What is said only for a while begins and ends by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge import Procedure, answer
from knowledge.store import digest
from motcua.reply import Facet

Made = Callable[..., Procedure]
LAST = date(2026, 12, 31)
REDUCED = {
    "fee": {"kind": "mức tiền", "amount": 10000, "per": "lần"},
    "begins": "2026-07-01",
    "ends": LAST,
    "decision": "Nghị quyết 12/2026/NQ-HĐND",
}
DIRECT: dict[str, Any] = {
    "kind": "trực tiếp",
    "time": {"unit": "trong ngày"},
    "fee": {"kind": "mức tiền", "amount": 20000, "per": "lần"},
}
ONLINE = {**DIRECT, "kind": "trực tuyến"}


def _fee(procedure: Procedure, day: date) -> str:
    return answer(procedure, Facet.FEE, day=day).text


@pytest.mark.parametrize(
    ("day", "holds"),
    [(date(2026, 6, 30), False), (date(2026, 7, 1), True), (LAST, True), (date(2027, 1, 1), False)],
)
def test_a_reduced_fee_ends_by_itself(made: Made, day: date, holds: bool) -> None:
    procedure = made(ways=[DIRECT, {**ONLINE, "reduced": REDUCED}])
    reply = answer(procedure, Facet.FEE, day=day)
    told = "• Trực tuyến: 20.000 đồng/lần; giảm còn 10.000 đồng/lần đến hết ngày 31/12/2026"
    assert (told in reply.text) is holds
    assert reply.card is not None
    assert ("31/12/2026" in str(reply.card.sections)) is holds
    assert ("NQ-HĐND" in answer(procedure, Facet.OVERVIEW, day=day).text) is holds


def test_one_sentence_when_it_holds_for_every_way(made: Made) -> None:
    both = made(ways=[{**DIRECT, "reduced": REDUCED}, {**ONLINE, "reduced": REDUCED}])
    told = "Hiện giảm còn 10.000 đồng/lần đến hết ngày 31/12/2026 (Nghị quyết 12/2026/NQ-HĐND)."
    assert _fee(both, LAST) == f"20.000 đồng/lần.\n{told}"
    free = made(ways=[{**DIRECT, "reduced": {**REDUCED, "fee": {"kind": "miễn phí"}}}])
    assert "Hiện miễn phí đến hết ngày 31/12/2026" in _fee(free, LAST)


def test_a_dated_note_is_said_between_its_days(made: Made) -> None:
    note = {
        "facet": "fee",
        "text": "Tết Bính Ngọ quầy nghỉ, nộp trực tuyến vẫn nhận.",
        "begins": "2026-02-14",
        "ends": "2026-02-22",
        "decision": "Thông báo 5/TB-UBND",
    }
    procedure = made(dated=[note, {"facet": "place", "text": "Quầy dời sang số 5.", "ends": "2026-02-22"}])
    assert _fee(procedure, date(2026, 2, 13)) == "20.000 đồng/lần."
    told = "Tết Bính Ngọ quầy nghỉ, nộp trực tuyến vẫn nhận (Thông báo 5/TB-UBND)."
    assert _fee(procedure, date(2026, 2, 22)) == f"20.000 đồng/lần.\n{told}"
    assert _fee(procedure, date(2026, 2, 23)) == "20.000 đồng/lần."
    unknown = answer(procedure, Facet.PLACE, day=date(2026, 2, 1)).text  # nobody settled the place
    assert unknown.endswith("Quầy dời sang số 5.")


@pytest.mark.parametrize(
    "wrong",
    [
        {"dated": [{"facet": "fee", "text": "x"}]},
        {"dated": [{"facet": "fee", "text": "x", "begins": "2026-02-02", "ends": "2026-02-01"}]},
        {"ways": [{**DIRECT, "reduced": {**REDUCED, "begins": "2027-01-01"}}]},
        {"ways": [{**DIRECT, "reduced": {**REDUCED, "ends": None}}]},
    ],
)
def test_days_that_cannot_be_are_refused(made: Made, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        made(**wrong)


def test_the_digest_of_content_without_them_stays(made: Made) -> None:
    # As it was before the schema knew them: a database of then is not published anew.
    assert digest(made()) == "04b0a565d641a283333ff062a147acf39d0c369141477a021f87270b96c48602"
    plain = digest(made())
    assert digest(made(review_by="2026-12-01")) != plain
    assert digest(made(ways=[{**DIRECT, "reduced": REDUCED}])) != digest(made(ways=[DIRECT]))
