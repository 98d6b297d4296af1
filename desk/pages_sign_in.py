"""Pages of the own account: signing in and out, invitations, the own password."""

from __future__ import annotations

from typing import Any

import aiohttp_jinja2
from aiohttp import web

from desk.accounts import Accounts, BadPassword, LinkUsedUp, SignedIn, SignInRefused
from desk.auth import current_person, public, requires
from desk.cookies import SessionCookie
from desk.forms import address_of, text_of
from desk.keys import OWN_PASSWORD, PREFIX, SIGN_IN
from desk.nav import for_person
from desk.oidc import OpenId
from desk.passwords import SHORTEST
from desk.words import duration
from motcua.db import now
from motcua.settings import Settings

_WRONG = "Tên đăng nhập hoặc mật khẩu không đúng. Anh/chị kiểm tra lại rồi thử lần nữa."
_PAUSED = "Đã thử sai nhiều lần nên tạm dừng. Anh/chị thử lại sau {}, hoặc nhờ tổ trưởng gửi liên kết mới."
_OLD_WRONG = "Mật khẩu đang dùng không đúng. Anh/chị nhập lại."
_DIFFERENT = "Hai lần nhập mật khẩu mới chưa giống nhau."


class SignInPages:
    """Handlers; what they do is in ``desk.accounts``."""

    def __init__(self, accounts: Accounts, cookie: SessionCookie, openid: OpenId, settings: Settings) -> None:
        self._accounts = accounts
        self._cookie = cookie
        self._openid = openid
        self._settings = settings

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/dang-nhap", self.sign_in_page)
        app.router.add_post("/dang-nhap", self.sign_in)
        app.router.add_post("/dang-xuat", self.sign_out)
        app.router.add_post("/dang-xuat-moi-noi", self.sign_out_everywhere)
        app.router.add_get("/moi/{link}", self.invitation_page)
        app.router.add_post("/moi/{link}", self.accept)
        app.router.add_get("/mat-khau", self.password_page)
        app.router.add_post("/mat-khau", self.change_password)
        app.router.add_get("/tai-khoan", self.own_page)
        app.router.add_get("/them", self.more_page)
        app.router.add_get("/", self.home)
        app.router.add_get("", self.home)

    @requires()
    async def home(self, request: web.Request) -> web.Response:
        """The first page of the menu that is theirs."""
        raise web.HTTPSeeOther(for_person(current_person(request))[0].path)

    @requires()
    async def more_page(self, request: web.Request) -> web.Response:
        """What has no place in the bottom bar of a phone."""
        return aiohttp_jinja2.render_template("more.html", request, {})

    @public
    async def sign_in_page(self, request: web.Request) -> web.Response:
        """The form."""
        return self._form(request, back=request.query.get("tiep", ""))

    @public
    async def sign_in(self, request: web.Request) -> web.Response:
        """Try it."""
        form = await request.post()
        name, back = text_of(form, "name", 100), text_of(form, "back", 500)
        try:
            done = await self._accounts.sign_in(
                name,
                text_of(form, "password", 500, strip=False),
                address_of(request, self._settings),
                old_secret=self._cookie.of(request),
            )
        except SignInRefused as refused:
            return self._form(request, name=name, back=back, problem=_why(refused, _WRONG), status=422)
        return self._enter(done, own_path(back))

    @requires(before_change=True)
    async def sign_out(self, request: web.Request) -> web.Response:
        """Leave, in this browser."""
        await self._accounts.sign_out(current_person(request), self._cookie.of(request))
        return self._leave("da-dang-xuat")

    @requires(before_change=True)
    async def sign_out_everywhere(self, request: web.Request) -> web.Response:
        """Leave, in every browser."""
        await self._accounts.sign_out_everywhere(current_person(request))
        return self._leave("da-dang-xuat-het")

    @public
    async def invitation_page(self, request: web.Request) -> web.Response:
        """Choose the first password."""
        return await self._invitation(request, [], 200)

    @public
    async def accept(self, request: web.Request) -> web.Response:
        """Set it and enter."""
        form = await request.post()
        password = text_of(form, "password", 500, strip=False)
        if password != text_of(form, "again", 500, strip=False):
            return await self._invitation(request, [_DIFFERENT], 422)
        try:
            done = await self._accounts.accept(
                request.match_info["link"], password, old_secret=self._cookie.of(request)
            )
        except BadPassword as bad:
            return await self._invitation(request, bad.problems, 422)
        except LinkUsedUp:
            return self._used_up(request)
        return self._enter(done, f"{PREFIX}/")

    @requires(before_change=True)
    async def password_page(self, request: web.Request) -> web.Response:
        """Choose another password."""
        return self._password(request, [], 200)

    @requires(before_change=True)
    async def change_password(self, request: web.Request) -> web.Response:
        """Change it; other browsers are signed out."""
        form = await request.post()
        old, new, again = (text_of(form, name, 500, strip=False) for name in ("old", "password", "again"))
        if new != again:
            return self._password(request, [_DIFFERENT], 422)
        who = current_person(request)
        try:
            address = address_of(request, self._settings)
            secret = await self._accounts.change_password(who, old, new, address=address)
        except SignInRefused as refused:
            return self._password(request, [_why(refused, _OLD_WRONG)], 422)
        except BadPassword as bad:
            return self._password(request, bad.problems, 422)
        response = web.Response(status=303, headers={"Location": f"{PREFIX}/tai-khoan?xong=da-doi-mat-khau"})
        self._cookie.give(response, secret)
        return response

    @requires()
    async def own_page(self, request: web.Request) -> web.Response:
        """Who I am here."""
        return aiohttp_jinja2.render_template("account.html", request, {})

    def _form(
        self, request: web.Request, *, name: str = "", back: str = "", problem: str = "", status: int = 200
    ) -> web.Response:
        context = {"name": name, "back": own_path(back), "problem": problem, "openid": self._openid.title}
        return aiohttp_jinja2.render_template("sign_in.html", request, context, status=status)

    async def _invitation(self, request: web.Request, problems: list[str], status: int) -> web.Response:
        try:
            invited = await self._accounts.invited(request.match_info["link"])
        except LinkUsedUp:
            return self._used_up(request)
        context: dict[str, Any] = {"invited": invited, "problems_found": problems, "shortest": SHORTEST}
        return aiohttp_jinja2.render_template("invitation.html", request, context, status=status)

    def _used_up(self, request: web.Request) -> web.Response:
        return aiohttp_jinja2.render_template("invitation_used.html", request, {}, status=410)

    def _password(self, request: web.Request, problems: list[str], status: int) -> web.Response:
        context: dict[str, Any] = {"problems_found": problems, "shortest": SHORTEST}
        return aiohttp_jinja2.render_template("password.html", request, context, status=status)

    def _enter(self, done: SignedIn, to: str) -> web.Response:
        response = web.Response(status=303, headers={"Location": to or f"{PREFIX}/"})
        self._cookie.give(response, done.secret)
        return response

    def _leave(self, notice: str) -> web.Response:
        response = web.Response(status=303, headers={"Location": f"{SIGN_IN}?xong={notice}"})
        self._cookie.take(response)
        return response


def _why(refused: SignInRefused, wrong: str) -> str:
    if not refused.until:
        return wrong
    return _PAUSED.format(duration(max(60, (refused.until - now()).total_seconds())))


def own_path(path: str) -> str:
    """``path`` if it is a page of the desk, otherwise nothing: a link must not lead away after a sign-in."""
    inside = path.startswith(f"{PREFIX}/") and path.isprintable() and "\\" not in path and "//" not in path
    return path if inside and not path.startswith((SIGN_IN, OWN_PASSWORD)) else ""
