"""Two people wrote the same change: both versions side by side, and what is chosen of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from desk import audit
from desk.content.form_codec import tidy
from desk.content.form_saving import MARKS, PAGE, REVISION, Writing, write
from desk.content.form_sheet import (
    DAY,
    NOTE,
    PUBLIC_NOTE,
    Clash,
    Sheet,
    Side,
    Taken,
    clashes,
    read_marks,
    resolved,
    sheet_of,
    write_marks,
)
from desk.content.form_view import Node, field_of
from desk.content.form_words import Words
from desk.content.review_common import subject_of
from desk.forms import number_of, text_of
from desk.keys import PREFIX
from desk.people import Person
from knowledge import changes
from knowledge.changes import ChangeError, ContentChange, StaleChange
from motcua.db import Database

MINE = "_mine"
_ONCE_MORE = "Lại có bản mới hơn trong lúc anh/chị chọn. Anh/chị xem lại các mục dưới đây."
_LONGEST = 250_000
_HEAD_WORDS = {
    NOTE: Words("Sửa gì, vì sao"),
    PUBLIC_NOTE: Words("Lời báo trước cho người dân"),
    DAY: Words("Áp dụng từ ngày"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A field that differs, as the page shows it."""

    clash: Clash
    label: str
    mine: Node
    theirs: Node
    chosen: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two versions of a change: what a page wrote, and what is there. ``drawn``: the page's marks."""

    present: ContentChange
    mine: Sheet
    drawn: Mapping[str, str]
    page: str
    writer: str = ""


def conflict_page(
    request: web.Request, conflict: Conflict, *, chosen: Mapping[str, str] | None = None, problem: str = ""
) -> web.Response:
    """Both versions, field by field; what only one of them changed is chosen already."""
    mine, theirs = conflict.mine, sheet_of(conflict.present)
    found = clashes(mine, theirs, conflict.drawn)
    context = {
        "change": conflict.present,
        "writer": conflict.writer,
        "problem": problem,
        "both": [_shown(one, mine, theirs, chosen) for one in found if one.side is Side.BOTH],
        "single": [_shown(one, mine, theirs, chosen) for one in found if one.side is not Side.BOTH],
        "mine": as_text(mine),
        "marks": write_marks(conflict.drawn),
        "page_id": conflict.page,
        "closed": conflict.present.state not in changes.EDITABLE,
    }
    return aiohttp_jinja2.render_template("content/conflict.html", request, context, status=409)


async def settle(database: Database, request: web.Request, person: Person, change_id: int) -> web.Response:
    """Write what was chosen; the page again when that is not all, or the change was written once more."""
    form = await request.post()
    async with database.read() as session:
        present = await changes.find(session, change_id)
    mine = _from_text(text_of(form, MINE, _LONGEST, strip=False), present) if present else None
    if present is None:
        raise web.HTTPNotFound
    revision, page = number_of(form, REVISION), text_of(form, PAGE, 24)
    if mine is None or revision is None or not page:
        raise web.HTTPBadRequest
    conflict = Conflict(present, mine, read_marks(text_of(form, MARKS, 4000)), page)
    found = clashes(mine, sheet_of(present), conflict.drawn)
    chosen = {one.field: text_of(form, f"chon.{one.field}", 8) for one in found}
    taken = {field: Taken(which) for field, which in chosen.items() if which in set(Taken)}
    problem = "Còn mục chưa chọn giữ bản nào."
    if revision != present.revision:
        problem = _ONCE_MORE
    elif len(taken) == len(found):
        sheet = resolved(mine, sheet_of(present), taken)
        try:
            async with database.write() as session:
                row = await write(session, person, Writing(change_id, revision, page, sheet))
                detail = {"ban_sua": row.id, "muc": len(found)}
                await audit.record(session, person, "content_merged", subject_of(row.code), detail)
        except StaleChange as stale:
            conflict, problem = replace(conflict, present=stale.present), _ONCE_MORE
        except ChangeError as refused:
            problem = refused.said
        else:
            raise web.HTTPSeeOther(f"{PREFIX}/sua-doi/{change_id}?xong=da-gop")
    return conflict_page(request, conflict, chosen=chosen, problem=problem)


def as_text(sheet: Sheet) -> str:
    """A sheet as a hidden field carries it."""
    day = sheet.effective_from.isoformat() if sheet.effective_from else None
    held = {"content": sheet.content, NOTE: sheet.note, PUBLIC_NOTE: sheet.public_note, DAY: day}
    return json.dumps(held, ensure_ascii=False)


def _from_text(text: str, present: ContentChange) -> Sheet | None:
    """What :func:`as_text` wrote, in the shape of the schema; None for anything else."""
    try:
        held = json.loads(text)
        own = {**held["content"], **{name: present.content.get(name) for name in ("code", "imported")}}
        day = date.fromisoformat(held[DAY]) if held[DAY] else None
        return Sheet(tidy(own), str(held[NOTE]), str(held[PUBLIC_NOTE]), day)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _shown(clash: Clash, mine: Sheet, theirs: Sheet, chosen: Mapping[str, str] | None) -> Shown:
    proposed = clash.proposed.value if clash.proposed else ""
    if clash.field in _HEAD_WORDS:
        words = _HEAD_WORDS[clash.field]
        ours, others = (_head_node(clash.field, words, value) for value in (clash.mine, clash.theirs))
    else:
        ours, others = field_of(mine.content, clash.field), field_of(theirs.content, clash.field)
    return Shown(clash, ours.words.label, ours, others, (chosen or {}).get(clash.field) or proposed)


def _head_node(field: str, words: Words, value: Any) -> Node:
    return Node("day" if field == DAY else "text", field, words, value=value or "")
