"""Form fields ↔ content: ``documents.0.name`` is the name of the first document.

What a form sends is content in the shape of ``Procedure.model_dump(mode="json", exclude_defaults=True)``,
right or not: what cannot be read as the schema wants it stays as it was typed, so that nothing is lost
while somebody writes, and validation says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from desk.content.form_shapes import (
    Day,
    Flag,
    Group,
    Lines,
    LinesBy,
    NamedRows,
    Number,
    Rows,
    Shape,
    Ticks,
    procedure_shape,
)
from vietnamese import fold

Tree: TypeAlias = "dict[str, Tree | list[str]]"
Content: TypeAlias = dict[str, Any]

KEPT = ("code", "imported", "effective_from")
"""What the form does not ask: who opens a change, publishes it and sets its day decides it."""
KEY, BODY = "key", "body"
"""In a row by name: what it is called now, and what it is."""
_BREAK = "⏎"  # a line break inside one item of a list that is written one item a line
_ABSENT: Any = object()
_THOUSANDS = re.compile(r"\d{1,3}(?:[. ]\d{3})+|\d{1,18}")
_VIETNAMESE_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_DEEPEST = 8


@dataclass(slots=True)
class Decoded:
    """What a form says. ``names``: the form field of each place in ``content``, by dotted path."""

    content: Content
    names: dict[str, str] = field(default_factory=dict)

    def name_of(self, path: str) -> str:
        """The form field that shows what is at ``path``, or the nearest one around it; empty for none."""
        while path:
            if path in self.names:
                return self.names[path]
            path = path.rpartition(".")[0]
        return ""


def decode(pairs: Iterable[tuple[str, str]], kept: Mapping[str, Any] | None = None) -> Decoded:
    """Read the fields of a form. Names that the schema does not have are not read.

    ``kept``: the content as it was; of it stays what the form does not ask.
    """
    decoded = Decoded({})
    content = _read_group(procedure_shape(), _tree(pairs), "", "", decoded.names)
    before = kept or {}
    for name in KEPT:
        content.pop(name, None)
    carried = {name: before[name] for name in KEPT if before.get(name) not in (None, False)}
    decoded.content = {
        name: value
        for name in procedure_shape().fields
        if (value := carried.get(name, content.get(name, _ABSENT))) is not _ABSENT
    }
    return decoded


def encode(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of the form that shows ``content``."""
    return [pair for pair in _write(procedure_shape(), content, "") if pair[0] not in KEPT]


def tidy(content: Mapping[str, Any]) -> Content:
    """``content`` without what the schema does not have and without defaults, as the form would send it."""
    return decode(encode(content), content).content


def slug_of(text: str, taken: Iterable[str] = ()) -> str:
    """A name of letters, digits and dashes for a case that was described in words."""
    base = "-".join(re.findall(r"[a-z0-9]+", fold(text))[:5]) or "truong-hop"
    found, number = base, 2
    while found in set(taken):
        found, number = f"{base}-{number}", number + 1
    return found


