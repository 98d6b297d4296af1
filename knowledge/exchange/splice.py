"""A procedure file brought up to date by changing only the lines that say something else now.

Comments, anchors and line breaks of everything that stays are left as they are, so that ``git diff`` shows
what an editor changed and nothing else. Whatever comes out is read back and compared: when the careful way
does not give the wanted content, the file is written anew in the house style.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import yaml
from pydantic import ValidationError

from knowledge.exchange.yaml_nodes import Node, read_tree
from knowledge.exchange.yaml_style import (
    WIDTH,
    entry,
    flow,
    list_item,
    plain_data,
    text_lines,
    wrapped,
)
from knowledge.files import parse
from knowledge.schema import Procedure

_BLANK_BEFORE = frozenset({"summary", "provenance"})


def content_of(procedure: Procedure) -> dict[str, Any]:
    """What a file says: no defaults, but what is unknown even when nothing is."""
    said = {"unknown": [], **plain_data(procedure.model_dump(exclude_defaults=True))}
    return {name: said[name] for name in Procedure.model_fields if name in said}


def written(procedure: Procedure) -> str:
    """A new file in the house style."""
    lines: list[str] = []
    for key, value in content_of(procedure).items():
        if key in _BLANK_BEFORE:
            lines.append("")
        lines += entry(key, value, 0)
    return "\n".join(lines) + "\n"


def spliced(text: str, procedure: Procedure) -> str:
    """``text`` with the content of ``procedure``; ``text`` itself, to the byte, when it says that already."""
    try:
        before = parse(text)
    except (yaml.YAMLError, ValidationError, ValueError):
        return written(procedure)
    if before == procedure:
        return text
    try:
        edited = _Editing(text).edited(content_of(before), content_of(procedure))
        if parse(edited) == procedure:
            return edited
    except (yaml.YAMLError, ValidationError, ValueError):
        pass
    return written(procedure)


class _Anew(ValueError):
    """This part cannot be edited in place."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """Characters ``start`` to ``end`` become ``text``."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class _Anchor:
    """A named value: what it will be, and whether the place that names it survives."""

    value: Any = None
    kept: bool = False
    uses: list[tuple[Node | None, Node, Any]] = field(default_factory=list)


