"""Reading the second factor: the four digits, however a citizen gives them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dossiers.second_factor import NoDigits, digits_beside_code, read_digits

GIVEN_NUMBERS = Path(__file__).parents[2] / "nlu_data" / "dialogue" / "give_number.yml"


async def test_every_example_of_given_digits_is_read() -> None:
    data = yaml.safe_load(GIVEN_NUMBERS.read_text(encoding="utf-8"))["nlu"][0]["examples"]
    examples = [line[2:] for line in data.splitlines()]
    unread = [text for text in examples if isinstance(read_digits(text), NoDigits)]
    assert len(unread) <= len(examples) // 20, unread


@pytest.mark.parametrize(
    ("text", "digits"),
    [("4521", "4521"), ("4 5 2 1", "4521"), ("bốn năm hai một", "4521"), ("0912 004 521", "4521"),
     ("+84912004521", "4521"), ("4 số cuối là 0397", "0397")],
)  # fmt: skip
async def test_digits_are_read_however_they_are_given(text: str, digits: str) -> None:
    assert read_digits(text) == digits


@pytest.mark.parametrize(
    "text", ["nộp năm 2023", "ngày 15/11/2023", "gọi 1022 được không", "4521 hay 4522", "không"]
)
async def test_other_numbers_are_no_answer(text: str) -> None:
    assert read_digits(text) is NoDigits.NOT_AN_ANSWER


async def test_a_year_beside_a_code_is_no_second_factor() -> None:
    assert digits_beside_code("TOI NOP NAM 2023") is None
    assert digits_beside_code("SDT DUOI 4521 BAO GIO CO") == "4521"
