"""Pages of what the ministry changed at the national portal under texts that our editors wrote."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.auth import current_person, requires
from desk.content.lists import CATALOGUE
from desk.forms import text_of, texts_of
from desk.keys import PREFIX
from desk.people import Person
from desk.roles import Permission
from knowledge import changes
from knowledge.changes import AlreadyOpen, ChangeError, ContentChange, Editor
from knowledge.changes.diff import FIELD_LABELS, lines_of
from knowledge.exchange import with_unknown
from knowledge.national import review
from knowledge.national.models import ReviewState, ReviewTask
from knowledge.national.review import TaskDecided, TaskGone
from motcua.db import Database

LIST = f"{PREFIX}/viec-bo"
_TABS = {"": ReviewState.OPEN, "xong": ReviewState.DONE, "bo-qua": ReviewState.IRRELEVANT}
_TAB_WORDS = {
    ReviewState.OPEN: "Cần xem",
    ReviewState.DONE: "Đã xem xong",
    ReviewState.IRRELEVANT: "Đã bỏ qua",
}
_STATE_WORDS = {**_TAB_WORDS, ReviewState.OBSOLETE: "Bộ đã đổi lại như cũ"}
_NO_REASON = "Anh/chị ghi lý do vì sao thay đổi này không liên quan."
_DECIDED = "Việc này vừa có người khác xử lý. Anh/chị xem kết quả bên dưới."
_NEWER = "Thủ tục này đang có một việc mới hơn cần xem; anh/chị xử lý ở việc đó."
# Needed beside the field that is taken over: without them the schema refuses it.
_TOGETHER = {"documents": ("cases",), "cases": ("documents",)}


@dataclass(frozen=True, slots=True)
class Field:
    """A field that the ministry changed, in lines, and what our text says."""

    name: str
    label: str
    before: list[str]
    after: list[str]
    ours: list[str]


class MinistryPages:
    """Handlers; tasks are in ``knowledge.national.review``."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        one = r"/viec-bo/{task:\d{1,18}}"
        app.router.add_get("/viec-bo", self.list_page)
        app.router.add_get(one, self.task_page)
        app.router.add_post(f"{one}/xong", self.done)
        app.router.add_post(f"{one}/bo-qua", self.irrelevant)
        app.router.add_post(f"{one}/mo-lai", self.reopen)
        app.router.add_post(f"{one}/ban-sua", self.draft)

    @requires(Permission.EDIT_CONTENT)
    async def list_page(self, request: web.Request) -> web.Response:
        """Tasks, the newest first."""
        tab = request.query.get("muc", "")
        state = _TABS.get(tab, ReviewState.OPEN)
        async with self._db.read() as session:
            found = await review.listed(session, state)
            counts = await review.counts(session)
        named = {row.code: row.name for row in await request.app[CATALOGUE].rows()}
        context = {
            "found": found,
            "named": named,
            "labels": FIELD_LABELS,
            "tab": tab if tab in _TABS else "",
            "tabs": [(name, _TAB_WORDS[one], counts[one]) for name, one in _TABS.items()],
        }
        return aiohttp_jinja2.render_template("content/ministry.html", request, context)

    @requires(Permission.EDIT_CONTENT)
    async def task_page(self, request: web.Request) -> web.Response:
        """What changed, field by field, beside our text."""
        return await self._page(request)

    @requires(Permission.EDIT_CONTENT)
    async def done(self, request: web.Request) -> web.Response:
        """Looked at, and dealt with."""
        return await self._decide(request, ReviewState.DONE, "")

    @requires(Permission.EDIT_CONTENT)
    async def irrelevant(self, request: web.Request) -> web.Response:
        """Nothing for our text, and why."""
        reason = text_of(await request.post(), "ly_do", 2000)
        if not reason:
            return await self._page(request, _NO_REASON, 422)
        return await self._decide(request, ReviewState.IRRELEVANT, reason)

    @requires(Permission.EDIT_CONTENT)
    async def reopen(self, request: web.Request) -> web.Response:
        """Undo."""
        me, task_id = current_person(request), _id(request)
        try:
            async with self._db.write() as session:
                await review.reopen(session, task_id)
                await audit.record(session, me, "ministry_reopened", f"ministry:{task_id}")
        except TaskGone:
            raise web.HTTPNotFound from None
        except TaskDecided:
            return await self._page(request, _NEWER, 409)
        raise web.HTTPSeeOther(f"{LIST}/{task_id}?xong=viec-bo-mo-lai")

    @requires(Permission.EDIT_CONTENT)
    async def draft(self, request: web.Request) -> web.Response:
        """Open a draft, or go on with the open one, with the ministry's words where they were chosen."""
        chosen = texts_of(await request.post(), "muc")
        me, task_id = current_person(request), _id(request)
        try:
            async with self._db.write() as session:
                task = await review.decide(session, task_id, ReviewState.DONE, me.id, me.name)
                change = await _drafted(session, task, [one for one in chosen if one in task.fields], me)
                task.change_id = change.id
                subject, detail = f"procedure:{task.code}", {"change": change.id, "fields": chosen}
                await audit.record(session, me, "ministry_drafted", subject, detail)
        except TaskGone:
            raise web.HTTPNotFound from None
        except TaskDecided:
            return await self._page(request, _DECIDED, 409)
        except ChangeError as refused:
            return await self._page(request, refused.said, 409)
        raise web.HTTPSeeOther(f"{PREFIX}/sua-doi/{change.id}?xong=viec-bo-ban-sua")

    async def _decide(self, request: web.Request, state: ReviewState, reason: str) -> web.Response:
        me, task_id = current_person(request), _id(request)
        what = "ministry_done" if state is ReviewState.DONE else "ministry_irrelevant"
        try:
            async with self._db.write() as session:
                task = await review.decide(session, task_id, state, me.id, me.name, reason=reason)
                await audit.record(session, me, what, f"procedure:{task.code}", {"task": task_id})
        except TaskGone:
            raise web.HTTPNotFound from None
        except TaskDecided:
            return await self._page(request, _DECIDED, 409)
        notice = "viec-bo-xong" if state is ReviewState.DONE else "viec-bo-bo-qua"
        raise web.HTTPSeeOther(f"{LIST}/{task_id}?xong={notice}")

    async def _page(self, request: web.Request, problem: str = "", status: int = 200) -> web.Response:
        async with self._db.read() as session:
            task = await session.get(ReviewTask, _id(request))
            if task is None:
                raise web.HTTPNotFound
            newest = await changes.newest(session, task.code)
            ours = await changes.content_of(session, newest.id) if newest else {}
            present = await changes.open_of(session, task.code)
        context = {
            "task": task,
            "name": ours.get("name") or task.code,
            "fields": [_field(name, task, ours) for name in task.fields],
            "state": _STATE_WORDS[ReviewState(task.state)],
            "present": present,
            "problem": problem,
        }
        return aiohttp_jinja2.render_template("content/ministry_one.html", request, context, status=status)


