"""Dossier codes (mã hồ sơ) in any spelling a citizen may use.

Shape: a unit code, the date of receipt ``YYMMDD`` and the running number of the day. Two orders of
the unit code are in use: ``000.00.19.H26-231115-0001`` (Thông tư 01/2018/TT-VPCP, article 19) and
``H26.34.5-240607-0007`` (identification codes of QĐ 20/2020/QĐ-TTg). ``H..`` is a province, ``G..``
a ministry; H26 is Hà Nội.

Dots that were left out cannot always be put back: ``H26345`` may be H26.34.5 or H26.3.45. So codes
are compared by :attr:`DossierCode.key`, which has no dots, and a guess never decides an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from dossiers.spoken import readings
from dossiers.spoken_dates import with_dates_written, with_ones_written
from motcua.clock import today

HANOI = "H26"
_FIRST_YEAR = 10  # one-stop software with such codes is younger than 2010

_LONGEST_LEFT = 24  # characters before the province: three groups and the marks between them
_MOST_PIECES = 20  # a code, spelled digit by digit, with its second factor

_SEP = r"[\W_]{0,3}"
_ANCHOR = re.compile(r"(?<![A-Z])([HG])[\W_]{0,2}(\d\d)")
_OLD_LEFT = re.compile(
    rf"(?<![0-9A-Z])(\d[0-9A-Z]{{2}}){_SEP}(\d[0-9A-Z]|[A-Z]\d){_SEP}(\d[0-9A-Z]|[A-Z]\d){_SEP}$"
)
_SHORT_LEFT = re.compile(r"(?<![0-9A-Z.])((?:\d[0-9A-Z]{1,2}\.){1,2})$")
_PIECE = re.compile(r"([\W_]{0,3})(\d+|[A-Z]\d{1,3}(?![0-9A-Z]))")
_TAIL = re.compile(r"(?<![\dA-Z])([1-9]\d{5})[\W_]{1,3}\d{4,6}(?!\d)")


# As offices print it: what files hold, read without trying what people may have meant.
_PRINTED = re.compile(
    r"(?P<unit>(?:[0-9][0-9A-Z]{2}\.(?:(?:[0-9][0-9A-Z]|[A-Z][0-9])\.){2}|(?:[0-9][0-9A-Z]{1,2}\.){0,2})"
    r"(?P<province>[HG][0-9]{2})(?:\.(?:[0-9]{1,4}|[A-Z][0-9]{1,3})){0,3})"
    r"-(?P<day>[0-9]{6})-(?P<number>[0-9]{4,6})"
)


class CodeProblem(StrEnum):
    """Why a message holds no usable dossier code."""

    NONE = "none"
    INCOMPLETE = "incomplete"
    BAD_DATE = "bad_date"
    NO_UNIT = "no_unit"


@dataclass(frozen=True, slots=True)
class DossierCode:
    """A dossier code. ``unit`` is everything before the date, ``number`` keeps its leading zeros."""

    unit: str
    date: date
    number: str
    province: str

    @property
    def canonical(self) -> str:
        """The code as it is printed: capitals, dots and dashes."""
        return f"{self.unit}-{self.date:%y%m%d}-{self.number}"

    @property
    def key(self) -> str:
        """The code without dots and dashes: what two spellings of one code have in common."""
        return self.canonical.replace(".", "").replace("-", "")

    @property
    def short(self) -> str:
        """The code as an answer shows it: enough for its owner, little for anybody else."""
        return f"…{self.date:%y%m%d}-{self.number}"

    @property
    def is_hanoi(self) -> bool:
        """Whether a Hanoi unit received the dossier."""
        return self.province == HANOI


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found: a code or a problem, and what follows the code (perhaps the second factor)."""

    code: DossierCode | None
    problem: CodeProblem | None
    rest: str


def find_code(text: str) -> Reading:
    """Read the first dossier code in ``text``. Never raises.

    Telephone numbers, dates and procedure codes (1.000948) are not dossier codes. ``rest`` is the
    text in capitals without diacritics, without the code.
    """
    found = [_read(reading) for reading in readings(text)]
    coded = [reading for reading in found if reading.code]
    if coded:
        return min(coded, key=lambda reading: len(reading.code.number) if reading.code else 0)
    # Bolder readings count only if they give a code: what is wrong with them is nobody's concern.
    for bolder in filter(None, (with_dates_written(text), with_ones_written(text))):
        for reading in map(_read, readings(bolder)):
            if reading.code:
                return reading
    return next((r for r in found if r.problem is not CodeProblem.NONE), found[0])


