"""Two needs in one message: which ones, when it is plain that there are two.

The bot cuts a message where it may turn (``bot/components/needs.py``); here the knowledge base decides. A
wrong cut would answer what nobody asked, so both halves have to stand on their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.turn import Piece, Turn
from knowledge import Edition, Outcome, Resolution, resolve
from motcua.reply import Facet
from vietnamese import fold, normalise

# How sure the classifier has to be of both halves.
PLAIN = 0.6
# How likely both procedures have to be, when each half names another one and asks something; the same behind
# a joining word, when the question at the end may be about both.
ASKED_EACH = 0.65
JOINED = 0.62
# How many words beside those of a question it takes to name a procedure.
NAMING = 2
# How near the second procedure has to be for "cả hai thứ", and how far behind the third.
NEAR_SECOND, FAR_THIRD = 0.7, 0.1
# What a question at the end of a piece asks for in so many words, where the classifier is not sure: the story
# before it is not what it learnt from.
_IN_SO_MANY_WORDS: tuple[tuple[Facet, re.Pattern[str]], ...] = tuple(
    (facet, re.compile(rf"\b(?:{words})\b"))
    for facet, words in (
        (
            Facet.FEE,
            "(?:het|mat|ton)? ?bao nhieu(?: tien| mot nguoi| phi)?|le phi|mat phi|mat tien|nhieu tien",
        ),
        (Facet.TIME, "bao lau|may (?:ngay|hom|tuan|bua)|bao gio|khi nao|chung nao"),
        (
            Facet.DOCUMENTS,
            "can (?:nhung )?(?:giay(?: to)? )?gi|giay(?: to)? gi|mang (?:theo )?gi|chuan bi gi|nhung gi",
        ),
        (Facet.PLACE, "o dau|cho nao|(?:nop|ra|den|toi|len|xin) dau|noi nao"),
        (Facet.ONLINE, "online|truc tuyen|qua mang|tren mang|app nao|tren app"),
    )
)
_AT_THE_END = 5
# "Cả hai thứ": one question about two things that were named before.
_BOTH = re.compile(
    r"\b(?:(?:ca )?(?:hai|2) (?:thu(?: tuc)?|cai|viec|giay(?: to)?|loai|mon)|moi (?:thu|cai|loai|viec))\b"
)
# What the bot strips from the ends of a piece.
_STOPS = " ,;.?!\n"
_ADDING = frozenset(("va", "voi", "vs", "tien", "thoi", "ngoai", "them", "vua"))
_SETTLED = (Outcome.FOUND, Outcome.IN_HAND)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a message wants to know."""

    resolution: Resolution
    facet: Facet


def two_needs(edition: Edition, turn: Turn) -> list[Need]:
    """The two needs of a message in the order asked; empty when it has one, or when that is not plain."""
    if not turn.cuts:
        return []
    return _two_procedures(edition, turn) or _both_named(edition, turn) or _two_facets(edition, turn)


def _both_named(edition: Edition, turn: Turn) -> list[Need]:
    """ "Mất ví có căn cước với bằng lái, làm lại hai thứ đó": what stands out as the two that are named."""
    asked = turn.facet or turn.likeliest_facet()
    if not asked or not _BOTH.search(normalise(turn.text)):
        return []
    hits = edition.search.find(turn.text, limit=3)
    if (
        len(hits) < 3
        or hits[0].score - hits[1].score > NEAR_SECOND
        or hits[1].score - hits[2].score < FAR_THIRD
    ):
        return []
    pair = (hits[0].code, hits[1].code)
    for left, right in turn.cuts:
        first = _likelier(edition, left.text, pair)
        if (
            _joined(turn.text, left, right)
            and first
            and _likelier(edition, right.text, pair) not in (None, first)
        ):
            second = pair[1] if first == pair[0] else pair[0]
            return [Need(Resolution(Outcome.FOUND, code), asked) for code in (first, second)]
    return []


def _likelier(edition: Edition, text: str, pair: tuple[str, str]) -> str | None:
    """The one of two procedures that a piece speaks for; None when it speaks for neither."""
    return next((hit.code for hit in edition.search.find(text, limit=10) if hit.code in pair), None)


def _two_procedures(edition: Edition, turn: Turn) -> list[Need]:
    found: list[tuple[tuple[bool, float], list[Need]]] = []
    for left, right in turn.cuts:
        if not (_names(edition, left) and _names(edition, right)):
            continue
        first = resolve(edition, left.text, None, left.facet or Facet.OVERVIEW)
        second = resolve(edition, right.text, None, right.facet or Facet.OVERVIEW)
        own, asked = _side(left), _side(right) or _facet(right)
        if first.outcome is not Outcome.FOUND or second.outcome is not Outcome.FOUND or not asked:
            continue
        sure = min(first.certainty, second.certainty)
        if first.code == second.code or not _apart(turn.text, left, right, sure):
            continue
        # "nhập khẩu với làm thẻ cho bé cần gì": the question at the end is about both.
        found.append(((own is not None, sure), [Need(first, own or asked), Need(second, asked)]))
    # A cut between two questions rather than one before the first of them.
    return max(found, key=lambda each: each[0])[1] if found else []


def _names(edition: Edition, piece: Piece) -> bool:
    """Whether a piece has the words to name a procedure: "giấy gì" has not."""
    return len(edition.search.content(piece.text).split()) >= NAMING


def _apart(text: str, left: Piece, right: Piece, sure: float) -> bool:
    """Whether two procedures found in two pieces are two needs.

    ``sure`` is how likely both are. Where a word adds the second ("với") they are. Else there must be two
    questions: more often it is one need, and a word that belongs to another procedure: "ly hôn rồi, tòa chia
    cho tôi căn nhà".
    """
    if _side(left) and _side(right):
        return sure >= ASKED_EACH
    return _joined(text, left, right) and sure >= JOINED


def _joined(text: str, left: Piece, right: Piece) -> bool:
    """Whether a word that adds ("với", "và", "tiện thể") joins the pieces.

    "Rồi" and "xong" do not: what comes before them has been done.
    """
    said = text.strip(_STOPS)
    between = fold(said[len(left.text) : len(said) - len(right.text)])
    return not _ADDING.isdisjoint(between.strip(_STOPS).split())


def _side(piece: Piece) -> Facet | None:
    """The side a piece asks about: what the classifier is sure of, else what its last words say."""
    if piece.facet and piece.facet is not Facet.OVERVIEW and piece.confidence >= PLAIN:
        return piece.facet
    end = " ".join(normalise(piece.text).split()[-_AT_THE_END:])
    found = [(match.end(), facet) for facet, words in _IN_SO_MANY_WORDS for match in words.finditer(end)]
    return max(found)[1] if found else None


def _facet(piece: Piece) -> Facet | None:
    return piece.facet if piece.facet and piece.confidence >= PLAIN else None


def _two_facets(edition: Edition, turn: Turn) -> list[Need]:
    sides = [
        (first, second, min(left.confidence, right.confidence))
        for left, right in turn.cuts
        if (first := _side(left)) and (second := _side(right)) and first is not second
    ]
    for first, second, _ in sorted(sides, key=lambda found: -found[2]):
        whole = resolve(edition, turn.text, turn.context.procedure, first)
        if whole.outcome not in _SETTLED:
            return []
        meant = Resolution(whole.outcome, whole.code)
        return [Need(meant, first), Need(meant, second)]
    return []
