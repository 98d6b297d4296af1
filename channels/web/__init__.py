"""The web chat: a page, its WebSocket, and the same socket for the command line (channel "cli")."""

from __future__ import annotations

from aiohttp import web

from channels.web.endpoint import ChatEndpoint
from channels.web.identity import Identities
from channels.web.pages import Pages
from channels.web.sender import TranscriptSender
from conversations import Conversations
from motcua.keys import SETTINGS


def setup(app: web.Application, conversations: Conversations) -> None:
    """Add the channel to the gateway. ``app[SETTINGS]`` must be set."""
    settings = app[SETTINGS]
    identities = Identities(settings)
    pages = Pages(settings, identities)
    endpoint = ChatEndpoint(conversations, identities)
    app.router.add_get("/", pages.page)
    app.router.add_get("/static/web/{version}/{path:.+}", pages.file)
    app.router.add_get("/ws/chat", endpoint.handle)
    app.on_shutdown.append(endpoint.close_all)
    for channel in ("web", "cli"):
        conversations.register(TranscriptSender(channel))
