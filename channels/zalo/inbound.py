"""The way in: webhook, and what finds out the meaning of pictures, positions and the like."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from aiohttp import web

from channels.zalo.media import Media
from channels.zalo.pictures import Pictures
from channels.zalo.resolver import ZaloResolver
from channels.zalo.webhook import Intake, Settle, Webhook
from conversations import Resolver
from motcua.keys import DATABASE, SETTINGS


class Room(Intake, Protocol):
    """What the way in needs of conversations."""

    def register_resolver(self, resolver: Resolver) -> None:
        """Give the turns what finds out the meaning of messages of this channel."""
        ...


def add_inbound(app: web.Application, conversations: Room, settle: Settle) -> None:
    """Add the webhook to the application. Reads SETTINGS and DATABASE of ``app``."""
    settings = app[SETTINGS]
    media = Media(settings.zalo)
    conversations.register_resolver(ZaloResolver(app[DATABASE], Pictures(media, settings.url)))
    app.router.add_routes(Webhook(settings, conversations, settle).routes())

    async def connections(_app: web.Application) -> AsyncIterator[None]:
        async with media:
            yield

    app.cleanup_ctx.append(connections)
