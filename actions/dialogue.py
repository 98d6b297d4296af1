"""Messages that answer the bot rather than ask: a choice, yes, no, a correction."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.procedures import ActionAnswerProcedure
from actions.smalltalk import friendly
from actions.turn import Turn, TurnResult
from actions.unsure import no_answer
from knowledge import Outcome, Resolution
from motcua.context import Awaiting
from motcua.reply import Facet
from vietnamese import normalise

_ORDINALS = (
    (r"\b(?:cai |so |thu |loai |muc |y )?(?:dau tien|dau|thu nhat|nhat|mot|1|tren(?: cung)?)\b", 0),
    (r"\b(?:cai |so |thu |loai |muc |y )?(?:thu hai|hai|nhi|giua|2)\b", 1),
    (r"\b(?:cai |so |thu |loai |muc |y )?(?:thu ba|ba|3)\b", 2),
    (r"\b(?:cuoi(?: cung)?|duoi(?: cung)?|sau cung)\b", -1),
)
_CORRECTION = re.compile(
    r"^(?:a |u |oi |da |ay |ah |o )*(?:khong phai(?: vay| the| cai do)?|khong|nham(?: roi| mat)?|lon|y (?:toi|em|minh|anh|chi|tui|mk)"
    r"(?: la| muon noi| hoi)*|sua lai|nho|la)\b[ ,]*"
)


class ActionChoose(ActionAnswerProcedure):
    """A pick among the candidates just offered, by place or by words; else an ordinary question."""

    action_name = "action_choose"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        facet = turn.context.facet or Facet.OVERVIEW
        candidates = turn.context.candidates
        if turn.context.awaiting is Awaiting.CHOICE and candidates:
            place = _place(normalise(turn.text), len(candidates))
            if place is not None:
                return self.tell(turn.context, Resolution(Outcome.FOUND, candidates[place]), facet)
        return self.ask(turn, turn.text, facet)


class ActionConfirm(ActionAnswerProcedure):
    """Yes: to the one thing offered, if it was one; otherwise a friendly nod."""

    action_name = "action_confirm"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        context = turn.context
        if context.awaiting is Awaiting.CHOICE and len(context.candidates) == 1:
            facet = context.facet or Facet.OVERVIEW
            return self.tell(context, Resolution(Outcome.FOUND, context.candidates[0]), facet)
        return friendly("affirm", context)


class ActionDeny(ActionAnswerProcedure):
    """No: what was offered is not meant."""

    action_name = "action_deny"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        if turn.context.awaiting is Awaiting.CHOICE:
            return no_answer(self.rooms.library.edition, turn.context)
        return friendly("deny", turn.context)


class ActionCorrect(ActionAnswerProcedure):
    """A correction (“à nhầm, ý tôi là…”): the same question about what follows."""

    action_name = "action_correct"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        said = _CORRECTION.sub("", normalise(turn.text))
        dropped = turn.context.model_copy(update={"procedure": None})
        return self.ask(replace(turn, context=dropped), said, turn.context.facet or Facet.OVERVIEW)


def _place(said: str, count: int) -> int | None:
    """Which of ``count`` offers ``said`` (normalised) points at, counted from 0."""
    for pattern, place in _ORDINALS:
        if re.search(pattern, said) and -count <= place < count:
            return place % count
    return None