class _Editing:
    """One edit of one file. Line ends are kept as the file has them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._edits: list[_Edit] = []
        self._anchors: dict[str, _Anchor] = {}

    def edited(self, before: dict[str, Any], after: dict[str, Any]) -> str:
        """The text in which ``before`` has become ``after``."""
        root = read_tree(self._text)
        if root.kind != "map" or not root.block:
            raise ValueError("not a block mapping")
        self._note_anchors(root)
        self._map(root, before, after, "")
        for anchor in self._anchors.values():
            for key, node, value in anchor.uses:
                if not (anchor.kept and anchor.value == value):
                    self._write_out(key, node, value)
        result, at = [], 0
        for edit in sorted(self._edits, key=lambda edit: (edit.start, edit.end)):
            if edit.start < at:
                raise ValueError("edits overlap")
            result += [self._text[at : edit.start], edit.text]
            at = edit.end
        return "".join([*result, self._text[at:]])

    def _note_anchors(self, node: Node) -> None:
        if node.anchor and node.kind != "alias":
            self._anchors[node.anchor] = _Anchor()
        for child in node.values:
            self._note_anchors(child)

    # --- values -------------------------------------------------------------------------------------------

    def _value(self, key: Node | None, node: Node, before: Any, after: Any, name: str) -> None:
        """``node`` says ``before`` and is to say ``after``. Raises _Anew when it cannot alone."""
        if node.kind == "alias":
            self._anchors[node.anchor].uses.append((key, node, after))
            return
        same_shape = (node.kind == "map" and isinstance(after, dict) and isinstance(before, dict)) or (
            node.kind == "list" and isinstance(after, list) and isinstance(before, list)
        )
        if before == after or (node.block and same_shape and after and node.values):
            mark = len(self._edits)
            try:
                if node.kind == "map" and isinstance(after, dict):
                    self._map(node, before, after, name)
                elif node.kind == "list" and isinstance(after, list):
                    self._list(node, before, after, name)
                self._keep(node, after)
                return
            except _Anew:
                del self._edits[mark:]
                self._forget_uses(node)
        self._replace(key, node, after, name)

    def _replace(self, key: Node | None, node: Node, after: Any, name: str) -> None:
        """Write a value anew in its place."""
        self._keep(node, after)
        if node.flow and isinstance(after, (dict, list)):
            self._put(node.begins.at, node.ends.at, flow(after))
            return
        if key is None:
            raise _Anew
        indent = key.begins.column
        lines = self._entry(key, node, after, indent, name)
        first = lines[0].lstrip()
        start, end = key.begins.at, self._line_end(node.last)
        tail = self._comment_after(node)
        if len(lines) == 1:
            end = node.ends.at if tail else end
        self._put(start, end, self._newline.join([first, *lines[1:]]))

    def _write_out(self, key: Node | None, alias: Node, value: Any) -> None:
        """What an alias stood for, in its place."""
        if key is None or key.begins.line != alias.begins.line or self._comment_after(alias):
            self._put(alias.begins.at, alias.ends.at, flow(value))
        else:
            lines = entry(key.text, value, key.begins.column)
            self._put(key.begins.at, alias.ends.at, self._newline.join([lines[0].lstrip(), *lines[1:]]))

    def _entry(self, key: Node, node: Node, after: Any, indent: int, name: str) -> list[str]:
        anchor = node.anchor if node.anchor and self._used(node.anchor) else ""
        if node.style == ">" and isinstance(after, str) and not anchor:
            width = self._width_of(node, indent)
            said = text_lines(f"{' ' * indent}{key.text}: ", after, indent + 2, width=width, folded=True)
            return said
        return entry(key.text, after, indent, anchor=anchor)

    def _width_of(self, node: Node, indent: int) -> int:
        """The width at which a folded text was broken; a new one is broken the same way."""
        lines = [self._lines[number].strip() for number in range(node.begins.line + 1, node.last + 1)]
        longest = max(map(len, lines), default=0)
        for width in range(longest, longest + 25):
            if wrapped(" ".join(lines), width) == lines:
                return max(width, 40) + indent + 2
        return max(longest + indent + 2, WIDTH)

    # --- maps and lists -----------------------------------------------------------------------------------

    def _map(self, node: Node, before: dict[str, Any], after: dict[str, Any], _name: str) -> None:
        present = {key: (key_node, value) for key, key_node, value in node.pairs()}
        first = next(iter(present), None)
        hanging = bool(node.keys) and self._before(node.keys[0]).strip() != ""  # "- name: …": shares its line
        last_kept: Node | None = None
        for key, (key_node, value) in present.items():
            if key in after:
                self._value(key_node if node.block else None, value, before.get(key), after[key], key)
            elif key in before:
                if key == first and hanging:
                    raise _Anew
                self._delete_lines(key_node.begins.line, value.last)
                continue
            else:  # a default that somebody wrote out
                self._value(key_node, value, None, None, key)
        indent = node.keys[0].begins.column
        for key, value in after.items():
            if key in present:
                last_kept = present[key][1]
                continue
            lines = self._newline.join(entry(key, value, indent))
            if last_kept is None:
                if hanging:
                    raise _Anew
                at = self._starts[node.keys[0].begins.line]
                self._put(at, at, lines + self._newline)
            else:
                self._insert_after(last_kept.last, lines)

    def _list(self, node: Node, before: list[Any], after: list[Any], name: str) -> None:
        if not node.block:
            if before != after:
                raise _Anew
            for child, item in zip(node.values, after, strict=True):
                self._value(None, child, item, item, name)
            return
        if len(before) != len(node.values):
            raise _Anew
        dash = self._dash_column(node)
        olds, news = [_key(item) for item in before], [_key(item) for item in after]
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
            paired = i2 - i1 if tag == "equal" else min(i2 - i1, j2 - j1)
            for step in range(paired):
                self._item(node.values[i1 + step], before[i1 + step], after[j1 + step], dash, name)
            for gone in range(i1 + paired, i2):
                self._delete_lines(self._dash_line(node.values[gone]), node.values[gone].last)
            added = [line for item in after[j1 + paired : j2] for line in list_item(item, dash, key=name)]
            if added:
                place = i1 + paired  # behind the item before it, which stays or is one of these
                if place == 0:
                    at = self._starts[self._dash_line(node.values[0])]
                    self._put(at, at, self._newline.join(added) + self._newline)
                else:
                    self._insert_after(node.values[place - 1].last, self._newline.join(added))

    def _item(self, node: Node, before: Any, after: Any, dash: int, name: str) -> None:
        mark = len(self._edits)
        try:
            self._value(None, node, before, after, name)
        except _Anew:
            del self._edits[mark:]
            self._forget_uses(node)
            if node.anchor and self._used(node.anchor):
                self._anchors[node.anchor].kept = False
            lines = list_item(after, dash, key=name)
            start = self._starts[self._dash_line(node)]
            one = len(lines) == 1 and node.kind == "scalar" and node.style not in ("|", ">")
            end = node.ends.at if one else self._line_end(node.last)
            self._put(start, end, self._newline.join(lines))

    # --- text ---------------------------------------------------------------------------------------------

    def _keep(self, node: Node, value: Any) -> None:
        if node.anchor:
            anchor = self._anchors[node.anchor]
            anchor.kept, anchor.value = True, value

    def _used(self, name: str) -> bool:
        return f"*{name}" in self._text

    def _forget_uses(self, node: Node) -> None:
        """What stands below ``node`` is gone: neither its anchors nor its aliases count."""
        below = {id(child) for child in _below(node)}
        for child in _below(node):
            if child.anchor and child.kind != "alias":
                self._anchors[child.anchor].kept = False
        for anchor in self._anchors.values():
            anchor.uses = [use for use in anchor.uses if id(use[1]) not in below]

    def _before(self, node: Node) -> str:
        return self._lines[node.begins.line][: node.begins.column]

    def _dash_line(self, item: Node) -> int:
        first = item.keys[0] if item.block and item.keys else item
        if item.block and not item.keys:
            raise _Anew
        if "-" not in self._before(first):
            raise _Anew  # "- &name" with the map under it
        return first.begins.line

    def _dash_column(self, node: Node) -> int:
        first = node.values[0]
        line = self._lines[self._dash_line(first)]
        return len(line) - len(line.lstrip(" "))

    def _comment_after(self, node: Node) -> str:
        if node.style in ("|", ">") or node.block:
            return ""
        return self._text[node.ends.at : self._line_end(node.ends.line)].strip()

    def _line_end(self, line: int) -> int:
        """Where the line ends, before its line break."""
        return self._starts[line] + len(self._lines[line].rstrip("\r\n"))

    def _delete_lines(self, first: int, last: int) -> None:
        self._put(self._starts[first], self._starts[last + 1], "")

    def _insert_after(self, line: int, text: str) -> None:
        ended = self._lines[line].endswith("\n")
        at = self._starts[line + 1]
        self._put(at, at, text + self._newline if ended else self._newline + text)

    def _put(self, start: int, end: int, text: str) -> None:
        self._edits.append(_Edit(start, end, text))


def _below(node: Node) -> list[Node]:
    found: list[Node] = []
    for child in node.values:
        found += [child, *_below(child)]
    return found


def _key(item: Any) -> str:
    return json.dumps(item, sort_keys=True, ensure_ascii=False, default=str)
