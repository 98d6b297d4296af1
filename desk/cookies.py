"""The cookie of a signed-in browser."""

from __future__ import annotations

from aiohttp import web

from desk.keys import COOKIE, FORM_COOKIE, PREFIX
from desk.sessions import LONGEST
from motcua.settings import Settings


class SessionCookie:
    """Reads, gives and takes it. Out of reach for scripts and for posts from other sites."""

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.url.startswith("https:")

    def of(self, request: web.Request) -> str:
        """The secret this browser holds, or nothing."""
        return request.cookies.get(COOKIE, "")

    def give(self, response: web.Response, secret: str) -> None:
        """Sign this browser in."""
        response.set_cookie(
            COOKIE,
            secret,
            max_age=int(LONGEST.total_seconds()),
            path=PREFIX,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )
        response.del_cookie(FORM_COOKIE, path=PREFIX)

    def take(self, response: web.Response) -> None:
        """Sign this browser out, and have it forget the pages it kept."""
        response.del_cookie(COOKIE, path=PREFIX, httponly=True, samesite="Lax", secure=self._secure)
