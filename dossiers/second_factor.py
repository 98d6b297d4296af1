"""The second factor in a message: four digits, a whole telephone number, or dictated digits.

A message that says something else beside the digits is another question, not an answer: taking the
2026 of "lệ phí năm 2026" for a wrong try would cost the citizen one of five.
"""

from __future__ import annotations

import re
from enum import StrEnum

from dossiers.spoken import readings

_FILLERS = frozenset(
    re.findall(
        r"\w+",
        """
        4 bon so chu cuoi cung chot duoi dt dien thoai sdt dtdd phone dang ky luc khi nop
        la cua toi minh tui em e chau con bac co chu anh chi ong ba chong vo me bo no hai
        da vang thua uh um ok oke a ah ak nhe nha nhen nhi ne day do nay oi ad ben
        duoc thi va voi may xin gui tra loi chac hinh nhu o cho ma dung roi xem di thu hoac nghen
        """,
    )
)
_ABOUT_DOSSIER = _FILLERS | frozenset(
    re.findall(
        r"\w+",
        """
        ho hs so tra cuu xem kiem giup gium den dau chua xong tinh trang tien do bien nhan giay hen hoi
        check vs
        """,
    )
)
_ASKED_FOR = re.compile(r"\b(?:DUOI|CUOI|CHOT|THOAI|SDT|DT|SO|LA)[\s:.=,-]*(\d[\d .\-]*\d)")
_NAMED = re.compile(r"\b(?:DUOI|CUOI|CHOT)(?: LA)?[\s:.]*\d{4}(?!\d)")
_DIGITS = re.compile(r"\+?\d(?:[ .\-]?\d)*")


class NoDigits(StrEnum):
    """Why a message gives no second factor."""

    NOT_AN_ANSWER = "not_an_answer"
    WRONG_LENGTH = "wrong_length"


def read_digits(text: str) -> str | NoDigits:
    """The last four digits that ``text`` gives as an answer to the question for them."""
    results = [_read(reading) for reading in readings(text)]
    good = [result for result in results if not isinstance(result, NoDigits)]
    return (good or results)[0]


def digits_beside_code(rest: str) -> str | None:
    """The last four digits given together with a code; ``rest`` is the message without the code."""
    alone = _read(rest, _ABOUT_DOSSIER)
    if not isinstance(alone, NoDigits):
        return alone
    found = [_last_four(match.group(1)) for match in _ASKED_FOR.finditer(rest)]
    usable = {digits for digits in found if digits}
    return usable.pop() if len(usable) == 1 else None


def _read(text: str, fillers: frozenset[str] = _FILLERS) -> str | NoDigits:
    # "4 số cuối là 4521": the 4 counts digits, it is none of them.
    upper = re.sub(r"\b4(?= ?(?:CHU )?SO\b)", " ", text)
    numbers = [match.group() for match in _DIGITS.finditer(upper)]
    words = re.findall(r"[A-Z]+", upper)
    if len(numbers) != 1:
        return NoDigits.NOT_AN_ANSWER
    if any(word.lower() not in fillers for word in words) and not _NAMED.search(upper):
        return NoDigits.NOT_AN_ANSWER
    return _last_four(numbers[0]) or NoDigits.WRONG_LENGTH


def _last_four(number: str) -> str | None:
    digits = re.sub(r"\D", "", number)
    return digits[-4:] if len(digits) == 4 or re.fullmatch(r"(?:84|0)\d{9}", digits) else None
