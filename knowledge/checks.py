"""What no procedure file can know alone: whether the files of a folder agree, and what day it is."""

from __future__ import annotations

from collections import Counter
from datetime import date

from knowledge.schema import Procedure, Provenance
from vietnamese import normalise

# Nobody can have checked anything before the two-level administration that all of it is about was decided.
_EARLIEST = date(2025, 1, 1)


def check_together(procedures: list[Procedure]) -> list[str]:
    """Codes, names and questions that two files claim; links and replacements that lead nowhere."""
    return [
        *_names(procedures),
        *(problem for procedure in procedures for problem in _said_twice(procedure)),
        *_links(procedures),
        *_replacements(procedures),
    ]


def check_dates(procedures: list[Procedure], today: date) -> list[str]:
    """Days that cannot be, or that somebody has forgotten.

    No condition for a start: a term that ends in the night must not keep the stack from starting.
    """
    followed = {old for procedure in procedures for old in procedure.replaces}
    problems: list[str] = []
    for procedure in procedures:
        ends = procedure.effective_to
        if ends and ends < today and procedure.code not in followed:
            problems.append(
                f"{procedure.code}: hết hiệu lực từ {ends:%d/%m/%Y} mà không có thủ tục nào thay (replaces): "
                "thêm thủ tục thay thế, sửa effective_to hoặc bỏ tệp"
            )
        checked = {"provenance": procedure.provenance, **procedure.field_provenance}
        for name, provenance in checked.items():
            if said := _doubtful(provenance, today):
                problems.append(f"{procedure.code}: {name}.checked_on {said}")
    return problems


def _doubtful(provenance: Provenance, today: date) -> str | None:
    day = provenance.checked_on
    if day > today:
        return f"{day:%d/%m/%Y} còn ở phía trước"
    if day < _EARLIEST:
        return f"{day:%d/%m/%Y} quá cũ (trước {_EARLIEST:%d/%m/%Y}): kiểm tra lại với bản ghi hiện nay"
    return None


def _names(procedures: list[Procedure]) -> list[str]:
    """Imported procedures are called what the portal calls them; only edited ones can be asked to differ."""
    problems: list[str] = []
    owner: dict[str, str] = {}
    codes: set[str] = set()
    for procedure in procedures:
        if procedure.code in codes:
            problems.append(f"{procedure.code}: mã có ở hai tệp")
        codes.add(procedure.code)
        if procedure.imported:
            continue
        said = [procedure.name, procedure.official_name, procedure.short_name]
        said += [*procedure.other_names, *_asked(procedure)]
        said += [question for case in procedure.special_cases for question in case.questions]
        for phrase, text in {normalise(text): text for text in said}.items():
            other = owner.setdefault(phrase, procedure.code)
            if other != procedure.code:
                problems.append(f"{procedure.code}: “{text}” đã là tên hoặc câu hỏi mẫu của {other}")
    return problems


def _asked(procedure: Procedure) -> list[str]:
    by_facet = [text for texts in procedure.questions.values() for text in texts]
    return [*procedure.sample_questions, *by_facet]


def _said_twice(procedure: Procedure) -> list[str]:
    counted = Counter(map(normalise, _asked(procedure)))
    written = {normalise(text): text for text in _asked(procedure)}
    return [
        f"{procedure.code}: câu hỏi mẫu “{written[phrase]}” có hai lần"
        for phrase, times in counted.items()
        if times > 1
    ]


def _links(procedures: list[Procedure]) -> list[str]:
    codes = {procedure.code for procedure in procedures}
    problems: list[str] = []
    for procedure in procedures:
        for link in procedure.linked:
            if link.code == procedure.code:
                problems.append(f"{procedure.code}: linked dẫn về chính nó")
            elif link.code not in codes and not link.outside:
                problems.append(
                    f"{procedure.code}: linked dẫn đến {link.code} không có trong thư mục này; sửa mã, "
                    "hoặc ghi 'outside: true' nếu thủ tục đó có thật mà chưa soạn"
                )
            elif link.code in codes and link.outside:
                problems.append(f"{procedure.code}: {link.code} nay đã có tệp, bỏ 'outside: true' ở linked")
    return problems


def _replacements(procedures: list[Procedure]) -> list[str]:
    live = {procedure.code for procedure in procedures if procedure.effective_to is None}
    claimed: dict[str, str] = {}
    problems: list[str] = []
    for procedure in procedures:
        for old in procedure.replaces:
            other = claimed.setdefault(old, procedure.code)
            if old == procedure.code:
                problems.append(f"{procedure.code}: replaces nêu chính nó")
            elif old in live:
                problems.append(
                    f"{procedure.code}: replaces nêu {old} mà {old} vẫn còn hiệu lực: "
                    f"ghi effective_to cho {old}, hoặc bỏ mã đó khỏi replaces"
                )
            if other != procedure.code:
                problems.append(f"{procedure.code}: replaces nêu {old}, mã mà {other} đã nêu")
    return problems
