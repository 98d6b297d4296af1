"""Niêm yết: times the city shortened beside those of the law, and sheets of A4 for the wall of an office."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from desk.auth import requires
from desk.content import shelf
from desk.keys import PREFIX
from desk.roles import Permission
from knowledge import wording
from knowledge.answers import answer
from knowledge.schema import Duration, LocalTime, Procedure, TimeUnit
from motcua.clock import today
from motcua.db import Database
from motcua.links import Leads, Link
from motcua.qr import qr_image
from motcua.reply import Card, Facet
from motcua.settings import Settings
from motcua.sourceline import source_line

_QR_SIDE = 600
_MOST_SHEETS = 120
_ON_THE_SHEET = (Facet.DOCUMENTS, Facet.TIME, Facet.FEE, Facet.PLACE, Facet.ONLINE)
_UNITS_OF_DAYS = (TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS)


@dataclass(frozen=True, slots=True)
class Shortened:
    """A time of the law beside the city's promise. ``saved`` in the law's unit, if both have the same."""

    procedure: Procedure
    law: list[str]
    promise: str
    decision: str
    saved: str


@dataclass(frozen=True, slots=True)
class SheetOf:
    """What stands on the sheet of a procedure: cards as citizens are answered, and the source."""

    procedure: Procedure
    cards: list[tuple[str, Card | None, str]]
    source: str
    link: str


class PostingPages:
    """Handlers."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db, self._settings = database, settings

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/niem-yet", self.page)
        app.router.add_get("/niem-yet/in", self.sheets)
        app.router.add_get(r"/niem-yet/{code:\d\.\d{6}}", self.sheet)
        app.router.add_get(r"/niem-yet/{code:\d\.\d{6}}/qr.png", self.code_image)

    @requires(Permission.SEE_CONTENT)
    async def page(self, request: web.Request) -> web.Response:
        """The shortened times, and every procedure whose sheet can be printed."""
        async with self._db.read() as session:
            every = await shelf.edited(session)
        fields = sorted({one.field for one in every})
        field = request.query.get("linh-vuc", "")
        chosen = [one for one in every if not field or one.field == field]
        context = {
            "shortened": [_shortened(one, one.local_time) for one in chosen if one.local_time],
            "chosen": chosen,
            "fields": fields,
            "field": field,
        }
        return aiohttp_jinja2.render_template("content/posting.html", request, context)

    @requires(Permission.SEE_CONTENT)
    async def sheet(self, request: web.Request) -> web.Response:
        """The sheet of one procedure."""
        return self._print(request, [await self._one(request)], f"{PREFIX}/niem-yet")

    @requires(Permission.SEE_CONTENT)
    async def sheets(self, request: web.Request) -> web.Response:
        """The sheets of a field, one a page."""
        field = request.query.get("linh-vuc", "")
        async with self._db.read() as session:
            chosen = [one for one in await shelf.edited(session) if one.field == field]
        if not chosen:
            raise web.HTTPNotFound
        return self._print(request, chosen[:_MOST_SHEETS], f"{PREFIX}/niem-yet")

    @requires(Permission.SEE_CONTENT)
    async def code_image(self, request: web.Request) -> web.Response:
        """The QR code that opens the chat on a procedure."""
        link = Link(Leads.PROCEDURE, request.match_info["code"])
        drawn = io.BytesIO()
        qr_image(link.web(self._settings.url), _QR_SIDE).save(drawn, "PNG", optimize=True)
        return web.Response(body=drawn.getvalue(), content_type="image/png")

    async def _one(self, request: web.Request) -> Procedure:
        async with self._db.read() as session:
            found = await shelf.edited(session, [request.match_info["code"]])
        if not found:
            raise web.HTTPNotFound
        return found[0]

    def _print(self, request: web.Request, procedures: list[Procedure], back: str) -> web.Response:
        context: dict[str, Any] = {
            "sheets": [self._sheet(one) for one in procedures],
            "back": back,
            "day": today(),
            "site": self._settings.url.partition("://")[2].rstrip("/"),
        }
        return aiohttp_jinja2.render_template("content/posting_sheet.html", request, context)

    def _sheet(self, procedure: Procedure) -> SheetOf:
        replies = [
            (facet, answer(procedure, facet)) for facet in _ON_THE_SHEET if facet not in procedure.unknown
        ]
        source = source_line(answer(procedure, Facet.OVERVIEW), with_url=False)
        link = Link(Leads.PROCEDURE, procedure.code).short
        return SheetOf(
            procedure,
            [(wording.BUTTON[facet], reply.card, reply.text) for facet, reply in replies],
            source,
            link,
        )


def _shortened(procedure: Procedure, local: LocalTime) -> Shortened:
    law = [f"{way.kind}: {_words(way.time)}" for way in procedure.ways]
    same = len({_words(way.time) for way in procedure.ways}) == 1
    promise = "làm ngay, không phải chờ" if local.no_wait else _words(local.time)
    return Shortened(
        procedure,
        [_words(procedure.ways[0].time)] if same else law,
        promise,
        local.decision,
        _saved(procedure.ways[0].time, local.time),
    )


def _words(time: Duration) -> str:
    counted = f"{time.amount} {time.unit}" if time.amount is not None else str(time.unit)
    return f"{counted} ({time.note})" if time.note else counted


def _saved(law: Duration, promise: Duration) -> str:
    """How much shorter it is, where both are counted in the same unit."""
    if law.unit is not promise.unit or law.unit not in _UNITS_OF_DAYS or not law.amount or not promise.amount:
        return ""
    less = law.amount - promise.amount
    return f"ngắn hơn {less} {law.unit} ({round(100 * less / law.amount)}%)" if less > 0 else ""
