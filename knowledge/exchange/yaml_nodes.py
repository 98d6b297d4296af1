"""A procedure file as a tree in which every value knows where in the text it stands.

PyYAML's own nodes put what an anchor names in the place of its alias; here the alias itself stays visible,
because it is what has to be edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Place:
    """A position in the text: line and column from 0, and the character."""

    line: int
    column: int
    at: int


@dataclass(slots=True)
class Node:
    """A value. ``kind``: scalar, map, list or alias. ``last`` is the last line that belongs to it.

    ``begins`` and ``ends`` hold it without its anchor; ``ends`` of a block is not to be relied on.
    """

    kind: str
    begins: Place
    ends: Place
    flow: bool = False
    style: str = ""
    anchor: str = ""
    last: int = 0
    keys: list[Node] = field(default_factory=list)
    values: list[Node] = field(default_factory=list)
    text: str = ""

    def pairs(self) -> Iterator[tuple[str, Node, Node]]:
        """Key text, key and value of a map."""
        for key, value in zip(self.keys, self.values, strict=True):
            yield key.text, key, value

    @property
    def block(self) -> bool:
        """Whether it is a map or list written over lines of its own."""
        return self.kind in ("map", "list") and not self.flow


def read_tree(text: str) -> Node:
    """The tree of a file that holds one document. Raises yaml.YAMLError, ValueError."""
    events: list[Any] = [event for event in yaml.parse(text, Loader=_Loader) if isinstance(event, _KEPT)]
    reader = _Reader(text, events)
    root = reader.node()
    if reader.more():
        raise ValueError("more than one document")
    return root


_KEPT = (
    yaml.AliasEvent,
    yaml.ScalarEvent,
    yaml.SequenceStartEvent,
    yaml.SequenceEndEvent,
    yaml.MappingStartEvent,
    yaml.MappingEndEvent,
)


class _Reader:
    def __init__(self, text: str, events: list[Any]) -> None:
        self._text, self._events, self._next = text, events, 0
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def more(self) -> bool:
        return self._next < len(self._events)

    def node(self) -> Node:
        if not self.more():
            raise ValueError("nothing in it")
        event = self._events[self._next]
        self._next += 1
        begins, ends = self._place(event.start_mark), self._place(event.end_mark)
        if isinstance(event, yaml.AliasEvent):
            return Node("alias", begins, ends, anchor=event.anchor or "", last=begins.line)
        anchor = event.anchor or ""
        if anchor and not isinstance(event, yaml.ScalarEvent):
            begins = self._after_anchor(begins, anchor)
        if isinstance(event, yaml.ScalarEvent):
            if anchor:
                begins = self._after_anchor(begins, anchor)
            node = Node("scalar", begins, ends, style=event.style or "", anchor=anchor, text=event.value)
            node.last = self._last_line(begins, ends) if node.style in ("|", ">") else ends.line
            return node
        kind = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
        node = Node(kind, begins, ends, flow=bool(event.flow_style), anchor=anchor)
        while not isinstance(self._events[self._next], (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            if kind == "map":
                node.keys.append(self.node())
            node.values.append(self.node())
        node.ends = self._place(self._events[self._next].end_mark)
        self._next += 1
        inner = [child.last for child in (*node.keys, *node.values)]
        node.last = node.ends.line if node.flow else max(inner, default=begins.line)
        return node

    def _place(self, mark: Any) -> Place:
        return Place(mark.line, mark.column, self._starts[mark.line] + mark.column)

    def _after_anchor(self, place: Place, anchor: str) -> Place:
        """``place`` behind ``&anchor`` and the blanks after it, when it stands before the value."""
        sign = f"&{anchor}"
        if not self._text.startswith(sign, place.at):
            return place
        at, line, column = place.at + len(sign), place.line, place.column + len(sign)
        while self._text[at : at + 1] == " ":
            at, column = at + 1, column + 1
        return Place(line, column, at)

    def _last_line(self, begins: Place, ends: Place) -> int:
        """Block scalars end where the next thing begins; the blank lines between are nobody's."""
        lines = self._text.splitlines()
        last = min(ends.line if ends.column else ends.line - 1, len(lines) - 1)
        while last > begins.line and not lines[last].strip():
            last -= 1
        return last
