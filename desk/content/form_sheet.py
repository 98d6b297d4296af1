"""What one form holds, field by field, and what to do when two people wrote the same change.

Every form carries a mark of each field as it was drawn. So it is known of each field whether this page
changed it, whether somebody else did meanwhile, or both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from desk.content.form_codec import KEPT, Content, decode, tidy
from desk.content.form_shapes import Lines, LinesBy, NamedRows, Rows, Shape, Ticks, procedure_shape
from knowledge.changes import ContentChange

NOTE, PUBLIC_NOTE, DAY = "_note", "_public_note", "_effective_from"
HEAD = (NOTE, PUBLIC_NOTE, DAY)
"""Fields of the change itself, beside those of the procedure."""
_LONGEST = 2000
_LISTS = (Lines, LinesBy, Ticks, Rows, NamedRows)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The content of a form and the three fields of its head."""

    content: Content
    note: str = ""
    public_note: str = ""
    effective_from: date | None = None

    def flat(self) -> dict[str, Any]:
        """Every field by its name; what is not there is None."""
        content = {name: self.content.get(name) for name in procedure_shape().fields if name not in KEPT}
        day = self.effective_from.isoformat() if self.effective_from else None
        return {NOTE: self.note or None, PUBLIC_NOTE: self.public_note or None, DAY: day, **content}

    def marks(self) -> dict[str, str]:
        """A short fingerprint of every field."""
        return {name: _mark(value) for name, value in self.flat().items()}


class Side(StrEnum):
    """Who changed a field since a form was drawn."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


class Taken(StrEnum):
    """Which version of a field is to be kept. ``JOINED``: theirs, and behind it what only mine has."""

    MINE = "mine"
    THEIRS = "theirs"
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that is not the same in two versions."""

    field: str
    mine: Any
    theirs: Any
    side: Side

    @property
    def can_join(self) -> bool:
        """Whether both can be kept, one behind the other."""
        return isinstance(_shape(self.field), _LISTS) and _joined(self.mine, self.theirs) is not None

    @property
    def proposed(self) -> Taken | None:
        """What loses nothing; None where somebody has to decide."""
        if self.side is not Side.BOTH:
            return Taken.MINE if self.side is Side.MINE else Taken.THEIRS
        simple = isinstance(_shape(self.field), Lines | LinesBy | Ticks)
        return Taken.JOINED if simple and self.can_join else None


def sheet_of(change: ContentChange) -> Sheet:
    """What the form of ``change`` shows."""
    return Sheet(tidy(change.content), change.note, change.public_note, change.effective_from)


def sheet_from(pairs: Iterable[tuple[str, str]], present: ContentChange) -> Sheet:
    """What a form says. What it does not ask is as it is at ``present``."""
    head, body = dict[str, str](), list[tuple[str, str]]()
    for name, value in pairs:
        if name in HEAD:
            head[name] = " ".join(value.replace("\x00", "").split())[:_LONGEST]
        elif not name.startswith("_"):
            body.append((name, value))
    day = present.effective_from if DAY not in head else day_of(head[DAY])
    note, public = head.get(NOTE, present.note), head.get(PUBLIC_NOTE, present.public_note)
    return Sheet(decode(body, present.content).content, note, public[:300], day)


def day_of(text: str) -> date | None:
    """The date in a field; None for none, and for what is no date."""
    try:
        return date.fromisoformat(str(decode([("review_by", text)]).content.get("review_by", "")))
    except ValueError:
        return None


def write_marks(marks: Mapping[str, str]) -> str:
    """Marks as the form carries them."""
    return " ".join(f"{name}:{mark}" for name, mark in marks.items())


def read_marks(text: str) -> dict[str, str]:
    """Marks that a form carried."""
    return dict(one.split(":", 1) for one in text.split() if ":" in one)


def clashes(mine: Sheet, theirs: Sheet, drawn: Mapping[str, str]) -> list[Clash]:
    """Where the two differ. A field whose mark is not in ``drawn`` counts as changed by both."""
    found: list[Clash] = []
    ours, others = mine.flat(), theirs.flat()
    for name, value in ours.items():
        other = others[name]
        if value == other:
            continue
        i_did, they_did = _mark(value) != drawn.get(name), _mark(other) != drawn.get(name)
        side = Side.BOTH if i_did and they_did else Side.MINE if i_did else Side.THEIRS
        found.append(Clash(name, value, other, side))
    return found


def resolved(mine: Sheet, theirs: Sheet, taken: Mapping[str, Taken]) -> Sheet:
    """The sheet in which each field is what was chosen; theirs where nothing was."""
    ours, others = mine.flat(), theirs.flat()
    chosen = dict(others)
    for name, which in taken.items():
        if name in ours and which is Taken.MINE:
            chosen[name] = ours[name]
        elif name in ours and which is Taken.JOINED:
            chosen[name] = _joined(ours[name], others[name]) or ours[name]
    kept = {name: theirs.content[name] for name in KEPT if name in theirs.content}
    content = {name: {**kept, **chosen}.get(name) for name in procedure_shape().fields}
    return Sheet(
        {name: value for name, value in content.items() if value is not None},
        chosen[NOTE] or "",
        chosen[PUBLIC_NOTE] or "",
        date.fromisoformat(chosen[DAY]) if chosen[DAY] else None,
    )


def _shape(field: str) -> Shape | None:
    return procedure_shape().fields.get(field)


def _joined(mine: Any, theirs: Any) -> Any:
    """Both lists, theirs first, or both sets of parts by name; None where one would hide the other."""
    if isinstance(mine, list) and isinstance(theirs, list):
        return [*theirs, *(one for one in mine if one not in theirs)]
    if isinstance(mine, dict) and isinstance(theirs, dict):
        parts = {name: _joined(mine[name], theirs[name]) for name in mine.keys() & theirs.keys()}
        if all(part is not None or mine[name] == theirs[name] for name, part in parts.items()):
            return {**theirs, **mine, **{name: part for name, part in parts.items() if part is not None}}
    return None


def _mark(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]
