"""Which procedure is meant: codes, names that stand for several, and how far a search result is trusted."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import Edition, Outcome, Procedure, resolve
from knowledge.certainty import certainty, parts
from knowledge.search import Search
from motcua.reply import Facet

BIRTH, DEATH, MARRIAGE, STAY, LONGER, BUILD_LONGER = (
    "1.001193", "1.000656", "1.000894", "1.004194", "1.002755", "1.013227",
)  # fmt: skip
WITH_DEATH = "2.002913"
HELD = (BIRTH, DEATH, MARRIAGE, STAY, LONGER, BUILD_LONGER, WITH_DEATH, "1.004222", "1.010038", "1.012784")


@pytest.fixture(scope="module")
def edition(shipped: list[Procedure]) -> Edition:
    """Ten of the shipped procedures."""
    chosen = [procedure for procedure in shipped if procedure.code in HELD]
    held = {procedure.code: procedure for procedure in chosen}
    return Edition(1, date(2026, 11, 23), held, Search(chosen))


@pytest.mark.parametrize("text", [BIRTH, f"thủ tục {BIRTH} cần gì", f"{BIRTH}.000.00.00.H26 nộp đâu"])
def test_a_code_in_the_text_is_the_procedure(edition: Edition, text: str) -> None:
    found = resolve(edition, text, DEATH, Facet.OVERVIEW)
    assert (found.outcome, found.code) == (Outcome.FOUND, BIRTH)


def test_a_code_that_was_replaced_leads_to_the_one_of_today(made: Callable[..., Procedure]) -> None:
    fish = made(replaces=["9.000009"])
    held = Edition(1, date(2026, 11, 23), {fish.code: fish}, Search([fish]))
    assert resolve(held, "mã 9.000009 là gì", None, Facet.OVERVIEW).code == fish.code


@pytest.mark.parametrize("text", [f"{BIRTH} với {DEATH}", "9.999999 là gì", "11.0011930 hết bao nhiêu"])
def test_two_codes_or_one_of_nothing_are_no_code(edition: Edition, text: str) -> None:
    assert resolve(edition, text, None, Facet.OVERVIEW).certainty < 1.0


@pytest.mark.parametrize(
    "text", ["gia hạn", "xin gia hạn thì sao ạ", "gia han o dau", "gia hạn phải xin trước mấy hôm"]
)
def test_a_bare_name_of_several_is_asked_back(edition: Edition, text: str) -> None:
    found = resolve(edition, text, None, Facet.OVERVIEW)
    assert (found.outcome, set(found.candidates)) == (Outcome.CLOSE, {LONGER, BUILD_LONGER})


@pytest.mark.parametrize(
    ("text", "code"),
    [("gia hạn tạm trú ở phòng trọ cần giấy gì", LONGER), ("gia hạn giấy phép xây nhà", BUILD_LONGER)],
)
def test_the_same_name_with_more_words_is_not(edition: Edition, text: str, code: str) -> None:
    found = resolve(edition, text, None, Facet.OVERVIEW)
    assert (found.outcome, found.code) == (Outcome.FOUND, code)


def test_the_procedure_in_hand_is_not_asked_back_by_its_everyday_name(edition: Edition) -> None:
    found = resolve(edition, "gia hạn thì sao", LONGER, Facet.OVERVIEW)
    assert (found.outcome, found.code) == (Outcome.IN_HAND, LONGER)


@given(st.lists(st.floats(-3, 5), min_size=7, max_size=7))
def test_a_certainty_is_a_probability(evidence: list[float]) -> None:
    assert 0.0 <= certainty(evidence) <= 1.0


def test_evidence_with_other_parts_than_were_learnt_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        certainty([0.1, 0.2])


def test_the_parts_are_the_evidence_and_its_products() -> None:
    assert list(parts([2.0, 3.0])) == [2.0, 3.0, 4.0, 6.0, 9.0]


def test_a_greater_lead_and_score_are_surer() -> None:
    weak, strong = (
        (0.05, -0.8, 0.0, 0.2, math.log(6), 0.3, -0.8),
        (1.4, -1.1, 1.2, 0.0, math.log(6), 0.9, -1.0),
    )
    assert certainty(strong) > 0.9 > certainty(weak)
