"""Personal numbers are masked before anything is stored or understood (DESIGN section 7).

Identity numbers (12 digits; 9 for the old card) and Vietnamese phone numbers are replaced by a word
that says what stood there. Dossier codes are long numbers too and must survive; they are told apart
by their shape: a unit code, a date and a running number, joined by dots, dashes or spaces.
"""

from __future__ import annotations

import re

PHONE = "‹số điện thoại›"
IDENTITY = "‹số định danh›"

_SEPARATOR = r"[ .\-]?"
_DOSSIER_TAIL = re.compile(r"(?<!\d)\d{6}[ \-–]{1,3}\d{4,}(?!\d)")
_PHONE = re.compile(
    rf"(?<![\d.\-])(?:\+?84|0){_SEPARATOR}[235789](?:{_SEPARATOR}\d){{8}}(?!\d)"
)
# Not after H or G: "H262311150001" is a dossier code whose marks were lost.
_IDENTITY = re.compile(rf"(?<![\dHGhg])(?<![HGhg] )\d(?:{_SEPARATOR}\d){{11}}(?!\d)")
_SECRET = re.compile(r"(?<![\d.\-])\d{4}(?![\d.\-]*\d)")
_OLD_IDENTITY = re.compile(r"(?<![\d.\-])\d{9}(?!\d)")


def mask(text: str, *, keep_last_four: bool = False) -> str:
    """``text`` with identity and phone numbers replaced. Never raises; idempotent.

    ``keep_last_four`` leaves the last four digits of a phone number standing: the second factor of a
    dossier, for a citizen who answers the question for it with the whole number.
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return f"\x00{len(kept) - 1}\x00"

    guarded = _DOSSIER_TAIL.sub(keep, text.replace("\x00", ""))
    tail = _last_four if keep_last_four else PHONE
    guarded = _PHONE.sub(tail, guarded)
    guarded = _OLD_IDENTITY.sub(IDENTITY, _IDENTITY.sub(IDENTITY, guarded))
    return re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match.group(1))], guarded)


def hide_secret(text: str) -> str:
    """``text`` without the four digits that opened a dossier; its code stays readable."""
    return _SECRET.sub("••••", text)


def _last_four(match: re.Match[str]) -> str:
    return "".join(filter(str.isdigit, match.group()))[-4:]
