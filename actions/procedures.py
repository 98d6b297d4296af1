"""Questions about procedures: which one, which side of it, and what to do when that is not clear."""

from __future__ import annotations

from actions.base import HUMAN, RoomAction
from actions.turn import Turn, TurnResult
from actions.unsure import ask_back, no_answer
from knowledge import Outcome, Resolution, answer, resolve, special_answer
from motcua.context import Awaiting, Context
from motcua.reply import Facet
from vietnamese import normalise

# "Còn X thì sao?": the same question about another procedure.
_SAME_AGAIN = ("con", "the con", "vay con", "con ve")


class ActionAnswerProcedure(RoomAction):
    """Answers a question about a procedure; asks back or says so when it is not sure."""

    action_name = "action_answer_procedure"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        facet = turn.facet or turn.likeliest_facet() or Facet.OVERVIEW
        if pressed := turn.entities.get("procedure"):
            return self.tell(turn.context, Resolution(Outcome.FOUND, pressed), facet)
        return self.ask(turn, turn.text, facet)

    def ask(self, turn: Turn, text: str, facet: Facet) -> TurnResult:
        """Find the procedure of a typed question and answer it."""
        context = turn.context
        edition = self.rooms.library.edition
        facet = _carried_facet(text, facet, context)
        resolution = resolve(edition, text, context.procedure, facet)
        if context.awaiting is Awaiting.CHOICE and resolution.outcome is not Outcome.FOUND:
            chosen = [code for code in resolution.candidates if code in context.candidates]
            if len(chosen) == 1:
                resolution = Resolution(Outcome.FOUND, chosen[0])
        if facet is Facet.LINKED and context.procedure and resolution.outcome is Outcome.FOUND:
            facet = Facet.OVERVIEW  # "làm luôn cả … được không": the other procedure is what is wanted
        if resolution.outcome in (Outcome.FOUND, Outcome.IN_HAND):
            return self.tell(context, resolution, facet)
        if resolution.outcome is Outcome.CLOSE:
            return ask_back(edition, context, facet, list(resolution.candidates))
        return no_answer(edition, context, facet)

    def tell(self, context: Context, resolution: Resolution, facet: Facet) -> TurnResult:
        """The answer, and the context in which the next question is asked."""
        procedure = self.rooms.library.edition.procedures.get(resolution.code or "")
        if procedure is None:
            return no_answer(self.rooms.library.edition, context, facet)
        case = resolution.case
        reply = special_answer(procedure, case) if case else answer(procedure, facet)
        if not reply.buttons:
            reply = reply.model_copy(update={"buttons": [HUMAN]})
        after = Context(procedure=procedure.code, facet=facet, dossier_code=context.dossier_code)
        return TurnResult([reply], after)


def _carried_facet(text: str, facet: Facet, context: Context) -> Facet:
    """The facet of the last question, when this one only swaps the procedure."""
    said = normalise(text)
    swaps = said.startswith(tuple(f"{start} " for start in _SAME_AGAIN)) and said.endswith(("sao", "the nao"))
    if context.facet and (swaps or (context.awaiting is Awaiting.CHOICE and facet is Facet.OVERVIEW)):
        return context.facet
    return facet
