"""The webhook: takes an event in, stores it, acknowledges it, in this order.

Zalo wants its 200 within two seconds, so nothing here calls out: no bot, no API. What is answered:

====  ======================================================================================
200   stored, stored before, or nothing to store
400   not a JSON object
401   not signed with our secret
403   signed, but for another app, or its timestamp is out of the window
413   larger than any event of Zalo
500   could not be stored: Zalo may send it again
====  ======================================================================================

The window is two hours by default because a redelivery carries the timestamp of the first try and
the last one comes almost two hours later. The header ``num_retry`` is not signed and therefore
never widens the window. What comes twice within the window is recognised by its id.

Which timestamp is signed is not settled: the body's by nearly all sources, the header's by one (shared
facts, section 1.3). Both need the secret, so by default either will do; the one that is signed is then
the one whose age counts.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any, Protocol

import structlog
from aiohttp import web

from channels.zalo.events import CHANNEL, Nature, Ours, ZaloEvent, read_event
from channels.zalo.media import media_hosts
from channels.zalo.metrics import EVENTS, REFUSED
from channels.zalo.signature import verify
from channels.zalo.takeover import Takeover
from conversations import Accepted, Erased, Inbound, Overheard
from motcua.db import now
from motcua.settings import Settings

log = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
"""Largest body that is read, in bytes."""

_READ_TIMEOUT_S = 10.0
_FUTURE_S = 300.0
_TIMESTAMP = re.compile(r"[0-9]{1,16}", re.ASCII)


class Intake(Protocol):
    """What the webhook needs of conversations."""

    async def receive(self, inbound: Inbound) -> Accepted:
        """Store a message; raises when it could not be stored."""
        ...

    async def conversation_of(self, channel: str, account: str, address: str) -> str | None:
        """The id of a citizen's conversation, or None before the first message."""
        ...

    async def overhear(self, heard: Overheard) -> bool:
        """Take in what an officer wrote past us; raises when it could not be stored."""
        ...

    async def erase_address(self, channel: str, account: str, address: str) -> Erased:
        """Erase everything of a citizen; raises when it could not be done."""
        ...


Settle = Callable[[Mapping[str, Any]], Awaitable[bool]]
"""Is handed what Zalo says about our own messages: echoes (``oa_send_*`` without an administrator) and
receipts, as their bodies came. Raises when it could not be stored."""


