"""How content is written as YAML: the style of the shipped files, so that people can read a diff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

import yaml

WIDTH = 110
"""Columns of a line of running text."""
_STEP = 2
_FLOW = frozenset({"levels", "cases", "unknown", "replaces", "time", "fee", "legal_basis", "linked"})
"""Short things that stand on one line; of a list of maps each item does."""
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def plain_data(value: Any) -> Any:
    """``value`` in the types that YAML knows: enums by their values."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {plain_data(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(item) for item in value]
    return value


def entry(key: str, value: Any, indent: int, *, width: int = WIDTH, anchor: str = "") -> list[str]:
    """``key: value`` as lines, from column ``indent``. ``anchor`` names the value for aliases."""
    named = f"{scalar(key)}: " + (f"&{anchor} " if anchor else "")
    pad = " " * indent
    if isinstance(value, (Mapping, list)):
        short = _in_one_line(key, value)
        if short is not None and (len(pad + named + short) <= width or not value):
            return [pad + named + short]
        return [(pad + named).rstrip(), *block(value, indent + _STEP, width=width, key=key)]
    return text_lines(pad + named, value, indent + _STEP, width=width)


def block(value: Any, indent: int, *, width: int = WIDTH, key: str = "") -> list[str]:
    """A map or a list over lines of its own."""
    if isinstance(value, Mapping):
        return [line for name, item in value.items() for line in entry(str(name), item, indent, width=width)]
    return [line for item in value for line in list_item(item, indent, width=width, key=key)]


def list_item(item: Any, indent: int, *, width: int = WIDTH, key: str = "") -> list[str]:
    """An item of a list whose dashes stand in column ``indent``. ``key``: what the list is called."""
    pad = " " * indent
    if isinstance(item, (Mapping, list)):
        if not item or (key in _FLOW and isinstance(item, Mapping) and _only_scalars(item)):
            return [f"{pad}- {flow(item)}"]
        lines = block(item, indent + _STEP, width=width)
        return [f"{pad}- {lines[0].lstrip()}", *lines[1:]]
    return [f"{pad}- {scalar(item)}"]


def text_lines(
    before: str, value: Any, indent: int, *, width: int = WIDTH, folded: bool = False
) -> list[str]:
    """A scalar behind ``before``: on the same line, or folded under it when it is long text."""
    said = scalar(value)
    long = len(before) + len(said) > width or folded
    if isinstance(value, str) and long and _may_fold(value):
        lines = wrapped(value, width - indent)
        if len(lines) > 1 or folded:
            return [f"{before}>-", *(" " * indent + line for line in lines)]
    return [before + said]


def wrapped(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width``, as far as its words allow; joined by blanks it is the same."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and word and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def scalar(value: Any, *, in_flow: bool = False) -> str:
    """A scalar on one line, quoted only when it must be."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    for written in (text, f'"{text}"', f"'{text}'"):
        if "\n" not in written and _reads_as(written, text, in_flow):
            return written
    dumped: str = yaml.dump(text, default_style='"', allow_unicode=True, width=10**9)
    return dumped.strip()


def flow(value: Any) -> str:
    """A value on one line, with braces and brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value, in_flow=True)


def _in_one_line(key: str, value: Any) -> str | None:
    if not value:
        return flow(value)
    fits = _only_scalars(value) if isinstance(value, Mapping) else _only_scalars(dict(enumerate(value)))
    return flow(value) if key in _FLOW and fits else None


def _only_scalars(value: Mapping[Any, Any]) -> bool:
    return not any(isinstance(item, (Mapping, list)) for item in value.values())


def _may_fold(text: str) -> bool:
    """Whether folding loses nothing: no line of its own, no run of blanks, nothing unprintable."""
    return text == " ".join(text.split()) and text.isprintable() and "\ufeff" not in text


def _reads_as(written: str, text: str, in_flow: bool) -> bool:
    around = ("[{k: ", "}]") if in_flow else ("- k: ", "\n")
    try:
        read = yaml.load(f"{around[0]}{written}{around[1]}", _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError):
        return False
    return isinstance(read, list) and read == [{"k": text}] and isinstance(read[0]["k"], str)
