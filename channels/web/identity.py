"""Who is at the other end: a citizen with our cookie or token, or the command line with its own."""

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
FRAME_COOKIE = "motcua_khung"
FRAME_PROTOCOL = "motcua-khung"
TOKEN_HEADER = "Motcua-Token"  # noqa: S105 - the name of a header, not a secret
SESSION_DAYS = 30
_SESSION = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_LIFETIME_S = SESSION_DAYS * 86400
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
    """Issues and reads signed sessions, and decides who may open a socket.

    A page of its own keeps its session in a cookie that no script reads. In a frame on another site such
    a cookie may be refused, so the frame has a partitioned one and, where that is refused too, the same
    session as a token in its own storage. It shows the token as a subprotocol when it opens the socket,
    because a browser lets a page set no other header there, and an address would end up in logs.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._signer = TimestampSigner(
            settings.key("web-session"), salt="motcua_chat", digest_method=hashlib.sha256
        )
        self._message_key = settings.key("web-session-message")
        self._form_key = settings.key("web-form")
        self._secure = settings.url.startswith("https:")

    def issue(self, request: web.Request, response: web.Response) -> Visitor:
        """Give ``response`` the session cookie: the visitor's own, good for 30 more days, or a new one."""
        session = self._session_in(request.cookies.get(COOKIE)) or _new_session()
        self._set(response, COOKIE, session, "Lax")
        return self._citizen(session)

    def issue_framed(self, request: web.Request, response: web.Response) -> None:
        """Give ``response`` the session of the frame it is for, renewed or new: cookie and token."""
        session = (
            self._session_in(request.headers.get(TOKEN_HEADER))
            or self._session_in(request.cookies.get(FRAME_COOKIE))
            or _new_session()
        )
        response.headers[TOKEN_HEADER] = self._signer.sign(session).decode()
        if self._secure:  # browsers take such a cookie over https only
            self._set(response, FRAME_COOKIE, session, "None; Partitioned")

    def visitor(self, request: web.Request) -> Visitor:
        """Who asks for a socket. Raises HTTPForbidden (no session, foreign page), HTTPBadRequest."""
        if self._is_operator(request):
            session = request.query.get("session", "")
            if not _SESSION.match(session):
                raise web.HTTPBadRequest(text="?session= must be 1 to 64 of A-Z a-z 0-9 _ -")
            return Visitor("cli", session, self._stored("cli", session), limited=False)
        if not self.is_own_page(request):
            raise web.HTTPForbidden(text="origin refused")
        found = self._framed(request) if FRAME_PROTOCOL in _protocols(request) else self.of_cookie(request)
        if not found:
            raise web.HTTPForbidden(text="no session: open the chat page first")
        return found

    def _framed(self, request: web.Request) -> Visitor | None:
        shown = (self._session_in(each) for each in _protocols(request))
        found = next(filter(None, shown), None) or self._session_in(request.cookies.get(FRAME_COOKIE))
        return self._citizen(found) if found else None

    def of_cookie(self, request: web.Request) -> Visitor | None:
        """Whose cookie a request of a page of its own carries."""
        found = self._session_in(request.cookies.get(COOKIE))
        return self._citizen(found) if found else None

    def form_token(self, visitor: Visitor) -> str:
        """What a form of this session's page carries, so that no other page can send it."""
        return hmac.new(self._form_key, visitor.session.encode(), hashlib.sha256).hexdigest()

    def is_own_page(self, request: web.Request) -> bool:
        """Whether a browser says that the page asking is ours. It sends Origin with sockets and forms."""
        origin = request.headers.get(hdrs.ORIGIN, "")
        asking = _host_port(origin)
        if asking is None:
            return False
        scheme = urlsplit(origin).scheme
        return asking in (_host_port(f"{scheme}://{request.host}"), _host_port(self.settings.url))

    def _set(self, response: web.Response, name: str, session: str, same_site: str) -> None:
        # Not set_cookie: it knows Partitioned only from Python 3.14 on.
        secure = "; Secure" if self._secure else ""
        response.headers.add(
            hdrs.SET_COOKIE,
            f"{name}={self._signer.sign(session).decode()}; Path=/; Max-Age={_LIFETIME_S}; HttpOnly{secure}; "
            f"SameSite={same_site}",
        )

    def _citizen(self, session: str) -> Visitor:
        return Visitor("web", session, self._stored("web", session), limited=True)

    def _stored(self, channel: str, session: str) -> str:
        """96 bits of a keyed hash: the same session gives the same, and nobody without the key gets back."""
        return hmac.new(self._message_key, f"{channel}:{session}".encode(), hashlib.sha256).hexdigest()[:24]

    def _session_in(self, signed: str | None) -> str | None:
        try:
            session = self._signer.unsign(signed or "", max_age=_LIFETIME_S).decode()
        except (BadSignature, UnicodeError):
            return None
        return session if _SESSION.match(session) else None

    def _is_operator(self, request: web.Request) -> bool:
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        expected = self.settings.operator_token
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), expected.encode())


def _protocols(request: web.Request) -> list[str]:
    offered = ",".join(request.headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, []))
    return [part.strip() for part in offered.split(",")][:4]


def _new_session() -> str:
    return secrets.token_urlsafe(24)


def _host_port(url: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not port:
        return None
    return parts.hostname, port
