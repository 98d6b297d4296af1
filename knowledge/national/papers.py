"""The tables of papers (``thanh_phan_ho_so``), which arrive flattened to one text.

A table is a heading ("--" when there is none), the names of the columns, and rows of name, file of the form
and "1 bản chính,2 bản sao", all written together. The rows of a table are not in their order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from knowledge.national.file_names import has_file_name, split_file_name
from knowledge.national.findings import Findings, Outcome
from knowledge.national.mend import PAPER_HEAD, PAPERS
from knowledge.national.text import capital, one_line, without_bullet
from knowledge.schema import Document, Form
from knowledge.shorten import clip
from vietnamese import fold

_COUNT = re.compile(r"(\d+) bản chính(?:,(\d{1,2}) bản sao)?")
_RESULT_CODE = re.compile(r"[\dA-Z][\w.-]*\d")
_RULE = re.compile(r"[-\s]*")
_SHOWN = re.compile(r"^(?:người .{0,60}phải )?xuất trình\b|phải xuất trình", re.IGNORECASE)
_REMARK = re.compile(r"^(?:\*\s*)?(?:lưu ý|ghi chú|chú ý)\b", re.IGNORECASE)
# Headings that name no case: everybody needs what stands under them.
_PLAIN = re.compile(
    r"(?:[a-z\d]{1,2}[.)]\s*)?(?:các )?(?:thành phần hồ sơ|giấy tờ|hồ sơ|tài liệu)?"
    r"(?: phải nộp| phải xuất trình| cần nộp| gồm| bao gồm| gồm có|,? bao gồm)*",
    re.IGNORECASE,
)
_PAPER = re.compile(
    r"^(?:\(?[a-zđ\d]{1,3}[.)]\s*)?(?:\d+ |một )?(?:bản |các )?(?:giấy|đơn|tờ|bản|văn bản|phiếu|hộ chiếu|thẻ"
    r"|biên|báo cáo|quyết định|hồ sơ|hợp đồng|tài liệu|chứng|danh|ảnh|sổ|công văn|mẫu|thông báo|h[óo][aá] đơn"
    r"|sơ|lý lịch|bằng|dự |phương án|đề án|kế hoạch|thuyết minh|bảng|nghị quyết|điều lệ|vận đơn|công hàm)",
    re.IGNORECASE,
)
_ORDER = re.compile(r"^[-+*\s]*\(?([a-zđ]|\d{1,2}|[ivx]{1,4})[.)]\s")
_ALPHABET = "abcdđefghijklmnopqrstuvxyz"
_FORM_CODE = re.compile(r"\b[Mm]ẫu (?:số )?([A-ZĐ-]*\d[\w./-]*)")
_MOST = 20
_SLUG_WORDS = 7
_WHERE = "tải tệp mẫu trên Cổng"


@dataclass(frozen=True, slots=True)
class Row:
    """One row in the portal's words."""

    name: str
    originals: int
    copies: int


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and its rows, in their right order where they are numbered."""

    heading: str
    rows: list[Row]


@dataclass(slots=True)
class Papers:
    """What the schema takes of the tables."""

    documents: list[Document] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_tables(text: str) -> tuple[list[Table], str]:
    """The tables, and what stands behind the last row."""
    heading, *bodies = text.split(PAPER_HEAD)
    tables: list[Table] = []
    for body in bodies:
        rows, rest = _rows(body)
        tables.append(Table(heading, _ordered(rows)))
        heading = rest
    return tables, heading


def read_papers(text: str, findings: Findings) -> Papers:
    """The papers, cases and forms in ``text``; what is no paper becomes a note."""
    papers = Papers()
    tables, rest = read_tables(text)
    for table in tables:
        _add_table(table, papers, findings, alone=len(tables) == 1)
    if _RESULT_CODE.fullmatch(text.strip()):
        findings.add(PAPERS, Outcome.FURNITURE, text, "mã kết quả, không phải giấy tờ")
    elif not tables and not _RULE.fullmatch(text):
        _note(papers, findings, text, "không phải bảng giấy tờ, giữ làm ghi chú")
    elif tables and not _RULE.fullmatch(rest):
        _note(papers, findings, rest, "đứng sau dòng cuối của bảng, giữ làm ghi chú")
    return papers


def _rows(body: str) -> tuple[list[Row], str]:
    rows: list[Row] = []
    end = 0
    for found in _COUNT.finditer(body):
        if _is_part_of_a_name(body, found):
            continue
        digits = found[1]
        name = body[end : found.start() + len(digits) - 1]
        rows.append(Row(name.strip(), int(digits[-1]), int(found[2] or 0)))
        end = found.end()
    return rows, body[end:]


def _is_part_of_a_name(body: str, found: re.Match[str]) -> bool:
    """A count is one digit right behind the name; "nộp 01 bản chính hợp đồng" is a name."""
    digits, after = found[1], body[found.end() : found.end() + 1]
    if len(digits) == 2 and digits[0] == "0":
        return True
    spaced = len(digits) == 1 and body[max(0, found.start() - 1) : found.start()].isspace()
    return spaced and not found[2] and after != "" and after in " .,;:)"


def _ordered(rows: list[Row]) -> list[Row]:
    """Rows that are all lettered or numbered, each once, in the order of their letters or numbers."""
    marks = [found[1] if (found := _ORDER.match(row.name)) else "" for row in rows]
    if len(set(marks)) < len(rows) or len(rows) < 2 or "" in marks:
        return rows
    if all(mark.isdigit() for mark in marks):
        return [row for _, row in sorted(zip(map(int, marks), rows, strict=True), key=lambda pair: pair[0])]
    if all(len(mark) == 1 and mark in _ALPHABET for mark in marks):
        places = [_ALPHABET.index(mark) for mark in marks]
        return [row for _, row in sorted(zip(places, rows, strict=True), key=lambda pair: pair[0])]
    return rows


def _add_table(table: Table, papers: Papers, findings: Findings, *, alone: bool) -> None:
    heading = one_line(table.heading).strip("-+* ").rstrip(":;,. ")
    remarks = bool(_REMARK.match(heading))
    shown = bool(_SHOWN.search(heading))
    case = None
    if remarks or (alone and not shown and heading and not _PLAIN.fullmatch(heading)):
        _note(papers, findings, table.heading, "lời dẫn của bảng giấy tờ, giữ làm ghi chú")
    elif heading and not _PLAIN.fullmatch(heading) and not _SHOWN.search(heading):
        case = _slug(heading, papers.cases)
        papers.cases[case] = heading
    for row in table.rows:
        if not without_bullet(one_line(row.name)):
            findings.add(PAPERS, Outcome.LEFT_OUT, f"{row.originals} bản chính", "dòng không có tên giấy tờ")
        elif _is_group_name(row):
            findings.add(
                PAPERS, Outcome.LEFT_OUT, row.name, "tên nhóm giấy tờ, không còn biết gồm những dòng nào"
            )
        elif remarks or _is_remark(row):
            _note(papers, findings, row.name, "không phải tên giấy tờ, giữ làm ghi chú")
        else:
            _add_document(row, case, shown, papers, findings)
    if case and not any(case in document.cases for document in papers.documents):
        papers.notes.append(papers.cases.pop(case))


def _is_group_name(row: Row) -> bool:
    """ "Giấy tờ phải nộp:" as a row of its own; the rows it was for stand anywhere in the table."""
    name = without_bullet(one_line(row.name))
    return name.endswith(":") and bool(_PLAIN.fullmatch(name.rstrip(": ")))


def _is_remark(row: Row) -> bool:
    if row.originals or row.copies or has_file_name(row.name):
        return False
    name = without_bullet(one_line(row.name))
    return name.endswith(":") or not _PAPER.match(name)


def _add_document(row: Row, case: str | None, shown: bool, papers: Papers, findings: Findings) -> None:
    whole = without_bullet(one_line(row.name))
    name, file = split_file_name(whole)
    name = name.strip().rstrip(";,").rstrip() or whole
    if file is None and has_file_name(whole):
        findings.add(PAPERS, Outcome.KEPT, whole, "tên tệp mẫu dính vào tên giấy tờ, không tách được")
    if max(row.originals, row.copies) > _MOST:
        count = f"{row.originals} bản chính, {row.copies} bản sao"
        findings.add(PAPERS, Outcome.KEPT, f"{name}: {count}", "số bản lớn bất thường, giữ trong tên giấy tờ")
        name = f"{name} ({count})"
    document = Document(
        name=capital(name),
        action="xuất trình" if shown or _SHOWN.match(name) else "nộp",
        originals=row.originals if row.originals <= _MOST else 0,
        copies=row.copies if row.copies <= _MOST else 0,
        form=file,
        cases=[case] if case else [],
    )
    if document not in papers.documents:
        papers.documents.append(document)
    if file or has_file_name(whole):
        code = found[1].rstrip(".,;") if (found := _FORM_CODE.search(whole)) else None
        form = Form(name=document.name, code=code, where=_WHERE)
        if form not in papers.forms:
            papers.forms.append(form)


def _note(papers: Papers, findings: Findings, text: str, reason: str) -> None:
    note = without_bullet(one_line(text))
    if note and note not in papers.notes:
        papers.notes.append(note)
        findings.add(PAPERS, Outcome.KEPT, note, reason)


def _slug(heading: str, taken: dict[str, str]) -> str:
    words = re.findall(r"[a-z0-9]+", fold(clip(heading, 200)))[:_SLUG_WORDS]
    base = "-".join(words) or "truong-hop"
    number, slug = 1, base
    while slug in taken and taken[slug] != heading:
        number += 1
        slug = f"{base}-{number}"
    return slug
