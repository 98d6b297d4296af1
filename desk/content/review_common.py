"""What the pages about one change share: finding it, who acts, what became of it, what differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web
from multidict import MultiMapping
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.auth import current_person
from desk.content.diff_words import Row, side_by_side
from desk.forms import number_of, text_of
from desk.keys import PREFIX
from desk.models import AuditEntry
from desk.people import Person
from desk.roles import Permission
from knowledge import changes
from knowledge.changes import ContentChange, Editor, Evidence, State
from knowledge.changes.diff import Difference, differences
from motcua.clock import today

STATE_WORDS = {
    State.DRAFT: "đang soạn",
    State.SUBMITTED: "chờ duyệt",
    State.CHANGES_REQUESTED: "cần sửa thêm",
    State.APPROVED: "đã duyệt",
    State.SCHEDULED: "đã duyệt, chờ ngày có hiệu lực",
    State.PUBLISHED: "đang có hiệu lực",
    State.SUPERSEDED: "đã có bản mới thay",
    State.WITHDRAWN: "đã bỏ",
}
STATE_LOOKS = {
    State.DRAFT: "off",
    State.SUBMITTED: "away",
    State.CHANGES_REQUESTED: "danger",
    State.APPROVED: "on",
    State.SCHEDULED: "on",
    State.PUBLISHED: "on",
    State.SUPERSEDED: "off",
    State.WITHDRAWN: "off",
}
SURENESS = ("chắc chắn", "khá chắc", "cần kiểm tra lại")
OPEN = (State.DRAFT, State.SUBMITTED, State.CHANGES_REQUESTED, State.APPROVED, State.SCHEDULED)
_MOST_HAPPENED = 12
_NO_SOURCE = "Anh/chị ghi giúp nguồn: văn bản, trang web hoặc cơ quan đã xác nhận."


@dataclass(frozen=True, slots=True)
class Shown:
    """One field that differs, its lines beside each other."""

    label: str
    kind: str
    rows: list[Row]


def id_of(request: web.Request) -> int:
    """The id of the change in the address."""
    return int(request.match_info["id"])


def editor_of(person: Person) -> Editor:
    """How the knowledge base names somebody of the desk."""
    return Editor(person.id, person.name)


def subject_of(code: str) -> str:
    """How the audit names a procedure."""
    return f"procedure:{code}"


async def change_of(session: AsyncSession, request: web.Request) -> ContentChange:
    """The change in the address. Raises HTTPNotFound."""
    found = await changes.find(session, id_of(request))
    if found is None:
        raise web.HTTPNotFound
    return found


def name_of(content: dict[str, Any], code: str) -> str:
    """The name of a procedure whose content may not be valid yet."""
    name = content.get("name")
    return name.strip() if isinstance(name, str) and name.strip() else f"Thủ tục {code}"


async def base_of(session: AsyncSession, change: ContentChange) -> dict[str, Any]:
    """The content that the change began with; empty for a new procedure."""
    if change.base_version_id is None:
        return {}
    return await changes.content_of(session, change.base_version_id)


def shown(before: dict[str, Any], after: dict[str, Any]) -> list[Shown]:
    """What differs, for a page."""
    return [_shown(one) for one in differences(before, after)]


def _shown(one: Difference) -> Shown:
    return Shown(one.label, one.kind, side_by_side(one.before_lines, one.after_lines))


async def happened(session: AsyncSession, code: str) -> list[tuple[str, AuditEntry]]:
    """The last things done to a procedure and its changes, newest first, in words."""
    found = await session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == subject_of(code))
        .order_by(AuditEntry.id.desc())
        .limit(_MOST_HAPPENED)
    )
    return [(audit.LABELS.get(entry.what, "Việc khác"), entry) for entry in found.all()]


def date_in(form: MultiMapping[object], name: str) -> date | None:
    """The day in a field; None for an empty one. Raises ValueError for what is no day."""
    text = text_of(form, name, 10)
    return date.fromisoformat(text) if text else None


def evidence_in(form: MultiMapping[object]) -> Evidence:
    """What the form says about where the text comes from; empty parts are None."""
    sureness = text_of(form, "sureness", 30)
    return Evidence(
        source=text_of(form, "source", 300),
        decision=text_of(form, "decision", 200) or None,
        url=text_of(form, "url", 500) or None,
        sureness=sureness if sureness in SURENESS else SURENESS[0],
        note=text_of(form, "evidence_note", 500) or None,
    )


def evidence_problems(evidence: Evidence) -> list[str]:
    """What is missing before it can be looked at."""
    problems = (
        [] if evidence.source else ["Anh/chị ghi giúp nguồn: văn bản, trang web hoặc cơ quan đã xác nhận."]
    )
    if evidence.url and not evidence.url.startswith("https://"):
        problems.append("Liên kết phải bắt đầu bằng https://")
    return problems


def revision_in(form: MultiMapping[object]) -> int:
    """The revision that the page showed; 0, which is always stale, when it is missing."""
    return number_of(form, "revision") or 0


def header(request: web.Request, change: ContentChange) -> dict[str, Any]:
    """What the head of every page about a change needs."""
    person = current_person(request)
    state = State(change.state)
    mine = person.id in (change.editors or []) or person.id == change.submitted_by
    waiting = state is State.SUBMITTED
    return {
        "change": change,
        "name": name_of(change.content, change.code),
        "state": state,
        "state_words": STATE_WORDS[state],
        "state_look": STATE_LOOKS[state],
        "base_url": f"{PREFIX}/sua-doi/{change.id}",
        "procedure_url": f"{PREFIX}/thu-tuc/{change.code}",
        "today": today(),
        "is_open": state in OPEN,
        "editable": state in (State.DRAFT, State.CHANGES_REQUESTED),
        "mine": mine,
        "may_edit": person.has(Permission.EDIT_CONTENT),
        "may_review": waiting and person.has(Permission.REVIEW_CONTENT) and not mine,
        "may_hurry": state in OPEN and person.has(Permission.PUBLISH_URGENTLY),
    }
