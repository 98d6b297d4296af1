"""Form fields ↔ content: what goes through a form untouched comes out as it was."""

from __future__ import annotations

from functools import partial
from operator import ne
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.content.form_codec import KEPT, decode, encode, slug_of, tidy
from desk.content.form_shapes import (
    Choice,
    Day,
    Flag,
    Group,
    Lines,
    LinesBy,
    NamedRows,
    Number,
    Rows,
    Shape,
    Text,
    Ticks,
    procedure_shape,
)
from knowledge.files import read_folder
from knowledge.schema import Procedure

SHIPPED = {procedure.code: procedure for procedure in read_folder().procedures}


def dump(procedure: Procedure) -> dict[str, Any]:
    return procedure.model_dump(mode="json", exclude_defaults=True)


@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_every_shipped_procedure_comes_back_as_it_was(code: str) -> None:
    content = dump(SHIPPED[code])
    assert decode(encode(content), content).content == content
    assert Procedure.model_validate(tidy(SHIPPED[code].model_dump(mode="json"))) == SHIPPED[code]


words = (
    st.text(
        st.characters(codec="utf-8", exclude_characters="\r\x00⏎", exclude_categories=["Cs"]), max_size=30
    )
    .map(str.strip)
    .filter(bool)
)
# Between the lines of one item there is text: empty ones at its ends are stripped by the schema as well.
items = words.filter(lambda text: all(line == line.strip() and line for line in text.split("\n")))
slugs = st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True)


def content_of(shape: Shape) -> st.SearchStrategy[Any]:  # noqa: PLR0911
    match shape:
        case Group():
            return st.fixed_dictionaries(
                {},
                optional={
                    key: content_of(inner).filter(partial(ne, shape.defaults.get(key)))
                    for key, inner in shape.fields.items()
                    if key not in KEPT
                },
            ).filter(bool)
        case Rows():
            return st.lists(content_of(shape.item), min_size=1, max_size=3)
        case NamedRows():
            names = st.sampled_from(shape.options) if shape.options else slugs
            return st.dictionaries(names, content_of(shape.item), min_size=1, max_size=3)
        case LinesBy():
            boxes = st.lists(items, min_size=1, max_size=3)
            return st.dictionaries(st.sampled_from(shape.options), boxes, min_size=1)
        case Lines():
            return st.lists(items, min_size=1, max_size=4)
        case Ticks():
            names = st.sampled_from(shape.options) if shape.options else slugs
            return st.lists(names, min_size=1, max_size=4, unique=True)
        case Choice():
            return st.sampled_from(shape.options)
        case Number():
            return st.integers(0, 10**9)
        case Day():
            return st.dates().map(str)
        case Flag():
            return st.just(True)
        case Text():
            return words
    raise AssertionError(shape)


@settings(max_examples=150, deadline=None)
@given(content_of(procedure_shape()))
def test_any_content_comes_back_as_it_was(content: dict[str, Any]) -> None:
    assert decode(encode(content)).content == content


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20) | st.sampled_from(
    ["documents.0.name", "documents", "documents.0", "ways.0.fee.amount", "cases.0.key", "cases.0.body",
     "questions.fee", "checklist.0.options.1.say", "field_provenance.0.key", "provenance.checked_on"]),
    st.text(max_size=20)), max_size=12))  # fmt: skip
def test_whatever_is_sent_is_read_without_an_error_and_stays(pairs: list[tuple[str, str]]) -> None:
    once = decode(pairs).content
    assert decode(encode(once)).content == once


def test_rows_come_in_the_order_of_the_page_and_empty_ones_are_left_out() -> None:
    sent = [("steps", "một\r\n\r\n hai "), ("documents.n4.name", "B"), ("documents.n4.action", "nộp")]
    sent += [("documents.n5.name", " "), ("documents.n5.originals", "0"), ("documents.0.name", "A")]
    decoded = decode(sent)
    assert decoded.content == {
        "documents": [{"name": "B", "action": "nộp"}, {"name": "A"}],
        "steps": ["một", "hai"],
    }
    assert decoded.name_of("documents.1.action") == "documents.0.action"
    assert decoded.name_of("documents.0.copies") == "documents.n4.copies"
    assert decoded.name_of("steps.1") == "steps"
    assert decoded.name_of("summary") == "summary"
    assert decoded.name_of("") == ""


@pytest.mark.parametrize(
    ("typed", "read"),
    [("20.000", 20000), ("20 000", 20000), ("8000", 8000), ("hai chục", "hai chục"), ("2.5", "2.5")],
)
def test_numbers_are_read_as_people_write_them_and_never_lost(typed: str, read: object) -> None:
    content = decode([("ways.0.fee.amount", typed)]).content
    assert content["ways"][0]["fee"]["amount"] == read


def test_a_date_typed_the_vietnamese_way_is_a_date() -> None:
    assert decode([("effective_to", "5/9/2027")]).content == {"effective_to": "2027-09-05"}


def test_a_case_gets_its_name_from_its_words_once() -> None:
    said = "Trẻ bị bỏ rơi"
    sent = [("cases.0.key", ""), ("cases.0.body", said), ("cases.1.key", ""), ("cases.1.body", said)]
    assert decode(sent).content["cases"] == {"tre-bi-bo-roi": said, "tre-bi-bo-roi-2": said}
    assert slug_of("!!!") == "truong-hop"


def test_two_rows_of_one_name_are_both_kept() -> None:
    sent = [("field_provenance.0.key", "fee"), ("field_provenance.0.body.source", "A")]
    sent += [("field_provenance.1.key", "fee"), ("field_provenance.1.body.source", "B")]
    held = decode(sent).content["field_provenance"]
    assert [one["source"] for one in held.values()] == ["A", "B"]


def test_what_the_form_does_not_ask_cannot_be_sent() -> None:
    before = {"code": "1.000001", "imported": True}
    assert decode([("code", "9.999999"), ("imported", ""), ("name", "Tên")], before).content == {
        "code": "1.000001",
        "name": "Tên",
        "imported": True,
    }
