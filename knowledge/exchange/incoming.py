"""A file with procedures, of whatever kind, and what it would change. A real import opens drafts, no more."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Any

import yaml
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import changes
from knowledge.changes import EDITABLE, ChangeError, ContentChange, Editor, Problem
from knowledge.changes.diff import Difference, differences
from knowledge.exchange.files import FileRefused, is_workbook, is_zip, read_archive, read_csv, read_workbook
from knowledge.exchange.tables import Book, CellProblem, Row, content_from, place_of, read_tables
from knowledge.files import DoubleKey, explain, parse
from knowledge.schema import Procedure

_MOST_PROBLEMS = 500
_MOST_ALIASES = 500


class Fate(StrEnum):
    """What an import does to a procedure."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"
    TAKEN = "taken"


@dataclass(slots=True)
class Planned:
    """One procedure of a file. ``change``: the draft it goes into, or somebody else's that is in the way."""

    code: str
    name: str
    fate: Fate
    content: dict[str, Any]
    differences: list[Difference] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    change: ContentChange | None = None
    drafted: int | None = None
    refused: str = ""


@dataclass(slots=True)
class Plan:
    """What a file would change, and what is wrong with it as a whole."""

    procedures: list[Planned] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)

    def of(self, *fates: Fate) -> list[Planned]:
        """The procedures with one of these fates."""
        return [one for one in self.procedures if one.fate in fates]

    @property
    def every_problem(self) -> list[CellProblem]:
        """Of the file and of each procedure."""
        return [*self.problems, *(problem for one in self.procedures for problem in one.problems)]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it was read: tables, or whole contents by code with the file each stands in."""

    book: Book | None = None
    contents: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    problems: tuple[CellProblem, ...] = ()

    @property
    def codes(self) -> list[str]:
        """The procedures it speaks of."""
        return self.book.codes if self.book else sorted(self.contents)


def read_incoming(name: str, content: bytes) -> Incoming:
    """Read a file by what it is: a workbook, CSV, procedure files, or a zip of them. Raises FileRefused."""
    if is_zip(content):
        if is_workbook(content):
            return Incoming(read_tables(read_workbook(content)))
        return _of_archive(read_archive(content))
    if PurePath(name).suffix.lower() in (".yml", ".yaml"):
        return _of_files({name: content})
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("Dạng tệp này không đọc được; lưu thành “Excel Workbook (.xlsx)”.")
    return Incoming(read_tables({"": read_csv(content)}))


async def plan(session: AsyncSession, incoming: Incoming, editor: Editor) -> Plan:
    """What the file would change, if ``editor`` imported it now. Nothing is written."""
    made = Plan(problems=[*(incoming.book.problems if incoming.book else []), *incoming.problems])
    for code in incoming.codes:
        made.procedures.append(await _planned(session, incoming, code, editor))
        await asyncio.sleep(0)  # thousands of them: others are served in between
    return made


async def carry_out(
    session: AsyncSession, incoming: Incoming, codes: Collection[str], editor: Editor, note: str
) -> list[Planned]:
    """Open a draft, or go on with the editor's own, for those of ``codes`` that are new or changed now.

    In the caller's transaction. What happened to each is in the list; a draft that was written has a number.
    """
    done: list[Planned] = []
    for code in codes:
        one = await _planned(session, incoming, code, editor)
        if one.fate in (Fate.NEW, Fate.CHANGED):
            try:
                async with session.begin_nested():
                    one.drafted = (await _draft(session, one, editor, note)).id
            except ChangeError as error:
                one.fate, one.refused = Fate.TAKEN, error.said
        done.append(one)
    return done


async def _planned(session: AsyncSession, incoming: Incoming, code: str, editor: Editor) -> Planned:
    change = await changes.open_of(session, code)
    mine = change is not None and change.state in EDITABLE and change.opened_by == editor.id
    base: dict[str, Any] = {}
    newest = await changes.newest(session, code)
    if change is not None and mine:
        base = change.content
    elif newest is not None:
        base = await changes.content_of(session, newest.id)
    content, problems = await asyncio.to_thread(_content, incoming, code, base)
    name = str(content.get("name") or base.get("name") or code)
    made = Planned(code, name, Fate.WRONG, content, problems=problems, change=change)
    if problems:
        return made
    if _same(base, content):
        made.fate = Fate.SAME
        return made
    made.differences = differences(base, content)
    if newest is not None and newest.withdrawn:
        made.fate, made.refused = Fate.TAKEN, "Thủ tục này đã ngừng áp dụng."
    elif change is not None and not mine:
        made.fate, made.refused = Fate.TAKEN, f"Đang có bản sửa do {change.opened_by_name} mở."
    else:
        made.fate = Fate.CHANGED if base else Fate.NEW
    return made


def _content(
    incoming: Incoming, code: str, base: Mapping[str, Any]
) -> tuple[dict[str, Any], list[CellProblem]]:
    book = incoming.book
    if book is None:
        name, content = incoming.contents[code]
        found = changes.problems_of(content)
        return content, [CellProblem(name, 0, one.path, one.said) for one in found]
    if book.of_code[code]:
        return dict(base), book.of_code[code]
    content = content_from(book, code, base)
    problems = [place_of(book, code, problem) for problem in _wrong(content)]
    if problems:
        return content, problems
    with_source = content.get("provenance")
    if not with_source:  # it comes with the evidence of the submission
        return content, []
    return Procedure.model_validate(content).model_dump(mode="json", exclude_defaults=True), []


def _wrong(content: dict[str, Any]) -> list[Problem]:
    try:
        return changes.problems_of(content)
    except (TypeError, ValueError):  # keys that are no text, and the like
        return [Problem("", "nội dung không đọc được")]


def _same(base: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    try:
        return Procedure.model_validate(base) == Procedure.model_validate(content)
    except ValidationError:
        return dict(base) == dict(content)


async def _draft(session: AsyncSession, one: Planned, editor: Editor, note: str) -> ContentChange:
    if one.change is not None:
        change = one.change
        return await changes.save(session, change.id, change.revision, one.content, editor, note=note)
    if one.fate is Fate.NEW:
        return await changes.open_new(session, one.content, editor, note=note)
    return await changes.open_change(session, one.code, editor, content=one.content, note=note)


class _TooManyReferences(ValueError):
    pass


def _check_references(text: str) -> None:
    """Refuse what grows when it is read: merges and endless aliases. Raises _TooManyReferences, YAMLError."""
    aliases = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        aliases += isinstance(event, yaml.AliasEvent)
        merges = isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style
        if merges or aliases > _MOST_ALIASES:
            raise _TooManyReferences


def _of_archive(members: Mapping[str, bytes]) -> Incoming:
    known = {
        name: member for name, member in members.items() if not PurePath(name).name.startswith((".", "_"))
    }
    tables: dict[str, list[Row]] = {}
    for name, member in known.items():
        if name.lower().endswith(".csv"):
            tables[PurePath(name).stem] = read_csv(member)
    files = {name: member for name, member in known.items() if name.lower().endswith((".yml", ".yaml"))}
    if tables and files:
        raise FileRefused("Tệp nén có cả CSV và tệp thủ tục; chỉ để một loại.")
    if tables:
        return Incoming(read_tables(tables))
    if not files:
        raise FileRefused("Tệp nén không có CSV hay tệp thủ tục (.yml) nào.")
    return _of_files(files)


def _of_files(files: Mapping[str, bytes]) -> Incoming:
    contents: dict[str, tuple[str, dict[str, Any]]] = {}
    problems: list[CellProblem] = []
    for path, member in sorted(files.items()):
        name = PurePath(path).name

        def wrong(said: str, where: str = "", name: str = name) -> None:
            problems.append(CellProblem(name, 0, where, said))

        try:
            text = member.decode("utf-8")
            _check_references(text)
            procedure = parse(text)
        except _TooManyReferences:
            wrong("tệp nhắc lại (dấu * và &) quá nhiều, hoặc dùng dấu <<; viết ra đầy đủ")
        except UnicodeDecodeError:
            wrong("tệp không phải chữ UTF-8")
        except DoubleKey as error:
            wrong(f"mục '{error.key}' ghi hai lần")
        except yaml.YAMLError:
            wrong("không đọc được YAML")
        except RecursionError:
            wrong("lồng nhau quá nhiều")
        except ValidationError as error:
            for item in error.errors():
                where, said = explain(dict(item))
                wrong(said, where)
        except ValueError:
            wrong("có ngày không có trong lịch (như 30/02)")
        else:
            if procedure.code in contents:
                wrong(f"mã {procedure.code} đã có ở tệp {contents[procedure.code][0]}")
            contents[procedure.code] = name, procedure.model_dump(mode="json", exclude_defaults=True)
    return Incoming(contents=contents, problems=tuple(problems[:_MOST_PROBLEMS]))
