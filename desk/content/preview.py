"""How citizens would read a draft: on Zalo, and as the cards of the web chat.

The channels draw it themselves (``motcua.previews``), so that nothing is shown that would come out otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import aiohttp_jinja2
from aiohttp import web

from desk.auth import requires
from desk.content import review_common as common
from desk.content.preview_content import previewed
from desk.frame import shows_frames, stands_in_frame
from desk.roles import Permission
from knowledge import changes, wording
from knowledge.answers import answer, special_answer
from knowledge.schema import Procedure
from motcua.clock import today
from motcua.db import Database
from motcua.previews import WEB_PREVIEW, ZALO_PREVIEW, Bubble
from motcua.reply import Facet, Reply

CHAT_POLICY = "motcua-worker"
"""The name under which the chat's own modules name a script (``channels/web/headers.py``)."""
_ALL = "tat-ca"
_SPECIAL = "truong-hop"
_SPECIAL_TITLE = "Trường hợp riêng"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: what was asked, and the messages that come back on Zalo."""

    asked: str
    bubbles: list[Bubble]


class PreviewPages:
    """Handlers."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get(r"/sua-doi/{id:\d{1,18}}/xem", self.page)
        app.router.add_get(r"/sua-doi/{id:\d{1,18}}/xem/web", self.web_card)

    @requires(Permission.SEE_CONTENT)
    async def page(self, request: web.Request) -> web.Response:
        """Zalo and web side by side; with ``khung=1`` one of them, to stand beside the form."""
        async with self._db.read() as session:
            change = await common.change_of(session, request)
        framed = request.query.get("khung") == "1"
        shows_frames(request)
        if framed:
            stands_in_frame(request)
        procedure = previewed(change.content)
        wanted = _wanted(request)
        show = request.config_dict[ZALO_PREVIEW]
        day = change.effective_from
        replies = replies_of(procedure, wanted, day) if procedure else []
        context = common.header(request, change) | {
            "wrong": changes.problems_of(change.content),
            "said": [Said(asked, show(reply)) for asked, reply in replies],
            "readable": procedure is not None,
            "topics": _topics(procedure),
            "wanted": wanted,
            "on": "web" if request.query.get("kieu") == "web" else "zalo",
        }
        template = "content/preview_frame.html" if framed else "content/preview.html"
        return aiohttp_jinja2.render_template(template, request, context)

    @requires(Permission.SEE_CONTENT)
    async def web_card(self, request: web.Request) -> web.Response:
        """The answers as the web chat draws them, to stand in a frame."""
        async with self._db.read() as session:
            change = await common.change_of(session, request)
        stands_in_frame(request, trusted_types=CHAT_POLICY)
        procedure = previewed(change.content)
        day = change.effective_from
        replies = replies_of(procedure, _wanted(request), day) if procedure else []
        page = request.config_dict[WEB_PREVIEW]([reply for _, reply in replies], "Xem trước trên web")
        return web.Response(text=page, content_type="text/html")


def replies_of(procedure: Procedure, wanted: str = _ALL, day: date | None = None) -> list[tuple[str, Reply]]:
    """What is asked and what is answered: every side and every special case, or one of them.

    ``day``: the first day of a change; before it nobody is answered so. Discounts and dated notes depend
    on it.
    """
    day = max(day or today(), today())
    found: list[tuple[str, Reply]] = []
    for facet in Facet:
        if wanted in (_ALL, facet.value):
            found.append((wording.BUTTON[facet], answer(procedure, facet, day=day)))
    if wanted in (_ALL, _SPECIAL):
        found += [(case.questions[0], special_answer(procedure, case)) for case in procedure.special_cases]
    return found


def _wanted(request: web.Request) -> str:
    wanted = request.query.get("muc", _ALL)
    return wanted if wanted == _SPECIAL or wanted in set(Facet) else _ALL


def _topics(procedure: Procedure | None) -> list[tuple[str, str]]:
    """What can be chosen: the name in the address and the words."""
    topics = [(_ALL, "Tất cả"), *((facet.value, wording.BUTTON[facet]) for facet in Facet)]
    return [*topics, (_SPECIAL, _SPECIAL_TITLE)] if procedure and procedure.special_cases else topics
