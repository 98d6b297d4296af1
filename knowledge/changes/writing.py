"""Opening and writing changes. Everything happens in the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import store
from knowledge.changes.errors import (
    EDITABLE,
    OPEN,
    AlreadyOpen,
    ChangeError,
    Invalid,
    NotAllowed,
    Problem,
    StaleChange,
    State,
)
from knowledge.changes.merging import merged
from knowledge.changes.provenance import unstamped
from knowledge.changes.reading import content_of, newest, open_of
from knowledge.models import ContentChange
from motcua.db import now

_CODE = re.compile(r"\d\.\d{6}")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LONGEST_PUBLIC_NOTE = 300
_LONGEST_NOTE = 2000


class Unset(Enum):
    """The type of ``UNSET``: an argument that was not given, where None means something."""

    UNSET = 0


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class Editor:
    """Somebody at the desk, whatever they do here."""

    id: int
    name: str


async def open_change(
    session: AsyncSession, code: str, editor: Editor, *, content: dict[str, Any] | None = None, note: str = ""
) -> ContentChange:
    """Open a draft of a procedure that exists, with its newest text, or with ``content``.

    Raises AlreadyOpen, ChangeError when there is no such procedure, Invalid when ``content`` is another's.
    """
    base = await newest(session, code)
    if base is None:
        raise ChangeError(f"Chưa có thủ tục nào mang mã {code}.")
    if content is not None:
        content = clean(content)
        if content.get("code") != code:
            raise Invalid([Problem("code", f"phải là mã của thủ tục đang sửa ({code})")])
    written = content if content is not None else await content_of(session, base.id)
    return await _open(session, code, editor, written, note, base_id=base.id, wrote=content is not None)


async def open_new(
    session: AsyncSession, content: dict[str, Any], editor: Editor, *, note: str = ""
) -> ContentChange:
    """Open a draft of a procedure that does not exist yet.

    Raises Invalid without a code, NotAllowed when the code is taken, AlreadyOpen.
    """
    content = clean(content)
    code = content.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise Invalid([Problem("code", "mã thủ tục viết như 1.001193: một số, dấu chấm, sáu số")])
    if await newest(session, code):
        raise NotAllowed(f"Mã {code} đã có. Anh/chị mở thủ tục đó để sửa.")
    return await _open(session, code, editor, content, note, base_id=None, wrote=True)


async def restore(session: AsyncSession, code: str, version_id: int, editor: Editor) -> ContentChange:
    """Open a draft with the text of an old version. Raises AlreadyOpen, ChangeError."""
    content = await content_of(session, version_id)
    if content.get("code") != code:
        raise ChangeError("Bản này là của thủ tục khác.")
    return await open_change(session, code, editor, content=content, note=f"Khôi phục bản số {version_id}")


async def save(
    session: AsyncSession,
    id: int,
    revision: int,
    content: dict[str, Any],
    editor: Editor,
    *,
    note: str | None = None,
    public_note: str | None = None,
    effective_from: date | Unset | None = UNSET,
) -> ContentChange:
    """Write what the editor wrote; saving the same again writes nothing.

    The content may be invalid. Raises StaleChange, NotAllowed while it is read-only, Invalid for a code
    that is not its own.
    """
    row = await take(session, id, revision, EDITABLE)
    content = clean(content)
    if content.get("code") != row.code:
        raise Invalid([Problem("code", f"phải là mã của thủ tục đang sửa ({row.code})")])
    wanted: dict[str, Any] = {"content": content}
    if note is not None:
        wanted["note"] = line_of(note, _LONGEST_NOTE)
    if public_note is not None:
        wanted["public_note"] = line_of(public_note, _LONGEST_PUBLIC_NOTE)
    if effective_from is not UNSET:
        wanted["effective_from"] = effective_from
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if not changed:
        return row
    for name, value in changed.items():
        setattr(row, name, value)
    if editor.id not in row.editors:
        row.editors = [*row.editors, editor.id]
    return await written(session, row)


async def rebase(session: AsyncSession, id: int, revision: int, editor: Editor) -> ContentChange:
    """Put the draft on the newest version: what only that changed is taken over, the draft keeps its own.

    For a draft whose submission was refused because the procedure was published meanwhile. Raises
    StaleChange, NotAllowed.
    """
    row = await take(session, id, revision, EDITABLE)
    present = await newest(session, row.code)
    if present is None or present.id == row.base_version_id:
        return row
    before = await content_of(session, row.base_version_id) if row.base_version_id else {}
    mine = unstamped(row.content, before, row.evidence)
    row.content, _ = merged(before, mine, await content_of(session, present.id))
    row.base_version_id, row.evidence = present.id, None
    row.editors = [*dict.fromkeys([*row.editors, editor.id])]
    return await written(session, row)


async def take_back(session: AsyncSession, id: int, revision: int, person: Editor) -> ContentChange:
    """Make it a draft again, whose content can be written. Raises StaleChange, NotAllowed when it is over."""
    row = await take(session, id, revision, OPEN)
    if row.state == State.SCHEDULED:
        await store.count_up(session)  # citizens are no longer told of it
    row.state = State.DRAFT
    return await written(session, row)


async def withdraw(
    session: AsyncSession, id: int, revision: int, person: Editor, reason: str
) -> ContentChange:
    """Give up an open change. Raises StaleChange, NotAllowed when it is over already."""
    row = await take(session, id, revision, OPEN)
    if row.state == State.SCHEDULED:
        await store.count_up(session)
    row.state = State.WITHDRAWN
    decided(row, person, reason)
    return await written(session, row)


async def take(session: AsyncSession, id: int, revision: int, states: Collection[State]) -> ContentChange:
    """The change, locked to the end of the transaction. Raises ChangeError, StaleChange, NotAllowed."""
    query = select(ContentChange).where(ContentChange.id == id).with_for_update()
    row = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise ChangeError("Không có bản sửa này.")
    if row.revision != revision:
        session.expunge(row)  # what is raised outlives the transaction
        raise StaleChange(row)
    if row.state not in states:
        raise NotAllowed(_REFUSED[State(row.state)])
    return row


async def written(session: AsyncSession, row: ContentChange) -> ContentChange:
    """Count the write and send it."""
    row.revision += 1
    row.updated_at = now()
    await session.flush()
    return row


def decided(row: ContentChange, person: Editor, note: str) -> None:
    """Who decided, when, and what they said."""
    row.decided_by, row.decided_by_name, row.decided_at = person.id, person.name[:80], now()
    row.decision_note = line_of(note, _LONGEST_NOTE)


def line_of(text: str, longest: int) -> str:
    """A note as it is kept."""
    return _UNREADABLE.sub(" ", text).strip()[:longest]


def clean(value: Any) -> Any:
    """JSON without characters that no text has and that PostgreSQL refuses."""
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return _UNREADABLE.sub("", value) if isinstance(value, str) else value


async def _open(
    session: AsyncSession,
    code: str,
    editor: Editor,
    content: dict[str, Any],
    note: str,
    *,
    base_id: int | None,
    wrote: bool,
) -> ContentChange:
    row = ContentChange(
        code=code,
        state=State.DRAFT,
        content=content,
        base_version_id=base_id,
        note=line_of(note, _LONGEST_NOTE),
        editors=[editor.id] if wrote else [],
        opened_by=editor.id,
        opened_by_name=editor.name[:80],
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        present = await open_of(session, code)
        if present is None:
            raise
        session.expunge(present)
        raise AlreadyOpen(present) from None
    return row


_REFUSED = {
    State.DRAFT: "Bản sửa này đang được soạn, chưa gửi duyệt.",
    State.SUBMITTED: "Bản sửa này đang chờ duyệt. Muốn sửa tiếp, anh/chị lấy lại bản sửa trước.",
    State.CHANGES_REQUESTED: "Bản sửa này đã được trả lại để sửa thêm.",
    State.APPROVED: "Bản sửa này đã được duyệt. Muốn sửa tiếp, anh/chị lấy lại bản sửa trước.",
    State.SCHEDULED: "Bản sửa này đã hẹn ngày áp dụng. Muốn sửa tiếp, anh/chị lấy lại bản sửa trước.",
    State.PUBLISHED: "Bản sửa này đã công bố. Muốn sửa nữa, anh/chị mở bản sửa mới.",
    State.SUPERSEDED: "Bản sửa này đã được bản mới hơn thay. Muốn sửa nữa, anh/chị mở bản sửa mới.",
    State.WITHDRAWN: "Bản sửa này đã bỏ.",
}
