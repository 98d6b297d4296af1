"""Steps and conditions: prose that becomes a list, and the results, which are a list with codes."""

from __future__ import annotations

import re
from collections.abc import Callable

from knowledge.national.findings import Findings, Outcome
from knowledge.national.mend import RESULT
from knowledge.national.text import NOTHING, block, capital, one_line, paragraphs, without_bullet

CONDITIONS = "yeu_cau_dieu_kien"
_STEP = re.compile(r"^(?:[-+*•]\s*)?(?:[a-zđ\d]{1,2}[.)]\s*)?Bước\s+(\d+)\s*[:.)–-]?\s*", re.IGNORECASE)
# The kinds of marks that begin an item; the first kind that a text uses is its outermost.
_MARKS = (
    re.compile(r"^[IVX]{1,4}[.)]\s"),
    re.compile(r"^\d{1,2}[.)]\s?(?!\d)"),
    re.compile(r"^\(\d{1,2}\)\s"),
    re.compile(r"^[a-zđ][.)]\s"),
    re.compile(r"^\((?:[a-zđ]|[ivx]{1,4})\)\s"),
    re.compile(r"^\*"),
    re.compile(r"^[-–•]"),
    re.compile(r"^\+"),
)
_NONE = re.compile(r"\W*(?:không(?: có)?(?: quy định)?|không yêu cầu|không áp dụng)\W*", re.IGNORECASE)
_NO_CONDITIONS = "Cổng ghi: không có yêu cầu, điều kiện."
_CODE = re.compile(r"Mã:\s*(KQ\.[A-Z]\d{2}\.\d{6}|[A-Z0-9][A-Z0-9.\-]*\d|[A-Z]+)?")
_TAIL = re.compile(
    r"Từ khóa(?P<words>.*?)Mô tả(?P<about>.*?)(?P<page>Chọn cơ quan thực hiện.*)?\Z", re.DOTALL
)


def read_steps(text: str) -> list[str]:
    """The steps of a procedure: one for each "Bước", or one for each mark of the outermost kind."""
    lines = paragraphs(text)
    numbers = [found[1] for line in lines if (found := _STEP.match(line))]
    if len(numbers) > 1:
        steps = _grouped(lines, lambda line: bool(_STEP.match(line)))
        if numbers == [str(place) for place in range(1, len(steps) + 1)]:
            steps = [_STEP.sub("", step, count=1) for step in steps]
    else:
        steps = _items(lines)
    return [capital(step) for step in map(without_bullet, steps) if step]


def read_conditions(text: str) -> list[str]:
    """The conditions; a plain "Không" says that there are none, which is an answer too."""
    whole = one_line(text)
    if whole.strip(" .") == NOTHING:
        return []
    if _NONE.fullmatch(whole):
        return [_NO_CONDITIONS]
    return [capital(item) for item in map(without_bullet, _items(paragraphs(text))) if item]


def read_result(text: str, findings: Findings) -> tuple[str | None, str | None]:
    """What the citizen gets, and the description that stands in the same field, without page and codes."""
    about: str | None = None
    if tail := _TAIL.search(text):
        text = text[: tail.start()]
        about = _description(tail, findings)
    names = []
    start = 0
    for code in _CODE.finditer(text):
        names.append(text[start : code.start()])
        start = code.end()
        findings.add(RESULT, Outcome.FURNITURE, code.group(), "mã kết quả, chỉ dùng giữa các hệ thống")
    names.append(text[start:])
    results = [name for name in (_result_name(name) for name in names) if name]
    if len(results) > 1:
        return "\n".join(f"- {name}" for name in dict.fromkeys(results)), about
    return (results[0] if results else None), about


def _description(tail: re.Match[str], findings: Findings) -> str | None:
    words, about, page = (one_line(tail[name] or "") for name in ("words", "about", "page"))
    if words.strip(" .") not in ("", NOTHING):
        findings.add(RESULT, Outcome.LEFT_OUT, words, "từ khóa của trang, không chắc là tên gọi của thủ tục")
    if page:
        findings.add(RESULT, Outcome.FURNITURE, page, "ô chọn nơi nộp ở cuối trang, không phải nội dung")
    return None if about.strip(" .") in ("", NOTHING) else block(tail["about"])


def _result_name(text: str) -> str:
    name = without_bullet(block(text)).strip(" .,;\n")
    return "" if name in ("", NOTHING) else name


def _items(lines: list[str]) -> list[str]:
    marks = next((mark for line in lines for mark in _MARKS if mark.match(line)), None)
    if marks is None:
        return lines
    return _grouped(lines, lambda line: bool(marks.match(line)))


def _grouped(lines: list[str], begins: Callable[[str], bool]) -> list[str]:
    """Lines gathered under those that begin an item; what stands before the first is an item of its own."""
    items: list[list[str]] = []
    for line in lines:
        if not items or begins(line):
            items.append([line])
        else:
            items[-1].append(line)
    return ["\n".join(item) for item in items]
