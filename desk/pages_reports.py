"""Pages of the reports: by day, ward and procedure; what had no answer; dossiers. Each as a file too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from sqlalchemy import select

from desk import audit, charts, reports
from desk import report_words as said
from desk.apart import Apart
from desk.auth import Permission, current_person, requires
from desk.people import Person
from desk.reports import By, Range, Report
from desk.roles import Role
from desk.thread_words import Titles
from desk.words import day as day_words
from desk.words import ward as ward_words
from dossiers.reports import DossierReport, dossier_report
from knowledge.models import ProcedureVersion
from knowledge.wards import hanoi
from motcua.clock import today
from motcua.db import Database
from motcua.settings import Settings
from vietnamese import fold

DAYS = {"7": 7, "30": 30, "90": 90}
_SHOWN = 20
_ROWS = 200
_TABS = {"ngay": By.DAY, "phuong": By.WARD, "thu-tuc": By.PROCEDURE}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the last ``days`` days, of one ward or of all that are theirs."""

    days: int
    ward: str
    within: Range

    @property
    def query(self) -> str:
        """The same, for links."""
        return f"ngay={self.days}" + (f"&phuong={self.ward}" if self.ward else "")


class ReportPages:
    """Handlers."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db = database
        self._apart = Apart(database, settings.database)
        self._settings = settings

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/bao-cao", self.page)
        app.router.add_get("/bao-cao/{tab:ngay|phuong|thu-tuc}", self.page)
        app.router.add_get("/bao-cao/{tab:ngay|phuong|thu-tuc}.csv", self.file)
        app.router.add_get("/bao-cao/chua-tra-loi", self.unanswered_page)
        app.router.add_get("/bao-cao/ho-so", self.dossiers_page)
        app.router.add_get("/bao-cao/ho-so.csv", self.dossiers_file)

    @requires(Permission.SEE_REPORTS)
    async def page(self, request: web.Request) -> web.Response:
        """Questions, tickets and ratings by day, ward or procedure."""
        tab = request.match_info.get("tab", "ngay")
        by, asked = _TABS[tab], _asked(request)
        report, name = await self._report(asked.within, by)
        shown = report.rows if by is By.DAY else report.rows[:_SHOWN]
        draw = charts.columns if by is By.DAY else charts.rows
        short = said.short_day if by is By.DAY else name
        pictures = [
            (
                finding := said.questions_finding(report, by, name),
                draw(said.question_bars(shown, short), finding, said.BY_BOT) if report.total.asked else "",
            ),
            (
                finding := said.people_finding(report),
                draw(_some(by, said.ticket_bars(shown, short)), finding, ("Đã xong", "Còn lại"))
                if report.total.escalated
                else "",
            ),
            (
                finding := said.ratings_finding(report),
                draw(_some(by, said.rating_bars(shown, short)), finding, ("Có ích", "Chưa có ích"))
                if report.total.rated
                else "",
            ),
        ]
        table = [(name(row.group), said.cells(row)) for row in _newest_first(report, by)[:_ROWS]]
        context = {
            "tab": tab,
            "asked": asked,
            "wards": _wards(current_person(request)),
            "pictures": pictures,
            "head": (said.FIRST_COLUMN[by], *said.COLUMNS),
            "table": table,
            "total": said.cells(report.total),
            "cut": len(report.rows) > _ROWS,
        }
        return aiohttp_jinja2.render_template("reports.html", request, context)

    @requires(Permission.SEE_REPORTS)
    async def file(self, request: web.Request) -> web.Response:
        """The table as CSV, all of it."""
        tab = request.match_info["tab"]
        by, asked = _TABS[tab], _asked(request)
        report, name = await self._report(asked.within, by)
        head = (said.FIRST_COLUMN[by], *(("Mã",) if by is not By.DAY else ()), *said.RAW_COLUMNS)
        rows = [
            [name(row.group), *([row.group] if by is not By.DAY else []), *said.raw_cells(row)]
            for row in report.rows
        ]
        return await self._send(request, f"bao-cao-{tab}", said.as_csv(head, rows))

    @requires(Permission.SEE_REPORTS)
    async def unanswered_page(self, request: web.Request) -> web.Response:
        """What citizens asked that had no answer, the same question once."""
        asked = _asked(request)

        async def read(database: Database) -> list[tuple[str, datetime]]:
            async with database.read() as session:
                return await reports.unanswered(session, asked.within)

        found = await self._apart.read(read)
        counts = Counter(_key(text) for text, _ in found)
        newest: dict[str, tuple[str, Any]] = {}
        for text, at in found:
            newest.setdefault(_key(text), (text, at))
        table = [(*newest[key], count) for key, count in counts.most_common(_ROWS)]
        context = {
            "tab": "chua-tra-loi",
            "asked": asked,
            "wards": _wards(current_person(request)),
            "table": table,
            "many": len(found),
        }
        return aiohttp_jinja2.render_template("reports_unanswered.html", request, context)

    @requires(Permission.SEE_REPORTS)
    async def dossiers_page(self, request: web.Request) -> web.Response:
        """Late dossiers, results that wait, supplements nobody brought, and who is on time."""
        asked = _asked(request)
        report = await self._dossiers(asked)
        rates = [row for row in report.by_field if row.rate is not None][:_SHOWN]
        bars = [
            charts.Bar(
                row.group, (row.on_time, row.overdue), said.share(row.on_time, row.on_time + row.overdue)
            )
            for row in rates
        ]
        counted = report.total.on_time + report.total.overdue
        finding = (
            f"{said.share(report.total.on_time, counted)} hồ sơ đến hạn đúng hẹn, {len(report.late)} đang trễ"
            if counted
            else "Chưa có hồ sơ nào đến hạn trong những ngày này"
        )
        context = {
            "tab": "ho-so",
            "asked": asked,
            "wards": _wards(current_person(request)),
            "finding": finding,
            "chart": charts.rows(bars, finding, ("Đúng hẹn", "Trễ hẹn")) if bars else "",
            "report": report,
            "most": _ROWS,
        }
        return aiohttp_jinja2.render_template("reports_dossiers.html", request, context)

    @requires(Permission.SEE_REPORTS)
    async def dossiers_file(self, request: web.Request) -> web.Response:
        """Late and waiting dossiers as CSV."""
        report = await self._dossiers(_asked(request))
        head = ("Loại", "Mã hồ sơ", "Thủ tục", "Lĩnh vực", "Nơi giải quyết", "Từ ngày", "Số ngày làm việc")
        kinds = (
            ("Trễ hẹn", report.late),
            ("Chờ nhận kết quả", report.waiting),
            ("Chờ bổ sung", report.supplements),
        )
        rows = [
            [
                kind,
                row.code,
                row.procedure or "",
                row.field,
                row.office,
                day_words(row.since),
                row.working_days,
            ]
            for kind, listed in kinds
            for row in listed
        ]
        return await self._send(request, "bao-cao-ho-so", said.as_csv(head, rows))

    async def _report(self, within: Range, by: By) -> tuple[Report, Callable[[str], str]]:
        async def read(database: Database) -> tuple[Report, Titles]:
            async with database.read() as session:
                found = await reports.report(session, within, by)
                codes = [row.group for row in found.rows] if by is By.PROCEDURE else []
                return found, await Titles.of(session, codes)

        found, titles = await self._apart.read(read)
        names: dict[By, Callable[[str], str]] = {
            By.DAY: lambda group: "/".join(reversed(group.split("-"))),
            By.WARD: lambda group: ward_words(group) if group else "chưa rõ phường, xã",
            By.PROCEDURE: titles,
        }
        return found, names[by]

    async def _dossiers(self, asked: Asked) -> DossierReport:
        wards = asked.within.wards
        offices = None if wards is None else [f"UBND {ward_words(code)}" for code in sorted(wards)]

        async def read(database: Database) -> DossierReport:
            columns = ProcedureVersion.code, ProcedureVersion.content["field"].as_string()
            async with database.read() as session:
                rows = await session.execute(select(*columns).where(ProcedureVersion.superseded_at.is_(None)))
                fields = {code: name for code, name in rows if name}
            return await dossier_report(
                database,
                today(),
                fields=fields,
                offices=offices,
                since=asked.within.since,
                until=asked.within.until,
                demo=self._settings.demo,
            )

        return await self._apart.read(read)

    async def _send(self, request: web.Request, name: str, body: bytes) -> web.Response:
        async with self._db.write() as session:
            await audit.record(session, current_person(request), "report_exported", f"report:{name}")
        disposition = f'attachment; filename="{name}-{today():%Y-%m-%d}.csv"'
        return web.Response(
            body=body,
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": disposition},
        )


def _asked(request: web.Request) -> Asked:
    """The last week of everything that is theirs, unless the address says otherwise."""
    me = current_person(request)
    days = DAYS.get(request.query.get("ngay", ""), 7)
    ward = request.query.get("phuong", "")
    ward = ward if ward in hanoi().by_code and (_sees_all(me) or ward in me.wards) else ""
    wards = frozenset({ward}) if ward else None if _sees_all(me) else me.wards
    return Asked(days, ward, Range(today() - timedelta(days=days - 1), today(), wards))


def _sees_all(me: Person) -> bool:
    """Content and administration are for the whole city; a team's lead sees the team's wards."""
    return me.whole_city or bool(me.roles & {Role.ADMIN, Role.EDITOR, Role.REVIEWER})


def _wards(me: Person) -> list[tuple[str, str]]:
    codes = hanoi().by_code if _sees_all(me) else me.wards
    return sorted(((code, ward_words(code)) for code in codes), key=lambda one: fold(one[1]))


def _newest_first(report: Report, by: By) -> list[reports.Row]:
    return report.rows[::-1] if by is By.DAY else report.rows


def _some(by: By, bars: list[charts.Bar]) -> list[charts.Bar]:
    """The bars that there is something to see of; days stay in their row, empty ones too."""
    return bars if by is By.DAY else [bar for bar in bars if bar.total]


def _key(text: str) -> str:
    """The same question however it was typed."""
    return " ".join(fold(text).lower().split())[:200]
