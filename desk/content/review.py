"""A change on its way to citizens: handing it in, approving it, sending it back, giving it up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from multidict import MultiMapping
from sqlalchemy.ext.asyncio import AsyncSession

from desk import audit
from desk.auth import current_person, requires
from desk.content import review_common as common
from desk.content.check_runs import CheckRuns
from desk.forms import text_of
from desk.keys import PREFIX
from desk.roles import Permission
from knowledge import changes
from knowledge.changes import ChangeError, ContentChange, Editor, Invalid, Problem, StaleChange, State
from knowledge.changes.provenance import unstamped
from motcua.clock import today
from motcua.db import Database

WAITING = f"{PREFIX}/duyet"
_LONGEST = 2000
_NO_EVIDENCE: dict[str, Any] = dict.fromkeys(("source", "decision", "url", "sureness", "note"), "")
_NO_DAY = "Ngày có hiệu lực chưa đúng: anh/chị chọn lại trong lịch."
_WHY = "Anh/chị ghi giúp lý do."

Act = Callable[[AsyncSession, ContentChange, Editor], Awaitable[ContentChange]]


class ReviewPages:
    """Handlers; what they do is in ``knowledge.changes``."""

    def __init__(self, database: Database, runs: CheckRuns) -> None:
        self._db, self._runs = database, runs

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        one = r"/sua-doi/{id:\d{1,18}}"
        app.router.add_get("/duyet", self.waiting)
        app.router.add_get(f"{one}/so-sanh", self.compare)
        app.router.add_get(f"{one}/gui", self.submit_page)
        app.router.add_post(f"{one}/gui", self.submit)
        app.router.add_get(f"{one}/duyet", self.review_page)
        app.router.add_post(f"{one}/duyet", self.approve)
        app.router.add_post(f"{one}/tra-lai", self.send_back)
        app.router.add_post(f"{one}/rut", self.take_back)
        app.router.add_post(f"{one}/bo", self.give_up)
        app.router.add_get(f"{one}/khan", self.urgent_page)
        app.router.add_post(f"{one}/khan", self.publish_urgently)

    @requires(Permission.REVIEW_CONTENT, Permission.PUBLISH_URGENTLY)
    async def waiting(self, request: web.Request) -> web.Response:
        """What waits for a reviewer, what was sent back, and what is approved for a later day."""
        me = current_person(request)
        async with self._db.read() as session:
            found = await changes.listed(
                session, states=[State.SUBMITTED, State.CHANGES_REQUESTED, State.APPROVED, State.SCHEDULED]
            )
        context = {
            "waiting": [one for one in found if one.state == State.SUBMITTED],
            "returned": [one for one in found if one.state == State.CHANGES_REQUESTED],
            "coming": [one for one in found if one.state in (State.APPROVED, State.SCHEDULED)],
            "name_of": common.name_of,
            "own": {one.id for one in found if me.id in (one.editors or []) or me.id == one.submitted_by},
        }
        return aiohttp_jinja2.render_template("content/review_waiting.html", request, context)

    @requires(Permission.SEE_CONTENT)
    async def compare(self, request: web.Request) -> web.Response:
        """What the change changes, side by side."""
        return await self._page(request, "content/review_compare.html")

    @requires(Permission.EDIT_CONTENT)
    async def submit_page(self, request: web.Request) -> web.Response:
        """Before handing in: what changes, where it comes from, from when on."""
        return await self._page(request, "content/review_submit.html")

    @requires(Permission.EDIT_CONTENT)
    async def submit(self, request: web.Request) -> web.Response:
        """Hand the change in, and have the questions tried."""
        form = await request.post()
        evidence = common.evidence_in(form)
        problems = common.evidence_problems(evidence)
        public_note = text_of(form, "public_note", 300)
        day: date | None = None
        try:
            day = common.date_in(form, "effective_from")
        except ValueError:
            problems.append(_NO_DAY)
        if problems:
            return await self._refused(request, "content/review_submit.html", form, problems)

        async def act(session: AsyncSession, change: ContentChange, editor: Editor) -> ContentChange:
            revision = common.revision_in(form)
            if (change.public_note, change.effective_from) != (public_note, day):
                saved = await changes.save(
                    session,
                    change.id,
                    revision,
                    change.content,
                    editor,
                    public_note=public_note,
                    effective_from=day,
                )
                revision = saved.revision
            return await changes.submit(session, change.id, revision, editor, evidence)

        said = {"source": evidence.source}
        return await self._do(
            request,
            form,
            act,
            "content_submitted",
            said,
            page="content/review_submit.html",
            to="gui",
            check=True,
        )

    @requires(Permission.REVIEW_CONTENT, Permission.PUBLISH_URGENTLY)
    async def review_page(self, request: web.Request) -> web.Response:
        """What a reviewer reads before deciding."""
        return await self._page(request, "content/review_decide.html")

    @requires(Permission.REVIEW_CONTENT)
    async def approve(self, request: web.Request) -> web.Response:
        """Approve: in force at once, or on a later day."""
        form = await request.post()
        note = text_of(form, "note", _LONGEST)
        try:
            day = common.date_in(form, "effective_from")
        except ValueError:
            return await self._refused(request, "content/review_decide.html", form, [_NO_DAY])

        async def act(session: AsyncSession, change: ContentChange, editor: Editor) -> ContentChange:
            return await changes.approve(
                session,
                change.id,
                common.revision_in(form),
                editor,
                note,
                effective_from=day,
                public_note=text_of(form, "public_note", 300),
            )

        later = day is not None and day > today()
        what = "content_scheduled" if later else "content_approved"
        said = {"note": note} | ({"from": day.isoformat()} if day and later else {})
        return await self._do(
            request, form, act, what, said, page="content/review_decide.html", to="hen" if later else "duyet"
        )

    @requires(Permission.REVIEW_CONTENT)
    async def send_back(self, request: web.Request) -> web.Response:
        """Send the change back to its editors, with what is to be mended."""
        return await self._with_reason(
            request, changes.request_changes, "content_returned", "content/review_decide.html", "tra-lai"
        )

    @requires(Permission.EDIT_CONTENT)
    async def take_back(self, request: web.Request) -> web.Response:
        """Back to a draft, to go on writing."""
        form = await request.post()

        async def act(session: AsyncSession, change: ContentChange, editor: Editor) -> ContentChange:
            return await changes.take_back(session, change.id, common.revision_in(form), editor)

        return await self._do(
            request, form, act, "content_taken_back", {}, page="content/review_compare.html", to="rut"
        )

    @requires(Permission.EDIT_CONTENT, Permission.PUBLISH_URGENTLY)
    async def give_up(self, request: web.Request) -> web.Response:
        """Give the change up; what citizens read stays as it is."""
        return await self._with_reason(
            request, changes.withdraw, "content_dropped", "content/review_compare.html", "bo"
        )

    @requires(Permission.PUBLISH_URGENTLY)
    async def urgent_page(self, request: web.Request) -> web.Response:
        """Before publishing without a reviewer."""
        return await self._page(request, "content/review_urgent.html")

    @requires(Permission.PUBLISH_URGENTLY)
    async def publish_urgently(self, request: web.Request) -> web.Response:
        """Publish at once, without a reviewer, for a reason that is recorded."""
        form = await request.post()
        reason, evidence = text_of(form, "reason", _LONGEST), common.evidence_in(form)
        # What was handed in before has its evidence already.
        known = evidence.source or text_of(form, "known", 1)
        problems = (common.evidence_problems(evidence) if evidence.source or not known else []) + (
            [] if reason else [_WHY]
        )
        if problems:
            return await self._refused(request, "content/review_urgent.html", form, problems)

        async def act(session: AsyncSession, change: ContentChange, editor: Editor) -> ContentChange:
            return await changes.publish_urgently(
                session,
                change.id,
                common.revision_in(form),
                editor,
                reason,
                evidence if evidence.source else None,
            )

        return await self._do(
            request,
            form,
            act,
            "content_urgent",
            {"reason": reason},
            page="content/review_urgent.html",
            to="khan",
        )

    async def _with_reason(
        self,
        request: web.Request,
        how: Callable[..., Awaitable[ContentChange]],
        what: str,
        page: str,
        to: str,
    ) -> web.Response:
        form = await request.post()
        reason = text_of(form, "reason", _LONGEST)
        if not reason:
            return await self._refused(request, page, form, [_WHY])

        async def act(session: AsyncSession, change: ContentChange, editor: Editor) -> ContentChange:
            return await how(session, change.id, common.revision_in(form), editor, reason)

        return await self._do(request, form, act, what, {"reason": reason}, page=page, to=to)

    async def _do(
        self,
        request: web.Request,
        form: MultiMapping[Any],
        act: Act,
        what: str,
        said: dict[str, Any],
        *,
        page: str,
        to: str,
        check: bool = False,
    ) -> web.Response:
        """Act and record it in one transaction; say what is in the way otherwise."""
        me = current_person(request)
        try:
            async with self._db.write() as session:
                change = await common.change_of(session, request)
                done = await act(session, change, common.editor_of(me))
                detail = {"change": done.id, **said}
                await audit.record(session, me, what, common.subject_of(done.code), detail)
                number, revision = done.id, done.revision
        except StaleChange:
            return await self._page(request, "content/review_stale.html", status=409)
        except Invalid as refused:
            return await self._refused(request, page, form, [], refused.problems)
        except ChangeError as refused:
            return await self._refused(request, page, form, [refused.said])
        if check:
            await self._runs.start(number, revision)
        raise web.HTTPSeeOther(f"{PREFIX}/sua-doi/{number}/so-sanh?xong=ban-sua-{to}")

    async def _refused(
        self, request: web.Request, page: str, form: MultiMapping[Any], problems: list[str], invalid: Any = ()
    ) -> web.Response:
        return await self._page(
            request, page, form=form, problems=problems, invalid=list(invalid), status=422
        )

    async def _page(
        self,
        request: web.Request,
        template: str,
        *,
        form: MultiMapping[Any] | None = None,
        problems: list[str] | None = None,
        invalid: Sequence[Problem] = (),
        status: int = 200,
    ) -> web.Response:
        async with self._db.read() as session:
            change = await common.change_of(session, request)
            before = await common.base_of(session, change)
            happened = await common.happened(session, change.code)
            check = await self._runs.latest(session, change.id)
        evidence = _NO_EVIDENCE | (change.evidence or {}).get("provenance", {})
        written = unstamped(change.content, before, change.evidence)
        typed = {
            "source": evidence.get("source") or "",
            "decision": evidence.get("decision") or "",
            "url": evidence.get("url") or "",
            "sureness": evidence.get("sureness") or common.SURENESS[0],
            "evidence_note": evidence.get("note") or "",
            "effective_from": change.effective_from.isoformat() if change.effective_from else "",
            "public_note": change.public_note or "",
            "note": "",
            "reason": "",
        }
        if form is not None:
            typed |= {name: str(form[name]) for name in typed if isinstance(form.get(name), str)}
        context = common.header(request, change) | {
            "shown": common.shown(before, written),
            "is_new": not before,
            "happened": happened,
            "check": check,
            "typed": typed,
            "problems": problems or [],
            "invalid": invalid,
            "evidence": evidence,
            "sureness": common.SURENESS,
        }
        return aiohttp_jinja2.render_template(template, request, context, status=status)
