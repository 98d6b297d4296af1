"""What keeps a content from being published: the schema, the other procedures, the days."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from knowledge.changes.errors import Problem
from knowledge.schema import Procedure, Provenance

_CHUNK = 400  # rows of one statement
_MOST_KNOWN = 20_000
# Words of the desk for what the words for files would not be understood as.
_SAID = {
    "link_missing": "dẫn đến thủ tục {other} chưa có trong kho: sửa mã, hoặc đánh dấu là thủ tục ngoài kho",
    "link_known": "thủ tục {other} nay đã có trong kho: bỏ đánh dấu ngoài kho",
    "still_in_force": "nêu {other} mà thủ tục đó còn hiệu lực: cho thủ tục đó hết hiệu lực, hoặc bỏ mã đó",
    "claimed": "nêu {other}, mã mà một thủ tục khác đã nêu",
    "itself": "không được nêu chính thủ tục này",
    "doubtful": "ngày kiểm tra {other}",
    "expired": "ngày này đã qua mà không có thủ tục nào thay: sửa lại, hoặc cho thủ tục ngừng áp dụng",
}


def problems_of(content: dict[str, Any]) -> list[Problem]:
    """What the schema alone finds wrong; quick enough for every key press.

    A provenance that is missing is none: it comes with the evidence of the submission.
    """
    try:
        Procedure.model_validate(content)
    except ValidationError:
        rows = await session.execute(select(*columns).where(chosen))
        found = [(digest, text) for digest, text in rows.all()]
        _known.update(await asyncio.to_thread(_read, found))
    for digest in [digest for digest in _known if digest not in wanted] if len(_known) > _MOST_KNOWN else []:
        del _known[digest]
    return [_known[digest] for digest in wanted]


def _read(found: list[tuple[str, str]]) -> dict[str, Procedure]:
    made: dict[str, Procedure] = {}
    for digest, text in found:
        content = json.loads(text)
        try:
            made[digest] = _barely(content) if content.get("imported") else Procedure.model_validate(content)
        except ValidationError:
            made[digest] = _barely(content)  # of an older schema: nobody's change is to blame for it
    return made


def _barely(content: dict[str, Any]) -> Procedure:
    """A procedure as far as others can collide with it in any case: its code, and whether it goes on."""
    nothing: dict[str, Any] = {"sample_questions": [], "questions": {}, "linked": [], "replaces": []}
    ended = date.max if content.get("effective_to") else None  # its own dates are nobody's fault here
    facts = {"code": content["code"], "imported": True, "effective_to": ended, "field_provenance": {}}
    return Procedure.model_construct(**{**nothing, **facts, "provenance": _CHECKED})


_CHECKED = Provenance(source="-", checked_on=date(2026, 1, 1), checked_by="-")
