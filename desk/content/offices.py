"""Pages of offices: where dossiers are received, proposing what is right, confirming what others proposed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from desk import audit
from desk.auth import current_person, requires
from desk.content.review_common import editor_of
from desk.forms import number_of, text_of
from desk.keys import PREFIX
from desk.roles import Permission
from knowledge import office_edits
from knowledge.changes import ChangeError
from knowledge.models import OfficeEdit
from knowledge.office_edits import FIELDS, Proposal
from knowledge.offices import Office, OfficeKind, shipped_offices
from knowledge.wards import Ward, hanoi
from motcua.clock import today
from motcua.db import Database
from vietnamese import fold

LIST = f"{PREFIX}/noi-nop"
KINDS = {
    "mot-cua": OfficeKind.ONE_STOP,
    "tru-so": OfficeKind.COMMITTEE,
    "cong-an": OfficeKind.POLICE,
}
NAMES = {
    OfficeKind.ONE_STOP: "Bộ phận một cửa",
    OfficeKind.COMMITTEE: "Trụ sở UBND",
    OfficeKind.POLICE: "Công an",
}
LABELS = {"address": "Địa chỉ", "hours": "Giờ làm việc", "phones": "Điện thoại", "note": "Ghi chú"}
STATES = {
    office_edits.PROPOSED: ("away", "Chờ xác nhận"),
    office_edits.IN_FORCE: ("on", "Đang dùng"),
    office_edits.SUPERSEDED: ("off", "Đã có thông tin mới hơn"),
    office_edits.REFUSED: ("danger", "Không nhận"),
    office_edits.TAKEN_BACK: ("off", "Đã rút"),
}
_SLUGS = {kind: slug for slug, kind in KINDS.items()}
_NOT_A_DAY = "Anh/chị ghi ngày kiểm tra theo dạng năm-tháng-ngày."
_PATHS = {**LABELS, "source": "Nguồn", "url": "Liên kết", "checked_on": "Ngày kiểm tra", "reason": "Lý do"}


@dataclass(frozen=True, slots=True)
class Line:
    """A place in the list."""

    ward: Ward
    kind: OfficeKind
    office: Office | None
    proposal: OfficeEdit | None

    @property
    def path(self) -> str:
        """Its page."""
        return path_of(self.ward.code, self.kind)


def path_of(ward: str, kind: str) -> str:
    """The page of a place."""
    return f"{LIST}/{ward}/{_SLUGS[OfficeKind(kind)]}"


class OfficePages:
    """Handlers; what they do is in ``knowledge.office_edits``."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        place = r"/noi-nop/{ward:\d{5}}/{place:" + "|".join(KINDS) + "}"
        edit = r"/noi-nop/de-xuat/{id:\d{1,18}}"
        app.router.add_get("/noi-nop", self.list_page)
        app.router.add_get(place, self.page)
        app.router.add_post(place, self.propose)
        app.router.add_post(f"{edit}/xac-nhan", self.confirm)
        app.router.add_post(f"{edit}/tu-choi", self.refuse)
        app.router.add_post(f"{edit}/rut", self.take_back)

    @requires(Permission.SEE_CONTENT)
    async def list_page(self, request: web.Request) -> web.Response:
        """The places of one kind in every ward, or those whose ward or address has these words."""
        kind = KINDS.get(request.query.get("loai", ""), OfficeKind.ONE_STOP)
        wanted = request.query.get("tim", "")[:80].strip()
        state = request.query.get("con", "")
        async with self._db.read() as session:
            offices = await office_edits.present(session)
            waiting = await office_edits.proposals(session)
        proposed = {(row.ward, row.kind): row for row in waiting}
        key = fold(wanted)
        lines = [
            Line(ward, kind, offices.of(ward, kind), proposed.get((ward.code, kind)))
            for ward in sorted(hanoi().wards, key=lambda ward: fold(ward.name))
        ]
        found = [line for line in lines if _matches(line, key) and _in_state(line, state)]
        context = {
            "found": found,
            "waiting": [(path_of(row.ward, row.kind), NAMES[OfficeKind(row.kind)], row) for row in waiting],
            "wanted": wanted,
            "slug": _SLUGS[kind],
            "kinds": [(slug, NAMES[each]) for slug, each in KINDS.items()],
            "state": state,
            "known": sum(1 for line in lines if line.office and line.office.address),
            "total": len(lines),
        }
        return aiohttp_jinja2.render_template("content/offices.html", request, context)

    @requires(Permission.SEE_CONTENT)
    async def page(self, request: web.Request) -> web.Response:
        """One place: what is told, what is proposed, what was said before."""
        return await self._page(request)

    @requires(Permission.EDIT_CONTENT)
    async def propose(self, request: web.Request) -> web.Response:
        """Propose what is right today."""
        me, form = current_person(request), await request.post()
        ward, kind = _place(request)
        typed = {name: text_of(form, name, 500) for name in (*FIELDS, "source", "url", "checked_on")}
        try:
            checked_on = date.fromisoformat(typed["checked_on"])
        except ValueError:
            return await self._page(request, typed, _NOT_A_DAY)
        phones = [number.strip() for number in typed["phones"].replace("\n", ",").split(",")]
        fields = {**{name: typed[name] for name in FIELDS}, "phones": phones}
        proposal = Proposal(ward.code, kind, fields, typed["source"], typed["url"], checked_on)
        try:
            async with self._db.write() as session:
                row = await office_edits.propose(session, proposal, editor_of(me))
                await audit.record(session, me, "office_proposed", _subject(row), {"de_xuat": row.id})
        except ChangeError as refused:
            return await self._page(request, typed, _said(refused))
        raise web.HTTPSeeOther(f"{path_of(ward.code, kind)}?xong=noi-nop-de-xuat")

    @requires(Permission.REVIEW_CONTENT)
    async def confirm(self, request: web.Request) -> web.Response:
        """Let it be told to citizens."""
        return await self._decide(request, office_edits.confirm, "office_confirmed", "noi-nop-xac-nhan")

    @requires(Permission.REVIEW_CONTENT)
    async def refuse(self, request: web.Request) -> web.Response:
        """Leave things as they are, and say why."""
        return await self._decide(request, office_edits.refuse, "office_refused", "noi-nop-tu-choi")

    @requires(Permission.EDIT_CONTENT)
    async def take_back(self, request: web.Request) -> web.Response:
        """Give a proposal up."""

        async def step(session: Any, id: int, revision: int, person: Any, _: str) -> OfficeEdit:
            return await office_edits.take_back(session, id, revision, person)

        return await self._decide(request, step, "office_taken_back", "noi-nop-rut")

    async def _decide(
        self, request: web.Request, step: Callable[..., Awaitable[OfficeEdit]], what: str, notice: str
    ) -> web.Response:
        me, form = current_person(request), await request.post()
        number, revision = int(request.match_info["id"]), number_of(form, "revision") or 0
        async with self._db.read() as session:
            waiting = await session.get(OfficeEdit, number)
        if waiting is None:
            raise web.HTTPNotFound
        place = waiting.ward, OfficeKind(waiting.kind)
        try:
            async with self._db.write() as session:
                row = await step(session, number, revision, editor_of(me), text_of(form, "note", 500))
                await audit.record(session, me, what, _subject(row), {"de_xuat": row.id})
        except ChangeError as refused:
            return await self._page(request, problem=_said(refused), place=place)
        raise web.HTTPSeeOther(f"{path_of(*place)}?xong={notice}")

    async def _page(
        self,
        request: web.Request,
        typed: dict[str, str] | None = None,
        problem: str = "",
        place: tuple[str, OfficeKind] | None = None,
    ) -> web.Response:
        ward, kind = (hanoi().by_code[place[0]], place[1]) if place else _place(request)
        async with self._db.read() as session:
            office = (await office_edits.present(session)).of(ward, kind)
            rows = await office_edits.history(session, ward.code, kind)
        waiting = next((row for row in rows if row.state == office_edits.PROPOSED), None)
        me = current_person(request)
        context = {
            "ward": ward,
            "title": f"{NAMES[kind]} {ward.full_name}",
            "path": path_of(ward.code, kind),
            "labels": LABELS,
            "now": values_of(office),
            "record": office.provenance if office else None,
            "shipped": shipped_offices().of(ward, kind),
            "waiting": waiting,
            "own": waiting is not None and waiting.by == me.id,
            "proposed": shown(waiting.fields) if waiting else {},
            "rows": [(row, STATES[row.state], shown(row.fields)) for row in rows if row is not waiting],
            "typed": typed or {**values_of(office), "source": "", "url": "", "checked_on": f"{today()}"},
            "problem": problem,
        }
        status = 422 if problem else 200
        return aiohttp_jinja2.render_template("content/office.html", request, context, status=status)


