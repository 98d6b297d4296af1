"""The web chat: a page, a widget, its WebSocket, and the same socket for the command line (channel "cli")."""

from __future__ import annotations

from aiohttp import web

from channels.web.address import Addresses
from channels.web.attached import AttachedFiles
from channels.web.endpoint import ChatEndpoint
from channels.web.forms import Forms
from channels.web.identity import Identities
from channels.web.intake import Intake
from channels.web.limits import Limits
from channels.web.pages import Files, Pages, Templates
from channels.web.preview import previewer
from channels.web.sender import TranscriptSender
from channels.web.waking import Waking
from conversations import Conversations
from conversations.attachments import Attachments
from motcua.keys import DATABASE, PUSH, SETTINGS
from motcua.previews import WEB_PREVIEW


def setup(app: web.Application, conversations: Conversations) -> None:
    """Add the channel to the gateway. ``app[SETTINGS]``, ``[DATABASE]`` and ``[PUSH]`` must be set."""
    settings = app[SETTINGS]
    identities, addresses = Identities(settings), Addresses(settings.web.trusted_hops)
    intake = Intake(conversations, app[DATABASE], Limits(settings.web.address_per_minute))
    files = Files()
    templates = Templates(files.version, settings.zalo.verifier)
    app[WEB_PREVIEW] = previewer(templates)
    pages = Pages(settings, identities, files, templates)
    forms = Forms(identities, addresses, intake, templates)
    endpoint = ChatEndpoint(identities, addresses, intake)
    waking = Waking(identities, addresses, intake, app[PUSH])
    app.router.add_get("/tin-bao", waking.key)
    app.router.add_post("/tin-bao", waking.add)
    app.router.add_post("/tin-bao/thoi", waking.remove)
    app.router.add_get("/tin-bao.js", pages.worker)
    app.router.add_get("/", pages.page)
    app.router.add_get("/khung", pages.frame)
    app.router.add_get("/khung/phien", pages.session)
    app.router.add_get("/widget.js", pages.widget)
    app.router.add_get("/khong-js", forms.page)
    app.router.add_post("/gui", forms.send)
    app.router.add_get("/static/web/{version}/{path:.+}", pages.file)
    attached = AttachedFiles(Attachments(app[DATABASE]), settings)
    app.router.add_get(r"/tep/{id:[A-Za-z0-9_-]{43}}", attached.get)
    app.router.add_get("/ws/chat", endpoint.handle)
    app.on_shutdown.append(endpoint.close_all)
    for channel in ("web", "cli"):
        conversations.register(TranscriptSender(channel))
