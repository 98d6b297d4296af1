"""Pages of what citizens asked and Một Cửa could not answer well: the groups, and what becomes of each."""

from __future__ import annotations

from typing import Any

import aiohttp_jinja2
from aiohttp import web
from multidict import MultiMapping
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import gap_groups
from conversations.gap_groups import GapGone, GapView
from conversations.gap_models import GapKind, GapState
from desk import audit
from desk.auth import current_person, requires
from desk.content.gap_drafting import Addition, suggested, take_in
from desk.content.lists import CATALOGUE
from desk.forms import text_of
from desk.keys import PREFIX
from desk.people import Person
from desk.roles import Permission
from knowledge.changes import ChangeError, Editor
from knowledge.wording import BUTTON
from motcua.db import Database
from motcua.reply import Facet

LIST = f"{PREFIX}/con-thieu"
KIND_WORDS = {
    GapKind.UNANSWERED: "Chưa có câu trả lời",
    GapKind.RATED: "Bị chê",
    GapKind.VOLUNTEER: "Tình nguyện viên gửi",
    GapKind.GIVEN_UP: "Trả lời lỗi",
    GapKind.OFF_TOPIC: "Cho là ngoài phạm vi",
}
_STATES = {"": GapState.OPEN, "xong": GapState.DONE, "bo": GapState.DROPPED}
_TAB_OF = {state: tab for tab, state in _STATES.items()}
_MAINLY = tuple(kind for kind in GapKind if kind is not GapKind.OFF_TOPIC)
_PAGE = 50
_NO_REASON = "Anh/chị ghi lý do bỏ qua, để người sau hiểu."
_NO_CODE = "Anh/chị chọn thủ tục cần thêm câu này."


