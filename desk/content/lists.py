"""Pages of procedures: the list with its search, one procedure for reading, opening a change of it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from desk import audit
from desk.auth import current_person, requires
from desk.content.form_codec import tidy
from desk.content.form_view import form_of
from desk.content.list_rows import Filters, Kind, find, look_up, needs_review, open_changes
from desk.content.review_common import editor_of, subject_of
from desk.content.state_words import name_of, state_words
from desk.forms import text_of
from desk.keys import PREFIX
from desk.roles import Permission
from knowledge import changes
from knowledge.catalogue import Catalogue
from knowledge.changes import OPEN, AlreadyOpen, ChangeError
from motcua.clock import today
from motcua.db import Database

LIST = f"{PREFIX}/thu-tuc"
CATALOGUE = web.AppKey("catalogue", Catalogue)
"""What every procedure is called: shared by the editors' pages, as it keeps its rows."""
_CODE = r"{code:\d\.\d{6}}"
_PICKED = 10


class ListPages:
    """Handlers."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/thu-tuc", self.list_page)
        app.router.add_get("/thu-tuc/tim", self.pick)
        app.router.add_get("/thu-tuc/moi", self.new_page)
        app.router.add_post("/thu-tuc/moi", self.open_new)
        app.router.add_get(f"/thu-tuc/{_CODE}", self.page)
        app.router.add_post(f"/thu-tuc/{_CODE}/sua", self.open)

    @requires(Permission.SEE_CONTENT)
    async def list_page(self, request: web.Request) -> web.Response:
        """Every procedure, or those that the address asks for."""
        rows = await request.app[CATALOGUE].rows()
        async with self._db.read() as session:
            opened = await open_changes(session)
        found = find(rows, opened, Filters.of(dict(request.query)), today())
        context = {
            "found": found,
            "filters": found.filters,
            "states": [(state.value, name_of(state)) for state in OPEN],
            "kinds": Kind,
            "all": len(rows),
            "opened": len(opened),
            "words": state_words,
            "today": today(),
            "needs_review": needs_review,
        }
        return aiohttp_jinja2.render_template("content/list.html", request, context)

    @requires(Permission.SEE_CONTENT)
    async def pick(self, request: web.Request) -> web.Response:
        """Procedures with these words in their names, for a field that names one."""
        rows = await request.app[CATALOGUE].rows()
        found = look_up(rows, request.query.get("tim", "")[:100], _PICKED)
        return web.json_response([{"code": row.code, "name": row.name} for row in found])

    @requires(Permission.SEE_CONTENT)
    async def page(self, request: web.Request) -> web.Response:
        """One procedure as it is in force, where each part of it comes from, and what is being done to it."""
        code = request.match_info["code"]
        async with self._db.read() as session:
            newest = await changes.newest(session, code)
            change = await changes.open_of(session, code)
            versions = await changes.history(session, code)
            content = await changes.content_of(session, newest.id) if newest else {}
        if newest is None and change is None:
            raise web.HTTPNotFound
        shown = content or (change.content if change else {})
        context = {
            "code": code,
            "content": shown,
            "published": newest is not None,
            "withdrawn": newest is not None and newest.withdrawn,
            "ended": _ended(content),
            "version": versions[0] if versions else None,
            "change": change,
            "state": state_words(change) if change else None,
            "editable": change is not None and change.state in changes.EDITABLE,
            "pages": form_of(tidy(shown)),
            "sources": _sources(shown),
            "today": today(),
        }
        return aiohttp_jinja2.render_template("content/procedure.html", request, context)

    @requires(Permission.EDIT_CONTENT)
    async def open(self, request: web.Request) -> web.Response:
        """Open a draft, or go to the one that is open."""
        me, code = current_person(request), request.match_info["code"]
        try:
            async with self._db.write() as session:
                made = await changes.open_change(session, code, editor_of(me))
                await audit.record(session, me, "content_opened", subject_of(code), {"ban_sua": made.id})
        except AlreadyOpen as open_already:
            raise web.HTTPSeeOther(f"{PREFIX}/sua-doi/{open_already.present.id}") from None
        except ChangeError:
            raise web.HTTPNotFound from None
        raise web.HTTPSeeOther(f"{PREFIX}/sua-doi/{made.id}")

    @requires(Permission.EDIT_CONTENT)
    async def new_page(self, request: web.Request) -> web.Response:
        """What a procedure that does not exist yet is called."""
        return await self._new(request, {}, "", 200)

    @requires(Permission.EDIT_CONTENT)
    async def open_new(self, request: web.Request) -> web.Response:
        """Start the draft of a procedure that does not exist yet."""
        me, form = current_person(request), await request.post()
        typed = {name: " ".join(text_of(form, name, 200).split()) for name in ("code", "name", "field")}
        missing = next((said for name, said in _NEEDED.items() if not typed[name]), "")
        if not missing and not re.fullmatch(r"\d\.\d{6}", typed["code"], re.ASCII):
            missing = "Mã thủ tục viết như 1.001193: một số, dấu chấm, sáu số."
        if missing:
            return await self._new(request, typed, missing, 422)
        content = {**typed, "official_name": typed["name"], "short_name": typed["name"].lower()}
        try:
            async with self._db.write() as session:
                made = await changes.open_new(session, content, editor_of(me))
                detail = {"ban_sua": made.id}
                await audit.record(session, me, "content_opened", subject_of(made.code), detail)
        except ChangeError as refused:
            return await self._new(request, typed, refused.said, 422)
        raise web.HTTPSeeOther(f"{PREFIX}/sua-doi/{made.id}")

    async def _new(
        self, request: web.Request, typed: dict[str, str], problem: str, status: int
    ) -> web.Response:
        fields = sorted({row.field for row in await request.app[CATALOGUE].rows()})
        context = {"typed": typed, "problem": problem, "fields": fields}
        return aiohttp_jinja2.render_template("content/new.html", request, context, status=status)


_NEEDED = {
    "code": "Anh/chị nhập mã thủ tục.",
    "name": "Anh/chị nhập tên thủ tục.",
    "field": "Anh/chị nhập lĩnh vực.",
}


def _ended(content: dict[str, Any]) -> date | None:
    """The first day on which it is no longer in force, if that has come."""
    try:
        ends = date.fromisoformat(content.get("effective_to") or "")
    except ValueError:
        return None
    return ends + timedelta(days=1) if ends < today() else None


def _sources(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Where each field comes from, when somebody said so of that field; ``""`` for all the others."""
    own = content.get("field_provenance")
    found = dict(own) if isinstance(own, dict) else {}
    return {"": content.get("provenance") or {}, **found}
