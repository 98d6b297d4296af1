"""What the form says in Vietnamese: sections, names and hints of fields, names of options."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from desk.content.form_codec import KEPT
from desk.content.form_shapes import Group, Lines, LinesBy, NamedRows, Rows, Shape, procedure_shape
from knowledge.changes.diff import FIELD_LABELS
from knowledge.wording import BUTTON


@dataclass(frozen=True, slots=True)
class Words:
    """What is said about one field. ``pick``: a procedure is looked up for it."""

    label: str
    hint: str = ""
    long: bool = False
    pick: bool = False
    add: str = ""
    one: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page, and the fields of a procedure in it."""

    id: str
    title: str
    fields: tuple[str, ...]
    intro: str = ""


@cache
def _file() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("form_words.yml").read_text(encoding="utf-8")
    )
    return read


@cache
def words_of(model: str, field: str) -> Words:
    """What is said about ``field`` of the part ``model``; its own name when nobody has written it yet."""
    said: dict[str, Any] = _file()["fields"].get(f"{model}.{field}") or {}
    return Words(**{"label": FIELD_LABELS.get(field, field) if model == "Procedure" else field, **said})


@cache
def sections() -> tuple[Section, ...]:
    """The sections in the order of the page. A field that is in none stands in a last one."""
    read = [Section(**{**one, "fields": tuple(one["fields"])}) for one in _file()["sections"]]
    placed = {name for section in read for name in section.fields}
    left = tuple(name for name in procedure_shape().fields if name not in placed and name not in KEPT)
    return (*read, Section(**_file()["other"], fields=left)) if left else tuple(read)


def option_words(value: str, field: str = "") -> str:
    """How an option reads. ``field``: of the procedure, when its fields are what can be chosen."""
    if field == "facet":
        return dict(_FACETS).get(value, value)
    if field == "field":
        return words_of("Procedure", value).label
    said: str = _file()["options"].get(value, value)
    return said[:1].upper() + said[1:]


_FACETS = {str(facet): title for facet, title in BUTTON.items()}


def place_words(path: str) -> str:
    """Where ``path`` is, as people say it: ``Giấy tờ 2, Ghi chú``. Empty for the whole."""
    shape: Shape = procedure_shape()
    words, said = Words(""), list[str]()
    for step in filter(None, path.split(".")):
        match shape:
            case Group() if step in shape.fields:
                words, shape = words_of(shape.model, step), shape.fields[step]
                said.append(words.label)
            case Rows() | NamedRows():
                which = f" {int(step) + 1}" if step.isdigit() else f": {option_words(step, 'field')}"
                said[-1:] = [words.one + which]
                shape = shape.item
            case LinesBy() if step in shape.options:
                said.append(option_words(step, "facet"))
                shape = Lines()
            case Lines() if step.isdigit():
                said.append(f"dòng {int(step) + 1}")
            case _:
                break
    return ", ".join(said)
