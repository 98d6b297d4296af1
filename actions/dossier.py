"""Where is my dossier: the dialogue itself is the room's (dossiers.dialogue)."""

from __future__ import annotations

from dataclasses import replace

from actions.procedures import ActionAnswerProcedure
from actions.turn import Turn, TurnResult
from dossiers import status_turn
from motcua.clock import today
from motcua.reply import Facet


class ActionCheckDossier(ActionAnswerProcedure):
    """Asks for the code and the second factor, then answers with the state of the dossier."""

    action_name = "action_check_dossier"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class. What turns out not to be about a dossier is answered as a question."""
        context, asked = turn.context, turn.intent == "check_dossier"
        if not asked and context.awaiting is None and not context.dossier_code:
            return self.ask(turn, turn.text, turn.likeliest_facet() or Facet.OVERVIEW)
        settled = await status_turn(
            turn.text, context, turn.conversation, self.rooms.dossiers, today(), asked=asked
        )
        if settled is None:
            free = replace(turn, context=context.model_copy(update={"awaiting": None}))
            return self.ask(free, turn.text, turn.likeliest_facet() or Facet.OVERVIEW)
        return TurnResult(*settled)
