"""Published versions in the database: publishing, and reading what is in force."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, Row, Text, cast, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.models import ContentChange, KnowledgeRevision, ProcedureVersion
from knowledge.schema import Procedure
from motcua.clock import HANOI, today
from motcua.db import now

_Item = TypeVar("_Item")
_CHUNK = 400  # rows of one statement
_DATES = (
    ProcedureVersion.id,
    ProcedureVersion.code,
    ProcedureVersion.effective_from,
    ProcedureVersion.effective_to,
    ProcedureVersion.superseded_at,
    ProcedureVersion.withdrawn,
)
if TYPE_CHECKING:
    _Dates = Row[int, str, date | None, date | None, datetime | None, bool]
_CONTENT = cast(ProcedureVersion.content, Text)


@dataclass(frozen=True, slots=True)
class Current:
    """What there is to know about the newest version of a procedure without reading its content."""

    id: int
    code: str
    digest: str
    author: str
    effective_from: date | None
    imported: bool
    replaces: tuple[str, ...]
    withdrawn: bool = False

    @property
    def edited(self) -> bool:
        """Whether people wrote it; an imported one is the national portal's own text."""
        return not self.imported


def digest(procedure: Procedure) -> str:
    """A fingerprint of the content: equal content, equal digest."""
    canonical = json.dumps(_as_digested(procedure), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _as_digested(procedure: Procedure) -> dict[str, Any]:
    """The content without what the schema learnt later and this one does not use: its digest stays."""
    content = procedure.model_dump(mode="json")
    for name in ("dated", "review_by"):
        if not content[name]:
            del content[name]
    for way in content["ways"]:
        if way["reduced"] is None:
            del way["reduced"]
    return content


async def append(
    session: AsyncSession, procedure: Procedure, author: str, note: str, *, withdrawn: bool = False
) -> int:
    """Publish one version in the caller's transaction, whatever is in force: the id of the version.

    What :func:`publish` decides (equal content, whose text it is) is decided by the caller.
    """
    await _supersede(session, ProcedureVersion.code == procedure.code)
    version = ProcedureVersion(
        code=procedure.code,
        content=procedure.model_dump(mode="json"),
        digest=digest(procedure),
        effective_from=None if withdrawn else procedure.effective_from,
        effective_to=procedure.effective_to,
        author=author[:80],
        note=note,
        withdrawn=withdrawn,
    )
    session.add(version)
    await session.flush()
    await count_up(session)
    return version.id


async def publish(
    session: AsyncSession,
    procedures: list[Procedure],
    author: str,
    note: str,
    *,
    keep_others: bool = False,
) -> list[str]:
    """Publish what differs from the version in force, in the caller's transaction.

    Returns the codes that changed; publishing the same content again changes nothing. With
    ``keep_others`` a version that somebody else published stays: what an editor corrected is not
    undone by a restart. An edited procedure always takes the place of an imported one, and an imported one
    never that of an edited one, nor of one that an edited one replaces. What was withdrawn comes back only
    when somebody publishes an edited procedure without ``keep_others``.
    """
    current = await current_versions(session)
    replaced = replaced_by_edited(current.values())
    superseded: list[int] = []
    newer: list[tuple[Procedure, str]] = []
    for procedure in procedures:
        before = current.get(procedure.code)
        if procedure.imported and ((before and before.edited) or procedure.code in replaced):
            continue
        if before and before.withdrawn and (keep_others or procedure.imported):
            continue
        mark = digest(procedure)
        same = before and before.digest == mark and not before.withdrawn
        if before and (same or (keep_others and not _gives_way(before, procedure, author))):
            continue
        if before:
            superseded.append(before.id)
        newer.append((procedure, mark))
    for chosen in _chunks(superseded):
        await _supersede(session, ProcedureVersion.id.in_(chosen))
    for versions in _chunks(newer):
        rows = [
            {
                "code": procedure.code,
                "content": procedure.model_dump(mode="json"),
                "digest": mark,
                "effective_from": procedure.effective_from,
                "effective_to": procedure.effective_to,
                "author": author,
                "note": note,
            }
            for procedure, mark in versions
        ]
        await session.execute(insert(ProcedureVersion), rows)
    if newer:
        await count_up(session)
    return [procedure.code for procedure, _ in newer]


async def current_versions(session: AsyncSession) -> dict[str, Current]:
    """The newest version of every procedure, by code."""
    columns = (
        ProcedureVersion.id,
        ProcedureVersion.code,
        ProcedureVersion.digest,
        ProcedureVersion.author,
        ProcedureVersion.effective_from,
        ProcedureVersion.content["imported"].as_boolean(),
        ProcedureVersion.content["replaces"].as_json(),
        ProcedureVersion.withdrawn,
    )
    rows = await session.execute(select(*columns).where(ProcedureVersion.superseded_at.is_(None)))
    return {
        code: Current(version, code, mark, author, begins, bool(imported), tuple(old or ()), withdrawn)
        for version, code, mark, author, begins, imported, old, withdrawn in rows.all()
    }


def replaced_by_edited(versions: Iterable[Current]) -> dict[str, str]:
    """Codes that an edited procedure replaces today, and by which it is replaced."""
    return {
        old: version.code
        for version in versions
        if version.edited and not version.withdrawn and _begun(version.effective_from, today())
        for old in version.replaces
    }


async def revision(session: AsyncSession) -> int:
    """The number of the published knowledge; it grows with every change."""
    return await session.scalar(select(KnowledgeRevision.number)) or 0


async def in_force(session: AsyncSession, day: date) -> list[Procedure]:
    """The procedures in force on ``day``, by code; see :func:`versions_in_force`."""
    return list((await versions_in_force(session, day, {})).values())


async def versions_in_force(
    session: AsyncSession, day: date, known: Mapping[int, Procedure]
) -> dict[int, Procedure]:
    """The procedures in force on ``day`` by the id of their version, in the order of their codes.

    Until a newer version takes effect, the one before it holds. What is ``known`` is not read again: a
    version never changes. An imported procedure that an edited one replaces is out of force, and so is one
    whose newest version withdrew it.
    """
    newest = await session.execute(
        select(*_DATES).where(ProcedureVersion.superseded_at.is_(None)).order_by(ProcedureVersion.code)
    )
    ids: list[int] = []
    for row in newest.all():
        holds = row if _begun(row.effective_from, day) else await _until_then(session, row.code, day)
        if holds and not holds.withdrawn and (holds.effective_to is None or holds.effective_to >= day):
            ids.append(holds.id)
    read = await _read(session, [version for version in ids if version not in known])
    found = {version: known[version] if version in known else read[version] for version in ids}
    replaced = {old for procedure in found.values() if not procedure.imported for old in procedure.replaces}
    return {
        version: procedure
        for version, procedure in found.items()
        if not (procedure.imported and procedure.code in replaced)
    }


async def _read(session: AsyncSession, ids: list[int]) -> dict[int, Procedure]:
    texts: list[tuple[int, str]] = []
    for chosen in _chunks(ids):
        wanted = ProcedureVersion.id.in_(chosen)
        rows = await session.execute(select(ProcedureVersion.id, _CONTENT).where(wanted))
        texts += [(version, text) for version, text in rows.all()]
    # Some seconds for the whole national portal: not in the way of those who are being answered.
    return await asyncio.to_thread(
        lambda: {version: Procedure.model_validate_json(text) for version, text in texts}
    )


def _chunks(items: list[_Item]) -> Iterator[list[_Item]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def _gives_way(before: Current, procedure: Procedure, author: str) -> bool:
    return before.author == author or (before.imported and not procedure.imported)


def _begun(effective_from: date | None, day: date) -> bool:
    return effective_from is None or effective_from <= day


async def _until_then(session: AsyncSession, code: str, day: date) -> _Dates | None:
    """The version that holds while the newest one waits. One replaced before its own day never held."""
    earlier = await session.execute(
        select(*_DATES)
        .where(ProcedureVersion.code == code, ProcedureVersion.superseded_at.is_not(None))
        .order_by(ProcedureVersion.id.desc())
    )
    return next((row for row in earlier.all() if _begun(row.effective_from, day) and _ever_held(row)), None)


def _ever_held(row: _Dates) -> bool:
    replaced_on = row.superseded_at.astimezone(HANOI).date() if row.superseded_at else None
    return replaced_on is None or _begun(row.effective_from, replaced_on)


async def _supersede(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """End the versions in force that ``which`` picks, and the changes that had published them."""
    current = select(ProcedureVersion.id).where(which, ProcedureVersion.superseded_at.is_(None))
    await session.execute(
        update(ContentChange)
        .where(ContentChange.state == "published", ContentChange.published_version_id.in_(current))
        .values(state="superseded", revision=ContentChange.revision + 1, updated_at=now())
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(ProcedureVersion)
        .where(which, ProcedureVersion.superseded_at.is_(None))
        .values(superseded_at=now())
        .execution_options(synchronize_session=False)
    )


async def count_up(session: AsyncSession) -> None:
    """Tell every library that something it holds has changed."""
    if await session.get(KnowledgeRevision, 1) is None:
        session.add(KnowledgeRevision(id=1, number=1))
    else:
        await session.execute(update(KnowledgeRevision).values(number=KnowledgeRevision.number + 1))
