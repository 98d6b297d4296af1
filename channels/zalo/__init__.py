"""The Zalo Official Account: webhook in, OA API out, both in the one contract of conversations.

Needs ``MOTCUA_ZALO_APP_ID``, ``_OA_ID``, ``_APP_SECRET`` and ``_OA_SECRET``, and a token pair stored
once by :func:`make_tokens` and ``Tokens.store_first``.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Protocol

import structlog
from aiohttp import web

from channels.zalo.client import Client
from channels.zalo.progress import ProgressLog
from channels.zalo.sender import ZaloSender
from channels.zalo.token_store import TokenStore
from channels.zalo.tokens import Tokens, Unavailable
from channels.zalo.transport import Transport
from channels.zalo.webhook import Intake, Webhook
from conversations import Sender
from motcua.db import Database
from motcua.keys import DATABASE, SETTINGS
from motcua.settings import Settings

__all__ = ["Tokens", "Transport", "Unavailable", "make_tokens", "setup"]

log = structlog.get_logger(__name__)


class Room(Intake, Protocol):
    """What the channel needs of conversations."""

    def register(self, sender: Sender) -> None:
        """Give the outbox the way out of this channel."""
        ...


def setup(app: web.Application, conversations: Room) -> None:
    """Add the channel to the application; does nothing while the account is not configured.

    Reads SETTINGS and DATABASE of ``app``. Connections and the keeper of the tokens live as long as
    the application runs.
    """
    settings = app[SETTINGS]
    if not settings.zalo.enabled:
        return
    if not settings.zalo.oa_secret.get_secret_value():
        log.error("zalo.no_oa_secret", hint="every event will be refused")
    transport = Transport(settings.zalo.timeout_s)
    tokens = make_tokens(settings, app[DATABASE], transport)
    client = Client(settings.zalo, tokens, transport)
    app.router.add_routes(Webhook(settings.zalo, conversations).routes())
    conversations.register(ZaloSender(settings.zalo, client, ProgressLog(app[DATABASE])))

    async def connections(_app: web.Application) -> AsyncIterator[None]:
        async with transport:
            keeper = asyncio.create_task(tokens.keep_fresh())
            try:
                yield
            finally:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
                with contextlib.suppress(Unavailable):
                    await tokens.close()

    app.cleanup_ctx.append(connections)


def make_tokens(settings: Settings, database: Database, transport: Transport) -> Tokens:
    """The token pair of the configured account, for the application or for a command."""
    owner = f"{settings.instance[:20]}-{uuid.uuid4().hex}"
    store = TokenStore(database, settings.key("zalo-tokens"), settings.zalo.oa_id, owner)
    return Tokens(store, transport, settings.zalo)
