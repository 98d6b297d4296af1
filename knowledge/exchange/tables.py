"""Contents as tables and back: what is wrong with a cell is said by sheet, row and column."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.changes import Problem
from knowledge.exchange.columns import BadCell, Cell, Column, get, put
from knowledge.exchange.sheets import CODE, SHEETS, Sheet
from knowledge.schema import Procedure, facets_with_content
from motcua.reply import Facet
from vietnamese import fold

Row = tuple[int, list[str]]
"""A row as it was read: its number in the file, and its cells as text."""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Something wrong at a place of a file; ``row`` 0: the whole sheet, ``sheet`` empty: the whole file."""

    sheet: str
    row: int
    column: str
    said: str

    @property
    def place(self) -> str:
        """``trang “Cách nộp”, dòng 3, cột “Phí: loại”``."""
        parts = [f"trang “{self.sheet}”"] if self.sheet else []
        parts += [f"dòng {self.row}"] if self.row else []
        parts += [f"cột “{self.column}”"] if self.column else []
        return ", ".join(parts)


@dataclass(slots=True)
class _Read:
    """The rows of one procedure in one sheet: their items, and the row of each."""

    items: list[dict[str, Any]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Book:
    """A file that was read: for each procedure its rows by sheet, and what cannot be read."""

    sheets: list[Sheet] = field(default_factory=list)
    columns: dict[str, list[Column]] = field(default_factory=dict)
    found: dict[str, dict[str, _Read]] = field(default_factory=lambda: defaultdict(dict))
    problems: list[CellProblem] = field(default_factory=list)
    of_code: dict[str, list[CellProblem]] = field(default_factory=lambda: defaultdict(list))

    @property
    def codes(self) -> list[str]:
        """The procedures it speaks of."""
        return sorted(self.found)


def to_tables(contents: Iterable[Mapping[str, Any]]) -> dict[str, list[list[Cell]]]:
    """By sheet: the headings, then the rows of all contents."""
    tables: dict[str, list[list[Cell]]] = {
        sheet.title: [[CODE.heading, *(column.heading for column in sheet.columns)]] for sheet in SHEETS
    }
    for content in contents:
        for sheet in SHEETS:
            for item in sheet.take(dict(content)):
                cells = [column.show(get(item, column.path)) for column in sheet.columns]
                tables[sheet.title].append([str(content.get("code", "")), *cells])
    return tables


def read_tables(tables: Mapping[str, Sequence[Row]]) -> Book:
    """The procedures in tables by the title of their sheet; sheets of other titles are other people's.

    A table without a title (a CSV) is known by its headings.
    """
    book = Book()
    for title, rows in tables.items():
        _read_sheet(book, title, rows)
    if not book.sheets:
        said = "không thấy trang nào của mẫu; tải tệp mẫu ở mục xuất rồi điền vào đó"
        book.problems.append(CellProblem("", 0, "", said))
    if (main := SHEETS[0]) in book.sheets:
        _check_codes(book, main)
    return book


def content_from(book: Book, code: str, base: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with what the file says of it; sheets and columns that the file lacks stay as they were."""
    content = copy.deepcopy(dict(base))
    content["code"] = code
    for sheet in _sheets_of(book, code):
        read = book.found[code].get(sheet.title, _Read())
        if sheet.one_row:
            _lay_over(content, read.items, book.columns[sheet.title])
            continue
        for name in sheet.fields:
            content.pop(name, None)
        sheet.give(content, read.items)
    return with_unknown(content, base)


def place_of(book: Book, code: str, problem: Problem) -> CellProblem:
    """Where in the file a problem of the content stands."""
    best: tuple[int, CellProblem] | None = None
    for sheet in _sheets_of(book, code):
        read = book.found[code].get(sheet.title)
        if read is None:
            continue
        paths = sheet.give({}, copy.deepcopy(read.items))
        for path, row in zip(paths, read.rows, strict=True):
            inside = _inside(problem.path, path)
            if inside is None or (sheet.one_row and problem.path.split(".")[0] not in sheet.fields):
                continue
            column = _column(sheet, inside)
            score = len(path) + (1 if column else 0)
            if best is None or score > best[0]:
                best = score, CellProblem(sheet.title, row, column, problem.said)
    if best:
        return best[1]
    name = problem.path.split(".")[0]
    sheet_of = next((sheet.title for sheet in book.sheets if name in sheet.fields), "")
    return CellProblem(sheet_of, 0, "", f"{problem.path}: {problem.said}" if problem.path else problem.said)


def _sheets_of(book: Book, code: str) -> list[Sheet]:
    """With the first sheet in the file, all of it is said of its procedures; otherwise what has rows."""
    whole = SHEETS[0] in book.sheets
    return [sheet for sheet in book.sheets if whole or sheet.title in book.found[code]]


def _read_sheet(book: Book, title: str, rows: Sequence[Row]) -> None:
    head = next(((number, cells) for number, cells in rows if any(cells)), None)
    sheet = _sheet_for(title, head[1] if head else [])
    if sheet is None:
        return
    if head is None:
        book.problems.append(CellProblem(sheet.title, 0, "", "trang trống, không có dòng tiêu đề"))
        return
    named = {_key(cell): place for place, cell in enumerate(head[1]) if cell}
    places = {column.heading: named.get(_key(column.heading)) for column in (CODE, *sheet.columns)}
    missing = [heading for heading, place in places.items() if place is None]
    if places[CODE.heading] is None or (missing and not sheet.one_row):
        for heading in missing:
            book.problems.append(CellProblem(sheet.title, head[0], heading, "thiếu cột này"))
        return
    present = [column for column in sheet.columns if places[column.heading] is not None]
    book.sheets.append(sheet)
    book.columns[sheet.title] = present
    for number, cells in rows:
        if number > head[0] and any(cell.strip() for cell in cells):
            _read_row(book, sheet, number, cells, places)


def _read_row(book: Book, sheet: Sheet, number: int, cells: list[str], places: dict[str, int | None]) -> None:
    def cell(column: Column) -> str:
        place = places[column.heading]
        return cells[place] if place is not None and place < len(cells) else ""

    code = cell(CODE).strip()
    if not code:
        book.problems.append(CellProblem(sheet.title, number, CODE.heading, "dòng này thiếu mã thủ tục"))
        return
    read = book.found[code].setdefault(sheet.title, _Read())
    if sheet.one_row and read.rows:
        said = f"mã {code} đã có ở dòng {read.rows[0]}"
        book.of_code[code].append(CellProblem(sheet.title, number, CODE.heading, said))
        return
    item: dict[str, Any] = {}
    for column in book.columns[sheet.title]:
        try:
            put(item, column.path, column.read(cell(column)))
        except BadCell as error:
            book.of_code[code].append(CellProblem(sheet.title, number, column.heading, str(error)))
    read.items.append(item)
    read.rows.append(number)


def _check_codes(book: Book, main: Sheet) -> None:
    for code, by_sheet in book.found.items():
        if main.title not in by_sheet:
            title, read = next(iter(by_sheet.items()))
            said = f"mã {code} không có ở trang “{main.title}”"
            book.of_code[code].append(CellProblem(title, read.rows[0], CODE.heading, said))


def _sheet_for(title: str, head: Sequence[str]) -> Sheet | None:
    if title:
        return next((sheet for sheet in SHEETS if _key(sheet.title) == _key(title)), None)
    headings = {_key(cell) for cell in head if cell}
    if _key(CODE.heading) not in headings:
        return None
    shares = [(_share(sheet, headings), -place, sheet) for place, sheet in enumerate(SHEETS)]
    share, _, best = max(shares, key=lambda scored: scored[:2])
    return best if share else None


def _share(sheet: Sheet, headings: set[str]) -> float:
    """How many of a sheet's columns are there."""
    known = sum(_key(column.heading) in headings for column in sheet.columns)
    return known / len(sheet.columns)


def _lay_over(content: dict[str, Any], items: Sequence[dict[str, Any]], columns: Sequence[Column]) -> None:
    for item in items:
        for column in columns:
            _remove(content, column.path)
            put(content, column.path, get(item, column.path))


def _remove(content: dict[str, Any], path: str) -> None:
    name, _, rest = path.partition(".")
    if not rest:
        content.pop(name, None)
    elif isinstance(content.get(name), dict):
        _remove(content[name], rest)
        if not content[name]:
            del content[name]


def with_unknown(content: dict[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """What is said is not unknown, and the rest is: nobody has to keep that list by hand."""
    shape = {name: content.get(name) for name in Procedure.model_fields}
    said = facets_with_content(Procedure.model_construct(**shape))
    unknown = [facet.value for facet in Facet if facet not in said]
    before = list(base.get("unknown") or [])
    content.pop("unknown", None)
    if unknown:
        content["unknown"] = before if set(before) == set(unknown) else unknown
    return content


def _inside(problem: str, path: str) -> str | None:
    if not path:
        return problem
    if problem == path or problem.startswith(f"{path}."):
        return problem[len(path) + 1 :]
    return None


def _column(sheet: Sheet, inside: str) -> str:
    """The heading of the column that a path inside an item belongs to."""
    if not inside:
        return sheet.columns[-1].heading if len(sheet.columns) == 2 else ""
    exact = [
        column for column in sheet.columns if column.path == inside or inside.startswith(f"{column.path}.")
    ]
    near = exact or [column for column in sheet.columns if column.path.startswith(f"{inside}.")]
    return near[0].heading if near else ""


def _key(text: str) -> str:
    return " ".join(fold(text).lower().split())