def shown_number(value: object) -> str:
    """``20.000``; what is no number as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace(",", ".")
    return "" if value is None else str(value)


def shown_line(text: str) -> str:
    """One item of a list in its one line."""
    return text.replace("\n", _BREAK)


def _tree(pairs: Iterable[tuple[str, str]]) -> Tree:
    root: Tree = {}
    for name, value in pairs:
        steps = name.split(".")
        if len(steps) > _DEEPEST or not all(steps):
            continue
        node: Tree | list[str] = root
        for step in steps[:-1]:
            node = node.setdefault(step, {}) if isinstance(node, dict) else node
        if isinstance(node, dict):
            values = node.setdefault(steps[-1], [])
            if isinstance(values, list):
                values.append(_clean(value))
    return root


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def _last(node: Tree | list[str] | None) -> str:
    return node[-1] if isinstance(node, list) and node else ""


def _read(shape: Shape, node: Tree | list[str] | None, path: str, name: str, names: dict[str, str]) -> Any:
    names[path] = name
    tree: Tree = node if isinstance(node, dict) else {}
    match shape:
        case Group():
            return _read_group(shape, tree, path, name, names) or _ABSENT
        case Rows():
            return _read_rows(shape, tree, path, name, names)
        case NamedRows():
            return _read_named(shape, tree, path, name, names)
        case LinesBy():
            boxes = {key: _lines(_last(tree.get(key))) for key in shape.options}
            names.update({f"{path}.{key}": f"{name}.{key}" for key in shape.options})
            return {key: lines for key, lines in boxes.items() if lines} or _ABSENT
    return _read_field(shape, node if isinstance(node, list) else [])


def _read_field(shape: Shape, sent: list[str]) -> Any:
    if isinstance(shape, Ticks):
        return list(dict.fromkeys(filter(None, sent))) or _ABSENT
    text = sent[-1] if sent else ""
    return (_lines(text) or _ABSENT) if isinstance(shape, Lines) else _scalar(shape, text)


def _read_rows(shape: Rows, tree: Tree, path: str, name: str, names: dict[str, str]) -> Any:
    rows: list[Any] = []
    for row_id, row in tree.items():
        value = _read(shape.item, row, f"{path}.{len(rows)}", f"{name}.{row_id}", names)
        if value is not _ABSENT:
            rows.append(value)
    return rows or _ABSENT


def _read_group(shape: Group, tree: Tree, path: str, name: str, names: dict[str, str]) -> Content:
    content: Content = {}
    for key, inner in shape.fields.items():
        value = _read(inner, tree.get(key), _join(path, key), _join(name, key), names)
        if value is not _ABSENT and not (key in shape.defaults and value == shape.defaults[key]):
            content[key] = value
    return content


def _read_named(shape: NamedRows, tree: Tree, path: str, name: str, names: dict[str, str]) -> Any:
    found: Content = {}
    for row_id, row in tree.items():
        within: Tree = row if isinstance(row, dict) else {}
        called = f"{name}.{row_id}"
        inner: dict[str, str] = {}
        value = _read(shape.item, within.get(BODY), "", f"{called}.{BODY}", inner)
        key = _last(within.get(KEY))
        if value is _ABSENT and not (shape.options and key):
            continue
        if not shape.options:
            key = key if re.fullmatch(r"[a-z0-9-]+", key) else slug_of(str(value), found)
        while not key or key in found:  # nothing is lost: validation says that there is no such name
            key += "?"
        found[key] = {} if value is _ABSENT else value
        names[f"{path}.{key}"] = called
        names.update({_join(f"{path}.{key}", below): place for below, place in inner.items() if below})
    return found or _ABSENT


def _lines(text: str) -> list[str]:
    lines = (line.strip() for line in text.split("\n"))
    return [line.replace(_BREAK, "\n") for line in lines if line.strip(_BREAK)]


def _scalar(shape: Shape, text: str) -> Any:
    if not text:
        return _ABSENT
    match shape:
        case Flag():
            return True if text == "1" else _ABSENT
        case Number() if _THOUSANDS.fullmatch(text):
            return int(re.sub(r"[. ]", "", text))
        case Day() if typed := _VIETNAMESE_DAY.fullmatch(text):
            return f"{typed[3]}-{int(typed[2]):02}-{int(typed[1]):02}"
    return text


def _write(shape: Shape, value: Any, name: str) -> Iterator[tuple[str, str]]:
    match shape:
        case Group():
            held = value if isinstance(value, Mapping) else {}
            for key, inner in shape.fields.items():
                yield from _write(inner, held.get(key, shape.defaults.get(key)), _join(name, key))
        case Rows():
            for number, row in enumerate(value or ()):
                yield from _write(shape.item, row, f"{name}.{number}")
        case NamedRows():
            for number, (key, body) in enumerate((value or {}).items()):
                yield f"{name}.{number}.{KEY}", key
                yield from _write(shape.item, body, f"{name}.{number}.{BODY}")
        case LinesBy():
            for key in shape.options:
                yield from _write_field(Lines(), (value or {}).get(key), f"{name}.{key}")
        case _:
            yield from _write_field(shape, value, name)


def _write_field(shape: Shape, value: Any, name: str) -> Iterator[tuple[str, str]]:
    match shape:
        case Lines():
            yield name, "\n".join(shown_line(str(line)) for line in value or ())
        case Ticks():
            yield from ((name, str(one)) for one in value or ())
        case Flag():
            if value:
                yield name, "1"
        case Number():
            yield name, shown_number(value)
        case _:
            yield name, "" if value is None else str(value)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
