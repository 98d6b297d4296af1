"""Pages of people: the list, inviting, one person's roles and wards."""

from __future__ import annotations

from typing import Any

import aiohttp_jinja2
from aiohttp import web
from multidict import MultiMapping
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import duty
from desk import staffing
from desk.auth import Permission, current_person, requires
from desk.forms import text_of, texts_of
from desk.keys import PREFIX
from desk.models import Staff
from desk.people import Person, people, person
from desk.roles import Role
from desk.staffing import NotTheirs, Post, StaffingRefused
from knowledge.wards import Ward, hanoi
from motcua.db import Database, now
from motcua.settings import Settings
from vietnamese import fold

LIST = f"{PREFIX}/nhan-su"


class PeoplePages:
    """Handlers; what they do is in ``desk.staffing``."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db = database
        self._settings = settings

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/nhan-su", self.list_page)
        app.router.add_get("/nhan-su/moi", self.invite_page)
        app.router.add_post("/nhan-su/moi", self.invite)
        app.router.add_get(r"/nhan-su/{id:\d{1,18}}", self.person_page)
        app.router.add_post(r"/nhan-su/{id:\d{1,18}}", self.change)
        app.router.add_post(r"/nhan-su/{id:\d{1,18}}/lien-ket", self.invite_again)
        app.router.add_post(r"/nhan-su/{id:\d{1,18}}/khoa", self.disable)
        app.router.add_post(r"/nhan-su/{id:\d{1,18}}/mo", self.enable)
        app.router.add_post(r"/nhan-su/{id:\d{1,18}}/doi-mat-khau", self.require_change)

    @requires(Permission.SEE_PEOPLE)
    async def list_page(self, request: web.Request) -> web.Response:
        """Everybody I may know of, or those of one ward, or whose name has these words."""
        me = current_person(request)
        ward, wanted = request.query.get("phuong", ""), request.query.get("tim", "")[:80].strip()
        async with self._db.read() as session:
            shown = [one for one in await people(session) if staffing.may_see(me, one)]
            rows = await _rows(session, [one.id for one in shown])
        key = fold(wanted).lower()
        found = [
            one
            for one in staffing.by_wards(shown, ward)
            if not key or key in fold(f"{one.name} {one.account}").lower()
        ]
        wards = sorted({code for one in shown for code in one.wards}, key=_ward_name)
        context = {"found": found, "rows": rows, "ward": ward, "wanted": wanted, "wards": wards, "at": now()}
        return aiohttp_jinja2.render_template("people.html", request, context)

    @requires(Permission.MANAGE_PEOPLE)
    async def invite_page(self, request: web.Request) -> web.Response:
        """The form."""
        return self._invite_form(request, Post("", frozenset({Role.VOLUNTEER}), frozenset()), "", "", 200)

    @requires(Permission.MANAGE_PEOPLE)
    async def invite(self, request: web.Request) -> web.Response:
        """Invite; the link is shown once."""
        form = await request.post()
        account, post = text_of(form, "account", 100), _post_of(form)
        try:
            async with self._db.write() as session:
                made, link = await staffing.invite(session, current_person(request), account, post)
        except StaffingRefused as refused:
            return self._invite_form(request, post, account, str(refused), 422)
        return await self._person(request, made.id, link=link)

    @requires(Permission.SEE_PEOPLE)
    async def person_page(self, request: web.Request) -> web.Response:
        """One person."""
        return await self._person(request, _id(request))

    @requires(Permission.MANAGE_PEOPLE)
    async def change(self, request: web.Request) -> web.Response:
        """Name, roles, wards."""
        post = _post_of(await request.post())
        try:
            async with self._db.write() as session:
                await staffing.change_post(session, current_person(request), _id(request), post)
        except StaffingRefused as refused:
            return await self._person(request, _id(request), problem=str(refused), status=422, post=post)
        except NotTheirs:
            raise web.HTTPNotFound from None
        raise web.HTTPSeeOther(f"{LIST}/{_id(request)}?xong=da-luu")

    @requires(Permission.MANAGE_PEOPLE)
    async def invite_again(self, request: web.Request) -> web.Response:
        """Another link, shown once."""
        try:
            async with self._db.write() as session:
                link = await staffing.invite_again(session, current_person(request), _id(request))
        except StaffingRefused as refused:
            return await self._person(request, _id(request), problem=str(refused), status=422)
        except NotTheirs:
            raise web.HTTPNotFound from None
        return await self._person(request, _id(request), link=link)

    @requires(Permission.MANAGE_PEOPLE)
    async def disable(self, request: web.Request) -> web.Response:
        """Close the account."""
        return await self._act(request, staffing.disable, "da-cho-nghi")

    @requires(Permission.MANAGE_PEOPLE)
    async def enable(self, request: web.Request) -> web.Response:
        """Open it again."""
        return await self._act(request, staffing.enable, "da-mo-lai")

    @requires(Permission.MANAGE_PEOPLE)
    async def require_change(self, request: web.Request) -> web.Response:
        """Have them choose another password."""
        return await self._act(request, staffing.require_change, "da-luu")

    async def _act(self, request: web.Request, act: Any, notice: str) -> web.Response:
        try:
            async with self._db.write() as session:
                await act(session, current_person(request), _id(request))
        except StaffingRefused as refused:
            return await self._person(request, _id(request), problem=str(refused), status=422)
        except NotTheirs:
            raise web.HTTPNotFound from None
        raise web.HTTPSeeOther(f"{LIST}/{_id(request)}?xong={notice}")

    def _invite_form(
        self, request: web.Request, post: Post, account: str, problem: str, status: int
    ) -> web.Response:
        me = current_person(request)
        context = {
            "post": post,
            "account": account,
            "problem": problem,
            "roles": _roles_to_give(me),
            "wards": _wards_to_give(me),
            "city": me.whole_city or Role.ADMIN in me.roles,
        }
        return aiohttp_jinja2.render_template("invite.html", request, context, status=status)

    async def _person(
        self,
        request: web.Request,
        staff_id: int,
        *,
        link: str = "",
        problem: str = "",
        status: int = 200,
        post: Post | None = None,
    ) -> web.Response:
        me = current_person(request)
        async with self._db.read() as session:
            other = await person(session, staff_id)
            if other is None or not staffing.may_see(me, other):
                raise web.HTTPNotFound
            row = await session.get_one(Staff, staff_id)
            presence = await duty.presence_of(session, staff_id, now())
        context = {
            "other": other,
            "row": row,
            "presence": presence,
            "post": post or Post(other.name, other.roles, other.wards, other.whole_city),
            "may_manage": me.has(Permission.MANAGE_PEOPLE) and staffing.may_manage(me, other),
            "me": me.id == other.id,
            "link": f"{self._settings.url}{PREFIX}/moi/{link}" if link else "",
            "problem": problem,
            "roles": _roles_to_give(me),
            "wards": _wards_to_give(me),
            "city": me.whole_city or Role.ADMIN in me.roles,
        }
        return aiohttp_jinja2.render_template("person.html", request, context, status=status)


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


def _post_of(form: MultiMapping[Any]) -> Post:
    known = {role.value: role for role in Role}
    return Post(
        full_name=" ".join(text_of(form, "full_name", 200).split()),
        roles=frozenset(known[name] for name in texts_of(form, "role") if name in known),
        wards=frozenset(texts_of(form, "ward")),
        whole_city=bool(text_of(form, "whole_city")),
    )


def _roles_to_give(me: Person) -> list[Role]:
    return list(Role) if Role.ADMIN in me.roles else [Role.VOLUNTEER]


def _wards_to_give(me: Person) -> list[Ward]:
    every = sorted(hanoi().wards, key=lambda ward: (ward.kind, fold(ward.name), ward.name))
    if me.whole_city or Role.ADMIN in me.roles:
        return every
    return [ward for ward in every if ward.code in me.wards]


def _ward_name(code: str) -> str:
    found = hanoi().by_code.get(code)
    return fold(found.full_name) if found else code


async def _rows(session: AsyncSession, ids: list[int]) -> dict[int, Staff]:
    return {row.id: row for row in await session.scalars(select(Staff).where(Staff.id.in_(ids)))}
