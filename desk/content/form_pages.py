"""The form of a change: open it, save it, keep it while it is written, settle what two people wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from desk.auth import current_person, requires
from desk.content import presence
from desk.content.form_codec import Decoded, decode, encode
from desk.content.form_conflict import Conflict, conflict_page, settle
from desk.content.form_saving import MOVE, Cut, Gone, Overtaken, Sent, keep
from desk.content.form_sheet import Sheet, sheet_from, sheet_of, write_marks
from desk.content.form_view import form_of
from desk.content.form_words import place_words
from desk.content.state_words import state_words
from desk.forms import text_of
from desk.frame import shows_frames
from desk.keys import PREFIX
from desk.roles import Permission
from desk.words import hour
from knowledge import changes
from knowledge.changes import EDITABLE, ChangeError, ContentChange, Problem
from motcua.clock import today
from motcua.db import Database

FORM = f"{PREFIX}/sua-doi"
_MOST_PAIRS = 20_000


class FormPages:
    """Handlers; what they do is in ``form_saving`` and ``form_conflict``."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get(r"/sua-doi/{id:\d{1,18}}", self.page)
        app.router.add_post(r"/sua-doi/{id:\d{1,18}}", self.save)
        app.router.add_post(r"/sua-doi/{id:\d{1,18}}/luu", self.autosave)
        app.router.add_post(r"/sua-doi/{id:\d{1,18}}/chon", self.choose)

    @requires(Permission.EDIT_CONTENT)
    async def page(self, request: web.Request) -> web.Response:
        """The form, or where the change is read when it cannot be written now."""
        async with self._db.read() as session:
            change = await changes.find(session, _id(request))
            if change is None:
                raise web.HTTPNotFound
            others = await presence.viewers(session, change.id, "", current_person(request))
            newest = await changes.newest(session, change.code)
        if change.state not in EDITABLE:
            raise web.HTTPSeeOther(f"{FORM}/{change.id}/so-sanh")
        shown = sheet_of(change)
        wrong = changes.problems_of(shown.content) if change.revision > 1 else []
        shows_frames(request)
        context = form_context(change, shown, wrong, add_to=request.query.get("them", "")[:80])
        context |= {
            "viewers": others,
            "based_on_old": newest is not None and newest.id != change.base_version_id,
        }
        return aiohttp_jinja2.render_template("content/form.html", request, context)

    @requires(Permission.EDIT_CONTENT)
    async def save(self, request: web.Request) -> web.Response:
        """Save the whole form. With a button of a row, move or remove it, or get an empty one."""
        form = await request.post()
        pairs = [(name, value) for name, value in form.items() if isinstance(value, str)]
        move = text_of(form, MOVE, 120)
        try:
            sent = Sent.of(pairs)
            change = await keep(self._db, current_person(request), _id(request), sent, move)
        except Cut:
            raise web.HTTPBadRequest from None
        except Gone:
            raise web.HTTPNotFound from None
        except Overtaken as clash:
            found = Conflict(clash.present, clash.mine, sent.marks, sent.page, clash.writer)
            return conflict_page(request, found)
        except ChangeError as refused:
            return self._refused(request, refused)
        raise web.HTTPSeeOther(_after(change, move))

    @requires(Permission.EDIT_CONTENT)
    async def autosave(self, request: web.Request) -> web.Response:
        """Save what is written so far. Says what is wrong with it, and where."""
        try:
            sent = Sent.of(_pairs(await request.json()))
            change = await keep(self._db, current_person(request), _id(request), sent)
        except (Cut, ValueError):
            raise web.HTTPBadRequest from None
        except Gone:
            raise web.HTTPNotFound from None
        except Overtaken as clash:
            said = f"{clash.writer or 'Người khác'} vừa lưu bản sửa này lúc {hour(clash.present.updated_at)}."
            return web.json_response({"kind": "overtaken", "said": said}, status=409)
        except ChangeError as refused:
            return web.json_response({"kind": "closed", "said": refused.said}, status=409)
        decoded = decode(sent.pairs, change.content)
        # Somebody else's newer text is not what this page shows: it must not be taken for it.
        shows_it = sheet_from(sent.pairs, change).marks() == (marks := sheet_of(change).marks())
        return web.json_response(
            {
                "revision": change.revision if shows_it else sent.revision,
                "marks": write_marks(marks if shows_it else sent.marks),
                "saved": hour(change.updated_at),
                "problems": [
                    {"name": decoded.name_of(one.path), "label": place_words(one.path), "said": one.said}
                    for one in changes.problems_of(change.content)
                ],
            }
        )

    @requires(Permission.EDIT_CONTENT)
    async def choose(self, request: web.Request) -> web.Response:
        """What was chosen of two versions, field by field."""
        return await settle(self._db, request, current_person(request), _id(request))

    def _refused(self, request: web.Request, refused: ChangeError) -> web.Response:
        context = {"title": "Chưa lưu được", "said": refused.said, "back": f"{FORM}/{_id(request)}"}
        return aiohttp_jinja2.render_template("content/refused.html", request, context, status=409)


def form_context(
    change: ContentChange, shown: Sheet, wrong: Sequence[Problem], *, add_to: str = ""
) -> dict[str, Any]:
    """What the template of the form is drawn from."""
    decoded: Decoded = decode(encode(shown.content), change.content)
    by_name: dict[str, list[str]] = {}
    for one in wrong:
        by_name.setdefault(decoded.name_of(one.path), []).append(one.said)
    return {
        "change": change,
        "sheet": shown,
        "pages": form_of(shown.content, by_name, add_to=add_to),
        "problems": [(decoded.name_of(one.path), place_words(one.path), one.said) for one in wrong],
        "marks": write_marks(shown.marks()),
        "page_id": presence.new_page(),
        "state": state_words(change),
        "today": today(),
    }


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


def _pairs(body: object) -> list[tuple[str, str]]:
    """Raises ValueError."""
    pairs = body.get("pairs") if isinstance(body, dict) else None
    if not isinstance(pairs, list) or len(pairs) > _MOST_PAIRS:
        raise ValueError("no pairs")
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)):
            raise ValueError("no pair of texts")
    return [(name, value) for name, value in pairs]


def _after(change: ContentChange, move: str) -> str:
    """Where the form is shown again: at the row that was asked for, or at its top."""
    act, _, name = move.partition(":")
    at = f"{FORM}/{change.id}"
    if act == "add":
        return f"{at}?them={name}#f-{name}"
    if act in ("up", "down", "drop"):
        return f"{at}#f-{name.rpartition('.')[0]}"
    return f"{at}?xong=da-luu-nhap"
