"""A question that the knowledge base lacks goes into a draft: as a sample question, or with its answer."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from conversations.gap_likeness import features
from knowledge import changes
from knowledge.catalogue import CatalogueRow
from knowledge.changes import ChangeError, ContentChange, Editor
from motcua.reply import Facet
from vietnamese import normalise

_NOTE = "Thêm câu người dân hỏi mà Một Cửa chưa trả lời được"
_MOST_SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class Addition:
    """What goes in. With an ``answer`` it is a case of its own, otherwise a sample question."""

    question: str
    facet: Facet | None = None
    answer: str = ""


async def take_in(session: AsyncSession, code: str, addition: Addition, editor: Editor) -> ContentChange:
    """Put it into the procedure's open draft, or into a new one, in the caller's transaction.

    Raises ChangeError: nothing to add, it is there already, no such procedure, or the open change waits for a
    decision and cannot be written.
    """
    present = await changes.open_of(session, code)
    if present is not None:
        content = added(present.content, addition)
        return await changes.save(session, present.id, present.revision, content, editor)
    base = await changes.newest(session, code)
    if base is None:
        raise ChangeError(f"Chưa có thủ tục nào mang mã {code}.")
    if base.withdrawn:
        raise ChangeError("Thủ tục này đã ngừng áp dụng nên không thêm câu hỏi được.")
    content = added(await changes.content_of(session, base.id), addition)
    return await changes.open_change(session, code, editor, content=content, note=_NOTE)


def added(content: dict[str, Any], addition: Addition) -> dict[str, Any]:
    """``content`` with the addition. Raises ChangeError."""
    question = " ".join(addition.question.split())
    if not question:
        raise ChangeError("Anh/chị ghi câu hỏi cần thêm.")
    said = normalise(question)
    if said in {normalise(one) for one in _asked(content)}:
        raise ChangeError("Thủ tục này đã có câu hỏi đó.")
    made = copy.deepcopy(content)
    if addition.answer.strip():
        if addition.facet is None:
            raise ChangeError("Anh/chị chọn mặt của thủ tục mà câu trả lời nói đến.")
        case = {"questions": [question], "facet": addition.facet.value, "answer": addition.answer.strip()}
        made["special_cases"] = [*_list(made.get("special_cases")), case]
    elif addition.facet is not None:
        by_facet = made.get("questions")
        by_facet = dict(by_facet) if isinstance(by_facet, dict) else {}
        by_facet[addition.facet.value] = [*_list(by_facet.get(addition.facet.value)), question]
        made["questions"] = by_facet
    else:
        made["sample_questions"] = [*_list(made.get("sample_questions")), question]
    return made


def suggested(rows: Iterable[CatalogueRow], text: str, first: str | None = None) -> list[CatalogueRow]:
    """Procedures whose names share the rarest words with ``text``, best first; ``first`` leads."""
    words = {word for word in features(text) if " " not in word and len(word) > 1}
    there = [row for row in rows if not row.withdrawn]
    found = {word: [row for row in there if word in row.folded.split()] for word in words}
    scores: dict[str, float] = {}
    for having in found.values():
        for row in having:
            scores[row.code] = scores.get(row.code, 0.0) + 1 / (3 + len(having))
    by_code = {row.code: row for row in there}
    if first and first in by_code:
        scores[first] = float("inf")
    ranked = sorted(scores, key=lambda code: (-scores[code], by_code[code].imported, by_code[code].name))
    return [by_code[code] for code in ranked[:_MOST_SUGGESTED]]


def _asked(content: dict[str, Any]) -> Iterator[str]:
    yield from (one for one in _list(content.get("sample_questions")) if isinstance(one, str))
    by_facet = content.get("questions")
    for texts in (by_facet if isinstance(by_facet, dict) else {}).values():
        yield from (one for one in _list(texts) if isinstance(one, str))
    for case in _list(content.get("special_cases")):
        if isinstance(case, dict):
            yield from (one for one in _list(case.get("questions")) if isinstance(one, str))


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
