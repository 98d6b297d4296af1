"""Pairs of procedures that one circumstance tells apart, over the whole catalogue."""

from __future__ import annotations

import pytest

from knowledge import Edition, Outcome, resolve
from motcua.reply import Facet

ADULT_CARD, CHILD_CARD = "1.014061", "1.014062"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("làm căn cước cho con 16 tuổi", ADULT_CARD),
        ("làm căn cước cho con 5 tuổi cần gì", CHILD_CARD),
        ("lam the cccd lan dau cho chau 13t", CHILD_CARD),
        ("bé lớp 2 làm căn cước lần đầu", CHILD_CARD),
        ("con mười lăm tuổi chưa có thẻ căn cước", ADULT_CARD),
        ("con mười tuổi đổi căn cước", "1.014063"),
    ],
)
def test_an_age_that_is_told_decides(catalogue: Edition, text: str, code: str) -> None:
    found = resolve(catalogue, text, None, Facet.OVERVIEW)
    assert (found.outcome, found.code) == (Outcome.FOUND, code)


def test_another_age_leaves_the_procedure_in_hand_for_its_pair(catalogue: Edition) -> None:
    found = resolve(catalogue, "thế còn chị nó 15 tuổi chưa có thẻ thì sao", CHILD_CARD, Facet.OVERVIEW)
    assert (found.outcome, found.code) == (Outcome.FOUND, ADULT_CARD)
    assert resolve(catalogue, "cháu 9 tuổi thì mất bao lâu", CHILD_CARD, Facet.TIME).code == CHILD_CARD


def test_an_age_is_not_offered_the_procedure_for_another(catalogue: Edition) -> None:
    for text, never in (
        ("con lớp 8 làm căn cước", None),
        ("bé mới sinh làm thẻ luôn được không", ADULT_CARD),
    ):
        found = resolve(catalogue, text, None, Facet.CONDITIONS)
        assert found.outcome is Outcome.CLOSE
        assert never not in found.candidates
