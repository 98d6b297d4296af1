"""Corrections of office records at the desk: somebody proposes, somebody else confirms, citizens are told.

What a row of ``office_edits`` proposes is never rewritten: a later row takes its place.
Everything works in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import store
from knowledge.changes.errors import ChangeError, Invalid, NotAllowed, Problem
from knowledge.changes.writing import Editor, clean, line_of
from knowledge.files import explain
from knowledge.models import OfficeEdit
from knowledge.offices import Office, OfficeKind, Offices, shipped_offices
from knowledge.schema import Provenance
from knowledge.wards import hanoi
from motcua import clock
from motcua.db import now

FIELDS = ("address", "hours", "phones", "note")
"""What can be corrected."""
PROPOSED, IN_FORCE, SUPERSEDED, REFUSED, TAKEN_BACK = (
    "proposed",
    "in_force",
    "superseded",
    "refused",
    "taken_back",
)
_OWN = "Anh/chị đã đề xuất thông tin này nên không tự xác nhận được; cần một người duyệt khác."
_PENDING = (
    "Nơi này đang có một đề xuất chờ xác nhận của {name}. Anh/chị chờ xác nhận, hoặc rút đề xuất đó trước."
)
_ANOTHERS = "Chỉ người đề xuất rút được đề xuất này; người duyệt có thể không nhận kèm lý do."
_STALE = "Đề xuất này vừa được người khác xử lý. Anh/chị tải lại trang giúp."


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a record is to say, and where that comes from.

    All of ``FIELDS`` are replaced: one that is left out is not known any more.
    """

    ward: str
    kind: OfficeKind
    fields: Mapping[str, Any]
    source: str
    url: str | None
    checked_on: date


async def propose(session: AsyncSession, proposal: Proposal, editor: Editor) -> OfficeEdit:
    """Propose it. Raises Invalid, NotAllowed when a proposal for the same place waits already."""
    ward, kind = proposal.ward, proposal.kind
    row = OfficeEdit(
        ward=ward,
        kind=kind,
        fields=_tidy(proposal.fields),
        source=line_of(proposal.source, 500),
        url=(proposal.url or "").strip() or None,
        checked_on=proposal.checked_on,
        by=editor.id,
        by_name=editor.name[:80],
    )
    if row.checked_on > clock.today():
        raise Invalid([Problem("checked_on", "ngày kiểm tra còn ở phía trước")])
    office = corrected(shipped_offices(), row)
    before = (await present(session)).by_ward.get(ward, {}).get(kind)
    if before and all(getattr(office, name) == getattr(before, name) for name in FIELDS):
        raise Invalid([Problem("", "Chưa có gì khác với thông tin đang dùng.")])
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        waiting = await session.scalar(_rows(ward, kind).where(OfficeEdit.state == PROPOSED))
        if waiting is None:
            raise
        raise NotAllowed(_PENDING.format(name=waiting.by_name)) from None
    return row


async def confirm(
    session: AsyncSession, id: int, revision: int, reviewer: Editor, note: str = ""
) -> OfficeEdit:
    """Let it be told to citizens. Raises NotAllowed for one's own, ChangeError when it waits no more."""
    row = await _take(session, id, revision)
    if row.by == reviewer.id:
        raise NotAllowed(_OWN)
    ruling = _rows(row.ward, OfficeKind(row.kind)).where(OfficeEdit.state == IN_FORCE).with_for_update()
    if earlier := await session.scalar(ruling):
        earlier.state, earlier.revision = SUPERSEDED, earlier.revision + 1
        await session.flush()  # before the next one is in force: there is one at most
    await store.count_up(session)
    return await _decide(session, row, IN_FORCE, reviewer, note)


async def refuse(session: AsyncSession, id: int, revision: int, reviewer: Editor, reason: str) -> OfficeEdit:
    """Leave things as they are; the author is told why. Raises Invalid without a reason, ChangeError."""
    if not reason.strip():
        raise Invalid([Problem("reason", "ghi lý do để người đề xuất biết")])
    return await _decide(session, await _take(session, id, revision), REFUSED, reviewer, reason)


