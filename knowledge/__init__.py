"""The knowledge base: what a procedure is, which one is meant, and what it says."""

from knowledge.answers import answer, ask_button, special_answer
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
    "publish",
    "resolve",
    "special_answer",
]
