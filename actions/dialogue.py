"""Messages that answer the bot rather than ask: a choice, yes, no, a correction."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.erasure import confirmed, kept
from actions.notices import agree, decline
from actions.places import only_a_place, place_of
from actions.procedures import ActionAnswerProcedure
from actions.smalltalk import friendly
from actions.turn import Turn, TurnResult
from actions.unsure import ask_back, no_answer
from knowledge import Outcome, Resolution, resolve
from motcua.context import Awaiting
from motcua.reply import Facet
from vietnamese import normalise

_CORRECTION = re.compile(
    r"^(?:(?:a |u |oi |da |ay |ah |o |anh )*"
    r"(?:khong phai(?: vay| the| cai do)?|khong|nham(?: roi| mat)?|lon|sua lai|nho|la"
    r"|y (?:toi|em|minh|anh|chi|tui|mk)(?: la| muon noi| hoi)*)\b[ ,]*)+"
)


# "A chứ không phải B", "không phải B mà là A": B is named and not meant.
_NOT_B = re.compile(r"^(?P<meant>.*\S) chu (?:khong|chang|deo)(?: phai)?(?: la)? .+$")
_BUT_A = re.compile(r"^.*\bkhong phai(?: la)? .+? ma(?: la| muon| hoi)* (?P<meant>.+)$")
# How plain it has to be which side a correction asks about, too; else it is the side of the question before.
_ASKS_SOMETHING = 0.85


def _without_denied(said: str) -> str:
    """What is left of a normalised correction without what it says is not meant."""
    found = _NOT_B.match(said) or _BUT_A.match(said)
    return found["meant"] if found else said


class ActionChoose(ActionAnswerProcedure):
    """A pick among the candidates just offered, by place or by words; else an ordinary question."""

    action_name = "action_choose"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        facet = turn.context.facet or Facet.OVERVIEW
        candidates = turn.context.candidates
        if turn.context.awaiting is Awaiting.CHOICE and candidates:
            place = place_of(normalise(turn.text), len(candidates))
            if place is not None:
                return self.tell(turn, Resolution(Outcome.FOUND, candidates[place]), facet)
        if only_a_place(normalise(turn.text)):
            # "5" when three were offered, or nothing was: no procedure is called that.
            edition = turn.edition
            if turn.context.awaiting is Awaiting.CHOICE and candidates:
                return ask_back(edition, turn.context, facet, candidates)
            return no_answer(edition, turn.context, Facet.OVERVIEW)
        return self.ask(turn, turn.text, facet)


class ActionConfirm(ActionAnswerProcedure):
    """Yes: to the one thing offered, if it was one; otherwise a friendly nod."""

    action_name = "action_confirm"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        context = turn.context
        if context.awaiting is Awaiting.ERASE:
            return confirmed(turn)
        if context.awaiting is Awaiting.NOTICE_CONSENT:
            return await agree(self.rooms, turn)
        if context.awaiting is Awaiting.CHOICE and len(context.candidates) == 1:
            facet = context.facet or Facet.OVERVIEW
            return self.tell(turn, Resolution(Outcome.FOUND, context.candidates[0]), facet)
        return friendly("affirm", context)


class ActionDeny(ActionAnswerProcedure):
    """No: what was offered is not meant."""

    action_name = "action_deny"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        if turn.context.awaiting is Awaiting.ERASE:
            return kept(turn.context)
        if turn.context.awaiting is Awaiting.NOTICE_CONSENT:
            return decline(turn.context)
        if turn.context.awaiting is Awaiting.CHOICE:
            return no_answer(turn.edition, turn.context)
        return friendly("deny", turn.context)


class ActionCorrect(ActionAnswerProcedure):
    """A correction (“à nhầm, ý tôi là…”): the same question about what follows."""

    action_name = "action_correct"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        context, edition = turn.context, turn.edition
        said = _CORRECTION.sub("", _without_denied(normalise(turn.text)))
        asks = len(edition.search.content(said).split()) < len(said.split())
        asked = turn.side_asked(_ASKS_SOMETHING) if asks else None
        facet = asked or context.facet or Facet.OVERVIEW
        held = edition.procedures.get(context.procedure or "")
        resolution = resolve(edition, said, None, facet)
        if held and resolution.outcome is not Outcome.FOUND:
            # "Mất chứ không phải hết hạn": what is mended is a word of what was talked about.
            mended = resolve(edition, f"{held.short_name or held.name} {said}", None, facet)
            if mended.outcome is Outcome.FOUND and mended.code != held.code:
                resolution = mended
            elif resolution.outcome is Outcome.NONE and asked not in (None, Facet.OVERVIEW):
                resolution = Resolution(Outcome.IN_HAND, held.code)
        dropped = context.model_copy(update={"procedure": None})
        return self.settle(replace(turn, context=dropped), resolution, facet, said)
