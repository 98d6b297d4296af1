"""Canned replies: making and removing one's own, a lead also the team's; and the team's rule on approval."""

from __future__ import annotations

import aiohttp_jinja2
from aiohttp import web

from conversations.ticket_canned import LONGEST_TEXT, LONGEST_TITLE, VARIABLES, Canned
from conversations.ticket_claims import TicketError
from conversations.ticket_models import CannedScope
from conversations.ticket_replies import approve_days, set_approve_days
from desk import audit
from desk.auth import current_person, requires
from desk.forms import number_of, text_of
from desk.keys import PREFIX
from desk.people import Person
from desk.queue_services import TICKETS, staff_of
from desk.roles import Permission, Role

_HOME = f"{PREFIX}/cau-mau"
_MOST_DAYS = 365


class CannedPages:
    """Handlers of canned replies."""

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/cau-mau", self.page)
        app.router.add_post("/cau-mau", self.add)
        app.router.add_post(r"/cau-mau/{canned:\d{1,18}}/xoa", self.remove)
        app.router.add_post(r"/cau-mau/{canned:\d{1,18}}/khoi-phuc", self.restore)
        app.router.add_post("/cau-mau/duyet", self.set_rule)

    @requires(Permission.ANSWER)
    async def page(self, request: web.Request) -> web.Response:
        """All that somebody may use."""
        return await _show(request)

    @requires(Permission.ANSWER)
    async def add(self, request: web.Request) -> web.Response:
        """Keep a new one. Only a lead makes one for others."""
        desk, person = request.app[TICKETS], current_person(request)
        form = await request.post()
        title, text = text_of(form, "ten", LONGEST_TITLE), text_of(form, "noi_dung", LONGEST_TEXT)
        scope, ward = _scope_of(person, text_of(form, "cho"))
        try:
            number = await desk.canned.add(staff_of(person), title, text, scope=scope, ward=ward)
        except TicketError as error:
            return await _show(request, problem=str(error), typed=(title, text), status=409)
        if scope is not CannedScope.MINE:
            await _record(request, "canned_shared", number)
        raise web.HTTPSeeOther(f"{_HOME}?vua=them")

    @requires(Permission.ANSWER)
    async def remove(self, request: web.Request) -> web.Response:
        """Remove one; the page then offers to bring it back."""
        return await self._remove(request, undo=False)

    @requires(Permission.ANSWER)
    async def restore(self, request: web.Request) -> web.Response:
        """Bring it back."""
        return await self._remove(request, undo=True)

    async def _remove(self, request: web.Request, *, undo: bool) -> web.Response:
        desk, person = request.app[TICKETS], current_person(request)
        number = int(request.match_info["canned"])
        canned = await desk.canned.find(number)
        if canned is None or not may_change(person, canned):
            raise web.HTTPNotFound
        await desk.canned.remove(number, undo=undo)
        if canned.scope is not CannedScope.MINE:
            await _record(request, "canned_restored" if undo else "canned_removed", number)
        raise web.HTTPSeeOther(_HOME if undo else f"{_HOME}?vua=xoa&so={number}")

    @requires(Role.LEAD)
    async def set_rule(self, request: web.Request) -> web.Response:
        """For how long new volunteers of a ward have their replies approved."""
        desk, person = request.app[TICKETS], current_person(request)
        form = await request.post()
        ward, days = text_of(form, "phuong", 5), number_of(form, "ngay") or 0
        if ward not in person.wards or days > _MOST_DAYS:
            raise web.HTTPForbidden
        async with desk.database.write() as session:
            await set_approve_days(session, ward, days)
            await audit.record(session, person, "approve_days_changed", f"ward:{ward}", {"days": days})
        raise web.HTTPSeeOther(f"{_HOME}?vua=duyet")


def may_change(person: Person, canned: Canned) -> bool:
    """Whether somebody may remove a canned reply: their own; a lead also those of their wards and for all."""
    if canned.scope is CannedScope.MINE:
        return canned.owner == str(person.id)
    return person.has(Role.LEAD) and (canned.ward is None or person.sees(canned.ward))


def _scope_of(person: Person, said: str) -> tuple[CannedScope, str | None]:
    if person.has(Role.LEAD):
        if said == "tat-ca":
            return CannedScope.ALL, None
        if said in person.wards:
            return CannedScope.WARD, said
    return CannedScope.MINE, None


async def _record(request: web.Request, what: str, number: int) -> None:
    desk, person = request.app[TICKETS], current_person(request)
    async with desk.database.write() as session:
        await audit.record(session, person, what, f"canned:{number}")


async def _show(
    request: web.Request, *, problem: str = "", typed: tuple[str, str] = ("", ""), status: int = 200
) -> web.Response:
    desk, person = request.app[TICKETS], current_person(request)
    canned = await desk.canned.of(str(person.id), person.wards)
    lead = person.has(Role.LEAD)
    async with desk.database.read() as session:
        rules = {ward: await approve_days(session, ward) for ward in sorted(person.wards)} if lead else {}
    data = {
        "groups": [(scope, [one for one in canned if one.scope is scope]) for scope in CannedScope],
        "may_change": lambda one: bool(one.id) and may_change(person, one),
        "lead": lead,
        "rules": rules,
        "variables": VARIABLES,
        "problem": problem,
        "typed": typed,
        "just": request.query.get("vua", ""),
        "removed": number_of(request.query, "so"),
        "longest": (LONGEST_TITLE, LONGEST_TEXT),
    }
    return aiohttp_jinja2.render_template("tickets/canned.html", request, data, status=status)
