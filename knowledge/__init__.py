"""The knowledge base: what a procedure is, which one is meant, and what it says."""

from knowledge.answers import answer, ask_button, special_answer
from knowledge.checklist import next_question
from knowledge.checklist import questions as checklist_questions
from knowledge.checklist_replies import ask_question, fitted_list, resume_button
from knowledge.due_dates import wants_due_date, what_is_filed, with_due_date
from knowledge.library import Edition, Library
from knowledge.resolve import Outcome, Resolution, resolve
from knowledge.schema import Procedure
from knowledge.store import publish

__all__ = [
    "Edition",
    "Library",
    "Outcome",
    "Procedure",
    "Resolution",
    "answer",
    "ask_button",
    "ask_question",
    "checklist_questions",
    "fitted_list",
    "next_question",
    "publish",
    "resolve",
    "resume_button",
    "special_answer",
    "wants_due_date",
    "what_is_filed",
    "with_due_date",
]
