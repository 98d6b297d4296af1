"""Right, wrong, wrong with confidence: tables of replies and how they are judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from evaluation import Case, Expectation, read_cases, score_case, score_turn
from motcua.reply import Facet, Kind, Reply

BIRTH, DEATH, MARRIAGE = "1.001193", "1.000656", "1.000894"


def expected(**fields: Any) -> Expectation:
    return Expectation.model_validate(fields)


def reply(kind: str, procedure: str | None = None, facet: str | None = None, **more: Any) -> Reply:
    data = {"kind": kind, "procedure": procedure, "facet": facet, "text": "Lệ phí 8.000 đồng."}
    return Reply.model_validate({**data, **more})


FEE = expected(kind="answer", procedure=BIRTH, facet="fee")
TWO = expected(
    kind="answer",
    procedure=BIRTH,
    facet="fee",
    also=[{"kind": "answer", "procedure": DEATH, "facet": "time"}],
)
CLOSE = expected(kind="clarify", candidates=[BIRTH, DEATH])
OFF = expected(kind="out_of_scope")
EITHER = expected(kind=["answer", "clarify"], procedure=[BIRTH, DEATH], facet="fee")


@pytest.mark.parametrize(
    ("wanted", "said", "right", "confident"),
    [
        (FEE, [reply("answer", BIRTH, "fee")], True, False),
        (FEE, [reply("answer", BIRTH, "time")], False, False),
        (FEE, [reply("answer", DEATH, "fee")], False, True),
        (FEE, [reply("clarify", candidates=[BIRTH])], False, False),
        (FEE, [reply("no_answer")], False, False),
        (FEE, [], False, False),
        # A stray answer spoils the right one beside it.
        (FEE, [reply("answer", BIRTH, "fee"), reply("answer", DEATH, "fee")], False, True),
        (TWO, [reply("answer", BIRTH, "fee"), reply("answer", DEATH, "time")], True, False),
        (TWO, [reply("answer", DEATH, "time"), reply("answer", BIRTH, "fee")], True, False),
        (TWO, [reply("answer", BIRTH, "fee")], False, False),
        (TWO, [reply("answer", BIRTH, "fee"), reply("answer", MARRIAGE, "time")], False, True),
        # The facets of two needs do not swap.
        (TWO, [reply("answer", BIRTH, "time"), reply("answer", DEATH, "fee")], False, False),
        (CLOSE, [reply("clarify", candidates=[DEATH, BIRTH, MARRIAGE])], True, False),
        (CLOSE, [reply("clarify", candidates=[BIRTH])], False, False),
        (CLOSE, [reply("answer", BIRTH, "fee")], False, True),
        (OFF, [reply("out_of_scope")], True, False),
        (OFF, [reply("no_answer")], False, False),
        (OFF, [reply("answer", BIRTH, "fee")], False, True),
        (EITHER, [reply("answer", DEATH, "fee")], True, False),
        (EITHER, [reply("clarify", candidates=[MARRIAGE, DEATH])], True, False),
        (EITHER, [reply("clarify", candidates=[MARRIAGE])], False, False),
        (EITHER, [reply("answer", MARRIAGE, "fee")], False, True),
        # No procedure asked for: any answer will do.
        (expected(kind="answer"), [reply("answer", MARRIAGE, "fee")], True, False),
    ],
)
def test_a_turn_is_right_wrong_or_wrong_with_confidence(
    wanted: Expectation, said: list[Reply], right: bool, confident: bool
) -> None:
    score = score_turn(wanted, said)
    assert (score.right, score.confident) == (right, confident)


@pytest.mark.parametrize(
    ("wanted", "said", "parts"),
    [
        # kind, facet, first, among three, refused
        (FEE, [reply("answer", BIRTH, "fee")], (True, True, True, True, None)),
        (FEE, [reply("answer", BIRTH, "time")], (True, False, True, True, None)),
        (FEE, [reply("answer", DEATH, "fee")], (True, True, False, False, None)),
        (FEE, [reply("clarify", candidates=[DEATH, MARRIAGE, BIRTH])], (False, False, False, True, None)),
        (FEE, [reply("clarify", facet="fee", candidates=[BIRTH])], (False, True, True, True, None)),
        (FEE, [reply("answer", DEATH, "fee", candidates=[DEATH, BIRTH])], (True, True, False, True, None)),
        (FEE, [], (False, False, False, False, None)),
        (TWO, [reply("answer", BIRTH, "fee")], (True, False, False, False, None)),
        (
            TWO,
            [reply("answer", BIRTH, "fee"), reply("answer", DEATH, "time")],
            (True, True, True, True, None),
        ),
        (CLOSE, [reply("clarify", candidates=[BIRTH, DEATH])], (True, None, None, None, None)),
        (OFF, [reply("out_of_scope")], (True, None, None, None, True)),
        (OFF, [reply("no_answer")], (False, None, None, None, False)),
        (
            expected(kind=["out_of_scope", "no_answer"]),
            [reply("no_answer")],
            (True, None, None, None, None),
        ),
    ],
)
def test_the_parts_of_a_turn_are_judged_each_for_itself(
    wanted: Expectation, said: list[Reply], parts: tuple[bool | None, ...]
) -> None:
    score = score_turn(wanted, said)
    assert (score.kind, score.facet, score.first, score.among_three, score.refused) == parts


def test_the_fourth_candidate_is_not_among_the_first_three() -> None:
    offered = [DEATH, MARRIAGE, "1.004222", BIRTH]
    score = score_turn(FEE, [reply("clarify", candidates=offered)])
    assert (score.first, score.among_three) == (False, False)


@pytest.mark.parametrize(
    ("part", "right"), [("8.000 ĐỒNG", True), ("8.000 đô\u0300ng", True), ("miễn phí", False)]
)
def test_text_is_compared_without_case_and_however_its_letters_are_composed(part: str, right: bool) -> None:
    wanted = expected(kind="answer", procedure=BIRTH, must_contain=[part])
    assert score_turn(wanted, [reply("answer", BIRTH, "fee")]).right is right


def test_what_must_be_said_must_be_said_by_the_reply_that_fits() -> None:
    wanted = expected(kind="answer", procedure=BIRTH, must_contain=["8.000"])
    said = [reply("answer", BIRTH, text="Chưa rõ."), reply("smalltalk", text="8.000")]
    assert not score_turn(wanted, said).right


def test_a_dialogue_is_right_when_every_turn_is_and_confident_when_one_is() -> None:
    case = Case(id="x", slice="dialogue", turns=["khai sinh hết bao nhiêu", "hôm nay mưa"], expect=[FEE, OFF])
    good = [reply("answer", BIRTH, "fee")]
    assert score_case(case, [good, [reply("out_of_scope")]]).right
    half = score_case(case, [good, [reply("no_answer")]])
    assert (half.right, half.confident) == (False, False)
    assert score_case(case, [good, [reply("answer", BIRTH, "fee")]]).confident


def test_a_turn_without_its_replies_is_an_error() -> None:
    case = Case(id="x", slice="dialogue", turns=["a", "b"], expect=[FEE, OFF])
    with pytest.raises(ValueError, match="zip"):
        score_case(case, [[reply("no_answer")]])


def test_cases_are_read_a_line_each(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(
        '{"id": "a", "slice": "two", "turns": ["x"], "expect": [{"kind": "answer", "procedure": "1.001193",'
        ' "facet": "fee", "also": [{"kind": ["answer", "clarify"], "facet": ["time", "late"]}]}]}\n\n',
        encoding="utf-8",
    )
    (case,) = read_cases(file)
    first, second = case.expect[0].needs
    assert (first.kind, first.procedure, first.facet) == ([Kind.ANSWER], [BIRTH], [Facet.FEE])
    assert (second.kind, second.facet) == ([Kind.ANSWER, Kind.CLARIFY], [Facet.TIME, Facet.LATE])


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "a", "slice": "s", "turns": ["x", "y"], "expect": [{"kind": "answer"}]}',
        '{"id": "a", "slice": "s", "turns": ["x"], "expect": [{"kind": "answers"}]}',
        '{"id": "a", "slice": "s", "turns": ["x"], "expect": [{"kind": "answer", "facets": ["fee"]}]}',
        '{"id": "a", "slice": "s", "turns": [], "expect": []}',
    ],
    ids=["too few expectations", "no such kind", "no such field", "no turn"],
)
def test_a_label_that_cannot_be_meant_is_an_error(tmp_path: Path, line: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(ValidationError):
        read_cases(file)
