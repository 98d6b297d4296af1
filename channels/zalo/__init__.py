"""The Zalo Official Account: webhook in, OA API out, both in the one contract of conversations.

Needs ``MOTCUA_ZALO_APP_ID``, ``_OA_ID``, ``_APP_SECRET`` and ``_OA_SECRET``, and a token pair stored
once by ``motcua zalo authorize``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Protocol

import structlog
from aiohttp import web

from channels.zalo.events import CHANNEL
from channels.zalo.inbound import Room as Intake
from channels.zalo.inbound import add_inbound
from channels.zalo.outbound import make_outbound, make_tokens
from channels.zalo.preview import previewer
from channels.zalo.tokens import Tokens, Unavailable
from channels.zalo.transport import Transport
from channels.zalo.window import Window, WindowState, window
from conversations import Sender
from motcua.keys import DATABASE, SETTINGS
from motcua.previews import ZALO_PREVIEW

__all__ = [
    "Tokens", "Transport", "Unavailable", "Window", "WindowState", "make_tokens", "setup", "window",
]  # fmt: skip

log = structlog.get_logger(__name__)


class Room(Intake, Protocol):
    """What the channel needs of conversations."""

    def register(self, sender: Sender) -> None:
        """Give the outbox the way out of this channel."""
        ...


def setup(app: web.Application, conversations: Room) -> None:
    """Add the channel to the application; while the account is not configured, only its preview.

    Reads SETTINGS and DATABASE of ``app``. Connections and the keeper of the tokens live as long as
    the application runs.
    """
    settings = app[SETTINGS]
    app[ZALO_PREVIEW] = previewer(settings.zalo)
    if not settings.zalo.enabled:
        return
    if not settings.zalo.oa_secret.get_secret_value():
        log.error("zalo.no_oa_secret", hint="every event will be refused")
    transport = Transport(settings.zalo.timeout_s)
    tokens = make_tokens(settings, app[DATABASE], transport)

    async def conversation_of(user_id: str) -> str | None:
        return await conversations.conversation_of(CHANNEL, settings.zalo.oa_id, user_id)

    outbound = make_outbound(settings, app[DATABASE], tokens, transport, conversation_of)
    add_inbound(app, conversations, outbound.confirmations.take)
    conversations.register(outbound.sender)

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
