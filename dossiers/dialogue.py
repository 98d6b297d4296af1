"""The dialogue about a dossier as one function over the context: code, second factor, answer."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from dossiers import phrases
from dossiers.codes import CodeProblem, DossierCode, find_code, parse_code
from dossiers.receipts import find_receipt
from dossiers.replies import ANOTHER, HUMAN, OFFICE, PORTAL, told
from dossiers.second_factor import NoDigits, digits_beside_code, read_digits
from dossiers.service import DossierDesk
from dossiers.views import Busy, DossierView, Found, Locked, NotHere, OtherProvince, Outcome, Refused
from motcua.context import Awaiting, Context
from motcua.reply import Kind, Reply
from vietnamese import fold

_MOST_OPENED = 5
_LOST_CODE = re.compile(
    r"\b(?:quen|mat|that lac|(?:khong|k|ko|hong|chua) (?:nho|biet|co|thay))\b.{0,12}"
    r"\b(?:ma (?:hs|ho so|so)|giay hen|bien nhan|giay tiep nhan)\b"
)
# Folded, "mã" is the same as the conjunction "mà"; alone it counts only with its tilde.
_LOST_CODE_ACCENTED = re.compile(r"\b(?:quên|mất|nhớ|(?:không|chưa|ko|k) (?:biết|có))\b.{0,8}\bmã\b")

Turn = tuple[list[Reply], Context]


async def status_turn(
    text: str, context: Context, asker: str, desk: DossierDesk, today: date, *, asked: bool = False
) -> Turn | None:
    """One turn of the dialogue: the replies and the new context.

    Call it when the citizen asks about a dossier, or whenever ``context.awaiting`` is a dossier code
    or its second factor. While something is awaited and ``text`` holds neither code nor digits, the
    answer is None: "not for me". The caller then answers the other question with ``awaiting``
    cleared; ``dossier_code`` stays, so that the citizen can come back. ``asked`` says that the
    citizen asks about a dossier in so many words, so that None is never right.
    """
    if receipt := find_receipt(text):
        return _tell(await desk.lookup_receipt(receipt, asker), receipt.code, context, today)
    reading = find_code(text)
    if reading.code:
        digits = digits_beside_code(reading.rest)
        return await _with_code(reading.code, digits, context, asker=asker, desk=desk, today=today)
    kept = parse_code(context.dossier_code or "")
    if kept:
        given = read_digits(text)
        if not isinstance(given, NoDigits):
            return await _with_code(kept, given, context, asker=asker, desk=desk, today=today)
        if given is NoDigits.WRONG_LENGTH and context.awaiting is Awaiting.DOSSIER_SECRET:
            return _ask_digits(kept, phrases.WRONG_LENGTH, context)
    if reading.problem is not CodeProblem.NONE:
        return _ask_code(phrases.unreadable(reading.problem or CodeProblem.NONE), context)
    return _without_code(text, kept, context, asked)


def _without_code(text: str, kept: DossierCode | None, context: Context, asked: bool) -> Turn | None:
    if context.awaiting is Awaiting.DOSSIER_CODE and _tries_a_code(text):
        return _ask_code(phrases.unreadable(CodeProblem.NONE), context)
    if _lost_code(text):
        return [Reply(kind=Kind.STATUS, text=phrases.NO_CODE, buttons=[PORTAL, OFFICE, HUMAN])], _context(
            context, Awaiting.DOSSIER_CODE, None
        )
    if context.awaiting in (Awaiting.DOSSIER_CODE, Awaiting.DOSSIER_SECRET) and not asked:
        return None
    if kept:
        return _ask_digits(kept, phrases.ask_digits_again(kept), context)
    return _ask_code(phrases.ASK_CODE, context)


def _lost_code(text: str) -> bool:
    spoken = unicodedata.normalize("NFC", text.lower())
    return bool(_LOST_CODE.search(fold(text)) or _LOST_CODE_ACCENTED.search(spoken))


async def _with_code(
    code: DossierCode, digits: str | None, context: Context, *, asker: str, desk: DossierDesk, today: date
) -> Turn:
    if digits and code.is_hanoi:
        outcome = await desk.lookup(code.canonical, digits, asker)
        return _tell(outcome, code, context, today)
    if not code.is_hanoi:
        return [_other_province(code)], _context(context, None, None)
    paused = await desk.paused_until(code.canonical, asker)
    if paused:
        return _tell(Locked(paused), code, context, today)
    return _ask_digits(code, phrases.ASK_DIGITS, context)


def _tell(outcome: Outcome, code: DossierCode, context: Context, today: date) -> Turn:
    match outcome:
        case Found(dossier):
            return [told(dossier, today)], _after(context, dossier)
        case Refused(tries_left):
            return _ask_digits(code, phrases.refused(tries_left), context)
        case Locked():
            return [_locked(outcome, today)], _context(context, None, code)
        case OtherProvince(other):
            return [_other_province(other)], _context(context, None, None)
        case NotHere(known):
            text = phrases.not_here(known)
            return [Reply(kind=Kind.STATUS, text=text, buttons=[PORTAL, OFFICE, HUMAN])], _context(
                context, None, None
            )
        case Busy(systems):
            return _ask_digits(code, phrases.busy(systems), context)


def _tries_a_code(text: str) -> bool:
    """Whether a message looks like a code that we cannot read: mostly digits, and several of them."""
    letters = [char for char in text if char.isalnum()]
    digits = sum(char.isdigit() for char in letters)
    return digits >= 4 and 2 * digits >= len(letters)


def _context(context: Context, awaiting: Awaiting | None, code: DossierCode | None) -> Context:
    kept = code.canonical if code else None
    return context.model_copy(update={"awaiting": awaiting, "dossier_code": kept, "misses": 0})


def _after(context: Context, dossier: DossierView) -> Context:
    """What is in hand stays in hand; with nothing in hand, "thế lệ phí" is about the dossier's procedure.

    The newest dossiers opened are kept: what was opened in this conversation may be followed in it.
    """
    code = dossier.code.canonical
    opened = [*(known for known in context.opened_dossiers if known != code), code][-_MOST_OPENED:]
    after = {"procedure": context.procedure or dossier.procedure, "opened_dossiers": opened}
    return _context(context, None, None).model_copy(update=after)


def _ask_code(text: str, context: Context) -> Turn:
    return [Reply(kind=Kind.STATUS, text=text, buttons=[HUMAN])], _context(
        context, Awaiting.DOSSIER_CODE, None
    )


def _ask_digits(code: DossierCode, text: str, context: Context) -> Turn:
    return [Reply(kind=Kind.STATUS, text=text, buttons=[HUMAN])], _context(
        context, Awaiting.DOSSIER_SECRET, code
    )


def _locked(locked: Locked, today: date) -> Reply:
    return Reply(kind=Kind.STATUS, text=phrases.locked(locked.until, today), buttons=[OFFICE, HUMAN])


def _other_province(code: DossierCode) -> Reply:
    return Reply(kind=Kind.STATUS, text=phrases.other_province(code), buttons=[PORTAL, ANOTHER])
