"""Who else has the form of a change open now, and which page wrote it last."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from aiohttp import web
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.auth import current_person, requires
from desk.forms import text_of
from desk.models import ContentViewer
from desk.people import Person
from desk.roles import Permission
from desk.words import hour
from knowledge.changes import ContentChange
from motcua.db import Database, now

LOOKING = timedelta(seconds=25)
"""So long after its last sign of life a page counts as open."""
_WRITING = timedelta(seconds=8)
_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who has the form open. ``myself``: another page of one's own."""

    name: str
    writing: bool
    myself: bool


def new_page() -> str:
    """A name for a form that is being drawn."""
    return secrets.token_urlsafe(12)


async def seen(
    session: AsyncSession, change_id: int, page: str, person: Person, *, writing: bool = False
) -> None:
    """``person`` has the form open in ``page``."""
    at = now()
    row = await _row(session, change_id, page, person)
    row.seen_at, row.writing_until = at, at + _WRITING if writing else None
    gone = ContentViewer.change_id == change_id, ContentViewer.seen_at < at - _KEPT
    await session.execute(delete(ContentViewer).where(*gone))


async def left(session: AsyncSession, change_id: int, page: str, person: Person) -> None:
    """The page was closed. What it wrote stays known for a while."""
    row = await session.get(ContentViewer, (change_id, page))
    if row and row.staff_id == person.id:
        row.seen_at, row.writing_until = now() - LOOKING, None


async def wrote(session: AsyncSession, change_id: int, page: str, person: Person, revision: int) -> None:
    """The page wrote this revision. The caller holds the lock of the change."""
    row = await _row(session, change_id, page, person)
    row.seen_at, row.revision = now(), revision


async def is_own(session: AsyncSession, change_id: int, page: str, person: Person, revision: int) -> bool:
    """Whether this very page wrote ``revision``."""
    row = await session.get(ContentViewer, (change_id, page))
    return row is not None and row.staff_id == person.id and row.revision == revision


async def writer_of(session: AsyncSession, change_id: int, revision: int) -> str:
    """Who wrote ``revision``; empty when it was no form, or too long ago."""
    mine = ContentViewer.change_id == change_id, ContentViewer.revision == revision
    return await session.scalar(select(ContentViewer.name).where(*mine).limit(1)) or ""


async def viewers(session: AsyncSession, change_id: int, page: str, person: Person) -> Sequence[Viewer]:
    """Who else has the form open, by name; one who has two pages open once."""
    at = now()
    rows = await session.scalars(
        select(ContentViewer)
        .where(
            ContentViewer.change_id == change_id,
            ContentViewer.page != page,
            ContentViewer.seen_at > at - LOOKING,
        )
        .order_by(ContentViewer.name, ContentViewer.staff_id)
    )
    found: dict[int, Viewer] = {}
    for row in rows:
        writing = bool(row.writing_until and row.writing_until > at)
        before = found.get(row.staff_id)
        writing = writing or bool(before and before.writing)
        found[row.staff_id] = Viewer(row.name, writing, row.staff_id == person.id)
    return list(found.values())


async def _row(session: AsyncSession, change_id: int, page: str, person: Person) -> ContentViewer:
    row = await session.get(ContentViewer, (change_id, page))
    if row is None:
        row = ContentViewer(change_id=change_id, page=page, staff_id=person.id, name=person.name[:80])
        session.add(row)
    return row


class PresencePages:
    """The sign of life of an open form."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register it."""
        app.router.add_post(r"/sua-doi/{id:\d{1,18}}/dang-mo", self.alive)

    @requires(Permission.EDIT_CONTENT)
    async def alive(self, request: web.Request) -> web.Response:
        """The form is open, or with ``roi`` was just closed. Says who else has it open, and what is saved."""
        form, person = await request.post(), current_person(request)
        change_id, page = int(request.match_info["id"]), text_of(form, "trang", 24)
        async with self._db.write() as session:
            # Locked: two signs of one page at once, or a sign and a save, write one after the other.
            change = await session.get(ContentChange, change_id, with_for_update=True)
            if change is None or not page:
                raise web.HTTPNotFound
            if text_of(form, "roi", 1):
                await left(session, change_id, page, person)
                return web.json_response({})
            await seen(session, change_id, page, person, writing=text_of(form, "dang_viet", 1) == "1")
            others = await viewers(session, change_id, page, person)
            writer = await writer_of(session, change_id, change.revision)
        return web.json_response(
            {
                "viewers": [asdict(one) for one in others],
                "revision": change.revision,
                "state": change.state,
                "writer": writer,
                "at": hour(change.updated_at),
            }
        )
