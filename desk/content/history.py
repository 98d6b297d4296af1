"""The history of a procedure: every published version, one against another, bringing one back, ending it."""

from __future__ import annotations

from typing import Any

import aiohttp_jinja2
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.auth import current_person, requires
from desk.content import review_common as common
from desk.content.preview import CHAT_POLICY, replies_of
from desk.content.preview_content import previewed
from desk.forms import text_of
from desk.frame import shows_frames, stands_in_frame
from desk.keys import PREFIX
from desk.roles import Permission
from knowledge import changes
from knowledge.changes import AlreadyOpen, ChangeError, VersionLine
from motcua.db import Database
from motcua.previews import WEB_PREVIEW

_CODE = r"{code:\d\.\d{6}}"
_LONGEST = 2000


class HistoryPages:
    """Handlers."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        base = f"/thu-tuc/{_CODE}"
        app.router.add_get(f"{base}/lich-su", self.list_page)
        app.router.add_get(f"{base}/lich-su/so-sanh", self.compare)
        app.router.add_get(base + r"/lich-su/{ban:\d{1,18}}", self.version_page)
        app.router.add_get(base + r"/lich-su/{ban:\d{1,18}}/web", self.web_card)
        app.router.add_post(base + r"/lich-su/{ban:\d{1,18}}/khoi-phuc", self.restore)
        app.router.add_get(f"{base}/ngung", self.end_page)
        app.router.add_post(f"{base}/ngung", self.end)

    @requires(Permission.SEE_CONTENT)
    async def list_page(self, request: web.Request) -> web.Response:
        """Every version, and the changes that never became one."""
        return await self._list(request)

    async def _list(self, request: web.Request, problem: str = "", status: int = 200) -> web.Response:
        code = request.match_info["code"]
        async with self._db.read() as session:
            versions = await _versions(session, code)
            context = await _head(session, code, versions)
            dropped = await changes.listed(session, code=code, states=[changes.State.WITHDRAWN])
        person = current_person(request)
        context |= {
            "versions": versions,
            "dropped": dropped,
            "may_edit": person.has(Permission.EDIT_CONTENT),
            "may_end": person.has(Permission.REVIEW_CONTENT, Permission.PUBLISH_URGENTLY),
            "problem": problem,
        }
        return aiohttp_jinja2.render_template("content/history.html", request, context, status=status)

    @requires(Permission.SEE_CONTENT)
    async def compare(self, request: web.Request) -> web.Response:
        """Two versions side by side; the older one on the left."""
        code = request.match_info["code"]
        chosen = [request.query.get(name, "") for name in ("tu", "den")]
        async with self._db.read() as session:
            versions = await _versions(session, code)
            known = {str(line.id): line for line in versions}
            if not all(one in known for one in chosen):
                raise web.HTTPNotFound
            older, newer = sorted((known[one] for one in chosen), key=lambda line: line.id)
            before = await changes.content_of(session, older.id)
            after = await changes.content_of(session, newer.id)
            context = await _head(session, code, versions)
        context |= {"older": older, "newer": newer, "shown": common.shown(before, after)}
        return aiohttp_jinja2.render_template("content/history_compare.html", request, context)

    @requires(Permission.SEE_CONTENT)
    async def version_page(self, request: web.Request) -> web.Response:
        """One version: its fields, and how it was read."""
        code = request.match_info["code"]
        shows_frames(request)
        async with self._db.read() as session:
            versions = await _versions(session, code)
            line = _line(request, versions)
            content = await changes.content_of(session, line.id)
            context = await _head(session, code, versions)
        context |= {
            "line": line,
            "is_current": line.id == versions[0].id,
            "fields": common.shown({}, content),
            "may_edit": current_person(request).has(Permission.EDIT_CONTENT),
        }
        return aiohttp_jinja2.render_template("content/history_version.html", request, context)

    @requires(Permission.SEE_CONTENT)
    async def web_card(self, request: web.Request) -> web.Response:
        """A version as the web chat drew it, to stand in a frame."""
        async with self._db.read() as session:
            line = _line(request, await _versions(session, request.match_info["code"]))
            content = await changes.content_of(session, line.id)
        stands_in_frame(request, trusted_types=CHAT_POLICY)
        procedure = previewed(content)
        replies = [reply for _, reply in replies_of(procedure)] if procedure else []
        page = request.config_dict[WEB_PREVIEW](replies, "Bản đã công bố, trên web")
        return web.Response(text=page, content_type="text/html")

    @requires(Permission.EDIT_CONTENT)
    async def restore(self, request: web.Request) -> web.Response:
        """Open a draft with the text of this version."""
        me, code = current_person(request), request.match_info["code"]
        try:
            async with self._db.write() as session:
                line = _line(request, await _versions(session, code))
                opened = await changes.restore(session, code, line.id, common.editor_of(me))
                detail = {"change": opened.id, "version": line.id}
                await audit.record(session, me, "content_restored", common.subject_of(code), detail)
                number = opened.id
        except ChangeError as refused:
            return await self._list(request, refused.said, 409 if isinstance(refused, AlreadyOpen) else 422)
        raise web.HTTPSeeOther(f"{PREFIX}/sua-doi/{number}/so-sanh?xong=ban-sua-khoi-phuc")

    @requires(Permission.REVIEW_CONTENT, Permission.PUBLISH_URGENTLY)
    async def end_page(self, request: web.Request) -> web.Response:
        """Before a procedure is put out of force."""
        return await self._end(request)

    @requires(Permission.REVIEW_CONTENT, Permission.PUBLISH_URGENTLY)
    async def end(self, request: web.Request) -> web.Response:
        """Put the procedure out of force."""
        me, code = current_person(request), request.match_info["code"]
        form = await request.post()
        reason = text_of(form, "reason", _LONGEST)
        if not reason:
            return await self._end(request, "Anh/chị ghi giúp lý do.", 422)
        try:
            async with self._db.write() as session:
                await _versions(session, code)
                version = await changes.withdraw_procedure(session, code, common.editor_of(me), reason)
                detail = {"version": version, "reason": reason}
                await audit.record(session, me, "content_ended", common.subject_of(code), detail)
        except ChangeError as refused:
            return await self._end(request, refused.said, 409)
        raise web.HTTPSeeOther(f"{PREFIX}/thu-tuc/{code}/lich-su?xong=thu-tuc-ngung")

    async def _end(self, request: web.Request, problem: str = "", status: int = 200) -> web.Response:
        code = request.match_info["code"]
        async with self._db.read() as session:
            versions = await _versions(session, code)
            context = await _head(session, code, versions)
        context |= {"problem": problem, "ended": versions[0].withdrawn}
        return aiohttp_jinja2.render_template("content/history_end.html", request, context, status=status)


async def _versions(session: AsyncSession, code: str) -> list[VersionLine]:
    """The versions, the newest first. Raises HTTPNotFound when there is none."""
    found = await changes.history(session, code)
    if not found:
        raise web.HTTPNotFound
    return found


def _line(request: web.Request, versions: list[VersionLine]) -> VersionLine:
    wanted = int(request.match_info["ban"])
    for line in versions:
        if line.id == wanted:
            return line
    raise web.HTTPNotFound


async def _head(session: AsyncSession, code: str, versions: list[VersionLine]) -> dict[str, Any]:
    content = await changes.content_of(session, versions[0].id)
    return {
        "code": code,
        "name": common.name_of(content, code),
        "procedure_url": f"{PREFIX}/thu-tuc/{code}",
        "open": await changes.open_of(session, code),
        "ended": versions[0].withdrawn,
    }
