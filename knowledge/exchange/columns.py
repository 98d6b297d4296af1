"""Cells: how a value stands in a table, and how what an editor typed is read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Cell = str | int | date | None
"""A cell of a table: text, a number, a day, or nothing."""

_THOUSANDS = re.compile(r"\d{1,3}(?:[.\s\u00a0]\d{3})+")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YES = frozenset({"có", "co", "x", "1", "true", "đúng"})
_NO = frozenset({"không", "khong", "0", "false", ""})
_COMMA = re.compile(r"\s*[,;\n]\s*")


class BadCell(ValueError):
    """A cell that cannot be read; the message is Vietnamese."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``path`` is dotted, inside the item that a row stands for; ``labels`` are value → words."""

    heading: str
    path: str
    kind: str = "text"
    labels: Mapping[str, str] = field(default_factory=dict)

    def show(self, value: Any) -> Cell:
        """The cell for a value."""
        return None if value is None or value == [] else _SHOW[self.kind](self, value)

    def read(self, cell: str) -> Any:
        """The value in a cell; None for an empty one. Raises BadCell."""
        return _READ[self.kind](self, cell) if cell.strip() else None


def get(item: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path; None when it is not there."""
    value: Any = item
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def put(item: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path; None puts nothing there."""
    if value is None:
        return
    *way, last = path.split(".")
    for part in way:
        item = item.setdefault(part, {})
    item[last] = value


def _day(value: Any) -> Cell:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return str(value)


def _read_number(_: Column, cell: str) -> int:
    text = cell.strip()
    if _THOUSANDS.fullmatch(text):
        text = re.sub(r"\D", "", text)
    if not (text.isascii() and text.isdigit() and len(text) < 15):
        raise BadCell(f"phải là số nguyên, đang ghi “{_short(cell)}”")
    return int(text)


def _read_day(_: Column, cell: str) -> str:
    text = cell.strip()
    try:
        if found := _DAY.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        raise BadCell(f"phải là ngày dạng 31/12/2026, đang ghi “{_short(cell)}”") from None


def _read_yes(_: Column, cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _YES | _NO:
        raise BadCell(f"ghi “có” hoặc “không”, đang ghi “{_short(cell)}”")
    return word in _YES


def _read_choice(column: Column, cell: str) -> str:
    wanted = cell.strip().lower()
    for value, words in column.labels.items():
        if wanted in (value.lower(), words.lower()):
            return value
    said = ", ".join(column.labels.values())
    raise BadCell(f"phải là một trong: {said}; đang ghi “{_short(cell)}”")


def _read_choices(column: Column, cell: str) -> list[str]:
    return [_read_choice(column, part) for part in _COMMA.split(cell.strip()) if part]


def _short(cell: str) -> str:
    text = " ".join(cell.split())
    return text if len(text) <= 40 else f"{text[:40]}…"


_SHOW: dict[str, Callable[[Column, Any], Cell]] = {
    "text": lambda _, value: str(value),
    "number": lambda _, value: value if isinstance(value, int) else str(value),
    "day": lambda _, value: _day(value),
    "yes": lambda _, value: "có" if value else None,
    "choice": lambda column, value: column.labels.get(value, str(value)),
    "choices": lambda column, value: ", ".join(column.labels.get(one, str(one)) for one in value),
    "words": lambda _, value: ", ".join(map(str, value)),
    "lines": lambda _, value: "\n".join(map(str, value)),
}
_READ: dict[str, Callable[[Column, str], Any]] = {
    "text": lambda _, cell: cell.strip(),
    "number": _read_number,
    "day": _read_day,
    "yes": lambda column, cell: _read_yes(column, cell) or None,
    "choice": _read_choice,
    "choices": _read_choices,
    "words": lambda _, cell: [part for part in _COMMA.split(cell.strip()) if part],
    "lines": lambda _, cell: [line.strip() for line in cell.splitlines() if line.strip()],
}
