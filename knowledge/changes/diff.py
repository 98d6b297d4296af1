"""What differs between two contents, in words: one difference a field, or an item of a list of things.

Both sides may be drafts that the schema would refuse: nothing here relies on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.wording import BUTTON
from motcua.reply import Facet

_WORDS: dict[str, dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("labels.yml").read_text(encoding="utf-8")
)
FIELD_LABELS: dict[str, str] = _WORDS["fields"]
"""Vietnamese names of the fields of a procedure."""
PART_LABELS: dict[str, str] = _WORDS["parts"]
"""Vietnamese names of what is inside them."""

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
# What an item of a list is known by, the first that it has: it may be changed and moved, and stays itself.
_KNOWN_BY = ("code", "name", "kind", "ask", "number", "text", "questions")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FACETS = {facet.value: BUTTON[facet] for facet in Facet}
_WITH_FACETS = ("unknown", "facet", "questions")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. ``kind`` is ``added``, ``removed`` or ``changed``."""

    field: str
    label: str
    before_lines: list[str]
    after_lines: list[str]
    kind: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs, in the order of a procedure's fields."""
    order = {name: at for at, name in enumerate(FIELD_LABELS)}
    names = sorted(before.keys() | after.keys(), key=lambda name: (order.get(name, len(order)), name))
    found: list[Difference] = []
    for name in names:
        old, new = before.get(name), after.get(name)
        if old != new and not (_empty(old) and _empty(new)):
            found += _of_field(name, _spoken(old, before), _spoken(new, after))
    return found


def lines_of(name: str, value: Any) -> list[str]:
    """The value of a field as lines that people read."""
    if _empty(value):
        return []
    if isinstance(value, Mapping):
        if name == "cases":
            return [str(label) for label in value.values()]
        return [
            line
            for key, item in value.items()
            for line in _labelled(_key_label(name, str(key)), _inner_lines(name, str(key), item))
        ]
    if isinstance(value, list):
        if not any(isinstance(item, Mapping) for item in value):
            return [_word(name, item) for item in value]
        return [line for item in value for line in _item_lines(name, item)]
    return [line for line in _word(name, value).splitlines() if line.strip()]


def _empty(value: Any) -> bool:
    """Nothing is nothing, however it is written down."""
    return value is None or value in ("", [], {})


def _of_field(name: str, old: Any, new: Any) -> Iterator[Difference]:
    label = FIELD_LABELS.get(name, name)
    if _things(old) and _things(new):
        yield from _of_items(name, label, _keyed(old or []), _keyed(new or []))
    elif name in ("questions", "field_provenance") and _maps(old) and _maps(new):
        old, new = old or {}, new or {}
        for key in dict.fromkeys([*old, *new]):
            if old.get(key) != new.get(key):
                inner = _key_label(name, key)
                sides = lines_of("", old.get(key)), lines_of("", new.get(key))
                yield _difference(name, f"{label}: {inner}", *sides)
    else:
        yield _difference(name, label, lines_of(name, old), lines_of(name, new))


def _of_items(name: str, label: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    changed = False
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            changed = True
            title = _title(new.get(key) or old.get(key))
            sides = _item_lines(name, old.get(key)), _item_lines(name, new.get(key))
            yield _difference(name, f"{label}: {title}" if title else label, *sides)
    if not changed:  # the same things in another order
        yield _difference(
            name, f"{label}: thứ tự", [_title(v) for v in old.values()], [_title(v) for v in new.values()]
        )


def _difference(name: str, label: str, before: list[str], after: list[str]) -> Difference:
    kind = ADDED if not before else REMOVED if not after else CHANGED
    return Difference(name, label, before, after, kind)


def _things(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(item, Mapping) for item in value))


def _maps(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)


def _keyed(items: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Items by what they are known by; of two with one name the second gets a number."""
    keyed: dict[str, Any] = {}
    for item in items:
        key = base = _title(item)
        number = 2
        while key in keyed:
            key, number = f"{base} ({number})", number + 1
        keyed[key] = item
    return keyed


def _title(item: Any) -> str:
    if not isinstance(item, Mapping):
        return ""
    known = next((item[name] for name in _KNOWN_BY if item.get(name)), "")
    first = known[0] if isinstance(known, list) else known
    text = str(first)
    return text if len(text) <= 80 else f"{text[:79].rstrip()}…"


def _item_lines(name: str, item: Any) -> list[str]:
    if item is None:
        return []
    return lines_of(name, item)


def _inner_lines(name: str, key: str, value: Any) -> list[str]:
    """An amount is of money only inside a fee."""
    money = name == "fee" and key == "amount" and isinstance(value, int)
    return [f"{_word(key, value)} đồng"] if money else lines_of(key, value)


def _spoken(value: Any, content: Mapping[str, Any]) -> Any:
    """``value`` with the names of cases instead of their short marks."""
    named = content.get("cases")
    if isinstance(value, list):
        return [_spoken(item, content) for item in value]
    if not isinstance(value, Mapping) or not isinstance(named, Mapping) or value is named:
        return value
    return {
        key: [named.get(mark, mark) if isinstance(mark, str) else mark for mark in item]
        if key == "cases" and isinstance(item, list)
        else _spoken(item, content)
        for key, item in value.items()
    }


def _labelled(label: str, lines: list[str]) -> list[str]:
    if len(lines) == 1:
        return [f"{label}: {lines[0]}"]
    return [f"{label}:", *(f"  {line}" for line in lines)] if lines else []


def _key_label(name: str, key: str) -> str:
    if name == "questions":
        return _FACETS.get(key, key)
    if name == "field_provenance":
        return FIELD_LABELS.get(key, key)
    if name == "fee" and key == "amount":
        return "Số tiền"
    return PART_LABELS.get(key) or FIELD_LABELS.get(key, key)


def _word(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    text = str(value)
    if _DAY.fullmatch(text):
        return f"{text[8:]}/{text[5:7]}/{text[:4]}"
    return _FACETS.get(text, text) if name in _WITH_FACETS else text
