"""Words that point at a place in a list, and words that only look like it."""

from __future__ import annotations

import pytest

from actions.places import place_of
from vietnamese import normalise


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("1", 0),
        ("số 1", 0),
        ("cái thứ nhất", 0),
        ("đầu tiên", 0),
        ("mục 2", 1),
        ("cái giữa", 1),
        ("thứ ba", 2),
        ("số 3 ạ", 2),
        ("cuối cùng", 2),
        ("dưới cùng", 2),
        ("cái ở giữa", 1),
        ("lựa chọn 3", 2),
        ("cho tôi cái thứ hai cái mà làm lại ấy", 1),
    ],
)
def test_places_are_read(said: str, place: int) -> None:
    assert place_of(normalise(said), 3) == place


@pytest.mark.parametrize("said", ["3", "thứ ba", "số 4", "khai sinh", ""])
def test_what_was_not_offered_is_no_place(said: str) -> None:
    assert place_of(normalise(said), 2) is None


@pytest.mark.parametrize(
    "said",
    [
        "cái đó nộp ở đâu",
        "không phải cái đầu",
        "thủ tục 1.004222",
        "một cửa có làm không",
        "làm cho bà ngoại",
        "cho hai đứa con",
        "sinh con thứ hai thì sao",
        "làm trên mạng được không",
        "cả hai",
        "dưới 14 tuổi ạ",
        "cho ba tôi",
    ],
)
def test_words_inside_another_question_are_no_place(said: str) -> None:
    assert place_of(normalise(said), 3) is None


@pytest.mark.parametrize(("said", "place"), [("cái thứ 2 từ trên xuống", 1), ("cái thứ hai ở dưới", 1)])
def test_the_number_counts_more_than_the_direction(said: str, place: int) -> None:
    assert place_of(normalise(said), 3) == place
