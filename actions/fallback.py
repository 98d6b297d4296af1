"""The classifier is not sure what is wanted. If the procedure is plain, say what it is about; else ask."""

from __future__ import annotations

from actions.procedures import ActionAnswerProcedure
from actions.turn import Turn, TurnResult
from actions.unsure import no_answer
from knowledge import Outcome, resolve
from motcua.reply import Facet


class ActionFallback(ActionAnswerProcedure):
    """Low confidence: never an answer about something that may not be meant."""

    action_name = "action_fallback"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        edition = self.rooms.library.edition
        facet = turn.likeliest_facet()
        resolution = resolve(edition, turn.text, turn.context.procedure, facet)
        if resolution.outcome in (Outcome.FOUND, Outcome.CLOSE):
            return self.ask(turn, turn.text, facet)
        if resolution.outcome is Outcome.IN_HAND and edition.search.find(turn.text):
            return self.ask(turn, turn.text, facet)
        return no_answer(edition, turn.context, Facet.OVERVIEW)
