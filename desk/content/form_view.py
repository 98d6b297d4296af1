"""The form as a tree that a template draws: every field with its name, value, options and problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from desk.content.form_codec import BODY, KEY, shown_line, shown_number
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
    Text,
    Ticks,
    procedure_shape,
)
from desk.content.form_words import Section, Words, option_words, sections, words_of
from desk.words import capitalize_first, day
from motcua.reply import Facet

_FACETS = frozenset(str(facet) for facet in Facet)
_LONG = 70
_NEW_ROW = ("__0__", "__1__", "__2__")
"""Where the number of a new row will stand in its fields, by depth."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    value: str
    label: str
    chosen: bool


@dataclass(slots=True)
class Node:
    """A field, or fields that belong together. ``kind`` says how it is drawn."""

    kind: str
    name: str
    words: Words
    value: str = ""
    options: list[Option] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    blank: Row | None = None
    required: bool = False
    long: bool = False
    lines: int = 2
    problems: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its name in the page."""
        return f"f-{self.name}"

    @property
    def as_day(self) -> str:
        """Its date as people write it; what is no date as it is."""
        try:
            return day(date.fromisoformat(self.value))
        except ValueError:
            return self.value

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it to read."""
        chosen = any(option.chosen for option in self.options)
        return not (self.value or chosen or self.rows or any(not child.empty for child in self.children))

    def all_problems(self) -> Iterator[str]:
        """Its problems and those of everything in it."""
        yield from self.problems
        for child in self.children:
            yield from child.all_problems()
        for row in self.rows:
            yield from row.problems
            for child in row.children:
                yield from child.all_problems()


@dataclass(slots=True)
class Row:
    """One of several parts of a kind. ``title``: what it is called when it is folded."""

    name: str
    title: str
    children: list[Node]
    fresh: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether it is shown unfolded: it is new, or something in it is wrong."""
        return (
            self.fresh
            or bool(self.problems)
            or any(problem for child in self.children for problem in child.all_problems())
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A section with its fields."""

    section: Section
    nodes: list[Node]


def form_of(
    content: Mapping[str, Any], problems: Mapping[str, list[str]] | None = None, *, add_to: str = ""
) -> list[Page]:
    """The form that shows ``content``.

    ``problems``: what is wrong, by dotted path into the content. ``add_to``: the list that gets an empty row.
    """
    builder = _Builder(content, problems or {}, add_to)
    shape = procedure_shape()
    return [
        Page(
            section,
            [
                builder.field(shape, name, content.get(name), name)
                for name in section.fields
                if name in shape.fields
            ],
        )
        for section in sections()
    ]


def field_of(content: Mapping[str, Any], name: str) -> Node:
    """One field of a procedure, for reading."""
    return _Builder(content, {}, "").field(procedure_shape(), name, content.get(name), name)