async def _drafted(session: AsyncSession, task: ReviewTask, chosen: list[str], me: Person) -> ContentChange:
    """The draft with the ministry's words in the fields that were ``chosen``. Raises ChangeError."""
    editor = Editor(me.id, me.name)
    present = await changes.open_of(session, task.code)
    if present is not None:
        if not chosen:
            return present
        content = _taken_over(present.content, task, chosen)
        return await changes.save(session, present.id, present.revision, content, editor)
    note = f"Bộ đổi bản ghi trên Cổng ngày {task.day:%d/%m/%Y}"
    newest = await changes.newest(session, task.code)
    if newest is None or not chosen:
        return await changes.open_change(session, task.code, editor, note=note)
    content = _taken_over(await changes.content_of(session, newest.id), task, chosen)
    try:
        return await changes.open_change(session, task.code, editor, content=content, note=note)
    except AlreadyOpen as other:
        raise ChangeError(other.said) from other


def _taken_over(content: dict[str, Any], task: ReviewTask, chosen: list[str]) -> dict[str, Any]:
    made = copy.deepcopy(content)
    for name in dict.fromkeys([*chosen, *(more for one in chosen for more in _TOGETHER.get(one, ()))]):
        if name == "provenance":
            made["provenance"] = {**made.get("provenance", {}), **task.after.get(name, {})}
        elif name in task.after:
            made[name] = copy.deepcopy(task.after[name])
        else:
            made.pop(name, None)
    return with_unknown(made, content)


def _field(name: str, task: ReviewTask, ours: dict[str, Any]) -> Field:
    said = ours.get(name)
    if name == "provenance" and isinstance(said, dict):
        said = {"decision": said.get("decision")} if said.get("decision") else None
    before, after = lines_of(name, task.before.get(name)), lines_of(name, task.after.get(name))
    return Field(name, FIELD_LABELS.get(name, name), before, after, lines_of(name, said))


def _id(request: web.Request) -> int:
    return int(request.match_info["task"])
