"""From draft to published: submitting, approving, the day it begins. All in the caller's transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import store
from knowledge.changes.checking import plain, problems_among, validated
from knowledge.changes.errors import (
    EDITABLE,
    OPEN,
    AlreadyOpen,
    ChangeError,
    Invalid,
    NotAllowed,
    Problem,
    State,
)
from knowledge.changes.merging import merged
from knowledge.changes.provenance import Evidence, stamped, unstamped
from knowledge.changes.reading import content_of, newest, open_of
from knowledge.changes.writing import UNSET, Editor, Unset, decided, line_of, take, written
from knowledge.models import ContentChange
from knowledge.schema import Procedure
from motcua import clock
from motcua.db import now

log = structlog.get_logger(__name__)

_OWN = "Anh/chị đã soạn hoặc gửi bản sửa này nên không tự duyệt được; cần một người duyệt khác."
_MOVED_ON = (
    "Thủ tục này đã có bản công bố mới sau khi bản sửa được gửi. Anh/chị trả lại để người soạn xem lại "
    "trên bản mới nhất."
)
_NO_NOTE = "ghi một dòng cho người dân biết từ ngày đó có gì khác"


async def submit(
    session: AsyncSession, id: int, revision: int, editor: Editor, evidence: Evidence
) -> ContentChange:
    """Ask for a decision. What was published meanwhile is taken in where the draft left it alone.

    Raises Invalid with everything that keeps it from being published, StaleChange, NotAllowed.
    """
    row = await take(session, id, revision, EDITABLE)
    await _make_ready(session, row, editor, evidence)
    row.state = State.SUBMITTED
    return await written(session, row)


async def request_changes(
    session: AsyncSession, id: int, revision: int, reviewer: Editor, reason: str
) -> ContentChange:
    """Send it back to its editors, who are told why.

    Raises Invalid without a reason, StaleChange, NotAllowed.
    """
    row = await take(session, id, revision, (State.SUBMITTED,))
    if not reason.strip():
        raise Invalid([Problem("reason", "ghi điều cần sửa để người soạn biết")])
    decided(row, reviewer, reason)
    row.state = State.CHANGES_REQUESTED
    return await written(session, row)


async def approve(
    session: AsyncSession,
    id: int,
    revision: int,
    reviewer: Editor,
    note: str = "",
    *,
    effective_from: date | Unset | None = UNSET,
    public_note: str | None = None,
) -> ContentChange:
    """Let it take effect: now, or on its day when that is still to come.

    The reviewer may set the day and what citizens are told. Raises NotAllowed when it is the reviewer's own
    or the procedure was published meanwhile, Invalid, StaleChange.
    """
    row = await take(session, id, revision, (State.SUBMITTED,))
    if reviewer.id in row.editors or reviewer.id == row.submitted_by:
        raise NotAllowed(_OWN)
    present = await newest(session, row.code, lock=True)
    if (present.id if present else None) != row.base_version_id:
        raise NotAllowed(_MOVED_ON)
    if effective_from is not UNSET:
        row.effective_from = effective_from
    if public_note is not None:
        row.public_note = line_of(public_note, 300)
    procedure, today = validated(row.content), clock.today()
    if problems := [*_day_problems(row, procedure, today), *await problems_among(session, procedure, today)]:
        raise Invalid(problems)
    decided(row, reviewer, note)
    row.state = State.APPROVED
    begins = first_day(row, procedure)
    if begins and begins > today:
        row.effective_from, row.state = begins, State.SCHEDULED
        await store.count_up(session)  # citizens are told from now on
    else:
        await _publish(session, row, procedure)
    return await written(session, row)


async def publish_urgently(  # noqa: PLR0917 - who, what, why: all of it is needed, in this order
    session: AsyncSession, id: int, revision: int, admin: Editor, reason: str, evidence: Evidence | None
) -> ContentChange:
    """Publish an open change now, without a second pair of eyes; why is kept with it.

    ``evidence`` may be left out of what was submitted with it already. Raises Invalid, StaleChange,
    NotAllowed.
    """
    row = await take(session, id, revision, OPEN)
    if not reason.strip():
        raise Invalid([Problem("reason", "ghi lý do phải công bố khẩn")])
    if row.state in EDITABLE or evidence is not None:
        if evidence is None:
            raise Invalid([Problem("evidence.source", "ghi nguồn của nội dung mới")])
        row.effective_from = None  # it begins now, so that nobody has to be told before
        await _make_ready(session, row, admin, evidence)
    row.effective_from = None
    procedure, today = validated(await _caught_up(session, row)), clock.today()
    if procedure.effective_from and procedure.effective_from > today:
        raise Invalid([Problem("effective_from", "công bố khẩn thì có hiệu lực ngay: sửa hoặc bỏ ngày này")])
    if problems := await problems_among(session, procedure, today):
        raise Invalid(problems)
    row.urgent, row.urgent_reason = True, line_of(reason, 2000)
    decided(row, admin, reason)
    await _publish(session, row, procedure)
    return await written(session, row)


async def withdraw_procedure(session: AsyncSession, code: str, person: Editor, reason: str) -> int:
    """Put a procedure out of force: the id of the version that says so.

    Raises AlreadyOpen when a change is under way, NotAllowed when it is out of force, Invalid without a
    reason.
    """
    if not reason.strip():
        raise Invalid([Problem("reason", "ghi lý do ngừng áp dụng")])
    if present := await open_of(session, code):
        session.expunge(present)
        raise AlreadyOpen(present)
    last = await newest(session, code, lock=True)
    if last is None:
        raise ChangeError(f"Chưa có thủ tục nào mang mã {code}.")
    if last.withdrawn:
        raise NotAllowed("Thủ tục này đã ngừng áp dụng.")
    procedure = validated(await content_of(session, last.id))
    return await store.append(session, procedure, person.name, line_of(reason, 2000), withdrawn=True)


async def publish_due(session: AsyncSession, day: date) -> list[str]:
    """Publish the scheduled changes whose day has come: their codes. Of several gateways one publishes each.

    A change that cannot be published after all goes back to its editors, who are told why.
    """
    due = (
        select(ContentChange)
        .where(ContentChange.state == State.SCHEDULED, ContentChange.effective_from <= day)
        .order_by(ContentChange.id)
        .with_for_update(skip_locked=True)
    )
    codes: list[str] = []
    for row in (await session.scalars(due.execution_options(populate_existing=True))).all():
        try:
            procedure = validated(await _caught_up(session, row))
        except Invalid as error:
            log.error("knowledge.not_published", change=row.id, code=row.code, why=error.said)
            row.state = State.CHANGES_REQUESTED
            row.decision_note = f"Đến ngày mà chưa công bố được: {error.said}"
            await store.count_up(session)
        else:
            await _publish(session, row, procedure)
            codes.append(row.code)
        await written(session, row)
    return codes


async def any_due(session: AsyncSession, day: date) -> bool:
    """Whether there is something for :func:`publish_due`."""
    query = select(ContentChange.id).where(
        ContentChange.state == State.SCHEDULED, ContentChange.effective_from <= day
    )
    return await session.scalar(query.limit(1)) is not None


def first_day(row: ContentChange, procedure: Procedure) -> date | None:
    """The day from which the content is to be answered; None: from its publication on."""
    days = [day for day in (row.effective_from, procedure.effective_from) if day]
    return max(days, default=None)


async def _make_ready(session: AsyncSession, row: ContentChange, editor: Editor, evidence: Evidence) -> None:
    """Check the draft, put its evidence in place. Raises Invalid."""
    before = await content_of(session, row.base_version_id) if row.base_version_id else {}
    content = unstamped(row.content, before, row.evidence)
    present = await newest(session, row.code)
    if present and present.id != row.base_version_id:
        theirs = await content_of(session, present.id)
        content, conflicts = merged(before, content, theirs)
        if conflicts:
            said = "mục này vừa được công bố khác đi trong lúc anh/chị sửa: xem bản mới nhất rồi chọn lại"
            raise Invalid([Problem(name, said) for name in conflicts])
        before, row.base_version_id = theirs, present.id
    today = clock.today()
    provenance = evidence.provenance(today, editor.name)
    if _same(content, before) and not (present and present.withdrawn):
        raise Invalid([Problem("", "Bản sửa chưa có gì khác với bản đang công bố.")])
    content, stamp = stamped(content, before, provenance)
    procedure = validated(content)
    if problems := [*_day_problems(row, procedure, today), *await problems_among(session, procedure, today)]:
        raise Invalid(problems)
    row.content, row.evidence = plain(procedure), stamp
    row.editors = [*dict.fromkeys([*row.editors, editor.id])]
    row.submitted_by, row.submitted_by_name, row.submitted_at = editor.id, editor.name[:80], now()


def _same(content: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether nothing is changed, however it is written down."""
    try:
        return plain(validated(content)) == before
    except Invalid:
        return content == before


