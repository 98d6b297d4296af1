"""The questions a change is tried with, and what came of them.

They are the procedure's own (samples, questions by side, special cases) of both texts, the evaluation's
dialogues that touch it, and some of procedures called much the same, whose questions it might take. Right
and wrong are judged as the evaluation judges (``evaluation.scoring``), each answer against the text it was
given from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from evaluation.cases import Case, Expectation, Need, read_cases
from evaluation.scoring import score_case
from knowledge import wording
from knowledge.schema import Procedure
from motcua.reply import Facet, Kind, Reply
from motcua.settings import ROOT
from vietnamese import fold

_CASES = ROOT / "nlu_data" / "evaluation"
_OWN_SLICE = "own"
_MOST_SHOWN = 40
_SAID_LENGTH = 240
# Of how many neighbours questions are tried, how many words of names they must share, and how many of each.
_NEIGHBOURS = 6
_SHARED_WORDS = 3
_OF_EACH = 6


@dataclass(frozen=True, slots=True)
class Question:
    """One conversation. ``after`` is what the change must say to it, ``before`` what the published text must;
    None: it has no answer for it, so that it was never right."""

    kind: str
    before: Case | None
    after: Case


@dataclass(slots=True)
class Findings:
    """What came of the questions. ``broken`` were right and are wrong, ``mended`` the other way round.

    ``facts``: the right procedure answers, but no longer says what the evaluation's label quotes. When the
    figure really changed, it is the label that is behind.
    """

    asked: int = 0
    right_before: int = 0
    right_after: int = 0
    broken: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    mended: list[dict[str, Any]] = field(default_factory=list)
    still_wrong: list[dict[str, Any]] = field(default_factory=list)

    def add(self, question: Question, before: list[list[Reply]], after: list[list[Reply]]) -> None:
        """Take in the answers to one question."""
        was = _right(question.before, before)
        now = _right(question.after, after)
        self.asked += 1
        self.right_before += was
        self.right_after += now
        if now and was:
            return
        missing = _no_longer_said(question.after, after)
        lost = self.facts if missing else self.broken
        told = self.mended if now else lost if was else self.still_wrong
        if len(told) < _MOST_SHOWN or told is self.broken:
            # Of a conversation, the turn that went wrong first.
            turn = _first_wrong(question.after, before if now else after)
            told.append(
                {
                    "kind": question.kind,
                    "turns": list(question.after.turns[: turn + 1]),
                    "before": _said(before, turn),
                    "after": _said(after, turn),
                    "missing": missing,
                }
            )

    def written(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "asked": self.asked,
            "right_before": self.right_before,
            "right_after": self.right_after,
            "broken": self.broken,
            "facts": self.facts,
            "mended": self.mended,
            "still_wrong": self.still_wrong,
        }


def questions_for(
    code: str, before: dict[str, Any], after: dict[str, Any], others: Sequence[Procedure] = ()
) -> list[Question]:
    """Every question to try, each once. ``before`` is empty for a procedure that is not there yet.

    Of ``others`` those whose questions the change is likeliest to draw to itself are asked, too.
    """
    found: dict[str, Question] = {}
    for question in (*_own(code, before, after), *_of_neighbours(code, after, others)):
        found.setdefault(question.after.turns[0], question)
    return [*found.values(), *_dialogues(code, bool(before))]


def _own(code: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Question]:
    for asked, wanted in _special(after).items():
        said = _special(before).get(asked)
        yield Question(
            "trường hợp riêng",
            _case(code, asked, contains=said) if said else None,
            _case(code, asked, contains=wanted),
        )
    for facet in Facet:
        texts = [*_of_facet(after, facet), *_of_facet(before, facet)]
        for asked in texts:
            kind = f"câu hỏi mẫu, mục “{wording.BUTTON[facet]}”"
            was = _case(code, asked, facet, unknown=_unknown(before, facet)) if before else None
            yield Question(kind, was, _case(code, asked, facet, unknown=_unknown(after, facet)))
    for asked in [*_texts(after.get("sample_questions")), *_texts(before.get("sample_questions"))]:
        case = _case(code, asked)
        yield Question("câu hỏi mẫu", case if before else None, case)


def _of_neighbours(code: str, after: dict[str, Any], others: Sequence[Procedure]) -> Iterator[Question]:
    names = [after.get("name"), after.get("short_name"), *_texts(after.get("other_names"))]
    mine = _words(name for name in names if isinstance(name, str))
    linked = {row.get("code") for row in _rows(after.get("linked"))}
    shared = [
        (len(mine & _words([other.name, other.short_name, *other.other_names])), other)
        for other in others
        if other.code != code
    ]
    near = sorted(shared, key=lambda pair: (-pair[0], pair[1].code))[:_NEIGHBOURS]
    chosen = {other.code: other for count, other in near if count >= _SHARED_WORDS}
    chosen |= {other.code: other for _, other in shared if other.code in linked}
    for other in chosen.values():
        for asked in other.sample_questions[:_OF_EACH]:
            case = _case(other.code, asked)
            yield Question(f"câu hỏi của thủ tục “{other.short_name}”", case, case)


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in fold(text).split()}


def _case(
    code: str, asked: str, facet: Facet | None = None, contains: str | None = None, *, unknown: bool = False
) -> Case:
    """``unknown``: the text says itself that it has no answer to this side."""
    expected = Expectation(
        kind=[Kind.ANSWER, Kind.NO_ANSWER] if unknown else [Kind.ANSWER],
        procedure=[code],
        facet=[facet] if facet else [],
        must_contain=[contains] if contains else [],
    )
    return Case(id="-", slice=_OWN_SLICE, turns=[asked], expect=[expected])


def _dialogues(code: str, published: bool) -> Iterator[Question]:
    for case in _evaluation():
        needs = [need for expected in case.expect for need in expected.needs]
        if any(code in need.procedure or code in need.candidates for need in needs):
            yield Question("câu hỏi đánh giá", case if published else None, case)


@cache
def _evaluation() -> tuple[Case, ...]:
    return tuple(case for path in sorted(_CASES.glob("*.jsonl")) for case in read_cases(path))


def _right(case: Case | None, replies: list[list[Reply]]) -> bool:
    return case is not None and score_case(case, replies).right


def _first_wrong(case: Case, replies: list[list[Reply]]) -> int:
    """The place of the first turn that is not as expected; the last one when all are."""
    turns = score_case(case, replies).turns
    return next((place for place, turn in enumerate(turns) if not turn.right), len(turns) - 1)


def _no_longer_said(case: Case, replies: list[list[Reply]]) -> list[str]:
    """What the label quotes and no answer says, when nothing else is wrong; nothing for a special case,
    whose text is the change's own."""
    if case.slice == _OWN_SLICE:
        return []
    plain = [
        expected.model_copy(update={"must_contain": [], "also": [*map(_without_quotes, expected.also)]})
        for expected in case.expect
    ]
    if not _right(case.model_copy(update={"expect": plain}), replies):
        return []
    said = "\n".join(reply.text for turn in replies for reply in turn).casefold()
    quoted = [part for expected in case.expect for need in expected.needs for part in need.must_contain]
    return [part for part in dict.fromkeys(quoted) if part.casefold() not in said]


