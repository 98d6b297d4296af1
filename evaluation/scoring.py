"""Right, wrong, and wrong with confidence: how the replies of a turn are judged."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from evaluation.cases import Case, Expectation
from motcua.reply import Kind, Reply


@dataclass(frozen=True, slots=True)
class CaseScore:
    """How a case went. ``wrong_turns`` counts from 0; ``confident`` are turns that answered about a
    procedure nobody asked for: the worst thing the bot can do."""

    case: Case
    replies: list[list[Reply]]
    wrong_turns: list[int] = field(default_factory=list)
    confident: list[int] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Every turn was as expected."""
        return not self.wrong_turns


def score_case(case: Case, replies: list[list[Reply]]) -> CaseScore:
    """Judge the replies of every turn of a case."""
    score = CaseScore(case, replies)
    for number, (expected, said) in enumerate(zip(case.expect, replies, strict=True)):
        if strays(expected, said):
            score.confident.append(number)
        if number in score.confident or not any(matches(expected, reply) for reply in said):
            score.wrong_turns.append(number)
    return score


def matches(expected: Expectation, reply: Reply) -> bool:
    """Whether one reply is everything that was expected."""
    return (
        reply.kind in expected.kind
        and (not expected.procedure or reply.procedure in expected.procedure)
        and (not expected.facet or reply.facet in expected.facet)
        and all(_plain(part) in _plain(reply.text) for part in expected.must_contain)
        and set(expected.candidates) <= set(reply.candidates)
    )


def strays(expected: Expectation, replies: Sequence[Reply]) -> bool:
    """Whether something was answered as certain about a procedure that was not meant."""
    answered = [reply.procedure for reply in replies if reply.kind is Kind.ANSWER]
    if Kind.ANSWER not in expected.kind:
        return bool(answered)
    return bool(expected.procedure) and any(code not in expected.procedure for code in answered)


def table(scores: Sequence[CaseScore]) -> list[tuple[str, int, int, int]]:
    """For each slice and for all: name, cases, right, wrong with confidence."""
    slices: dict[str, list[CaseScore]] = defaultdict(list)
    for score in scores:
        slices[score.case.slice].append(score)
    rows = [(name, *_counts(members)) for name, members in sorted(slices.items())]
    return [*rows, ("all", *_counts(scores))]


def _counts(scores: Sequence[CaseScore]) -> tuple[int, int, int]:
    return (
        len(scores),
        sum(score.right for score in scores),
        sum(bool(score.confident) for score in scores),
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
