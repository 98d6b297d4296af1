"""Hỏi thử: an editor asks the running bot as if the draft were in force, and nobody else notices.

What the conversation remembers stays in the editor's page and comes back with the next question; of what
comes back, only what a question about procedures needs is believed. Nothing is stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import aiohttp_jinja2
from aiohttp import web
from multidict import MultiMapping
from pydantic import ValidationError

from conversations.bot import Bot, BotUnavailable
from conversations.choices import Offer, pick
from desk.auth import current_person, requires
from desk.content import review_common as common
from desk.csrf import HEADER
from desk.forms import text_of
from desk.roles import Permission
from knowledge import wording
from motcua.context import Awaiting, Context
from motcua.db import Database
from motcua.reply import Command, Kind, Reply
from motcua.settings import Settings
from motcua.sourceline import source_line

_LONGEST = 1000
_LONGEST_MEMORY = 8000
_MOST_BUTTONS = 20
_KINDS = {
    Kind.ANSWER: "trả lời",
    Kind.CLARIFY: "hỏi lại",
    Kind.STATUS: "tình trạng hồ sơ",
    Kind.HANDOFF: "chuyển cán bộ",
    Kind.OFFICE: "nơi tiếp nhận",
    Kind.SMALLTALK: "chào hỏi",
    Kind.OUT_OF_SCOPE: "ngoài phạm vi",
    Kind.NO_ANSWER: "chưa có thông tin",
    Kind.ERROR: "trục trặc",
}
_BELIEVED = (Awaiting.CHOICE, Awaiting.CHECKLIST, Awaiting.PROCEDURE, Awaiting.WARD)
"""What the bot may be waiting for in a trial. Not for secrets: a page could make them up."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply with what stands under it."""

    reply: Reply
    kind: str
    facet: str
    source: str
    presses: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Turned:
    """What a turn came to. ``published``: it was the text in force that answered."""

    asked: str = ""
    said: tuple[Shown, ...] = ()
    context: Context = field(default_factory=Context)
    away: bool = False
    published: bool = False


class TrialPages:
    """Handlers."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db, self._settings = database, settings
        self._http: aiohttp.ClientSession | None = None

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get(r"/sua-doi/{id:\d{1,18}}/hoi-thu", self.page)
        app.router.add_post(r"/sua-doi/{id:\d{1,18}}/hoi-thu", self.ask)

    async def close(self, _app: web.Application) -> None:
        """Give the connections back."""
        if self._http:
            await self._http.close()
            self._http = None

    @requires(Permission.SEE_CONTENT)
    async def page(self, request: web.Request) -> web.Response:
        """The box to ask in."""
        return await self._draw(request, "content/trial.html", Turned())

    @requires(Permission.SEE_CONTENT)
    async def ask(self, request: web.Request) -> web.Response:
        """One turn: a part of the page for its script, the whole page without."""
        form = await request.post()
        context, buttons = _context_in(form), _buttons_in(form)
        text = text_of(form, "text", _LONGEST)
        pressed = text_of(form, "press", _LONGEST_MEMORY)
        title, command = _pressed(pressed) if pressed else (text, _picked(text, buttons))
        template = "content/trial_turn.html" if request.headers.get(HEADER) else "content/trial.html"
        if not (title or command):
            return await self._draw(request, template, Turned(context=context))
        async with self._db.read() as session:
            change = await common.change_of(session, request)
        draft = None if text_of(form, "which", 10) == "hien-tai" else change.id
        name = f"hoi-thu-{change.id}-{current_person(request).id}"
        try:
            answer = await self._bot().ask(name, title, command, context, draft=draft)
        except BotUnavailable:
            return await self._draw(request, template, Turned(title, context=context, away=True))
        replies = tuple(_shown(reply) for reply in answer.replies)
        turned = Turned(title, replies, _believed(answer.context), published=draft is None)
        return await self._draw(request, template, turned)

    async def _draw(self, request: web.Request, template: str, turned: Turned) -> web.Response:
        async with self._db.read() as session:
            change = await common.change_of(session, request)
        data = common.header(request, change) | {
            "asked": turned.asked,
            "said": turned.said,
            "away": turned.away,
            "published": turned.published,
            "memory": turned.context.model_dump_json(exclude_defaults=True),
            "offered": json.dumps(
                [press for one in turned.said for press in one.presses], ensure_ascii=False
            ),
        }
        return aiohttp_jinja2.render_template(template, request, data)

    def _bot(self) -> Bot:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        return Bot(self._http, self._settings.rasa_url, self._settings.rasa_timeout_s)


def _shown(reply: Reply) -> Shown:
    facet = wording.BUTTON[reply.facet] if reply.facet else ""
    return Shown(reply, _KINDS[reply.kind], facet, source_line(reply), _presses(reply))


def _presses(reply: Reply) -> list[tuple[str, str]]:
    """Title and command of the buttons that ask something."""
    return [
        (button.title, json.dumps([button.title, button.payload.model_dump()], ensure_ascii=False))
        for button in reply.buttons
        if isinstance(button.payload, Command)
    ]


def _pressed(value: str) -> tuple[str, Command | None]:
    try:
        title, command = json.loads(value)
        return str(title)[:_LONGEST], Command.model_validate(command)
    except (ValueError, TypeError, ValidationError):
        return "", None


def _buttons_in(form: MultiMapping[Any]) -> list[Offer]:
    """The buttons of the last answers, so that a typed number or title presses one, as with citizens."""
    try:
        rows = json.loads(text_of(form, "offered", _LONGEST_MEMORY) or "[]")
        found = [_pressed(str(row[1])) for row in rows[:_MOST_BUTTONS]]
    except (ValueError, TypeError, IndexError, KeyError):
        return []
    return [
        Offer("", place, title, command) for place, (title, command) in enumerate(found, start=1) if command
    ]


def _picked(text: str, buttons: list[Offer]) -> Command | None:
    offer = pick(text, buttons)
    return offer.command if offer else None


def _context_in(form: MultiMapping[Any]) -> Context:
    """What the page remembers; nothing when it cannot be read."""
    try:
        return _believed(Context.model_validate_json(text_of(form, "memory", _LONGEST_MEMORY) or "{}"))
    except ValidationError:
        return Context()


def _believed(context: Context) -> Context:
    """Without what would open a dossier: a page that says its second factor was right proves nothing."""
    awaiting = context.awaiting if context.awaiting in _BELIEVED else None
    return context.model_copy(update={"awaiting": awaiting, "dossier_code": None, "opened_dossiers": []})
