"""The classifier is not sure what is wanted. If the procedure is plain, say what it is about; else ask."""

from __future__ import annotations

from actions.procedures import ActionAnswerProcedure
from actions.turn import Turn, TurnResult
from actions.unsure import ask_facet, no_answer
from knowledge import Outcome, resolve
from motcua.reply import Facet

PLAUSIBLE = 0.2


class ActionFallback(ActionAnswerProcedure):
    """Low confidence: never an answer about something that may not be meant."""

    action_name = "action_fallback"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        edition = self.rooms.library.edition
        facet = turn.likeliest_facet(PLAUSIBLE)
        resolution = resolve(edition, turn.text, turn.context.procedure, facet or Facet.OVERVIEW)
        if resolution.outcome in (Outcome.FOUND, Outcome.CLOSE):
            return self.ask(turn, turn.text, facet or Facet.OVERVIEW)
        if resolution.outcome is Outcome.IN_HAND and resolution.code:
            if facet and edition.search.find(turn.text):
                return self.ask(turn, turn.text, facet)
            return ask_facet(edition, turn.context, resolution.code)
        return no_answer(edition, turn.context, Facet.OVERVIEW)
