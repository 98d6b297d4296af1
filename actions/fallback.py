"""The classifier is not sure what is wanted. If the procedure is plain, say what it is about; else ask."""

from __future__ import annotations

from actions.procedures import ActionAnswerProcedure
from actions.smalltalk import friendly
from actions.turn import Turn, TurnResult
from actions.unsure import ask_facet, no_answer
from knowledge import Outcome, resolve
from motcua.context import Awaiting
from motcua.reply import Facet

PLAUSIBLE = 0.2
_FALLBACK = "nlu_fallback"
_FRIENDLY = ("thank", "goodbye", "greet")


class ActionFallback(ActionAnswerProcedure):
    """Low confidence: never an answer about something that may not be meant."""

    action_name = "action_fallback"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        if both := self.ask_each(turn):
            return both
        guess, sure = next((item for item in turn.ranking if item[0] != _FALLBACK), ("", 0.0))
        if guess in _FRIENDLY and sure >= PLAUSIBLE:
            return friendly(guess, turn.context)
        return self._by_procedure(turn)

    def _by_procedure(self, turn: Turn) -> TurnResult:
        """What can be said when the message names a procedure, or goes on about the one in hand."""
        edition = turn.edition
        facet = turn.likeliest_facet(PLAUSIBLE)
        resolution = resolve(edition, turn.text, turn.context.procedure, facet or Facet.OVERVIEW)
        off_topic = resolution.off_topic and turn.chance("out_of_scope") >= PLAUSIBLE / 10
        offered = turn.context.awaiting is Awaiting.CHOICE
        if resolution.outcome in (Outcome.FOUND, Outcome.CLOSE) or off_topic or offered:
            return self.ask(turn, turn.text, facet or Facet.OVERVIEW)
        if resolution.outcome is Outcome.IN_HAND and resolution.code:
            if facet and edition.search.find(turn.text):
                return self.ask(turn, turn.text, facet)
            return ask_facet(edition, turn.context, resolution.code)
        return no_answer(edition, turn.context, Facet.OVERVIEW)
