"""Codes told with their date in words: ``H26 ngày 15 tháng 11 năm 2023 số một``.

Counters read codes out like that: the middle of a code is a day, and its end the number of that day.
Everything here is on text without diacritics, in lower case.
"""

from __future__ import annotations

import re
from datetime import date

from vietnamese import fold

_UNITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5, "sau": 6,
    "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_SCALES = {"muoi": 10, "tram": 100, "nghin": 1000, "ngan": 1000}
_FILLERS = ("le", "linh", "mung", "mong")
_WORD = "|".join([*_UNITS, *_SCALES, *_FILLERS])
_NUMBER = rf"(?:\d{{1,6}}|(?:{_WORD})(?: (?:{_WORD})){{0,7}}?)"
_BETWEEN = r" ?[/.\-] ?"
_DATED = re.compile(
    rf"(?:[\s,;:.\-–]|\bgach(?: ngang| noi)?\b)*\bngay (?:(?:mung|mong) )?(?P<day>{_NUMBER})"
    rf"(?: thang |{_BETWEEN})(?P<month>{_NUMBER})(?: nam |{_BETWEEN})(?P<year>{_NUMBER})"
    rf"(?:[\s,;:.\-–]|\bgach(?: ngang| noi)?\b)*"
    rf"\bso(?: thu tu| ho so)?(?: la)?:? (?P<number>{_NUMBER}(?![a-z\d])(?: (?:{_WORD})\b)*)"
)
_MISTYPED = re.compile(r"(?<![0-9a-z])(?=(?:[il]*[0-9]){2})[0-9il]{4,}(?![0-9a-z])")


def with_dates_written(text: str) -> str | None:
    """``text`` with such a day and number as ``-231115-0001``; None if it holds none."""
    written, count = _DATED.subn(_written, " ".join(fold(text).lower().split()))
    return written if count else None


def with_ones_written(text: str) -> str | None:
    """``text`` with the letters l and I in numbers as ones (``23ll15``); None if it holds none."""
    lower = text.lower()
    written = _MISTYPED.sub(lambda match: re.sub("[il]", "1", match.group()), lower)
    return written if written != lower else None


def _written(match: re.Match[str]) -> str:
    day, month, year, number = (_value(match[name]) for name in ("day", "month", "year", "number"))
    try:
        told = date(int(year) + (2000 if len(year) <= 2 else 0), int(month), int(day))
    except ValueError:
        return match.group()
    return f"-{told:%y%m%d}-{int(number):04} "


def _value(said: str) -> str:
    """A number in digits or words as digits: words of single digits are put side by side."""
    if said.isdigit():
        return said
    words = [word for word in said.split() if word not in _FILLERS]
    if not any(word in _SCALES for word in words):
        return "".join(str(_UNITS[word]) for word in words) or "0"
    total = current = 0
    for word in words:
        scale = _SCALES.get(word)
        if scale is None:
            current += _UNITS[word]
        elif scale == 10:
            # "hai mươi" is 2·10, "mười" alone is 10, "một trăm mười" 110.
            units = current % 10
            current += (units or 1) * 10 - units
        else:
            current = max(current, 1) * scale
            total, current = total + current, 0
    return str(total + current)
