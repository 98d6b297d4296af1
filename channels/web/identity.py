"""Who is at the other end of a socket: a citizen with our cookie, or the command line with its token."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from itsdangerous import BadSignature, TimestampSigner

from motcua.settings import Settings

COOKIE = "motcua_chat"
COOKIE_DAYS = 30
_SESSION = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose socket it is. ``session`` is the address within ``channel``: whoever knows it can ask for
    the transcript, so it is kept nowhere; ``stored`` stands for it in the ids of messages.
    """

    channel: str
    session: str
    stored: str
    limited: bool

    @property
    def tag(self) -> str:
        """A name of the session that tells nothing about it: clients use it to notice a change."""
        return hashlib.sha256(f"{self.channel}:{self.session}".encode()).hexdigest()[:16]


class Identities:
    """Issues and reads session cookies, and decides who may open a socket."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signer = TimestampSigner(
            settings.key("web-session"), salt="motcua_chat", digest_method=hashlib.sha256
        )
        self._message_key = settings.key("web-session-message")
        self._secure = settings.url.startswith("https:")

    def issue(self, request: web.Request, response: web.Response) -> None:
        """Give ``response`` the session cookie: the visitor's own, good for 30 more days, or a new one."""
        session = self._session_of(request) or secrets.token_urlsafe(24)
        response.set_cookie(
            COOKIE,
            self._signer.sign(session).decode(),
            max_age=COOKIE_DAYS * 86400,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )

    def visitor(self, request: web.Request) -> Visitor:
        """Who asks for a socket. Raises HTTPForbidden (no session, foreign page), HTTPBadRequest."""
        if self._is_operator(request):
            session = request.query.get("session", "")
            if not _SESSION.match(session):
                raise web.HTTPBadRequest(text="?session= must be 1 to 64 of A-Z a-z 0-9 _ -")
            return Visitor("cli", session, self._stored("cli", session), limited=False)
        if not self._is_own_page(request):
            raise web.HTTPForbidden(text="origin refused")
        found = self._session_of(request)
        if not found:
            raise web.HTTPForbidden(text="no session: open the chat page first")
        return Visitor("web", found, self._stored("web", found), limited=True)

    def _stored(self, channel: str, session: str) -> str:
        """96 bits of a keyed hash: the same session gives the same, and nobody without the key gets back."""
        return hmac.new(self._message_key, f"{channel}:{session}".encode(), hashlib.sha256).hexdigest()[:24]

    def _session_of(self, request: web.Request) -> str | None:
        cookie = request.cookies.get(COOKIE, "")
        try:
            session = self._signer.unsign(cookie, max_age=COOKIE_DAYS * 86400).decode()
        except (BadSignature, UnicodeError):
            return None
        return session if _SESSION.match(session) else None

    def _is_operator(self, request: web.Request) -> bool:
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        expected = self._settings.operator_token
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), expected.encode())

    def _is_own_page(self, request: web.Request) -> bool:
        """Whether a browser says that the page asking is ours. A browser always sends Origin."""
        origin = request.headers.get(hdrs.ORIGIN, "")
        asking = _host_port(origin)
        if asking is None:
            return False
        scheme = urlsplit(origin).scheme
        return asking in (_host_port(f"{scheme}://{request.host}"), _host_port(self._settings.url))


def _host_port(url: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not port:
        return None
    return parts.hostname, port