def _without_quotes(need: Need) -> Need:
    return need.model_copy(update={"must_contain": []})


def _said(replies: list[list[Reply]], turn: int) -> str:
    """The answer to one turn, in one line."""
    said: Sequence[Reply] = replies[turn] if turn < len(replies) else ()
    return " · ".join(_line(reply) for reply in said) or "không trả lời được"


def _line(reply: Reply) -> str:
    text = " ".join(reply.text.split())
    about = f"[{reply.procedure}] " if reply.procedure else ""
    return about + (f"{text[:_SAID_LENGTH]}…" if len(text) > _SAID_LENGTH else text)


def _special(content: dict[str, Any]) -> dict[str, str]:
    """Question by question, what a special case answers. A draft may hold anything, so nothing is trusted."""
    found: dict[str, str] = {}
    for case in _rows(content.get("special_cases")):
        answer = case.get("answer")
        if isinstance(answer, str) and answer.strip():
            found |= {asked: answer.strip() for asked in _texts(case.get("questions"))}
    return found


def _of_facet(content: dict[str, Any], facet: Facet) -> list[str]:
    sorted_by_side = content.get("questions")
    return _texts(sorted_by_side.get(facet.value)) if isinstance(sorted_by_side, dict) else []


def _unknown(content: dict[str, Any], facet: Facet) -> bool:
    return facet.value in _texts(content.get("unknown"))


def _texts(value: Any) -> list[str]:
    items: Iterable[Any] = value if isinstance(value, list) else ()
    return [item.strip() for item in items if isinstance(item, str) and item.strip()]


def _rows(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
