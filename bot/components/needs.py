"""Two needs in one message: "làm khai sinh cần gì với cả mất bao nhiêu tiền".

:class:`CutNeeds` stands first in the pipeline and sends the pieces of a message through it beside the
message itself; :class:`GatherNeeds` stands last and puts what the classifier made of them on the message,
as ``cuts``. Whether it really was two needs is decided by the actions, which know the procedures.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.unconfigured import Unconfigured
from vietnamese import fold

CUTS = "cuts"
MOST_CUTS = 6
# A piece needs this many words, the whole no more than that: beyond it people tell stories.
PIECE = 2
LONGEST = 60

_TOKEN = re.compile(r"\w+(?:[./\-]\w+)*|[^\w\s]+|\n+")
_STOPS = frozenset(",;.?!\n")
# Words between two needs; the second need starts with them or right behind them.
_JOINTS = (
    "voi lai", "voi ca", "vs ca", "vs", "va ca", "dong thoi", "ngoai ra", "nhan tien", "tien the",
    "luon tien", "tien day",
    "cho hoi them", "hoi them", "them nua", "roi con", "xong con", "con nua", "va", "voi", "con", "roi",
    "xong", "cung",
)  # fmt: skip
# Where a question about one side of a procedure starts.
_CUES = (
    "bao nhieu tien", "het bao nhieu", "mat bao nhieu", "ton bao nhieu", "bao nhieu", "bn tien", "het bn",
    "het nhieu", "nhieu tien", "le phi", "phi", "co mat phi", "co mat tien", "mien phi",
    "bao lau", "bao gio", "khi nao", "chung nao", "may ngay", "may hom", "mat may", "trong bao", "lau khong",
    "o dau", "nop o", "nop dau", "cho nao", "ra dau", "den dau", "toi dau",
    "can giay", "can nhung", "can gi", "giay to gi", "mang gi", "mang theo", "chuan bi",
    "ho so gom", "app nao",
    "online", "truc tuyen", "qua mang", "lam tren", "nop tren", "vneid",
    "di thay", "nop thay", "nop ho", "lam ho", "lam thay", "nho nguoi", "uy quyen",
    "mau don", "to khai", "lay mau", "co can", "co phai", "co duoc", "dieu kien",
)  # fmt: skip


def cuts(text: str) -> List[Tuple[str, str]]:
    """The places where ``text`` may turn from one need to the next, as pairs of pieces."""
    spans = [(found.start(), found.group()) for found in _TOKEN.finditer(text)]
    accented = any(fold(token) != token.lower() for _, token in spans if token[0].isalnum())
    words = [_word(token, accented) for _, token in spans]
    if not 2 * PIECE <= sum(token[0].isalnum() for _, token in spans) <= LONGEST:
        return []
    found: List[Tuple[str, str]] = []
    asked = False  # a question has been asked to the left
    at = 0
    while at < len(spans):
        joint = _starts(words, at, _JOINTS)
        cue = "" if joint else _starts(words, at, _CUES)
        behind = at
        while joint and (further := _starts(words, behind, _JOINTS)):  # "rồi xong", "với cả còn"
            behind += len(further.split())
        if (at and words[at - 1] in _STOPS) or joint or (cue and asked):
            pair = _pieces(text, spans, at, behind)
            if pair:
                found.append(pair)
        asked = asked or bool(cue)
        at = max(behind, at + max(1, len(cue.split())))
    return found[:MOST_CUTS]


def _word(token: str, accented: bool) -> str:
    if accented and token.lower() == "con":
        return ""  # a child, not "còn": it joins nothing
    return fold(token) if token[0].isalnum() else token[0]


def _pieces(text: str, spans: List[Tuple[int, str]], before: int, behind: int) -> Optional[Tuple[str, str]]:
    if behind >= len(spans):
        return None
    left, right = text[: spans[before][0]].strip(" ,;.?!\n"), text[spans[behind][0] :].strip(" ,;.?!\n")
    return (left, right) if min(_length(left), _length(right)) >= PIECE else None


def _starts(words: List[str], at: int, phrases: Tuple[str, ...]) -> str:
    return next(
        (phrase for phrase in phrases if words[at : at + phrase.count(" ") + 1] == phrase.split()),
        "",
    )


def _length(piece: str) -> int:
    return len(re.findall(r"\w+", piece))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class CutNeeds(Unconfigured):
    """Sends the pieces of a single message along behind it."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Examples have one need each; they stay whole."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """One message in, the message and its pieces out; a batch of messages is left alone."""
        if len(messages) != 1:
            return messages
        pieces = [piece for cut in cuts(messages[0].get(TEXT) or "") for piece in cut]
        return [*messages, *(Message(data={TEXT: piece, CUTS: True}) for piece in pieces)]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class GatherNeeds(Unconfigured):
    """Puts what the pieces want on the message they were cut from."""

    def process(self, messages: List[Message]) -> List[Message]:
        """The messages that came in, without their pieces."""
        pieces = [message for message in messages if message.get(CUTS) is True]
        if pieces:
            read = [_read(piece) for piece in pieces]
            messages[0].set(CUTS, list(zip(read[::2], read[1::2])), add_to_output=True)
        return [message for message in messages if message.get(CUTS) is not True]


def _read(piece: Message) -> Dict[str, Any]:
    intent = piece.get(INTENT) or {}
    return {
        "text": piece.get(TEXT),
        "intent": intent.get(INTENT_NAME_KEY),
        "confidence": float(intent.get(PREDICTED_CONFIDENCE_KEY) or 0.0),
    }