async def take_back(session: AsyncSession, id: int, revision: int, person: Editor) -> OfficeEdit:
    """Give up one's own proposal. Raises NotAllowed for another's, ChangeError when it waits no more."""
    row = await _take(session, id, revision)
    if row.by != person.id:
        raise NotAllowed(_ANOTHERS)
    return await _decide(session, row, TAKEN_BACK, person, "")


async def proposals(session: AsyncSession) -> list[OfficeEdit]:
    """What waits to be confirmed, the oldest first."""
    query = select(OfficeEdit).where(OfficeEdit.state == PROPOSED).order_by(OfficeEdit.id)
    return list((await session.scalars(query)).all())


async def history(session: AsyncSession, ward: str, kind: OfficeKind) -> list[OfficeEdit]:
    """Everything that was proposed for one place, the newest first."""
    return list((await session.scalars(_rows(ward, kind).order_by(OfficeEdit.id.desc()))).all())


async def present(session: AsyncSession) -> Offices:
    """The shipped records with what was corrected since."""
    rows = await session.scalars(select(OfficeEdit).where(OfficeEdit.state == IN_FORCE))
    offices = shipped_offices()
    by_ward = {ward: dict(held) for ward, held in offices.by_ward.items()}
    for row in rows.all():
        try:
            office = corrected(offices, row)
        except Invalid:
            continue  # a later schema refuses it: the shipped record is told
        by_ward.setdefault(row.ward, {})[OfficeKind(row.kind)] = office
    return replace(offices, by_ward=by_ward)


def corrected(offices: Offices, edit: OfficeEdit) -> Office:
    """The record as ``edit`` would have it. Raises Invalid."""
    ward = hanoi().by_code.get(edit.ward)
    if ward is None:
        raise Invalid([Problem("ward", "không có phường, xã này")])
    shipped = offices.of(ward, OfficeKind(edit.kind))
    held = shipped.model_dump() if shipped else {"ward": edit.ward, "kind": edit.kind}
    given = {name: edit.fields.get(name) for name in FIELDS}
    given["phones"] = given["phones"] or []
    own = {"source": edit.source, "url": edit.url, "checked_on": edit.checked_on, "checked_by": edit.by_name}
    try:
        record = Provenance.model_validate({name: each for name, each in own.items() if each is not None})
        return Office.model_validate({**held, **given, "provenance": record})
    except ValidationError as error:
        found = [explain(dict(item)) for item in error.errors()]
        raise Invalid([Problem(path, said) for path, said in found]) from error


def _rows(ward: str, kind: OfficeKind) -> Any:
    return select(OfficeEdit).where(OfficeEdit.ward == ward, OfficeEdit.kind == kind)


async def _take(session: AsyncSession, id: int, revision: int) -> OfficeEdit:
    query = select(OfficeEdit).where(OfficeEdit.id == id).with_for_update()
    row = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise ChangeError("Không có đề xuất này.")
    if row.revision != revision or row.state != PROPOSED:
        raise ChangeError(_STALE)
    return row


async def _decide(
    session: AsyncSession, row: OfficeEdit, state: str, person: Editor, note: str
) -> OfficeEdit:
    row.state, row.revision = state, row.revision + 1
    row.decided_by, row.decided_by_name, row.decided_at = person.id, person.name[:80], now()
    row.decision_note = line_of(note, 500)
    await session.flush()
    return row


def _tidy(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in, without blanks."""
    made: dict[str, Any] = {}
    for name in FIELDS:
        value = clean(fields.get(name))
        if isinstance(value, list):
            value = [text.strip() for text in value if text.strip()]
        elif isinstance(value, str):
            value = " ".join(value.split())
        if value:
            made[name] = value
    return made
