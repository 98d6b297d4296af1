"""Only our own pages may post: a token in every form, and the browser's word on where the request began."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from desk.keys import COOKIE, FORM_COOKIE, NEW_FORM_COOKIE
from motcua.settings import Settings

FIELD = "csrf"
HEADER = "X-CSRF-Token"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class FormGuard:
    """Makes the tokens of forms and checks them.

    A token belongs to the session cookie, or before the sign-in to a cookie of its own, and is a keyed
    hash of it: nothing has to be stored, and a token of one session is worth nothing in another.
    """

    def __init__(self, settings: Settings) -> None:
        self._key = settings.key("desk-csrf")
        self._url = settings.url

    def token(self, request: web.Request) -> str:
        """The token for the forms of this page."""
        held = request.cookies.get(COOKIE) or request.cookies.get(FORM_COOKIE) or request.get(NEW_FORM_COOKIE)
        if not held:
            held = request[NEW_FORM_COOKIE] = secrets.token_urlsafe(24)
        return self._token_for(held)

    async def check(self, request: web.Request) -> bool:
        """Whether this post comes from a form of ours. Reads the form unless a header has the token."""
        if not self.from_own_page(request):
            return False
        sent = request.headers.get(HEADER)
        if sent is None:
            field = (await request.post()).get(FIELD)
            sent = field if isinstance(field, str) else ""
        held = request.cookies.get(COOKIE) or request.cookies.get(FORM_COOKIE)
        return bool(held) and hmac.compare_digest(sent.encode(), self._token_for(held or "").encode())

    def from_own_page(self, request: web.Request) -> bool:
        """Whether the browser says that a page of ours asks. It sends Origin with every post and socket."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return False
        origin: str = request.headers.get(hdrs.ORIGIN) or request.headers.get(hdrs.REFERER) or ""
        asking = _host_port(origin)
        if asking is None:
            return False
        scheme = urlsplit(origin).scheme
        return asking in (_host_port(scheme + "://" + request.host), _host_port(self._url))

    def _token_for(self, held: str) -> str:
        return hmac.new(self._key, held.encode(), hashlib.sha256).hexdigest()


def _host_port(url: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not port:
        return None
    return parts.hostname, port
