"""Messages that two to four procedures fit alike: known as such, and asked back."""

from __future__ import annotations

from collections import Counter

import pytest

from knowledge import Edition, Outcome, resolve
from knowledge.elsewhere import ambiguous_groups
from knowledge.search import documents_of
from motcua.reply import Facet
from vietnamese import normalise


def test_the_groups_name_procedures_there_are_and_no_text_is_elsewhere_too(catalogue: Edition) -> None:
    groups = ambiguous_groups()
    assert all(2 <= len(set(group.codes)) == len(group.codes) for group in groups)
    assert all(code in catalogue.procedures for group in groups for code in group.codes)
    assert len({frozenset(group.codes) for group in groups}) == len(groups)
    texts = [normalise(text) for group in groups for text in group.texts]
    assert [text for text, times in Counter(texts).items() if times > 1] == []
    asked = {normalise(document.text) for document in documents_of(list(catalogue.procedures.values()))}
    assert asked & set(texts) == set(), "the question of one procedure cannot be that of several"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Làm lại biển số xe máy thì mất bao lâu", {"1.013079", "1.013082"}),
        ("lam lai bang lai xe may o dau", {"3.000347", "3.000348"}),
        ("giay to nha toi ghi sai ten, sua o dau", {"1.004859"}),
        ("quán nhà mình nghỉ bán, báo phường kiểu gì ạ", {"1.001266", "1.001570"}),
    ],
)
def test_what_fits_several_is_asked_back(catalogue: Edition, text: str, codes: set[str]) -> None:
    found = resolve(catalogue, text, None, Facet.OVERVIEW)
    assert found.outcome is Outcome.CLOSE
    assert codes <= set(found.candidates)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("khai sinh mất bao lâu", "1.001193"),
        ("khai sinh cần giấy tờ gì", "1.001193"),
        ("tách hộ", "1.010038"),
        ("lý lịch tư pháp", "3.000333"),
        ("bằng lái xe máy bị mất, làm lại ở đâu", "3.000348"),
    ],
)
@pytest.mark.parametrize("held", [None, "1.004194"])
def test_what_is_named_plainly_is_answered(
    catalogue: Edition, text: str, code: str, held: str | None
) -> None:
    found = resolve(catalogue, text, held, Facet.OVERVIEW)
    assert (found.outcome, found.code) == (Outcome.FOUND, code)


def test_what_is_left_of_a_name_is_no_name(catalogue: Edition) -> None:
    assert catalogue.search.look("làm hộ chiếu mất bao lâu").hits[0].code == "1.001456"
    assert catalogue.search.look("chiều nộp thì bao lâu").called is None
    assert resolve(catalogue, "chiều", "1.001193", Facet.TIME).code != "1.001456"


def test_a_procedure_that_was_withdrawn_is_not_offered(catalogue: Edition) -> None:
    text = "lam lai bang lai xe may o dau"
    left = [procedure for code, procedure in catalogue.procedures.items() if code != "3.000348"]
    assert set(catalogue.search.look(text).alike) == {"3.000347", "3.000348"}
    grown = catalogue.search.grown(left)
    assert grown.look(text).alike == ()
    smaller = Edition(2, catalogue.day, {each.code: each for each in left}, grown)
    assert "3.000348" not in resolve(smaller, text, None, Facet.OVERVIEW).candidates
