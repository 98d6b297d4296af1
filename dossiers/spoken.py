"""Dictated codes and digits: ``hát hai sáu gạch hai ba…`` written with letters and digits.

A run of number words is written out only if it cannot be ordinary speech: at least two of them, or
a spelled letter before a number. Where the words can be read in two ways, both readings are given
and the reader of codes keeps the one that is a code.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from vietnamese import fold

_DIGITS = {
    "không": "0", "khong": "0", "hông": "0", "lẻ": "0", "linh": "0",
    "một": "1", "mot": "1", "mốt": "1", "hai": "2", "ba": "3", "bốn": "4", "bon": "4", "tư": "4",
    "năm": "5", "nam": "5", "lăm": "5", "lam": "5", "nhăm": "5", "sáu": "6", "sau": "6",
    "bảy": "7", "bay": "7", "bẩy": "7", "tám": "8", "tam": "8", "chín": "9", "chin": "9",
}  # fmt: skip
_LETTERS = {
    "hát": "H", "hat": "H", "hắt": "H", "hờ": "H", "giê": "G", "gờ": "G", "gê": "G", "ghê": "G",
    "bê": "B", "bờ": "B", "xê": "C", "cờ": "C", "đê": "D", "dê": "D", "đờ": "D",
}  # fmt: skip
_MARKS = {"chấm": ".", "cham": ".", "gạch": "-", "gach": "-", "trừ": "-", "ngang": "", "nối": "", "noi": ""}
_TENS, _TEN, _EITHER = "mươi", "mười", "muoi"
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_SPACED_DIGITS = re.compile(r"(?<![0-9A-Z])\d(?: \d)+(?![0-9A-Z])")
# The letter O typed for a nought: in a number, or as a whole group before a dot.
_NOUGHTS = re.compile(r"(?<![0-9A-Z])(?:[0-9O]*\d[0-9O]*|O{2,3}(?=\.))(?![0-9A-Z])")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    spaced: bool
    """Whether white space stands before it."""


def readings(text: str) -> list[str]:
    """What ``text`` may say, in capitals without diacritics, digits as digits; likeliest first.

    Usually one reading. ``muoi`` without diacritics may be "-ty" or "ten", and a ``không`` at the
    very end may be a digit or the question word.
    """
    tokens = _tokens(text)
    choices: list[list[_Token]] = [tokens]
    if tokens and tokens[-1].text in ("không", "khong"):
        choices.append(tokens[:-1])
    found: list[str] = []
    for chosen in choices:
        for tens in (True, False):
            written = _join(_write_out(chosen, unaccented_is_tens=tens))
            if written not in found:
                found.append(written)
    return found


def _tokens(text: str) -> list[_Token]:
    plain = unicodedata.normalize("NFKC", text).lower().translate(_DASHES)
    plain = re.sub(r"\d", lambda match: str(unicodedata.digit(match.group())), plain)  # digits of any script
    return [
        _Token(match.group(), match.start() > 0 and plain[match.start() - 1].isspace())
        for match in _TOKEN.finditer(plain)
    ]


def _write_out(tokens: list[_Token], *, unaccented_is_tens: bool) -> str:
    parts: list[str] = []
    at = 0
    while at < len(tokens):
        end = _run_end(tokens, at)
        if end > at and _is_dictated(tokens[at:end]):
            parts.append(" " + _digits(tokens[at:end], unaccented_is_tens))
            at = end
        else:
            after = max(end, at + 1)
            parts += [(" " if token.spaced else "") + token.text for token in tokens[at:after]]
            at = after
    return "".join(parts)


def _join(text: str) -> str:
    upper = fold(text).upper()
    upper = _NOUGHTS.sub(lambda match: match.group().replace("O", "0"), upper)
    return _SPACED_DIGITS.sub(lambda match: match.group().replace(" ", ""), upper)


def _run_end(tokens: list[_Token], start: int) -> int:
    """Where the run of code-like tokens that begins at ``start`` ends; ``start`` if none does."""
    at = start
    while at < len(tokens) and _belongs(tokens, at):
        at += 1
    while at > start and not (_is_number(tokens[at - 1].text)):
        at -= 1
    return at


def _belongs(tokens: list[_Token], at: int) -> bool:
    word = tokens[at].text
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if word in _LETTERS or re.fullmatch(r"[a-z]", word):
        return _is_number(following)
    if word in ("số", "so"):
        return at > 0 and tokens[at - 1].text in _DIGITS and following in ("không", "khong")
    if word == "tu":  # "ba tu" is thirty-four; a "tu" that begins something is "from"
        return at > 0 and tokens[at - 1].text in _DIGITS and (_is_number(following) or following in _MARKS)
    return _is_number(word) or word in _MARKS or word in ".-"


def _is_number(word: str) -> bool:
    return word.isdigit() or word in _DIGITS or word in (_TENS, _TEN, _EITHER)


def _is_dictated(run: list[_Token]) -> bool:
    words = sum(not token.text.isdigit() and _is_number(token.text) for token in run)
    marks = sum(token.text in ("chấm", "cham", "gạch", "gach") for token in run)
    return words >= 2 or marks >= 2 or any(token.text in _LETTERS for token in run)


def _digits(run: list[_Token], unaccented_is_tens: bool) -> str:
    """The run as code characters. Numerals keep their distance, words do not."""
    written = ""
    at = 0
    while at < len(run):
        word, after = run[at].text, run[at + 1].text if at + 1 < len(run) else ""
        if word.isdigit():
            written += (" " if written[-1:].isdigit() else "") + word
            written += " " if after in _DIGITS else ""
        elif word in ("số", "so"):
            # "ba số không" is three noughts: the three is already written.
            written = written[:-1] + "0" * int(written[-1])
            at += 1
        elif word == "tu":
            written += "4"
        elif word in (_TEN, _TENS, _EITHER):
            # Two digits follow the letter of a province: after "h hai" it can only be "-ty".
            sure = word == _TENS or written[-2:-1] in ("H", "G")
            tens = sure or (word == _EITHER and unaccented_is_tens)
            if not (tens and written[-1:] in tuple("23456789")):
                written += "1"
            if _DIGITS.get(after, "0") == "0":
                written += "0"
        else:
            written += _DIGITS.get(word) or _LETTERS.get(word) or _MARKS.get(word, word.upper())
        at += 1
    return written