def _day_problems(row: ContentChange, procedure: Procedure, today: date) -> list[Problem]:
    begins = first_day(row, procedure)
    if not begins or begins <= today:
        return []
    problems = [] if row.public_note else [Problem("public_note", _NO_NOTE)]
    if procedure.effective_to and procedure.effective_to < begins:
        problems.append(Problem("effective_to", "hết hiệu lực trước ngày bản sửa bắt đầu áp dụng"))
    return problems


async def _caught_up(session: AsyncSession, row: ContentChange) -> dict[str, Any]:
    """What was approved, with what has been published meanwhile of fields that it leaves alone."""
    present = await newest(session, row.code, lock=True)
    if present is None or row.base_version_id is None or present.id == row.base_version_id:
        return row.content
    before, theirs = [await content_of(session, id) for id in (row.base_version_id, present.id)]
    whole, _ = merged(before, row.content, theirs)
    try:
        return plain(validated(whole))
    except Invalid:
        return row.content  # the two do not go together: what somebody approved is said


async def _publish(session: AsyncSession, row: ContentChange, procedure: Procedure) -> None:
    author = row.submitted_by_name or row.decided_by_name or row.opened_by_name
    row.published_version_id = await store.append(session, procedure, author, row.note)
    row.content, row.state = plain(procedure), State.PUBLISHED
