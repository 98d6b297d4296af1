"""The list of papers for the citizen's own case: begun, answered step by step, left and taken up again."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.procedures import ActionAnswerProcedure
from actions.turn import Turn, TurnResult
from actions.unsure import ask_back, no_answer
from knowledge import (
    Outcome,
    Procedure,
    Resolution,
    ask_question,
    checklist_questions,
    fitted_list,
    next_question,
    resolve,
)
from motcua.context import Awaiting, ChecklistState
from motcua.reply import Command, Facet
from vietnamese import normalise, short_answer
from vietnamese.short_answers import SKIP, STOP

_GO_ON = re.compile(r"\b(?:tiep|dang do|luc nay|hoi nay)\b")
# The words that ask for the list and name no procedure.
_ASKING = re.compile(
    r"\b(?:(?:lap|lam|ke|soan|len|in|tao|dua|loc) )?(?:ban ke|danh sach|danh muc|checklist|list|ds)\b"
    r"|\b(?:ke|loc|lap|in) ra\b"
    r"|\b(?:(?:rieng|dung|theo|cho|voi) )*"
    r"(?:truong hop|hoan canh|(?:dung|rieng|theo|cho|voi) (?:canh|ca|nha))"
    r"(?: cua)?(?: (?:nha|gia dinh))?(?: (?:toi|em|minh|chau|bac|anh|chi|con toi|con em))?\b"
)


class _Checklist(ActionAnswerProcedure):
    """What both actions do: ask the next question or give the list."""

    def go_on(self, turn: Turn, state: ChecklistState, *, again: bool = False) -> TurnResult:
        """The first open question of ``state``; the list when there is none."""
        edition = turn.edition
        procedure = edition.procedures.get(state.procedure)
        left = turn.context.model_copy(update={"checklist": None, "awaiting": None, "candidates": []})
        if procedure is None:
            return no_answer(edition, left, Facet.DOCUMENTS)
        if not checklist_questions(procedure):
            return self.tell(
                replace(turn, context=left), Resolution(Outcome.FOUND, procedure.code), Facet.DOCUMENTS
            )
        held = left.model_copy(update={"procedure": procedure.code, "facet": Facet.DOCUMENTS, "misses": 0})
        question = next_question(procedure, state.answers)
        if question is None:
            upcoming = edition.upcoming.get(procedure.code)
            return TurnResult([fitted_list(procedure, state.answers, upcoming=upcoming)], held)
        reply = ask_question(procedure, question, state.answers, again=again)
        options = {option.key: option.say for option in question.options}
        asked = state.model_copy(update={"question": question.key, "options": options})
        return TurnResult(
            [reply], held.model_copy(update={"awaiting": Awaiting.CHECKLIST, "checklist": asked})
        )


class ActionStartChecklist(_Checklist):
    """Begins the questions for a procedure, or goes on with the list that was left."""

    action_name = "action_start_checklist"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        context = turn.context
        if pressed := turn.entities.get("procedure"):
            return self.go_on(turn, ChecklistState(procedure=pressed))
        said = normalise(turn.text)
        if context.checklist and _GO_ON.search(said):
            return self.go_on(turn, context.checklist)
        return self.about(turn, _ASKING.sub(" ", said))

    def about(self, turn: Turn, said: str) -> TurnResult:
        """Begin for the procedure that is named, else for the one in hand, else ask which."""
        context, edition = turn.context, turn.edition
        found = resolve(edition, said, context.procedure, Facet.DOCUMENTS)
        if found.outcome is Outcome.CLOSE and context.procedure not in found.candidates:
            return _for_a_list(ask_back(edition, context, Facet.DOCUMENTS, list(found.candidates)))
        code = found.code or context.procedure
        if code in edition.procedures:
            return self.go_on(turn, ChecklistState(procedure=code))
        return _for_a_list(no_answer(edition, context, Facet.DOCUMENTS))


class ActionAnswerChecklist(_Checklist):
    """Takes an answer: an option, to skip the question, to stop, or to go on after a break."""

    action_name = "action_answer_checklist"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class. A button of an older question answers that question."""
        context, pressed = turn.context, turn.entities
        state = context.checklist
        code = pressed.get("procedure") or (state.procedure if state else None)
        if code is None:
            return self.ask(turn, turn.text, turn.likeliest_facet() or Facet.OVERVIEW)
        if state is None or state.procedure != code:
            state = ChecklistState(procedure=code)
        answer = pressed.get("answer") or short_answer(turn.text, state.options, state.question, loose=True)
        if answer == STOP:
            left = context.model_copy(update={"checklist": None})
            return self.tell(replace(turn, context=left), Resolution(Outcome.FOUND, code), Facet.DOCUMENTS)
        procedure = turn.edition.procedures.get(code)
        answered = procedure and _answered(
            procedure, state, pressed.get("question") or state.question, answer
        )
        return self.go_on(turn, answered or state, again=answer is None)


def _answered(
    procedure: Procedure, state: ChecklistState, key: str, answer: str | None
) -> ChecklistState | None:
    """``state`` with one more answer; None when the question does not offer it (or is asked no more)."""
    question = next((each for each in checklist_questions(procedure) if each.key == key), None)
    if question is None or (answer != SKIP and question.option(answer) is None):
        return None
    chosen = None if answer == SKIP else answer
    return state.model_copy(update={"answers": {**state.answers, key: chosen}})


def _for_a_list(asked: TurnResult) -> TurnResult:
    """The question which procedure, with buttons that lead to its list."""
    reply = asked.replies[0]
    buttons = [
        button.model_copy(update={"payload": button.payload.model_copy(update={"intent": "ask_checklist"})})
        if isinstance(button.payload, Command) and "procedure" in button.payload.entities
        else button
        for button in reply.buttons
    ]
    return TurnResult([reply.model_copy(update={"buttons": buttons})], asked.context)
