"""Ages of people in a message: "cháu 3t", "bé lớp 5", "mới sinh", "mười lăm tuổi"."""

from __future__ import annotations

import re
from typing import Dict, FrozenSet

from vietnamese.shorthand import normalise

_DIGITS: Dict[str, int] = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8,
    "chin": 9,
}  # fmt: skip
_ONE = "|".join(_DIGITS)
_SPELT = rf"(?:(?P<tens>{_ONE})? ?(?P<ten>muoi)(?: (?P<ones>{_ONE}))?|(?P<one>{_ONE}))"
_YEARS = re.compile(rf"(?<![\d.,/-])\b(?:(?P<number>\d{{1,3}})|{_SPELT}) (?:tuoi|t(?! ?\d))\b(?! doi)")
_TURNING = re.compile(
    r"\b(?:chau|con|be|no|dua|thang cu|gai) len (?P<number>\d{1,2})\b(?! (?:tang|phuong|xa|trieu))"
)
_CLASS = re.compile(r"\b(?:hoc )?lop (?P<number>\d{1,2})\b")
_MONTHS = re.compile(
    r"\b(?:\d{1,2} thang tuoi|(?:be|chau|con) (?:duoc |moi )?\d{1,2} thang(?! (?:nua|sau|truoc)))\b"
)
_NEWBORN = re.compile(r"\b(?:so sinh|moi (?:de|sinh)|vua (?:de|sinh) xong)\b(?! nhat)")
_NURSERY = re.compile(r"\b(?:mau giao|mam non|nha tre)\b")
# The first class is for those who turn six in the year it begins (Thông tư 28/2020/TT-BGDĐT, Điều 33).
_BEFORE_SCHOOL = 5
_OLDEST, _HIGHEST_CLASS = 120, 12


def ages(text: str) -> FrozenSet[int]:
    """The ages in years that ``text`` tells of, below 1 as 0; "lớp 3" is 8 and 9. Mostly none."""
    said = normalise(text)
    found = {_number(match) for match in _YEARS.finditer(said)}
    found |= {int(match["number"]) for match in _TURNING.finditer(said)}
    for match in _CLASS.finditer(said):
        if 1 <= int(match["number"]) <= _HIGHEST_CLASS:
            turns = int(match["number"]) + _BEFORE_SCHOOL
            found |= {turns, turns + 1}
    if _MONTHS.search(said) or _NEWBORN.search(said):
        found.add(0)
    if _NURSERY.search(said):
        found.add(_BEFORE_SCHOOL - 1)
    return frozenset(age for age in found if age <= _OLDEST)


def _number(match: re.Match[str]) -> int:
    if match["number"]:
        return int(match["number"])
    if match["one"]:
        return _DIGITS[match["one"]]
    return 10 * _DIGITS.get(match["tens"], 1) + _DIGITS.get(match["ones"], 0)
