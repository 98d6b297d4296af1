"""Who may open which page: every handler says it, and what says nothing is closed.

The rule stands beside the handler (``@requires``, ``@public``); one middleware enforces all of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from desk import sessions
from desk.csrf import HEADER, FormGuard
from desk.keys import COOKIE, OWN_PASSWORD, PERSON, SIGN_IN
from desk.people import Person
from desk.roles import Permission, Role
from motcua.keys import DATABASE

__all__ = ["Permission", "Person", "Role", "Rule", "current_person", "guard", "public", "requires", "rule_of"]

log = structlog.get_logger(__name__)

H = TypeVar("H", bound=Callable[..., Awaitable[web.StreamResponse]])
_RULE = "__desk_rule__"
_READING = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a handler: everybody (``public``), everybody signed in, or who has one of ``allowed``.

    ``before_change``: also open to somebody who must choose a new password first.
    """

    public: bool = False
    allowed: tuple[Role | Permission, ...] = ()
    before_change: bool = False

    def admits(self, person: Person | None) -> bool:
        """Whether ``person`` may pass."""
        if self.public:
            return True
        return person is not None and (not self.allowed or person.has(*self.allowed))


def requires(*allowed: Role | Permission, before_change: bool = False) -> Callable[[H], H]:
    """The handler is for people with one of these roles or permissions; for all who are signed in, if none.

    Roles do not include each other: say each one, or better a permission of ``permissions.yml``.
    """

    def mark(handler: H) -> H:
        setattr(handler, _RULE, Rule(allowed=allowed, before_change=before_change))
        return handler

    return mark


def public(handler: H) -> H:
    """The handler is for everybody, signed in or not. Its posts are checked like all others."""
    setattr(handler, _RULE, Rule(public=True, before_change=True))
    return handler


def rule_of(handler: object) -> Rule | None:
    """The rule of a handler, None when it has none and is therefore closed."""
    return getattr(handler, _RULE, None)


def current_person(request: web.Request) -> Person:
    """Who is signed in. Raises HTTPUnauthorized on a public page that nobody signed in for."""
    found: Person | None = request.get(PERSON)
    if found is None:
        raise web.HTTPUnauthorized
    return found


def guard(forms: FormGuard) -> Middleware:
    """The middleware that finds out who asks, and lets pass what is allowed."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if secret := request.cookies.get(COOKIE):
            person = await sessions.find(request.config_dict[DATABASE], secret)
            if person:
                request[PERSON] = person
        if request.match_info.http_exception is not None:
            return await handler(request)  # no such page: says so, and nothing else
        await _admit(request, forms)
        return await handler(request)

    return check


async def _admit(request: web.Request, forms: FormGuard) -> None:
    """Return when the request may pass. Raises HTTPForbidden, HTTPUnauthorized, HTTPSeeOther."""
    rule = rule_of(request.match_info.route.handler)
    person: Person | None = request.get(PERSON)
    if rule is None:
        log.error("desk.rule_missing", route=str(request.match_info.route.resource))
        raise web.HTTPForbidden
    if not rule.public and person is None:
        _to_sign_in(request)
    if request.method not in _READING and not await forms.check(request):
        raise web.HTTPForbidden(reason="form")
    if request.headers.get(hdrs.UPGRADE) and not forms.from_own_page(request):
        raise web.HTTPForbidden(reason="form")
    if person and person.must_change and not rule.before_change:
        raise web.HTTPSeeOther(OWN_PASSWORD)
    if not rule.admits(person):
        raise web.HTTPForbidden


def _to_sign_in(request: web.Request) -> None:
    """Send a browser to the sign-in and back; a script is only told."""
    if request.headers.get(HEADER) or request.headers.get(hdrs.UPGRADE):
        raise web.HTTPUnauthorized
    back = request.path_qs if request.method == hdrs.METH_GET else ""
    raise web.HTTPSeeOther(f"{SIGN_IN}?tiep={quote(back)}" if back else SIGN_IN)
