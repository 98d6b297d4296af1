"""Two needs in one message: which ones, when it is plain that there are two.

The bot cuts a message where it may turn (``bot/components/needs.py``); here the knowledge base decides. A
wrong cut would answer what nobody asked, so both halves have to stand on their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from actions.turn import Piece, Turn
from knowledge import Edition, Outcome, Resolution, resolve
from motcua.reply import Facet
from vietnamese import fold

# How sure the classifier has to be of both halves.
PLAIN = 0.6
# How likely both procedures have to be, when each half names another one; the same behind a joining word.
NAMED = 0.7
JOINED = 0.62
# What the bot strips from the ends of a piece.
_STOPS = " ,;.?!\n"
_ADDING = frozenset(("va", "voi", "tien", "thoi", "ngoai", "them", "vua"))
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
    return _two_procedures(edition, turn) or _two_facets(edition, turn)


def _two_procedures(edition: Edition, turn: Turn) -> list[Need]:
    for left, right in turn.cuts:
        first = resolve(edition, left.text, None, left.facet or Facet.OVERVIEW)
        second = resolve(edition, right.text, None, right.facet or Facet.OVERVIEW)
        asked = _facet(right)
        if first.outcome is not Outcome.FOUND or second.outcome is not Outcome.FOUND or not asked:
            continue
        sure = min(first.certainty, second.certainty)
        if first.code == second.code or not _apart(turn.text, left, right, sure):
            continue
        # "nhập khẩu với làm thẻ cho bé cần gì": the question at the end is about both.
        return [Need(first, _facet(left, asked) or asked), Need(second, asked)]
    return []


def _apart(text: str, left: Piece, right: Piece, sure: float) -> bool:
    """Whether two procedures found in two pieces are two needs.

    ``sure`` is how likely both are. Where a word adds the second ("với") they are. Else there must be two
    questions: more often it is one need, and a word that belongs to another procedure: "ly hôn rồi, tòa chia
    cho tôi căn nhà".
    """
    if _joined(text, left, right):
        return sure >= JOINED
    return sure >= NAMED and _facet(left) not in (None, Facet.OVERVIEW)


def _joined(text: str, left: Piece, right: Piece) -> bool:
    """Whether a word that adds ("với", "và", "tiện thể") joins the pieces.

    "Rồi" and "xong" do not: what comes before them has been done.
    """
    said = text.strip(_STOPS)
    between = fold(said[len(left.text) : len(said) - len(right.text)])
    return not _ADDING.isdisjoint(between.strip(_STOPS).split())


def _facet(piece: Piece, otherwise: Facet | None = None) -> Facet | None:
    if piece.facet and piece.confidence >= PLAIN and not (otherwise and piece.facet is Facet.OVERVIEW):
        return piece.facet
    return otherwise


def _two_facets(edition: Edition, turn: Turn) -> list[Need]:
    plain = [
        (left, right)
        for left, right in turn.cuts
        if left.facet and right.facet and min(left.confidence, right.confidence) >= PLAIN
    ]
    for left, right in sorted(plain, key=lambda cut: -min(cut[0].confidence, cut[1].confidence)):
        sides = (left.facet, right.facet)
        if left.facet is right.facet or Facet.OVERVIEW in sides:
            continue
        whole = resolve(edition, turn.text, turn.context.procedure, left.facet or Facet.OVERVIEW)
        if whole.outcome not in _SETTLED:
            return []
        meant = Resolution(whole.outcome, whole.code)
        return [Need(meant, side) for side in sides if side]
    return []
