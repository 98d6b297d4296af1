"""The knowledge base: what a procedure is, which one is meant, and what it says.

Names are fetched when first used (PEP 562): the gateway reads wards and tables here, and must not load the
machinery of the search for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from knowledge.answers import answer, ask_button, special_answer
    from knowledge.checklist import next_question
    from knowledge.checklist import questions as checklist_questions
    from knowledge.checklist_replies import ask_question, fitted_list, resume_button
    from knowledge.due_dates import wants_due_date, what_is_filed, with_due_date
    from knowledge.library import Edition, Library
    from knowledge.resolution import Outcome, Resolution, resolve
    from knowledge.schema import Procedure
    from knowledge.store import publish

_HOME = {
    "Edition": "library",
    "Library": "library",
    "Outcome": "resolution",
    "Procedure": "schema",
    "Resolution": "resolution",
    "answer": "answers",
    "ask_button": "answers",
    "ask_question": "checklist_replies",
    "checklist_questions": "checklist",
    "fitted_list": "checklist_replies",
    "next_question": "checklist",
    "publish": "store",
    "resolve": "resolution",
    "resume_button": "checklist_replies",
    "special_answer": "answers",
    "wants_due_date": "due_dates",
    "what_is_filed": "due_dates",
    "with_due_date": "due_dates",
}
_OTHERWISE = {"checklist_questions": "questions"}

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


def __getattr__(name: str) -> Any:
    """The public name from the module it lives in. Raises AttributeError for any other."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), _OTHERWISE.get(name, name))
    globals()[name] = value
    return value
