"""Personal numbers are masked before anything is stored or understood (DESIGN section 7).

Identity numbers (12 digits; 9 for the old card), Vietnamese phone numbers, numbers of passports, of
insurance, of bank cards and accounts, and e-mail addresses are replaced by a word that says what stood
there. Dossier codes are long numbers too and must survive; they are told apart by their shape: the
letter of a province or ministry, or a date of receipt and a running number. So do codes of procedures,
amounts and dates, and the addresses of offices (gov.vn). Numbers that look like nothing (an account of
ten digits) go only after the word for them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from vietnamese import fold

PHONE = "‹số điện thoại›"
IDENTITY = "‹số định danh›"
EMAIL = "‹thư điện tử›"
PASSPORT = "‹số hộ chiếu›"
INSURANCE = "‹số bảo hiểm›"
ACCOUNT = "‹số tài khoản›"
HIDDEN = "••••"

_SEPARATOR = r"[\s.,_\-‐‑–—()]{0,3}"
# A date of receipt YYMMDD and a running number, or everything glued to its letter: H262311150001.
# Identity and phone numbers begin with 0 when somebody divides them 6 + 6, years do not.
_CODE = re.compile(
    r"((?:(?<![^\W_])[HGhg]\d{2}(?:\.[0-9A-Za-z]{1,3}){0,3}[\-‐‑–—])?"
    r"(?<!\d)[12]\d[01]\d[0-3]\d[\s.\-‐‑–—_/]{1,3}\d{4,6}(?!\d)"
    r"|(?<![^\W\d_])[HGhg] ?\d{12}(?!\d)"
    # A procedure: 1.001193, unless it is the end of a longer number.
    r"|(?<![\d.])(?<!\d[\s.,_\-–(])(?<!\d[\s.,_\-–(]{2})[1-9]\.\d{6}(?!\d))"
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
# Fewer digits are no number of a person; most messages have fewer.
_DIGITS = re.compile(r"\d(?:\D{0,3}\d){5}")
_EMAIL = re.compile(r"[\w.+\-]{1,64}@(?:[\w\-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w\-])")
_OFFICIAL = re.compile(r"[@.]gov\.vn$", re.IGNORECASE)
_PASSPORT = re.compile(r"(?<![^\W_])[BCKNPbcknp]\d{7}(?!\d)")
_YEARS = r"(?!(?:(?:19|20)\d\d[ .\-]){3})"
_CARD = re.compile(
    rf"(?<!\d){_YEARS}(?:\d{{13,19}}|\d{{4}}([ .\-])\d{{4}}\1\d{{4}}\1\d{{1,4}}(?:\1\d{{1,3}})?)(?!\d)"
)
_HEALTH_CARD = re.compile(r"(?<![^\W\d_])[A-Za-z]{2}[ \-]?\d(?:[ .\-]?\d){12}(?!\d)")
_NO_AMOUNT = r"(?!\d|[ .,]?(?:đ|vnd|k\b|tr\b|triệu|trieu|nghìn|nghin|ngàn|ngan|tỷ|ty\b))"
_AFTER_ACCOUNT = re.compile(
    rf"((?<![^\W_])(?:stk|s[ốo] tk|t[àa]i kho[ảa]n|th[ẻe] (?:atm|ng[âa]n h[àa]ng))[^\d\n]{{0,30}}?)"
    rf"(?<![\d.,]){_NO_DATE}\d(?:[ .\-]?\d){{5,18}}{_NO_AMOUNT}",
    re.IGNORECASE,
)
_AFTER_INSURANCE = re.compile(
    rf"((?<![^\W_])(?:bhxh|bhyt|b[ảa]o hi[ểe]m(?: x[ãa] h[ộo]i| y t[ếe])?)[^\d\n]{{0,20}}?)"
    rf"(?<![\d.,]){_NO_DATE}\d(?:[ .\-]?\d){{9}}{_NO_AMOUNT}",
    re.IGNORECASE,
)
_SPOKEN = frozenset(
    re.findall(r"\w+", "khong hong le linh mot hai ba bon tu nam lam nham sau bay tam chin muoi")
)
_BETWEEN_DIGITS = re.compile(r"[\s.,\-–]{1,3}")
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[\W_]+")
_SECRET_DIGITS = 4
_RECEIPT = re.compile(r"(\bHS\|[^|\n]{8,60}\|)[A-Z2-7]{16}(?![A-Z0-9])", re.IGNORECASE)


def mask(text: str, *, keep_last_four: bool = False) -> str:
    """``text`` with the numbers and addresses of persons replaced. Never raises; idempotent.

    ``keep_last_four`` leaves the last four digits of a phone number standing: the second factor of a
    dossier, for a citizen who answers the question for it with the whole number.
    """
    tail = _last_four if keep_last_four else PHONE
    # Digits of any script are digits; nobody can evade this, or be missed, by the width of theirs.
    plain = re.sub(r"\d", lambda match: str(unicodedata.digit(match.group())), text)
    return _beside_codes(plain, lambda part: _masked(part, tail))


def _masked(text: str, tail: str | Callable[[re.Match[str]], str]) -> str:
    if "@" in text:
        text = _EMAIL.sub(lambda m: m.group() if _OFFICIAL.search(m.group()) else EMAIL, text)
    if not _DIGITS.search(text):
        return text
    text = _PASSPORT.sub(PASSPORT, _HEALTH_CARD.sub(INSURANCE, text))
    text = _IDENTITY.sub(IDENTITY, _PHONE.sub(tail, _CARD.sub(ACCOUNT, text)))
    if not _DIGITS.search(text):
        return text
    return _AFTER_INSURANCE.sub(rf"\1{INSURANCE}", _AFTER_ACCOUNT.sub(rf"\1{ACCOUNT}", text))


def hide_secret(text: str) -> str:
    """``text`` without the four digits that opened a dossier; its code stays readable.

    The digits may be divided ("45 21") or dictated ("bốn năm hai một"), and so may the whole number
    be that they end: every run of four digits or more goes. A code spelled that way goes with them. So does
    the check value of a receipt (``dossiers.receipts``), which opens a dossier alone.
    """
    return _beside_codes(_RECEIPT.sub(rf"\1{HIDDEN}", text), _without_digits)


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
