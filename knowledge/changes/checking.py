"""What keeps a content from being published: the schema, the other procedures, the days."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.changes.errors import Invalid, Problem
from knowledge.checks import Finding, find_dates, find_together
from knowledge.files import explain
from knowledge.models import ProcedureVersion
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
    except ValidationError as error:
        found = [explain(dict(item)) for item in error.errors()]
        lacking = not content.get("provenance")
        return [
            Problem(path, said)
            for path, said in found
            if not (lacking and path.split(".")[0] == "provenance")
        ]
    return []


def validated(content: dict[str, Any]) -> Procedure:
    """The procedure. Raises Invalid with everything the schema finds."""
    try:
        return Procedure.model_validate(content)
    except ValidationError as error:
        found = [explain(dict(item)) for item in error.errors()]
        raise Invalid([Problem(path, said) for path, said in found]) from error


def plain(procedure: Procedure) -> dict[str, Any]:
    """The shape in which drafts hold a procedure: nothing that is as it would be anyway."""
    return procedure.model_dump(mode="json", exclude_defaults=True)


async def problems_among(session: AsyncSession, procedure: Procedure, day: date) -> list[Problem]:
    """What is wrong with it beside the other procedures that are published, and on ``day``."""
    others = [other for other in await _published(session) if other.code != procedure.code]
    found = await asyncio.to_thread(_look, [*others, procedure], day)
    return [_problem(each) for each in found if each.code == procedure.code]


async def warm_up(session: AsyncSession) -> None:
    """Read what changes are compared with, so that the first one of a process does not wait for it."""
    await asyncio.to_thread(_look, await _published(session), date.max)


def _look(procedures: list[Procedure], day: date) -> list[Finding]:
    return [*find_together(procedures), *find_dates(procedures, day)]


def _problem(found: Finding) -> Problem:
    said = _SAID[found.kind].format(other=found.other) if found.kind in _SAID else found.said
    return Problem(found.path, said)


_known: dict[str, Procedure] = {}
"""By digest, and so the same in every database; what is published is compared again and again."""


async def _published(session: AsyncSession) -> list[Procedure]:
    """The newest version of every procedure; of an imported one only what can collide."""
    current = ProcedureVersion.superseded_at.is_(None), ProcedureVersion.withdrawn.is_(False)
    newest = await session.execute(select(ProcedureVersion.id, ProcedureVersion.digest).where(*current))
    wanted = {digest: id for id, digest in newest.all()}
    missing = [id for digest, id in wanted.items() if digest not in _known]
    held = {digest: _known[digest] for digest in wanted if digest in _known}
    columns = ProcedureVersion.digest, cast(ProcedureVersion.content, Text)
    for start in range(0, len(missing), _CHUNK):
        chosen = ProcedureVersion.id.in_(missing[start : start + _CHUNK])
        rows = await session.execute(select(*columns).where(chosen))
        texts = [(digest, text) for digest, text in rows.all()]
        held |= await asyncio.to_thread(_read, texts)
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    _known.update(held)
    return list(held.values())


def _read(texts: list[tuple[str, str]]) -> dict[str, Procedure]:
    made: dict[str, Procedure] = {}
    for digest, text in texts:
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
