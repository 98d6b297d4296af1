"""What no procedure file can know alone: whether the files of a folder agree, and what day it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from knowledge.schema import Procedure, Provenance
from vietnamese import normalise as _normalise

normalise = lru_cache(maxsize=100_000)(_normalise)
"""The desk compares the same texts with every change."""

# Nobody can have checked anything before the two-level administration that all of it is about was decided.
_EARLIEST = date(2025, 1, 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the procedure ``code``, at the dotted ``path``.

    ``said`` is in the words of who writes files; ``kind`` and ``other`` let others say it in theirs.
    """

    code: str
    path: str
    said: str
    kind: str = ""
    other: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.said}"


def check_together(procedures: list[Procedure]) -> list[str]:
    """Codes, names and questions that two files claim; links and replacements that lead nowhere."""
    return [str(found) for found in find_together(procedures)]


def check_dates(procedures: list[Procedure], today: date) -> list[str]:
    """Days that cannot be, or that somebody has forgotten.

    No condition for a start: a term that ends in the night must not keep the stack from starting.
    """
    return [str(found) for found in find_dates(procedures, today)]


def find_together(procedures: list[Procedure]) -> list[Finding]:
    """See :func:`check_together`. Of two that claim the same, the later one of the list is at fault."""
    return [
        *_names(procedures),
        *(found for procedure in procedures for found in _said_twice(procedure)),
        *_links(procedures),
        *_replacements(procedures),
    ]


def find_dates(procedures: list[Procedure], today: date) -> list[Finding]:
    """See :func:`check_dates`."""
    followed = {old for procedure in procedures for old in procedure.replaces}
    found: list[Finding] = []
    for procedure in procedures:
        code, ends = procedure.code, procedure.effective_to
        if ends and ends < today and code not in followed:
            said = (
                f"hết hiệu lực từ {ends:%d/%m/%Y} mà không có thủ tục nào thay (replaces): "
                "thêm thủ tục thay thế, sửa effective_to hoặc bỏ tệp"
            )
            found.append(Finding(code, "effective_to", said, "expired"))
        checked = {"provenance": procedure.provenance}
        checked |= {f"field_provenance.{name}": each for name, each in procedure.field_provenance.items()}
        for path, provenance in checked.items():
            if said := _doubtful(provenance, today):
                name = path.removeprefix("field_provenance.")
                found.append(
                    Finding(code, f"{path}.checked_on", f"{name}.checked_on {said}", "doubtful", said)
                )
    return found


def _doubtful(provenance: Provenance, today: date) -> str:
    day = provenance.checked_on
    if day > today:
        return f"{day:%d/%m/%Y} còn ở phía trước"
    if day < _EARLIEST:
        return f"{day:%d/%m/%Y} quá cũ (trước {_EARLIEST:%d/%m/%Y}): kiểm tra lại với bản ghi hiện nay"
    return ""


def _names(procedures: list[Procedure]) -> list[Finding]:
    """Imported procedures are called what the portal calls them; only edited ones can be asked to differ."""
    found: list[Finding] = []
    owner: dict[str, str] = {}
    codes: set[str] = set()
    for procedure in procedures:
        if procedure.code in codes:
            found.append(Finding(procedure.code, "code", "mã có ở hai tệp"))
        codes.add(procedure.code)
        if procedure.imported:
            continue
        said = {normalise(text): (path, text) for path, text in _claims(procedure)}
        for phrase, (path, text) in said.items():
            other = owner.setdefault(phrase, procedure.code)
            if other != procedure.code:
                words = f"“{text}” đã là tên hoặc câu hỏi mẫu của {other}"
                found.append(Finding(procedure.code, path, words, "claimed_phrase", other))
    return found


def _claims(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """What the procedure is called and asked by, each with its path."""
    yield from (("name", procedure.name), ("official_name", procedure.official_name))
    yield "short_name", procedure.short_name
    yield from ((f"other_names.{at}", text) for at, text in enumerate(procedure.other_names))
    yield from _asked(procedure)
    for at, case in enumerate(procedure.special_cases):
        yield from ((f"special_cases.{at}.questions.{n}", text) for n, text in enumerate(case.questions))


def _asked(procedure: Procedure) -> Iterator[tuple[str, str]]:
    yield from ((f"sample_questions.{at}", text) for at, text in enumerate(procedure.sample_questions))
    for facet, texts in procedure.questions.items():
        yield from ((f"questions.{facet}.{at}", text) for at, text in enumerate(texts))


def _said_twice(procedure: Procedure) -> list[Finding]:
    asked = [(normalise(text), path, text) for path, text in _asked(procedure)]
    counted = Counter(phrase for phrase, _, _ in asked)
    last = {phrase: (path, text) for phrase, path, text in asked}
    return [
        Finding(procedure.code, last[phrase][0], f"câu hỏi mẫu “{last[phrase][1]}” có hai lần", "twice")
        for phrase, times in counted.items()
        if times > 1
    ]


def _links(procedures: list[Procedure]) -> list[Finding]:
    codes = {procedure.code for procedure in procedures}
    found: list[Finding] = []
    for procedure in procedures:
        for at, link in enumerate(procedure.linked):
            path = f"linked.{at}.code"
            if link.code == procedure.code:
                found.append(Finding(procedure.code, path, "linked dẫn về chính nó", "itself"))
            elif link.code not in codes and not link.outside:
                said = (
                    f"linked dẫn đến {link.code} không có trong thư mục này; sửa mã, "
                    "hoặc ghi 'outside: true' nếu thủ tục đó có thật mà chưa soạn"
                )
                found.append(Finding(procedure.code, path, said, "link_missing", link.code))
            elif link.code in codes and link.outside:
                said = f"{link.code} nay đã có tệp, bỏ 'outside: true' ở linked"
                found.append(Finding(procedure.code, path, said, "link_known", link.code))
    return found


def _replacements(procedures: list[Procedure]) -> list[Finding]:
    live = {procedure.code for procedure in procedures if procedure.effective_to is None}
    claimed: dict[str, str] = {}
    found: list[Finding] = []
    for procedure in procedures:
        for at, old in enumerate(procedure.replaces):
            path = f"replaces.{at}"
            other = claimed.setdefault(old, procedure.code)
            if old == procedure.code:
                found.append(Finding(procedure.code, path, "replaces nêu chính nó", "itself"))
            elif old in live:
                said = (
                    f"replaces nêu {old} mà {old} vẫn còn hiệu lực: "
                    f"ghi effective_to cho {old}, hoặc bỏ mã đó khỏi replaces"
                )
                found.append(Finding(procedure.code, path, said, "still_in_force", old))
            if other != procedure.code:
                said = f"replaces nêu {old}, mã mà {other} đã nêu"
                found.append(Finding(procedure.code, path, said, "claimed", old))
    return found
