"""The gateway: everything citizens and staff touch, in one aiohttp application."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from channels import web as web_channel
from channels import zalo as zalo_channel
from conversations import CONVERSATIONS, Conversations
from motcua import health
from motcua.db import Database
from motcua.keys import DATABASE, SETTINGS
from motcua.settings import Settings


def create_app(settings: Settings) -> web.Application:
    """The gateway for these settings. Resources open and close with the application."""
    database = Database(settings.database)
    conversations = Conversations(database, settings)
    app = web.Application(client_max_size=256 * 1024)
    app[SETTINGS] = settings
    app[DATABASE] = database
    app[CONVERSATIONS] = conversations
    health.setup(app)
    web_channel.setup(app, conversations)
    zalo_channel.setup(app, conversations)
    app.cleanup_ctx.append(_run_conversations)
    return app


async def _run_conversations(app: web.Application) -> AsyncIterator[None]:
    try:
        async with app[CONVERSATIONS].running():
            yield
    finally:
        await app[DATABASE].close()


def serve(settings: Settings) -> None:
    """Serve the gateway until stopped."""
    web.run_app(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=None,
        print=lambda *_: None,
        shutdown_timeout=5.0,
    )
