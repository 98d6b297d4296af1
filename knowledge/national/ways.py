"""The table of ways to file (``cach_thuc_thuc_hien``), which arrives flattened to one text.

A row is way, time, fee, the fee's note in brackets, description, all written together:
"Trực tuyến5 Ngày làm việc100,000 VNĐ(mỗi lần)Nộp qua Cổng". The portal shows only one fee for each way even
where it knows several, so that a fee or time that differs between ways need not belong to its way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.schema import WayKind

HEAD = "Hình thức nộpThời gianPhí, lệ phíMô tả"
_KINDS = {
    "Trực tuyến": WayKind.ONLINE,
    "Dịch vụ bưu chính": WayKind.POST,
    "Trực tiếp": WayKind.DIRECT,
}
_UNIT = r"(?:Ngày làm việc|Ngày|Giờ|Phút|Tuần|Tháng|Năm)"
_TIME = rf"\d+(?:[.,]\d+)? {_UNIT}|\d{{1,3}}?|Không có thông tin|(?=[A-ZĐ])[^\d(\n]{{1,120}}?"
_FEE = r"Miễn phí|Không có thông tin|(?:0|[1-9]\d{0,2}(?:,\d{3})*) (?:VNĐ|Việt Nam Đồng|USD|EUR)"
_ROW = re.compile(rf"(?P<kind>{'|'.join(_KINDS)})(?P<time>{_TIME})(?P<fee>{_FEE})")
_LIST_MARK = re.compile(r"(?:^|[;:.\n])\s*(?:[a-zđ]|\d{1,2}|[ivx]{1,4})$")
_LETTER = re.compile(r"\s([b-hđ])$")
_ALPHABET = "abcdđefgh"
_GLUED = re.compile(r"(\d+)((?:,\d{3})*) ")


@dataclass(frozen=True, slots=True)
class Row:
    """One row, in the portal's words. ``sure`` is False when time and fee may be split in another place."""

    kind: WayKind
    time: str
    fee: str
    fee_note: str
    note: str
    sure: bool = True


def read_rows(text: str) -> tuple[list[Row], str]:
    """The rows of the table, and what stands before the first of them."""
    body = text.removeprefix(HEAD)
    found = list(_ROW.finditer(body))
    rows: list[Row] = []
    ends = [*(match.start() for match in found[1:]), len(body)]
    for match, end in zip(found, ends, strict=False):
        fee_note, note = _bracketed(body[match.end() : end])
        rows.append(
            Row(
                _KINDS[match["kind"]],
                match["time"].strip(),
                match["fee"],
                fee_note.strip(),
                note.lstrip(") ").strip(),
                _one_split(match["time"] + match["fee"]),
            )
        )
    return rows, body[: found[0].start()] if found else body


def _bracketed(text: str) -> tuple[str, str]:
    """The note in brackets at the beginning, and the rest. The bracket of "a)" closes nothing."""
    if not text.startswith("("):
        return "", text
    depth = 0
    for place, char in enumerate(text):
        if char == "(":
            depth += 1
        elif char == ")" and not (depth == 1 and _marks_an_item(text[1:place])):
            depth -= 1
            if not depth:
                return text[1:place], text[place + 1 :]
    return (text[1:-1], "") if text.endswith(")") else (text[1:], "")


def _marks_an_item(before: str) -> bool:
    if _LIST_MARK.search(before):
        return True
    letter = _LETTER.search(before)
    return bool(letter and f"{_ALPHABET[_ALPHABET.index(letter[1]) - 1]})" in before)


def _one_split(cells: str) -> bool:
    """Whether digits that run together can be time and fee in one way only."""
    glued = _GLUED.match(cells)
    if not glued or not glued[2]:
        return True
    digits = glued[1]
    splits = [at for at in range(1, len(digits)) if digits[at] != "0" and len(digits) - at <= 3]
    return len(splits) <= 1
