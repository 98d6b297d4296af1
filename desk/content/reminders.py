"""What has to be looked at again: days that were set, sources compared long ago, figures that end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import aiohttp_jinja2
from aiohttp import web

from desk.auth import requires
from desk.content import shelf
from desk.content.shelf import Spine
from desk.roles import Permission
from desk.words import day as said_day
from knowledge.schema import Procedure
from motcua.clock import today
from motcua.db import Database

SOON = timedelta(days=30)
LONG_AGO = timedelta(days=365)
_PAGE = 50
KINDS = {
    "den-han": "Đến hạn xem lại",
    "sap-het": "Số liệu sắp hết hạn",
    "lau-roi": "Nguồn kiểm tra đã hơn một năm",
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """Why a procedure has to be looked at, and since when or by when. ``late``: the day is over."""

    code: str
    name: str
    field: str
    kind: str
    why: str
    day: date
    late: bool
    imported: bool


class ReminderPages:
    """Handlers."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the page."""
        app.router.add_get("/nhac-xem", self.page)

    @requires(Permission.SEE_CONTENT)
    async def page(self, request: web.Request) -> web.Response:
        """The most urgent first, of one kind if wanted."""
        now = today()
        async with self._db.read() as session:
            whole = await shelf.edited(session)
            spines = await shelf.imported(session, now - LONG_AGO)
        every = sorted(reminders(whole, spines, now), key=lambda one: (one.imported, one.day, one.code))
        kind = request.query.get("loai", "")
        chosen = [one for one in every if one.kind == kind] if kind in KINDS else every
        number = request.query.get("trang", "1")
        page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 5 else 1
        start = (max(1, page) - 1) * _PAGE
        context = {
            "found": chosen[start : start + _PAGE],
            "total": len(chosen),
            "counts": {name: sum(one.kind == name for one in every) for name in KINDS},
            "kinds": KINDS,
            "kind": kind if kind in KINDS else "",
            "page": max(1, page),
            "more": start + _PAGE < len(chosen),
        }
        return aiohttp_jinja2.render_template("content/reminders.html", request, context)


def reminders(whole: Iterable[Procedure], spines: Iterable[Spine], now: date) -> Iterator[Reminder]:
    """Everything to be looked at on ``now``; a procedure may come several times."""
    for procedure in whole:
        spine = shelf.spine_of(procedure)
        yield from _of(spine, now)
        for what, ends in _figures(procedure):
            yield from _ending(spine, what, ends, now)
    for spine in spines:
        yield from _of(spine, now)


def _of(spine: Spine, now: date) -> Iterator[Reminder]:
    if spine.review_by and spine.review_by <= now + SOON:
        why = f"hẹn xem lại ngày {said_day(spine.review_by)}"
        yield _reminder(spine, "den-han", why, spine.review_by, late=spine.review_by < now)
    if spine.effective_to:
        yield from _ending(spine, "thủ tục hết hiệu lực", spine.effective_to, now)
    if spine.checked_on < now - LONG_AGO:
        why = f"kiểm tra nguồn lần cuối ngày {said_day(spine.checked_on)}"
        yield _reminder(spine, "lau-roi", why, spine.checked_on)


def _ending(spine: Spine, what: str, ends: date, now: date) -> Iterator[Reminder]:
    if ends <= now + SOON:
        why = f"{what} {'từ' if ends < now else 'ngày'} {said_day(ends)}"
        yield _reminder(spine, "sap-het", why, ends, late=ends < now)


def _reminder(spine: Spine, kind: str, why: str, day: date, *, late: bool = False) -> Reminder:
    return Reminder(spine.code, spine.name, spine.field, kind, why, day, late, spine.imported)


def _figures(procedure: Procedure) -> Iterator[tuple[str, date]]:
    """What in a procedure ends by itself, and on which day."""
    for way in procedure.ways:
        if way.reduced:
            yield f"hết giảm lệ phí nộp {way.kind}", way.reduced.ends
    for note in procedure.dated:
        if note.ends:
            yield f"hết hạn lưu ý “{note.text[:60]}”", note.ends
