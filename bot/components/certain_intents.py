"""Intents that need no guessing: the shape of a message, and what the bot has just asked for.

Bare digits hold nothing a classifier could learn from. The committed context comes with the message
(``metadata``), so that "4521" is a second factor right after it was asked for, and a choice after a
list was offered. In the middle of the questions of a checklist a short answer is one; everything else
is a question of its own.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.unconfigured import Unconfigured
from vietnamese import fold, normalise, short_answer

# A unit code (H26, G15), a date of six digits and a running number, however they are joined.
_DOSSIER_CODE = re.compile(r"\b[hg] ?\d{2}\b.{0,24}?\d{2} ?\d{2} ?\d{2}[ .\-–/]{0,3}\d{3,6}\b")
_CODE_LIKE = re.compile(r"\b[hg] ?\d{2}\b|\d{6} ?[\-–. ] ?\d{3,}")
_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)|(?<!\d)\d(?:[ .]\d){3}(?!\d)|\b0\d{8,9}\b|so dien thoai")
_DIGITS_ONLY = re.compile(r"^(?:so )?\d(?:[ .]?\d){3,}$")
_BARE_NUMBER = re.compile(r"^(?:so |cai |y |muc )?\d$")
_RESUME = re.compile(r"\btiep\b.{0,20}\bdanh sach\b|\bdanh sach\b.{0,20}\b(?:tiep|dang do|luc nay|hoi nay)\b")

_DAY = (
    r"(?:(?:sang|trua|chieu|toi) )?(?:hom nay|bua nay|nay|bay gio|(?:ngay )?mai|ngay kia|ngay mot"
    r"|(?:thu (?:[2-7]|hai|ba|tu|nam|sau|bay)|t[2-7]|chu nhat|cn)(?: (?:nay|tuan nay|toi|tuan sau))?"
    r"|(?:dau )?tuan sau|(?:ngay )?\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?|ngay \d{1,2}(?: thang \d{1,2})?"
    r"|(?:luc |sau |truoc )?\d{1,2} gio(?: (?:sang|chieu))?)"
)
_SAYER = r"(?:(?:toi|em|minh|anh|chi|chau|bac|con) )?(?:moi |se )?(?:di |ra |len )?"
_WHEN = (
    r"(?:bao gio|khi nao|hom nao|ngay nao|bua nao|chung nao|thu may|may ngay|bao lau|den ngay nao|ngay may)"
)
# "Nộp thứ 6 thì sao", "mai tôi nộp thì hôm nào có": a day of filing and nothing else.
_FILING = re.compile(
    r"^(?:(?:the|vay|con|neu|lo|nhung|va|vi du) )*"
    rf"(?:{_SAYER}nop(?: ho so)?(?: vao)?(?: {_DAY})+|{_DAY}(?: {_DAY})? {_SAYER}nop(?: ho so)?(?: {_DAY})*"
    r"|sau \d{1,2} gio(?: chieu)?)"
    rf"(?P<asks> (?:thi )?(?:co )?{_WHEN}(?: .{{0,20}})?)?(?: thi (?:sao|the nao))?"
    r"(?: (?:a|anh|em|vay|the|nhi|ha|chi))*$"
)
# How sure of a question the classifier may be and still be overruled by a few words of an offered answer.
_SURE_OF_A_QUESTION = 0.6
_REPLIES = ("affirm", "deny", "choose", "give_number")


def certain_intent(
    text: str,
    awaiting: Optional[str],
    context: Optional[Dict[str, Any]] = None,
    guess: Optional[Dict[str, Any]] = None,
) -> Optional[str]:
    """The intent of ``text`` when its shape, after what was asked, leaves no doubt; else None.

    ``context`` is the committed context, ``guess`` what the classifier made of the text.
    """
    said = fold(text)
    if _DOSSIER_CODE.search(said):
        return "check_dossier"
    context = context or {}
    return (
        _expected(said, awaiting)
        or _of_checklist(text, said, awaiting, context.get("checklist") or {}, guess or {})
        or _of_filing(text, awaiting, context)
    )


def _expected(said: str, awaiting: Optional[str]) -> Optional[str]:
    if awaiting == "dossier_code" and _CODE_LIKE.search(said):
        return "check_dossier"
    if awaiting == "dossier_secret" and _FOUR_DIGITS.search(said):
        return "check_dossier"
    if _DIGITS_ONLY.match(said):
        return "give_number"
    return "choose" if awaiting == "choice" and _BARE_NUMBER.match(said) else None


def _of_checklist(
    text: str, said: str, awaiting: Optional[str], checklist: Dict[str, Any], guess: Dict[str, Any]
) -> Optional[str]:
    if checklist and _RESUME.search(said):
        return "ask_checklist"
    if not checklist or awaiting != "checklist":
        return None
    name = str(guess.get(INTENT_NAME_KEY) or "")
    sure = float(guess.get(PREDICTED_CONFIDENCE_KEY) or 0.0) >= _SURE_OF_A_QUESTION
    options, question = checklist.get("options") or {}, checklist.get("question") or ""
    answer = short_answer(text, options, question, loose=not (name.startswith("ask_") and sure))
    # A bare yes, no or number that fits none of the options is best answered by asking again.
    return "answer_checklist" if answer or name in _REPLIES else None


def _of_filing(text: str, awaiting: Optional[str], context: Dict[str, Any]) -> Optional[str]:
    if awaiting or not context.get("procedure"):
        return None
    filing = _FILING.match(normalise(text))
    return "ask_time" if filing and (filing["asks"] or context.get("facet") == "time") else None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CertainIntents(Unconfigured):
    """Puts a certain intent in the place of the classifier's guess."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent of each message whose shape is certain."""
        for message in messages:
            metadata = message.get("metadata") or {}
            context = metadata.get("context") or {}
            text, guess = message.get(TEXT) or "", message.get(INTENT)
            name = certain_intent(text, context.get("awaiting"), context, guess)
            if name:
                intent = {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: 1.0}
                message.set(INTENT, intent, add_to_output=True)
        return messages
