"""The two pages of a sign-in through the agency's provider: away to it, and back."""

from __future__ import annotations

import aiohttp_jinja2
import structlog
from aiohttp import web

from desk.accounts import Accounts, SignInRefused
from desk.auth import public
from desk.cookies import SessionCookie
from desk.keys import PREFIX
from desk.oidc import OpenId, OpenIdFailed
from desk.pages_sign_in import own_path
from motcua.settings import Settings

log = structlog.get_logger(__name__)

COOKIE = "motcua_coquan"
_PATH = f"{PREFIX}/dang-nhap/co-quan"
_FAILED = "Chưa đăng nhập được bằng tài khoản cơ quan. Anh/chị thử lại, hoặc dùng tài khoản Một Cửa."
_UNKNOWN = "Tài khoản cơ quan của anh/chị chưa được nối với bàn làm việc. Gửi mã này cho quản trị: {}"


class OpenIdPages:
    """Handlers."""

    def __init__(self, openid: OpenId, accounts: Accounts, cookie: SessionCookie, settings: Settings) -> None:
        self._openid = openid
        self._accounts = accounts
        self._cookie = cookie
        self._secure = settings.url.startswith("https:")

    def add_routes(self, app: web.Application) -> None:
        """Register the pages, if a provider is configured."""
        if self._openid.title:
            app.router.add_get("/dang-nhap/co-quan", self.begin)
            app.router.add_get("/dang-nhap/co-quan/ve", self.back)

    @public
    async def begin(self, request: web.Request) -> web.Response:
        """To the provider."""
        try:
            address, cookie = await self._openid.begin(own_path(request.query.get("tiep", "")[:500]))
        except OpenIdFailed as failed:
            return self._problem(request, failed)
        response = web.Response(status=303, headers={"Location": address})
        response.set_cookie(
            COOKIE, cookie, path=_PATH, max_age=600, httponly=True, samesite="Lax", secure=self._secure
        )
        return response

    @public
    async def back(self, request: web.Request) -> web.Response:
        """From the provider. Whoever it vouches for enters, if they are linked to an account."""
        try:
            subject, back = await self._openid.finish(
                request.cookies.get(COOKIE, ""), request.query.get("state", ""), request.query.get("code", "")
            )
        except OpenIdFailed as failed:
            return self._problem(request, failed)
        try:
            done = await self._accounts.sign_in_by_subject(subject, old_secret=self._cookie.of(request))
        except SignInRefused:
            return self._form(request, _UNKNOWN.format(subject.partition(" ")[2]))
        response = web.Response(status=303, headers={"Location": own_path(back) or f"{PREFIX}/"})
        self._cookie.give(response, done.secret)
        response.del_cookie(COOKIE, path=_PATH)
        return response

    def _problem(self, request: web.Request, failed: OpenIdFailed) -> web.Response:
        log.warning("desk.openid_failed", reason=str(failed))
        return self._form(request, _FAILED)

    def _form(self, request: web.Request, problem: str) -> web.Response:
        context = {"name": "", "back": "", "problem": problem, "openid": self._openid.title}
        response = aiohttp_jinja2.render_template("sign_in.html", request, context, status=422)
        response.del_cookie(COOKIE, path=_PATH)
        return response