class GapPages:
    """Handlers; groups are in ``conversations.gap_groups``, drafts in ``gap_drafting``."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        one = r"/con-thieu/{group:\d{1,18}}"
        app.router.add_get("/con-thieu", self.list_page)
        app.router.add_get(one, self.group_page)
        app.router.add_post(f"{one}/dua-vao", self.take_in)
        app.router.add_post(f"{one}/bo", self.drop)
        app.router.add_post(f"{one}/xong", self.done)
        app.router.add_post(f"{one}/mo-lai", self.reopen)

    @requires(Permission.EDIT_CONTENT)
    async def list_page(self, request: web.Request) -> web.Response:
        """Groups, the most asked first; questions taken for off topic only when they are wanted."""
        tab, kind = request.query.get("muc", ""), request.query.get("loai", "")
        words = request.query.get("tim", "")[:80].strip()
        state = _STATES.get(tab, GapState.OPEN)
        wanted = [GapKind(kind)] if kind in set(GapKind) else _MAINLY if state is GapState.OPEN else None
        async with self._db.read() as session:
            found, total = await gap_groups.listed(
                session, state=state, kinds=wanted, words=words, limit=_PAGE
            )
            counts = await gap_groups.counts(session)
        context = {
            "found": found,
            "total": total,
            "tabs": [(name, _TAB_WORDS[one], counts[one]) for name, one in _STATES.items()],
            "tab": _TAB_OF[state],
            "kind": kind,
            "wanted": words,
            "kinds": KIND_WORDS,
        }
        return aiohttp_jinja2.render_template("content/gaps.html", request, context)

    @requires(Permission.EDIT_CONTENT)
    async def group_page(self, request: web.Request) -> web.Response:
        """One group: every question, and what can be done."""
        return await self._page(request)

    @requires(Permission.EDIT_CONTENT)
    async def take_in(self, request: web.Request) -> web.Response:
        """Put the question into a draft of the chosen procedure, and the group among what is done."""
        form, me = await request.post(), current_person(request)
        code = text_of(form, "ma", 10)
        if not code:
            return await self._page(request, _NO_CODE, form)
        with_answer = text_of(form, "cach") == "tra-loi"
        addition = Addition(
            text_of(form, "cau_hoi", 1000),
            _facet(text_of(form, "mat", 20)),
            text_of(form, "tra_loi", 4000) if with_answer else "",
        )
        if with_answer and not addition.answer:
            return await self._page(request, "Anh/chị ghi câu trả lời.", form)
        try:
            async with self._db.write() as session:
                group = await self._group(session, request)
                change = await take_in(session, code, addition, Editor(me.id, me.name))
                await _decide(session, group, GapState.DONE, me, procedure=code, change_id=change.id)
                detail = {"change": change.id, "group": group.id}
                await audit.record(session, me, "gap_taken", f"procedure:{code}", detail)
        except ChangeError as refused:
            return await self._page(request, refused.said, form, 409)
        raise web.HTTPSeeOther(f"{PREFIX}/sua-doi/{change.id}?xong=con-thieu-dua-vao")

    @requires(Permission.EDIT_CONTENT)
    async def drop(self, request: web.Request) -> web.Response:
        """Nothing to do, and why."""
        form, me = await request.post(), current_person(request)
        reason = text_of(form, "ly_do", 300)
        if not reason:
            return await self._page(request, _NO_REASON, form)
        async with self._db.write() as session:
            group = await self._group(session, request)
            await _decide(session, group, GapState.DROPPED, me, reason=reason)
            await audit.record(session, me, "gap_dropped", f"gap:{group.id}")
        raise web.HTTPSeeOther(f"{LIST}/{group.id}?xong=con-thieu-bo")

    @requires(Permission.EDIT_CONTENT)
    async def done(self, request: web.Request) -> web.Response:
        """Dealt with in another way."""
        me = current_person(request)
        async with self._db.write() as session:
            group = await self._group(session, request)
            await _decide(session, group, GapState.DONE, me)
            await audit.record(session, me, "gap_done", f"gap:{group.id}")
        raise web.HTTPSeeOther(f"{LIST}/{group.id}?xong=con-thieu-xong")

    @requires(Permission.EDIT_CONTENT)
    async def reopen(self, request: web.Request) -> web.Response:
        """Undo what was decided; a draft that was begun stays."""
        me = current_person(request)
        async with self._db.write() as session:
            group = await self._group(session, request)
            await _decide(session, group, GapState.OPEN, me)
            await audit.record(session, me, "gap_reopened", f"gap:{group.id}")
        raise web.HTTPSeeOther(f"{LIST}/{group.id}?xong=con-thieu-mo-lai")

    async def _page(
        self,
        request: web.Request,
        problem: str = "",
        form: MultiMapping[Any] | None = None,
        status: int = 422,
    ) -> web.Response:
        async with self._db.read() as session:
            group = await self._group(session, request)
        sent: MultiMapping[Any] = form if form is not None else request.query
        words = text_of(sent, "tim", 100)
        question = text_of(sent, "cau_hoi", 1000) or group.question
        rows = await request.app[CATALOGUE].rows()
        found = suggested(rows, words or question, None if words else group.procedure or group.about)
        named = {row.code: row.name for row in rows}
        context = {
            "group": group,
            "kinds": KIND_WORDS,
            "facets": [(facet.value, BUTTON[facet]) for facet in Facet],
            "words": words,
            "question": question,
            "answer": text_of(sent, "tra_loi", 4000) or group.answer,
            "facet": text_of(sent, "mat", 20) or group.facet or "",
            "chosen": text_of(sent, "ma", 10) or (group.about or ""),
            "with_answer": text_of(sent, "cach") == "tra-loi"
            or (not text_of(sent, "cach") and bool(group.answer)),
            "reason": text_of(sent, "ly_do", 300),
            "found": found,
            "named": named,
            "problem": problem,
        }
        return aiohttp_jinja2.render_template(
            "content/gaps_one.html", request, context, status=status if problem else 200
        )

    async def _group(self, session: AsyncSession, request: web.Request) -> GapView:
        try:
            return await gap_groups.view(session, int(request.match_info["group"]))
        except GapGone:
            raise web.HTTPNotFound from None


_TAB_WORDS = {GapState.OPEN: "Cần xem", GapState.DONE: "Đã xử lý", GapState.DROPPED: "Đã bỏ qua"}


async def _decide(session: AsyncSession, group: GapView, state: GapState, me: Person, **more: Any) -> None:
    await gap_groups.decide(session, group.id, state, me.id, me.name, **more)


def _facet(value: str) -> Facet | None:
    return Facet(value) if value in set(Facet) else None
