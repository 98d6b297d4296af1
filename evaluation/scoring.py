"""Right, wrong, and wrong with confidence: how the replies of a turn are judged.

A turn is judged as a whole (fully right or not, confident and wrong or not) and in its parts: kind,
facet, procedure first and among the first three. nlu_data/evaluation/README.md holds the rules.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.cases import Case, Expectation, Need
from motcua.reply import Kind, Reply

_TOP = 3


@dataclass(frozen=True, slots=True)
class TurnScore:
    """How one turn went. None: nothing was expected there. ``confident`` is an answer about a procedure
    nobody asked for, or an answer where none was due: the worst thing the bot can do."""

    right: bool
    confident: bool
    kind: bool
    facet: bool | None
    first: bool | None
    among_three: bool | None
    refused: bool | None


@dataclass(frozen=True, slots=True)
class CaseScore:
    """How a case went, turn by turn."""

    case: Case
    replies: list[list[Reply]]
    turns: list[TurnScore]

    @property
    def right(self) -> bool:
        """Every turn was as expected."""
        return all(turn.right for turn in self.turns)

    @property
    def confident(self) -> bool:
        """Some turn was wrong and confident."""
        return any(turn.confident for turn in self.turns)


def score_case(case: Case, replies: list[list[Reply]]) -> CaseScore:
    """Judge the replies of every turn of a case."""
    turns = [score_turn(expected, said) for expected, said in zip(case.expect, replies, strict=True)]
    return CaseScore(case, replies, turns)


def score_turn(expected: Expectation, said: Sequence[Reply]) -> TurnScore:
    """Judge the replies of one turn."""
    confident = strays(expected, said)
    needs = expected.needs
    about = [need for need in needs if need.procedure]
    sided = [need for need in needs if need.facet]
    refusal = set(expected.kind) == {Kind.OUT_OF_SCOPE}
    return TurnScore(
        right=not confident and all(any(matches(need, reply) for reply in said) for need in needs),
        confident=confident,
        kind=all(any(reply.kind in need.kind for reply in said) for need in needs),
        facet=all(any(reply.facet in need.facet for reply in said) for need in sided) if sided else None,
        first=all(_names(need, said, 1) for need in about) if about else None,
        among_three=all(_names(need, said, _TOP) for need in about) if about else None,
        refused=any(reply.kind is Kind.OUT_OF_SCOPE for reply in said) if refusal else None,
    )


def matches(expected: Need, reply: Reply) -> bool:
    """Whether one reply is everything that was expected."""
    answered = reply.kind is Kind.ANSWER
    asked_back = reply.kind is Kind.CLARIFY
    return (
        reply.kind in expected.kind
        and (not answered or not expected.procedure or reply.procedure in expected.procedure)
        and (not answered or not expected.facet or reply.facet in expected.facet)
        and (not asked_back or not expected.procedure or bool(set(_ranked(reply)) & set(expected.procedure)))
        and all(_plain(part) in _plain(reply.text) for part in expected.must_contain)
        and set(expected.candidates) <= set(reply.candidates)
    )


def strays(expected: Expectation, replies: Sequence[Reply]) -> bool:
    """Whether something was answered as certain about a procedure that was not meant."""
    answered = [reply.procedure for reply in replies if reply.kind is Kind.ANSWER]
    due = [need for need in expected.needs if Kind.ANSWER in need.kind]
    if not due:
        return bool(answered)
    meant = {code for need in due for code in need.procedure}
    return bool(meant) and any(code not in meant for code in answered)


def _names(need: Need, replies: Sequence[Reply], first: int) -> bool:
    return any(code in need.procedure for reply in replies for code in _ranked(reply)[:first])


def _ranked(reply: Reply) -> list[str]:
    """The procedures a reply names, best first."""
    return [reply.procedure, *reply.candidates] if reply.procedure else reply.candidates


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