def values_of(office: Office | None) -> dict[str, str]:
    """What is told of a place, as text."""
    return shown({name: getattr(office, name) for name in FIELDS} if office else {})


def shown(fields: dict[str, Any]) -> dict[str, str]:
    """Fields as text, the missing ones empty."""
    return {name: _text(fields.get(name)) for name in FIELDS}


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else value or ""


def _place(request: web.Request) -> tuple[Ward, OfficeKind]:
    ward = hanoi().by_code.get(request.match_info["ward"])
    if ward is None:
        raise web.HTTPNotFound
    return ward, KINDS[request.match_info["place"]]


def _matches(line: Line, key: str) -> bool:
    return not key or key in fold(f"{line.ward.full_name} {' '.join(values_of(line.office).values())}")


def _in_state(line: Line, state: str) -> bool:
    match state:
        case "cho":
            return line.proposal is not None
        case "thieu":
            return line.office is None or not line.office.address
    return True


def _subject(row: OfficeEdit) -> str:
    return f"office:{row.ward}:{_SLUGS[OfficeKind(row.kind)]}"


def _said(refused: ChangeError) -> str:
    """The first problem with the name of its field."""
    problems = getattr(refused, "problems", [])
    if not problems:
        return refused.said
    name = problems[0].path.split(".")[-1]
    return f"{_PATHS[name]}: {problems[0].said}" if name in _PATHS else problems[0].said
