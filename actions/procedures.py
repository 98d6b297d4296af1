"""Questions about procedures: which one, which side of it, and what to do when that is not clear."""

from __future__ import annotations

from dataclasses import replace

from actions.base import HUMAN, RoomAction
from actions.needs import two_needs
from actions.office import (
    OfficeNote,
    answers_ward_question,
    names_ward,
    office_note,
    tell_office,
    with_office,
)
from actions.smalltalk import off_topic
from actions.turn import Turn, TurnResult
from actions.unsure import ask_back, hedged, named_among, no_answer
from knowledge import (
    Outcome,
    Resolution,
    answer,
    resolve,
    resume_button,
    special_answer,
    wants_due_date,
    what_is_filed,
    with_due_date,
)
from motcua.clock import hanoi_now
from motcua.context import Awaiting, Context
from motcua.reply import Facet, Reply
from vietnamese import normalise

# "Còn X thì sao?": the same question about another procedure.
_SAME_AGAIN = ("con", "the", "vay", "neu", "the con", "vay con", "con ve", "the neu")
# What a question about the day of the result is easily taken for.
_NEAR_TIME = (Facet.OVERVIEW, Facet.STEPS, Facet.RESULT, Facet.LATE)

# How likely the classifier and the search must find it that a message is off topic, or is not.
_MAYBE_OFF = 0.02
_SURELY_OFF = 0.6
_SURELY_MEANT = 0.7


class ActionAnswerProcedure(RoomAction):
    """Answers a question about a procedure; asks back or says so when it is not sure."""

    action_name = "action_answer_procedure"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        facet = turn.facet or turn.likeliest_facet() or Facet.OVERVIEW
        if pressed := turn.entities.get("procedure"):
            return self.tell(turn, Resolution(Outcome.FOUND, pressed), facet)
        return self.ask_each(turn) or self.ask(turn, turn.text, facet)

    def first(self, turn: Turn) -> TurnResult | None:
        """The ward that was asked for: a bare "bách khoa" is anything to the classifier."""
        return tell_office(turn) if answers_ward_question(turn) else None

    def ask_each(self, turn: Turn) -> TurnResult | None:
        """Answer both needs of a message, in the order asked; None when it has only one."""
        needs = two_needs(turn.edition, turn)
        replies: list[Reply] = []
        context = turn.context
        for need in needs:
            result = self.tell(replace(turn, context=context), need.resolution, need.facet, turn.text)
            replies += result.replies
            context = result.context
        return TurnResult(replies, context) if replies else None

    def ask(self, turn: Turn, text: str, facet: Facet) -> TurnResult:
        """Find the procedure of a typed question and answer it."""
        context = turn.context
        edition = turn.edition
        facet = _carried_facet(text, facet, context)
        offered = context.candidates if context.awaiting is Awaiting.CHOICE else ()
        resolution = resolve(edition, what_is_filed(text, hanoi_now()), context.procedure, facet, offered)
        return self.settle(turn, resolution, facet, text)

    def settle(self, turn: Turn, resolution: Resolution, facet: Facet, text: str) -> TurnResult:
        """Answer the procedure that was found, or ask back."""
        context = turn.context
        edition = turn.edition
        if context.awaiting is Awaiting.CHOICE and resolution.outcome is not Outcome.FOUND:
            chosen = [code for code in resolution.candidates if code in context.candidates]
            named = chosen[0] if len(chosen) == 1 else named_among(edition, text, context.candidates)
            if named:
                resolution = Resolution(Outcome.FOUND, named)
        if facet is Facet.LINKED and context.procedure and resolution.outcome is Outcome.FOUND:
            facet = Facet.OVERVIEW  # "làm luôn cả … được không": the other procedure is what is wanted
        if resolution.outcome in (Outcome.FOUND, Outcome.IN_HAND):
            return self.tell(turn, resolution, facet, text)
        if facet is Facet.PLACE and names_ward(text):
            return tell_office(turn)
        if resolution.outcome is Outcome.CLOSE:
            return ask_back(edition, context, facet, list(resolution.candidates))
        if resolution.off_topic and turn.chance("out_of_scope") >= _MAYBE_OFF:
            return off_topic(edition, context)
        return no_answer(edition, context, facet)

    def tell(self, turn: Turn, resolution: Resolution, facet: Facet, text: str = "") -> TurnResult:
        """The answer, and the context in which the next question is asked.

        ``text`` is what was typed: it may say on which day the dossier is filed.
        """
        context, edition = turn.context, turn.edition
        procedure = edition.procedures.get(resolution.code or "")
        if procedure is None:
            return no_answer(edition, context, facet)
        case, upcoming = resolution.case, edition.upcoming.get(procedure.code)
        if case:
            reply = special_answer(procedure, case, upcoming=upcoming)
        else:
            reply = answer(procedure, facet, upcoming=upcoming)
        note = office_note(text, context, procedure) if facet is Facet.PLACE else OfficeNote()
        reply = with_office(reply, note)
        if facet is Facet.TIME and not case:
            reply = with_due_date(reply, procedure, text, hanoi_now())
        if context.checklist:
            resume = resume_button(context.checklist.procedure)
            reply = reply.model_copy(update={"buttons": [*reply.buttons, resume]})
        if not reply.buttons:
            reply = reply.model_copy(update={"buttons": [HUMAN]})
        if resolution.beside:
            reply = hedged(edition, reply, facet, resolution.beside)
        after = Context(
            procedure=procedure.code,
            facet=facet,
            dossier_code=context.dossier_code,
            ward=note.ward or context.ward,
            checklist=context.checklist,
            opened_dossiers=context.opened_dossiers,
        )
        return TurnResult([reply], after)


class ActionOutOfScope(ActionAnswerProcedure):
    """Off topic, unless a procedure is named so plainly that the classifier must be wrong."""

    action_name = "action_out_of_scope"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        edition = turn.edition
        facet = turn.likeliest_facet() or Facet.OVERVIEW
        if turn.confidence < _SURELY_OFF:
            found = resolve(edition, turn.text, turn.context.procedure, facet)
            goes_on = found.outcome is Outcome.IN_HAND and facet is not Facet.OVERVIEW
            if found.certainty >= _SURELY_MEANT or goes_on:
                return self.ask(turn, turn.text, facet)
        return off_topic(edition, turn.context)


def _carried_facet(text: str, facet: Facet, context: Context) -> Facet:
    """The facet of the last question, when this one only swaps the procedure."""
    said = normalise(text)
    swaps = said.startswith(tuple(f"{start} " for start in _SAME_AGAIN)) and said.endswith(("sao", "the nao"))
    if context.facet and (swaps or (context.awaiting is Awaiting.CHOICE and facet is Facet.OVERVIEW)):
        return context.facet
    return Facet.TIME if facet in _NEAR_TIME and wants_due_date(text, hanoi_now()) else facet
