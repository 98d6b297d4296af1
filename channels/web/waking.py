"""Waking a closed page when there is news of a dossier: the browser's subscription, taken and given up.

A browser is woken only for the conversation of its own session, and only after its owner pressed the button;
what the push service carries holds nothing of the conversation (``motcua.push``).
"""

from __future__ import annotations

from aiohttp import hdrs, web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.web.address import Addresses
from channels.web.headers import common_headers
from channels.web.identity import Identities
from channels.web.intake import Caller, Intake, TooFast
from motcua.push import BadEndpoint, Browser, Push

_LARGEST = 4096


class _Keys(BaseModel):
    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)


class _Subscription(BaseModel):
    """``PushSubscription.toJSON()`` of a page; browsers add fields of their own."""

    model_config = ConfigDict(extra="ignore")

    endpoint: str = Field(max_length=2000)
    keys: _Keys


class Waking:
    """GET /tin-bao (our key), POST /tin-bao (wake this browser), POST /tin-bao/thoi (no longer)."""

    def __init__(self, identities: Identities, addresses: Addresses, intake: Intake, push: Push) -> None:
        self._identities, self._addresses = identities, addresses
        self._intake, self._push = intake, push
        self._headers = {**common_headers(identities.settings.url), hdrs.CACHE_CONTROL: "no-store"}

    async def key(self, _request: web.Request) -> web.Response:
        """The key under which the push services know us."""
        return web.json_response({"key": self._push.public_key}, headers=self._headers)

    async def add(self, request: web.Request) -> web.Response:
        """Wake this browser from now on.

        400: no subscription of a known push service. 403: not our page, or no session. 409: nothing has been
        said yet. 429: too often.
        """
        conversation = await self._conversation(request)
        given = await _read(request)
        try:
            await self._push.add(conversation, Browser(given.endpoint, given.keys.p256dh, given.keys.auth))
        except BadEndpoint:
            raise web.HTTPBadRequest(headers=self._headers) from None
        return web.Response(status=204, headers=self._headers)

    async def remove(self, request: web.Request) -> web.Response:
        """Wake this browser no longer. Refuses like :meth:`add`."""
        conversation = await self._conversation(request)
        await self._push.remove(conversation, (await _read(request)).endpoint)
        return web.Response(status=204, headers=self._headers)

    async def _conversation(self, request: web.Request) -> str:
        visitor = self._identities.of_cookie(request)
        if visitor is None or not self._identities.is_own_page(request):
            raise web.HTTPForbidden(headers=self._headers)
        try:
            self._intake.hello(Caller(visitor, self._addresses.of(request)))
        except TooFast as error:
            wait = {**self._headers, hdrs.RETRY_AFTER: str(int(error.wait) + 1)}
            raise web.HTTPTooManyRequests(headers=wait) from None
        found = await self._intake.find(visitor)
        if found is None:
            raise web.HTTPConflict(headers=self._headers)
        return found


async def _read(request: web.Request) -> _Subscription:
    raw = await request.content.read(_LARGEST + 1)
    try:
        if len(raw) > _LARGEST:
            raise ValueError("too large")
        return _Subscription.model_validate_json(raw)
    except (ValidationError, ValueError):
        raise web.HTTPBadRequest from None
