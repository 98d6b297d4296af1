"""Personal numbers are masked before anything is stored or understood (DESIGN section 7).

Identity numbers (12 digits; 9 for the old card) and Vietnamese phone numbers are replaced by a word
that says what stood there. Dossier codes are long numbers too and must survive; they are told apart
by their shape: the letter of a province or ministry, or a date of receipt and a running number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from vietnamese import fold

PHONE = "‹số điện thoại›"
IDENTITY = "‹số định danh›"
HIDDEN = "••••"

_SEPARATOR = r"[\s.,_\-‐‑–—()]{0,3}"
# A date of receipt YYMMDD and a running number, or everything glued to its letter: H262311150001.
# Identity and phone numbers begin with 0 when somebody divides them 6 + 6, years do not.
_CODE = re.compile(
    r"((?:(?<![^\W_])[HGhg]\d{2}(?:\.[0-9A-Za-z]{1,3}){0,3}[\-‐‑–—])?"
    r"(?<!\d)[12]\d[01]\d[0-3]\d[\s.\-‐‑–—_/]{1,3}\d{4,6}(?!\d)"
    r"|(?<![^\W\d_])[HGhg] ?\d{12}(?!\d))"
)
_NO_DATE = r"(?![0-3]\d[ .\-](?:0\d|1[0-2])[ .\-](?:19|20)\d\d(?!\d))"
_PHONE = re.compile(
    rf"(?<!\d){_NO_DATE}(?:(?:\+|00)?84{_SEPARATOR}0?|0|(?<![^\W_])[oO](?=\d)){_SEPARATOR}"
    rf"(?:[35789](?:{_SEPARATOR}\d){{8}}|2(?:{_SEPARATOR}\d){{8,9}})(?!\d)"
)
# Divided, only what begins with 0 like every number of a province: 100.000.000.000 is an amount.
_IDENTITY = re.compile(
    rf"(?<!\d)(?:\d{{12}}|\d{{9}}"
    rf"|(?<!\d[.,]){_NO_DATE}(?:0(?:{_SEPARATOR}\d){{11}}|0\d\d([ .\-])\d{{3}}\1\d{{3}}))(?!\d)"
)
_SPOKEN = frozenset(
    re.findall(r"\w+", "khong hong le linh mot hai ba bon tu nam lam nham sau bay tam chin muoi")
)
_BETWEEN_DIGITS = re.compile(r"[\s.,\-–]{1,3}")
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[\W_]+")
_SECRET_DIGITS = 4


def mask(text: str, *, keep_last_four: bool = False) -> str:
    """``text`` with identity and phone numbers replaced. Never raises; idempotent.

    ``keep_last_four`` leaves the last four digits of a phone number standing: the second factor of a
    dossier, for a citizen who answers the question for it with the whole number.
    """
    tail = _last_four if keep_last_four else PHONE
    # Digits of any script are digits; nobody can evade this, or be missed, by the width of theirs.
    plain = re.sub(r"\d", lambda match: str(unicodedata.digit(match.group())), text)
    return _beside_codes(plain, lambda part: _IDENTITY.sub(IDENTITY, _PHONE.sub(tail, part)))


def hide_secret(text: str) -> str:
    """``text`` without the four digits that opened a dossier; its code stays readable.

    The digits may be divided ("45 21") or dictated ("bốn năm hai một"), and so may the whole number
    be that they end: every run of four digits or more goes. A code spelled that way goes with them.
    """
    return _beside_codes(text, _without_digits)


def _beside_codes(text: str, change: Callable[[str], str]) -> str:
    parts = _CODE.split(text)
    return "".join(part if place % 2 else change(part) for place, part in enumerate(parts))


def _without_digits(text: str) -> str:
    kept: list[str] = []
    run: list[str] = []

    def end_run() -> None:
        while run and not _value(run[-1]):
            after.insert(0, run.pop())
        kept.extend([HIDDEN] if sum(map(_value, run)) >= _SECRET_DIGITS else run)
        kept.extend(after)
        run.clear()
        after.clear()

    after: list[str] = []
    for token in _TOKEN.findall(text):
        if _value(token) or (run and _BETWEEN_DIGITS.fullmatch(token)):
            run.append(token)
        else:
            end_run()
            kept.append(token)
    end_run()
    return "".join(kept)


def _value(token: str) -> int:
    """How many digits a token stands for."""
    return len(token) if token.isdigit() else int(fold(token) in _SPOKEN)


def _last_four(match: re.Match[str]) -> str:
    return "".join(filter(str.isdigit, match.group()))[-4:]
