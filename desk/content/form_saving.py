"""Writing what a form says, and moving rows for browsers without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.content import presence
from desk.content.form_codec import Content, decode
from desk.content.form_sheet import Sheet, read_marks, sheet_from, sheet_of
from desk.content.review_common import editor_of, subject_of
from desk.people import Person
from knowledge import changes
from knowledge.changes import ContentChange, StaleChange
from motcua.db import Database

REVISION, PAGE, MARKS, END, MOVE = "_revision", "_page", "_marks", "_end", "_op"
Pairs = Sequence[tuple[str, str]]


class Cut(Exception):
    """The form did not arrive whole: writing it would take away what is missing."""


class Gone(Exception):
    """There is no such change."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came. Raises Cut when it is made of a part of one."""

    pairs: Pairs
    revision: int
    page: str
    marks: dict[str, str]

    @classmethod
    def of(cls, pairs: Pairs) -> Sent:
        """Read what every form carries."""
        head = {name: value for name, value in pairs if name.startswith("_")}
        revision, page = head.get(REVISION, ""), head.get(PAGE, "")[:24]
        whole = pairs and pairs[-1][0] == END
        if not (whole and page and revision.isascii() and revision.isdigit() and len(revision) < 10):
            raise Cut
        return cls(pairs, int(revision), page, read_marks(head.get(MARKS, "")))


class Overtaken(Exception):
    """Somebody else wrote the change meanwhile: both versions, and who it was if that is known."""

    def __init__(self, mine: Sheet, present: ContentChange, writer: str) -> None:
        self.mine, self.present, self.writer = mine, present, writer
        super().__init__("overtaken")


async def keep(
    database: Database, person: Person, change_id: int, sent: Sent, move: str = ""
) -> ContentChange:
    """Write what the form says, after ``move`` (:func:`moved`).

    The same again changes nothing, and a form in which nothing was changed clashes with nobody. What this
    page wrote itself is no surprise to it, even when it never heard that it arrived. Raises Gone, Overtaken,
    and what ``changes.save`` raises.
    """
    async with database.read() as session:
        present = await changes.find(session, change_id)
    if present is None:
        raise Gone
    mine = sheet_from(sent.pairs, present)
    if move:
        mine = replace(mine, content=moved(mine.content, _content_path(sent.pairs, move)))
    try:
        async with database.write() as session:
            return await write(session, person, Writing(change_id, sent.revision, sent.page, mine))
    except StaleChange as stale:
        present = stale.present
    if mine.marks() in (sheet_of(present).marks(), sent.marks):
        return present  # it is there already, or this page has nothing to write
    async with database.read() as session:
        writer = await presence.writer_of(session, change_id, present.revision)
    raise Overtaken(mine, present, writer)


@dataclass(frozen=True, slots=True)
class Writing:
    """A sheet that is to be written over ``revision`` by a page."""

    change_id: int
    revision: int
    page: str
    sheet: Sheet


async def write(session: AsyncSession, person: Person, wish: Writing) -> ContentChange:
    """Write a sheet, in the caller's transaction. Raises what ``changes.save`` raises."""
    change_id, revision, page, sheet = wish.change_id, wish.revision, wish.page, wish.sheet
    before = await changes.find(session, change_id)
    wrote_before = before is not None and person.id in before.editors
    if (
        before is not None
        and before.revision != revision
        and await presence.is_own(session, change_id, page, person, before.revision)
    ):
        revision = before.revision
    row = await changes.save(
        session,
        change_id,
        revision,
        sheet.content,
        editor_of(person),
        note=sheet.note,
        public_note=sheet.public_note,
        effective_from=sheet.effective_from,
    )
    if row.revision != revision:
        await presence.wrote(session, change_id, page, person, row.revision)
        if not wrote_before:
            await audit.record(session, person, "content_edited", subject_of(row.code), {"ban_sua": row.id})
    return row


def moved(content: Content, move: str) -> Content:
    """``content`` after ``up:steps.1``, ``down:…`` or ``drop:…``; as it was when there is no such row."""
    act, _, path = move.partition(":")
    *steps, key = path.split(".")
    changed: Any = {**content}
    holder = changed
    for step in steps:
        inner = _step(holder, step)
        if not isinstance(inner, dict | list):
            return content
        inner = inner.copy()
        holder[int(step) if isinstance(holder, list) else step] = inner
        holder = inner
    if _step(holder, key) is None or act not in ("up", "down", "drop"):
        return content
    rows = list(holder.items()) if isinstance(holder, dict) else list(holder)
    at = list(holder).index(key) if isinstance(holder, dict) else int(key)
    row = rows.pop(at)
    if act != "drop":
        rows.insert(max(0, at - 1) if act == "up" else at + 1, row)
    if isinstance(holder, dict):
        holder.clear()
        holder.update(rows)
    else:
        holder[:] = rows
    return {name: value for name, value in changed.items() if value not in ([], {})}


def _step(holder: Any, step: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and step.isdigit() and int(step) < len(holder):
        return holder[int(step)]
    return None


def _content_path(pairs: Pairs, move: str) -> str:
    """A move that names a row of the form, naming its place in the content instead."""
    act, _, name = move.partition(":")
    places = {field: path for path, field in decode(pairs).names.items()}
    return f"{act}:{places[name]}" if name in places else ""
