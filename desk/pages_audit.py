"""The page of the audit log, for admins."""

from __future__ import annotations

from typing import Any

import aiohttp_jinja2
from aiohttp import web

from desk import audit, words
from desk.auth import Permission, requires
from desk.models import AuditEntry
from desk.people import people
from desk.roles import Role
from motcua.db import Database

_PAGE = 50
_PLAIN = {
    "change": "bản sửa",
    "version": "bản số",
    "from": "từ ngày",
    "source": "nguồn",
    "reason": "lý do",
    "note": "ghi chú",
}
_PARTS = {"roles": "vai", "wards": "phường, xã", "before": "trước", "after": "sau", "ward": "phường, xã"}


class AuditPages:
    """Handlers."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the page."""
        app.router.add_get("/nhat-ky", self.page)

    @requires(Permission.SEE_AUDIT)
    async def page(self, request: web.Request) -> web.Response:
        """Newest first, fifty at a time, of one kind or one person if wanted."""
        before, who = _number(request, "truoc"), _number(request, "nguoi")
        what = request.query.get("viec", "")
        what = what if what in audit.LABELS else ""
        async with self._db.read() as session:
            found = await audit.entries(session, before=before, what=what, staff_id=who, most=_PAGE + 1)
            everybody = {one.id: one for one in await people(session)}
        shown = found[:_PAGE]
        names = {one.id: one.name for one in everybody.values()}
        context = {
            "entries": shown,
            "labels": audit.LABELS,
            "what": what,
            "who": who,
            "everybody": everybody,
            "subjects": {entry.id: _subject(entry, names) for entry in shown},
            "details": {entry.id: _detail(entry) for entry in shown},
            "next": shown[-1].id if len(found) > _PAGE else None,
        }
        return aiohttp_jinja2.render_template("audit.html", request, context)


def _number(request: web.Request, name: str) -> int | None:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _subject(entry: AuditEntry, names: dict[int, str]) -> str:
    """Whom or what it was done to, as people read it."""
    kind, _, number = entry.subject.partition(":")
    if kind == "staff" and number.isdigit():
        return names.get(int(number), "")
    named = {"ticket": "phiếu", "procedure": "thủ tục"}
    return f"{named[kind]} {number}" if kind in named else ""


def _detail(entry: AuditEntry) -> str:
    """Before and after, in words; what has no words is left out."""
    told = ((name, value) for name, value in entry.detail.items() if name in _PARTS)
    plain = (f"{_PLAIN[name]}: {value}" for name, value in entry.detail.items() if name in _PLAIN and value)
    return "; ".join([*(f"{_PARTS[name]}: {_words(value)}" for name, value in told), *plain])


def _words(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    roles = {role.value: role.label for role in Role}
    named = (roles.get(str(one)) or words.ward(str(one) if one else None) for one in values)
    return ", ".join(named) or "không"