class _Builder:
    def __init__(self, content: Mapping[str, Any], problems: Mapping[str, list[str]], add_to: str) -> None:
        self._problems, self._add_to = problems, add_to
        declared = content.get("cases")
        self._cases: dict[str, str] = dict(declared) if isinstance(declared, Mapping) else {}

    def field(self, group: Group, key: str, value: Any, name: str, *, optional: bool = False) -> Node:
        """The node of one field of ``group``, whose value is ``value``."""
        shape = group.fields[key]
        required = group.requires(key) and not optional
        made = Node(_KINDS[type(shape)], name, words_of(group.model, key), required=required)
        made.problems = list(self._problems.get(name, ()))
        match shape:
            case Group():
                made.children = self._fields(shape, value, name, unless=shape.optional)
            case Rows():
                held = value if isinstance(value, list) else []
                made.rows = [
                    self._row(shape.item, row, f"{name}.{n}", made.words) for n, row in enumerate(held)
                ]
                if self._add_to == name:
                    fresh = self._row(shape.item, {}, f"{name}.{len(held)}", made.words, fresh=True)
                    made.rows.append(fresh)
                made.blank = self._row(shape.item, {}, f"{name}.{_placeholder(name)}", made.words, fresh=True)
            case NamedRows():
                self._named(made, shape, value, name)
            case LinesBy():
                boxes = value if isinstance(value, Mapping) else {}
                made.children = [self._box(name, facet, boxes.get(facet)) for facet in shape.options]
            case Lines():
                self._lines(made, value)
            case Ticks():
                made.options = self._ticks(shape, value if isinstance(value, list) else [])
                made.kind = "ticks" if shape.options else "cases"
            case Choice():
                made.options = _choices(
                    shape.options, value, "facet" if set(shape.options) <= _FACETS else ""
                )
            case Flag():
                made.value = "1" if value else ""
            case Number():
                made.value = shown_number(value)
            case _:
                made.value = "" if value is None else str(value)
                made.long = made.words.long or "\n" in made.value or len(made.value) > _LONG
                made.lines = min(12, 2 + len(made.value) // 80 + made.value.count("\n"))
        return made

    def _fields(self, shape: Group, value: Any, name: str, *, unless: bool = False) -> list[Node]:
        held = value if isinstance(value, Mapping) else {}
        return [
            self.field(shape, key, held.get(key, shape.defaults.get(key)), f"{name}.{key}", optional=unless)
            for key in shape.fields
        ]

    def _row(self, shape: Group, value: Any, name: str, words: Words, *, fresh: bool = False) -> Row:
        children = self._fields(shape, value, name)
        return Row(name, _title(value, words), children, fresh, list(self._problems.get(name, ())))

    def _named(self, made: Node, shape: NamedRows, value: Any, name: str) -> None:
        held = list(value.items()) if isinstance(value, Mapping) else []
        if self._add_to == name:
            held.append(("", None))
        made.rows = [
            self._named_row(shape, key, body, f"{name}.{n}", made.words) for n, (key, body) in enumerate(held)
        ]
        made.blank = self._named_row(shape, "", None, f"{name}.{_placeholder(name)}", made.words)

    def _named_row(self, shape: NamedRows, key: str, body: Any, name: str, words: Words) -> Row:
        called = Node("key", f"{name}.{KEY}", Words(words.one), value=key)
        if shape.options:
            called.kind = "choice"
            called.options = _choices(shape.options, key, "field")
        if isinstance(shape.item, Group):
            children = self._fields(shape.item, body, f"{name}.{BODY}")
            title = f"{words.one}: {option_words(key, 'field')}" if key else words.one
        else:
            children = [Node("text", f"{name}.{BODY}", Words(words.one), value=str(body or ""))]
            title = str(body or words.one)
        return Row(name, title, [called, *children], not key, list(self._problems.get(name, ())))

    def _box(self, name: str, facet: str, lines: Any) -> Node:
        made = Node("lines", f"{name}.{facet}", Words(option_words(facet, "facet")))
        made.problems = list(self._problems.get(made.name, ()))
        self._lines(made, lines)
        return made

    def _lines(self, made: Node, value: Any) -> None:
        held = [shown_line(str(line)) for line in value] if isinstance(value, list) else []
        made.value = "\n".join(held)
        made.lines = min(14, 2 + sum(1 + len(line) // 90 for line in held))

    def _ticks(self, shape: Ticks, value: list[Any]) -> list[Option]:
        """What is chosen comes first, in its own order: then a form that nobody touched changes nothing."""
        chosen = [str(one) for one in value]
        if not shape.options:
            rest = [slug for slug in self._cases if slug not in chosen]
            return [Option(slug, self._cases.get(slug, slug), slug in chosen) for slug in [*chosen, *rest]]
        kind = _kind(shape.options)
        every = [*chosen, *(one for one in shape.options if one not in chosen)]
        return [Option(one, option_words(one, kind), one in chosen) for one in every]


def _choices(options: tuple[str, ...], value: Any, kind: str) -> list[Option]:
    """What is there and cannot be chosen stays choosable: opening a form must not change anything."""
    held = "" if value is None else str(value)
    every = [*options, *([held] if held and held not in options else [])]
    return [Option(str(one), option_words(str(one), kind), str(one) == held) for one in every]


def _title(value: Any, words: Words) -> str:
    """The first text of a row says what it is."""
    held = value if isinstance(value, Mapping) else {}
    for key in ("name", "ask", "say", "text", "questions", "kind"):
        said = held.get(key)
        said = said[0] if isinstance(said, list) and said else said
        if isinstance(said, str):
            said = capitalize_first(said)
            return said if len(said) <= _LONG else f"{said[:_LONG].rsplit(' ', 1)[0]}…"
    return words.one


def _kind(options: tuple[str, ...]) -> str:
    return "facet" if _FACETS.issuperset(options) else ""


def _placeholder(name: str) -> str:
    return _NEW_ROW[sum(name.count(mark) for mark in _NEW_ROW)]


_KINDS: dict[type[Any], str] = {
    Text: "text",
    Number: "number",
    Day: "day",
    Flag: "flag",
    Choice: "choice",
    Lines: "lines",
    Ticks: "ticks",
    Group: "group",
    Rows: "rows",
    NamedRows: "named",
    LinesBy: "boxes",
}