def parse_code(text: str) -> DossierCode | None:
    """The code that ``text`` consists of, as a file or a stored context holds it; None if it is none."""
    printed = _PRINTED.fullmatch(text)
    if printed and (day := _date(printed["day"])):
        return DossierCode(printed["unit"], day, printed["number"], printed["province"])
    reading = find_code(text)
    return reading.code if reading.code and not reading.rest.strip(" .-") else None


def _read(text: str) -> Reading:
    problem = CodeProblem.NONE
    for anchor in _ANCHOR.finditer(text):
        left, start = _left_groups(text, anchor.start())
        if left is None:
            continue
        found = _right_side(text, anchor.end())
        if isinstance(found, CodeProblem):
            problem = found if problem is CodeProblem.NONE else problem
            continue
        groups, day, number, end = found
        province = anchor.group(1) + anchor.group(2)
        code = DossierCode(".".join([*left, province, *groups]), day, number, province)
        return Reading(code, None, f"{text[:start]} {text[end:]}".strip())
    if problem is CodeProblem.NONE and any(_date(tail.group(1)) for tail in _TAIL.finditer(text)):
        problem = CodeProblem.NO_UNIT
    return Reading(None, problem, text)


def _left_groups(text: str, anchor: int) -> tuple[list[str] | None, int]:
    """Groups before the province and where they start; None if the anchor is inside a word."""
    skipped = max(0, anchor - _LONGEST_LEFT)
    before = text[skipped:anchor]
    if match := _OLD_LEFT.search(before):
        return list(match.groups()), skipped + match.start()
    if match := _SHORT_LEFT.search(before):
        return match.group(1).rstrip(".").split("."), skipped + match.start()
    return (None if before[-1:].isalnum() else []), anchor


_Right = tuple[list[str], date, str, int]


def _right_side(text: str, start: int) -> _Right | CodeProblem:
    """Unit groups after the province, date, number and where they end, or what is wrong."""
    pieces: list[re.Match[str]] = []
    at = start
    while (match := _PIECE.match(text, at)) and len(pieces) < _MOST_PIECES:
        pieces.append(match)
        at = match.end()
    values = [piece.group(2) for piece in pieces]
    glued = bool(pieces) and not pieces[0].group(1)
    found = _by_pieces(values, glued) or _by_digits(values)
    if found:
        groups, day, number, used, unread = found
        return groups, day, number, pieces[used - 1].end() - unread
    if any(len(value) == 6 and not _date(value) for value in values[:4]):
        return CodeProblem.BAD_DATE
    digits = sum(len(value) for value in values)
    return CodeProblem.INCOMPLETE if digits >= 4 else CodeProblem.NONE


_Found = tuple[list[str], date, str, int, int]  # groups, date, number, pieces used, characters left over


def _by_pieces(values: list[str], glued: bool) -> _Found | None:
    """The code as its separators divide it."""
    for at, value in enumerate(values[:4]):
        groups = values[:at]
        if any(len(group) > 4 for group in groups):
            return None
        if glued and groups:
            groups = _split_unit(groups[0]) + groups[1:]
        day = _date(value[:6])
        if not day:
            continue
        if len(value) == 6 and len(values) > at + 1 and re.fullmatch(r"\d{4,6}", values[at + 1]):
            return groups, day, values[at + 1], at + 2, 0
        if 10 <= len(value) <= 12:
            return groups, day, value[6:], at + 1, 0
    return None


def _by_digits(values: list[str]) -> _Found | None:
    """The code from its digits alone, when separators stand in the wrong places or nowhere.

    After it may follow the four digits of the second factor. The running number has four digits.
    """
    latest = today() + timedelta(days=1)
    for used in range(len(values), 0, -1):
        digits = "".join(values[:used])
        if not digits.isdigit() or not 10 <= len(digits) <= 18:
            continue
        for unit, left in ((0, 0), (0, 4), *((size, over) for over in (0, 4) for size in range(1, 5))):
            day = _date(digits[unit : unit + 6])
            # Put together from digits that may be a telephone number: never a day that has not come.
            if day and day > latest:
                continue
            if day and len(digits) == unit + 10 + left and left <= len(values[used - 1]):
                return _split_unit(digits[:unit]), day, digits[unit + 6 : unit + 10], used, left
    return None


def _split_unit(digits: str) -> list[str]:
    return [digits[at : at + 2] for at in range(0, len(digits), 2)]


@lru_cache(maxsize=8192)
def _date(digits: str) -> date | None:
    if not re.fullmatch(r"\d{6}", digits) or int(digits[:2]) < _FIRST_YEAR:
        return None
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None
