"""Scores as tables: shares by slice, what was mistaken for what, and the mistakes in words."""

from __future__ import annotations

from typing import Any

from evaluation import COLUMNS, Case, CaseScore, Expectation, confusions, mistakes, score_case, slice_table
from motcua.reply import Reply

BIRTH, DEATH = "1.001193", "1.000656"
FEE = {"kind": "answer", "procedure": BIRTH, "facet": "fee"}
RIGHT = {"kind": "answer", "procedure": BIRTH, "facet": "fee", "text": "8.000 đồng"}
STRAY = {**RIGHT, "procedure": DEATH, "text": "Miễn phí.\nThật."}
ASKED_BACK = {"kind": "clarify", "candidates": [DEATH, BIRTH], "text": "Anh/chị cần thủ tục nào ạ?"}


def scored(name: str, part: str, *turns: tuple[dict[str, Any], list[dict[str, Any]]]) -> CaseScore:
    """A case of ``part``: for each turn, what was expected and what was said."""
    case = Case(
        id=name,
        slice=part,
        turns=[f"câu {name}.{number}" for number in range(len(turns))],
        expect=[Expectation.model_validate(wanted) for wanted, _ in turns],
    )
    return score_case(case, [[Reply.model_validate(reply) for reply in said] for _, said in turns])


SCORES = [
    scored("a", "typo", (FEE, [RIGHT])),
    scored("b", "typo", (FEE, [STRAY])),
    scored("c", "dialogue", (FEE, [RIGHT]), (FEE, [ASKED_BACK])),
    scored("d", "off", ({"kind": "out_of_scope"}, [{"kind": "no_answer", "text": "Chưa rõ."}])),
]


def test_every_slice_has_a_line_in_order_of_its_name_and_all_comes_last() -> None:
    table = slice_table(SCORES)
    assert [line[0] for line in table] == ["dialogue", "off", "typo", "all"]
    assert all(len(line) == 1 + len(COLUMNS) for line in table)


def test_cases_are_counted_as_a_whole_and_parts_by_turns() -> None:
    lines = {line[0]: dict(zip(COLUMNS, line[1:], strict=True)) for line in slice_table(SCORES)}
    assert lines["typo"] == {
        "cases": "2",
        "fully right": "50.0 %",
        "wrong, confident": "50.0 %",
        "kind": "100.0 %",
        "facet": "100.0 %",
        "proc. at 1": "50.0 %",
        "at 3": "50.0 %",
        "refused": "–",
    }
    assert lines["dialogue"]["fully right"] == "0.0 %"
    assert lines["dialogue"]["kind"] == "50.0 %"
    assert (lines["dialogue"]["proc. at 1"], lines["dialogue"]["at 3"]) == ("50.0 %", "100.0 %")
    assert (lines["off"]["refused"], lines["off"]["facet"]) == ("0.0 %", "–")
    assert (lines["all"]["cases"], lines["all"]["fully right"]) == ("4", "25.0 %")
    assert (lines["all"]["wrong, confident"], lines["all"]["at 3"]) == ("25.0 %", "75.0 %")


def test_without_cases_there_is_a_line_of_dashes() -> None:
    assert slice_table([]) == [["all", "0", *["–"] * (len(COLUMNS) - 1)]]


def test_confusions_are_counted_and_the_most_frequent_comes_first() -> None:
    again = scored("e", "typo", (FEE, [STRAY]))
    found = confusions([*SCORES, again])
    assert found[0] == ("answer fee", "answer fee (another procedure)", 2, "câu b.0")
    assert set(found[1:]) == {
        ("answer fee", "clarify", 1, "câu c.1"),
        ("out_of_scope", "no_answer", 1, "câu d.0"),
    }
    assert confusions([*SCORES, again], most=1) == found[:1]
    assert confusions(SCORES[:1]) == []


def test_two_needs_are_named_together() -> None:
    two = {**FEE, "also": [{"kind": ["answer", "clarify"], "facet": "time"}]}
    ((wanted, got, _, _),) = confusions([scored("f", "two", (two, [RIGHT]))])
    assert (wanted, got) == ("answer fee + answer/clarify time", "answer fee")


def test_mistakes_name_the_turn_what_was_wanted_and_what_came() -> None:
    stray, asked_back, unanswered = mistakes(SCORES)
    assert stray == (
        "!!b.0 [typo] “câu b.0”\n"
        "     wanted answer 1.001193 fee\n"
        "     got    answer 1.000656 fee “Miễn phí. Thật.”"
    )
    assert asked_back.startswith("  c.1 [dialogue] “câu c.1”")
    assert "clarify 1.000656,1.001193 “Anh/chị cần" in asked_back
    assert unanswered.startswith("  d.0 [off]")