class Webhook:
    """The handlers of the webhook and of the proof that the domain is ours."""

    def __init__(self, settings: Settings, intake: Intake, settle: Settle) -> None:
        self._zalo = zalo = settings.zalo
        self._intake, self._settle = intake, settle
        self._ours = Ours(zalo.oa_id, settings.url, media_hosts(zalo))
        self._takeover = Takeover(zalo, settings.key("zalo-officers"))

    def routes(self) -> list[web.RouteDef]:
        """The addresses to add to the application."""
        return [
            web.post("/zalo/webhook", self.post),
            web.get("/zalo/webhook", self.get),
            web.get("/zalo_verifier{code:[A-Za-z0-9_-]+}.html", self.verifier),
        ]

    async def post(self, request: web.Request) -> web.Response:
        """Take in one event."""
        raw = await _read(request)
        if raw is None:
            return _refuse(413, "too_large")
        body = _parse(raw)
        if body is None:
            return _refuse(400, "not_json")
        timestamp = self._signed_timestamp(request.headers, raw, body)
        if timestamp is None:
            return _refuse(
                401, "signature" if self._zalo.oa_secret.get_secret_value() else "no_secret_configured"
            )
        if str(body.get("app_id")) != self._zalo.app_id:
            return _refuse(403, "other_app")
        if reason := self._untimely(timestamp):
            return _refuse(403, reason)
        return await self._take(raw, body, int(timestamp), redelivery=bool(request.headers.get("num_retry")))

    async def get(self, request: web.Request) -> web.Response:
        """Answer whoever looks whether the webhook is there, with the challenge if one is given."""
        return web.Response(
            text=request.query.get("hub.challenge", "ok")[:256], headers={"X-Content-Type-Options": "nosniff"}
        )

    async def verifier(self, request: web.Request) -> web.Response:
        """The file that proves to Zalo that the domain is ours; 404 unless the code is configured."""
        code = self._zalo.verifier
        if not code or request.match_info["code"] != code:
            raise web.HTTPNotFound
        page = (
            '<!doctype html>\n<html><head><meta charset="utf-8">'
            f'<meta name="zalo-platform-site-verification" content="{escape(code)}">'
            f"</head><body>{escape(code)}</body></html>\n"
        )
        return web.Response(text=page, content_type="text/html")

    def _signed_timestamp(
        self, headers: Mapping[str, str], raw: bytes, body: Mapping[str, Any]
    ) -> str | None:
        """The timestamp with which the event is signed by our secret, or None when it is not."""
        sources = {"body": body.get("timestamp"), "header": headers.get("X-ZEvent-Timestamp")}
        for source, said in sources.items():
            timestamp = _timestamp(said) if self._zalo.timestamp_from in (source, "either") else None
            if timestamp and verify(
                headers.get("X-ZEvent-Signature"), app_id=self._zalo.app_id, body=raw, timestamp=timestamp,
                secret=self._zalo.oa_secret.get_secret_value(),
            ):  # fmt: skip
                return timestamp
        return None

    def _untimely(self, timestamp: str) -> str | None:
        age_s = now().timestamp() - int(timestamp) / 1000
        if age_s > self._zalo.replay_window_s:
            return "too_old"
        return "from_the_future" if age_s < -_FUTURE_S else None

    async def _take(
        self, raw: bytes, body: Mapping[str, Any], at_ms: int, *, redelivery: bool
    ) -> web.Response:
        event = read_event(body, raw, self._ours)
        try:
            new = await self._store(event, body, datetime.fromtimestamp(at_ms / 1000, UTC))
        except Exception as error:
            # Only its type: what the database says may quote the message.
            log.error("zalo.webhook.not_stored", zalo_event=event.name, error=type(error).__name__)
            return web.Response(status=500, text="not stored")
        EVENTS.labels(nature=event.nature.value).inc()
        log.info(
            "zalo.webhook.taken", zalo_event=event.name, nature=event.nature.value, new=new,
            redelivery=redelivery,
        )  # fmt: skip
        return web.Response(text="ok")

    async def _store(self, event: ZaloEvent, body: Mapping[str, Any], at: datetime) -> bool:
        """Store what has to be stored of an event; whether that changed anything."""
        user, oa_id = event.user or "", self._ours.oa_id
        match event.nature:
            case Nature.MESSAGE | Nature.OPENED if event.inbound:
                opened = event.nature is Nature.OPENED
                if opened and await self._intake.conversation_of(CHANNEL, oa_id, user):
                    return False
                return not (await self._intake.receive(event.inbound)).duplicate
            case Nature.TAKEOVER if event.typed:
                return await self._intake.overhear(self._takeover.heard(event.typed, user, min(at, now())))
            case Nature.ECHO | Nature.RECEIPT:
                return await self._settle(body)
            case Nature.WITHDRAWAL:
                erased = await self._intake.erase_address(CHANNEL, oa_id, user)
                log.info("zalo.webhook.withdrawal", messages=erased.messages)
                return erased.conversation_id is not None
            case _:
                return False


async def _read(request: web.Request) -> bytes | None:
    """The body as it came, or None when it is too large. Raises HTTPRequestTimeout when it dawdles."""
    if (request.content_length or 0) > MAX_BODY:
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(_READ_TIMEOUT_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BODY:
                    return None
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return bytes(body)


def _parse(raw: bytes) -> Mapping[str, Any] | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _timestamp(value: Any) -> str | None:
    """A timestamp as it is signed: digits, epoch milliseconds."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**16:
        value = str(value)
    return value if isinstance(value, str) and _TIMESTAMP.fullmatch(value) else None


def _refuse(status: int, reason: str) -> web.Response:
    REFUSED.labels(reason=reason).inc()
    log.warning("zalo.webhook.refused", reason=reason, status=status)
    return web.Response(status=status, text="refused")
