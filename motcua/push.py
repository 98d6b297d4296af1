"""Web push: a browser that agreed is woken when there is something new in its conversation.

The push services of the browsers carry no content of ours: the message says that there is something new, the
page fetches it. The keys by which they know us (VAPID, RFC 8292) are derived from the secret key, so that all
gateways have the same.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush_async
from sqlalchemy import BigInteger, Index, Integer, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from motcua.db import Base, Database, UtcDateTime, now
from motcua.settings import Settings

log = structlog.get_logger(__name__)

SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
)
"""The services of the browsers. We call no other address that a page names: it could be one inside."""

_MOST, _LONGEST = 5, 1000
_TTL_S = 24 * 3600
_TIMEOUT_S = 10.0
_GONE = (404, 410)
# Order of the curve P-256: a private key is a number below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_NEWS = {"title": "Một Cửa", "body": "Có tin mới về hồ sơ của anh/chị. Bấm để xem.", "tag": "dossier"}


class BadEndpoint(ValueError):
    """What a page named is no subscription of a browser's push service."""


class PushSubscription(Base):
    """A browser that agreed to be woken for a conversation."""

    __tablename__ = "push_subscriptions"
    __table_args__ = (
        Index("uq_push_subscriptions_endpoint_hash", "endpoint_hash", unique=True),
        Index("ix_push_subscriptions_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    conversation_id: Mapped[str] = mapped_column(String(32))
    endpoint: Mapped[str] = mapped_column(String(_LONGEST))
    endpoint_hash: Mapped[str] = mapped_column(String(64))
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


@dataclass(frozen=True, slots=True)
class Browser:
    """``PushSubscription.toJSON()`` of a page: where to send, and the keys to encrypt for."""

    endpoint: str
    p256dh: str
    auth: str


class Push:
    """Keeps the browsers that agreed, and wakes them."""

    def __init__(self, database: Database, settings: Settings, services: Iterable[str] = SERVICES) -> None:
        self._db = database
        self._services = tuple(services)
        self._contact = settings.url if settings.url.startswith("https") else "mailto:motcua@example.invalid"
        number = int.from_bytes(hashlib.sha512(settings.key("web-push")).digest()) % (_ORDER - 1) + 1
        self._key = ec.derive_private_key(number, ec.SECP256R1())

    @property
    def public_key(self) -> str:
        """``applicationServerKey`` for the page: the public key, base64url without padding."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).decode().rstrip("=")

    async def add(self, conversation_id: str, browser: Browser) -> None:
        """Keep a browser for a conversation; the oldest goes when there are too many. Raises BadEndpoint."""
        self._check(browser)
        named = _hash(browser.endpoint)
        async with self._db.write() as session:
            await session.execute(delete(PushSubscription).where(PushSubscription.endpoint_hash == named))
            session.add(
                PushSubscription(
                    conversation_id=conversation_id,
                    endpoint=browser.endpoint,
                    endpoint_hash=named,
                    p256dh=browser.p256dh,
                    auth=browser.auth,
                )
            )
            await session.flush()
            kept = list(await session.scalars(_of(conversation_id)))
            for row in kept[:-_MOST]:
                await session.delete(row)

    async def remove(self, conversation_id: str, endpoint: str) -> None:
        """The browser does not want to be woken any more."""
        async with self._db.write() as session:
            await session.execute(
                delete(PushSubscription).where(
                    PushSubscription.conversation_id == conversation_id,
                    PushSubscription.endpoint_hash == _hash(endpoint),
                )
            )

    async def wake(self, conversation_id: str) -> int:
        """Wake the browsers of a conversation; returns how many services took it.

        A browser that is gone (404, 410) is forgotten. Raises nothing for what a service may answer: the news
        is in the conversation anyway.
        """
        async with self._db.read() as session:
            rows = list(await session.scalars(_of(conversation_id)))
        if not rows:
            return 0
        async with aiohttp.ClientSession() as http:
            return sum(await asyncio.gather(*(self._send(http, row) for row in rows)))

    async def _send(self, http: aiohttp.ClientSession, row: PushSubscription) -> bool:
        try:
            await webpush_async(
                {"endpoint": row.endpoint, "keys": {"p256dh": row.p256dh, "auth": row.auth}},
                json.dumps(_NEWS, ensure_ascii=False),
                vapid_private_key=Vapid02(self._key),
                vapid_claims={"sub": self._contact},
                ttl=_TTL_S,
                timeout=_TIMEOUT_S,
                aiohttp_session=http,
            )
        except WebPushException as error:
            status = getattr(error.response, "status", None)
            log.warning("push.refused", status=status)
            if status in _GONE:
                await self.remove(row.conversation_id, row.endpoint)
            return False
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("push.failed", error=type(error).__name__)
            return False
        return True

    def _check(self, browser: Browser) -> None:
        try:
            place = urlsplit(browser.endpoint)
            host, port = place.hostname or "", place.port
            keys = _decoded(browser.p256dh), _decoded(browser.auth)
        except ValueError as error:
            raise BadEndpoint("not a subscription") from error
        ours = any(host == service or host.endswith(f".{service}") for service in self._services)
        plain = place.username is None and port in (None, 443) and len(browser.endpoint) <= _LONGEST
        if place.scheme != "https" or not ours or not plain:
            raise BadEndpoint("not the address of a known push service")
        if tuple(map(len, keys)) != (65, 16):
            raise BadEndpoint("not the keys of a subscription")


async def forget(session: AsyncSession, conversation_id: str) -> None:
    """Delete what is kept about a conversation, in the transaction that erases it."""
    await session.execute(delete(PushSubscription).where(PushSubscription.conversation_id == conversation_id))


def _of(conversation_id: str) -> Any:
    return (
        select(PushSubscription)
        .where(PushSubscription.conversation_id == conversation_id)
        .order_by(PushSubscription.id)
    )


def _hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
