"""Two versions of a form, field by field, and rows that change places."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.content.form_saving import moved
from desk.content.form_shapes import Group, NamedRows, Rows, Shape, procedure_shape
from desk.content.form_sheet import (
    Sheet,
    Side,
    Taken,
    clashes,
    day_of,
    read_marks,
    resolved,
    write_marks,
)
from desk.content.form_view import form_of
from desk.content.form_words import place_words, sections, words_of

texts = st.sampled_from([None, "một", "hai", "ba"])
lists = st.sampled_from([None, ["a"], ["a", "b"], ["b", "c"]])


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    held: dict[str, Any] = {"fee": draw(texts), "late": draw(texts), "steps": draw(lists)}
    content = {"code": "1.000001", **{name: value for name, value in held.items() if value is not None}}
    return Sheet(
        content, draw(st.sampled_from(["", "ghi chú"])), "", draw(st.sampled_from([None, date(2027, 1, 1)]))
    )


@given(sheets(), sheets(), sheets())
def test_what_one_side_alone_changed_is_kept_and_nothing_else_is_decided(
    base: Sheet, mine: Sheet, theirs: Sheet
) -> None:
    found = clashes(mine, theirs, base.marks())
    assert {one.field for one in found} == {
        name for name, value in mine.flat().items() if theirs.flat()[name] != value
    }
    taken = {one.field: one.proposed for one in found if one.proposed}
    outcome = resolved(mine, theirs, taken).flat()
    for name, before in base.flat().items():
        ours, others = mine.flat()[name], theirs.flat()[name]
        if others in (ours, before):
            assert outcome[name] == ours
        elif ours == before:
            assert outcome[name] == others
        elif isinstance(ours, list) and isinstance(others, list):
            assert {*outcome[name]} == {*ours, *others}
        else:
            assert name not in taken


@given(sheets(), sheets())
def test_all_of_one_version_can_be_taken(mine: Sheet, theirs: Sheet) -> None:
    found = clashes(mine, theirs, {})
    assert all(one.side is Side.BOTH for one in found), "without marks nobody is known to have kept quiet"
    assert resolved(mine, theirs, {one.field: Taken.MINE for one in found}) == mine
    assert resolved(mine, theirs, {one.field: Taken.THEIRS for one in found}) == theirs


def test_marks_survive_their_way_through_a_form() -> None:
    marks = Sheet({"fee": "một"}).marks()
    assert read_marks(write_marks(marks)) == marks
    assert read_marks("không có gì") == {}


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2027-02-03", date(2027, 2, 3)),
        ("3/2/2027", date(2027, 2, 3)),
        ("30/2/2027", None),
        ("", None),
        ("mai", None),
    ],
)
def test_days(typed: str, day: date | None) -> None:
    assert day_of(typed) == day


CONTENT: dict[str, Any] = {
    "checklist": [{"ask": "A", "options": [{"say": "1"}, {"say": "2"}]}, {"ask": "B"}],
    "cases": {"x": "X"},
}


@pytest.mark.parametrize(
    ("move", "asked"),
    [("down:checklist.0", ["B", "A"]), ("up:checklist.1", ["B", "A"]), ("up:checklist.0", ["A", "B"]),
     ("down:checklist.1", ["A", "B"]), ("drop:checklist.0", ["B"]), ("drop:checklist.7", ["A", "B"]),
     ("turn:checklist.0", ["A", "B"]), ("", ["A", "B"]), ("up:checklist.ask", ["A", "B"])],
)  # fmt: skip
def test_rows_change_places(move: str, asked: list[str]) -> None:
    assert [one["ask"] for one in moved(CONTENT, move)["checklist"]] == asked
    assert [one["ask"] for one in CONTENT["checklist"]] == ["A", "B"], "what was there is not touched"


def test_rows_within_rows_and_rows_by_name() -> None:
    turned = moved(CONTENT, "up:checklist.0.options.1")
    assert [one["say"] for one in turned["checklist"][0]["options"]] == ["2", "1"]
    assert "cases" not in moved(CONTENT, "drop:cases.x")


def test_every_field_of_the_schema_has_a_name_and_a_place() -> None:
    unnamed: list[str] = []

    def walk(shape: Shape) -> None:
        if isinstance(shape, Group):
            for name, inner in shape.fields.items():
                if words_of(shape.model, name).label == name:
                    unnamed.append(f"{shape.model}.{name}")
                walk(inner)
        elif isinstance(shape, Rows | NamedRows):
            walk(shape.item)

    walk(procedure_shape())
    assert unnamed == [], "write their names into form_words.yml"
    assert "khac" not in [section.id for section in sections()], (
        "say in form_words.yml where the new field stands"
    )
    drawn = {node.name for page in form_of({}) for node in page.nodes}
    assert drawn == set(procedure_shape().fields) - {"code", "imported", "effective_from"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("documents.1.note", "Giấy tờ 2, Ghi chú"),
        ("ways.0.fee.amount", "Cách nộp 1, Lệ phí, Số tiền (đồng)"),
        ("questions.fee.2", "Câu hỏi mẫu theo mặt, Lệ phí, dòng 3"),
        ("checklist.0.options.1.say", "Câu hỏi 1, Câu trả lời 2, Câu trả lời"),
        ("khong-co", ""),
        ("", ""),
    ],
)
def test_places_are_said_as_people_say_them(path: str, words: str) -> None:
    assert place_words(path) == words
