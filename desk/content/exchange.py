"""Content in and out at the desk: download as Excel, CSV or files; upload, look at it, import."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote

import aiohttp_jinja2
from aiohttp import hdrs, web

from desk import audit
from desk.apart import Apart
from desk.auth import current_person, requires
from desk.roles import Permission
from knowledge.changes import Editor
from knowledge.exchange import (
    LARGEST,
    Fate,
    FileRefused,
    Incoming,
    Plan,
    Planned,
    Published,
    carry_out,
    csv_archive,
    plan,
    published,
    read_incoming,
    to_tables,
    workbook,
    written,
)
from motcua.clock import today
from motcua.db import Database
from motcua.settings import Settings

NAME_HEADER = "X-Ten-Tep"
_BATCH = 20
_MOST_SHOWN = 100
_TOO_LARGE = f"Tệp lớn quá {LARGEST // 2**20} MB; chia nhỏ rồi nhập lại."
_EMPTY = "Tệp trống. Anh/chị chọn lại tệp."
_BUSY = "Đang có người khác nhập tệp. Anh/chị đợi một phút rồi thử lại."


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of file to download."""

    suffix: str
    media: str
    make: Callable[[Published], bytes]


def _as_workbook(found: Published) -> bytes:
    return workbook(to_tables(one.model_dump(mode="json", exclude_defaults=True) for one in found.procedures))


def _as_csv(found: Published) -> bytes:
    return csv_archive(
        to_tables(one.model_dump(mode="json", exclude_defaults=True) for one in found.procedures)
    )


def _as_files(found: Published) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for procedure in found.procedures:
            packed.writestr(f"{procedure.code}.yml", written(procedure))
    return out.getvalue()


_KINDS = {
    "excel": _Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _as_workbook),
    "csv": _Kind("csv.zip", "application/zip", _as_csv),
    "yaml": _Kind("yml.zip", "application/zip", _as_files),
}


class ExchangePages:
    """Handlers; reading and planning is in ``knowledge.exchange``. An upload is the body of the post."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db, self._apart = database, Apart(database, settings.database)
        self._one_at_a_time = asyncio.Lock()

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get("/nhap-xuat", self.page)
        app.router.add_get(r"/nhap-xuat/{kind:\w{1,10}}", self.download)
        app.router.add_post("/nhap-xuat/thu", self.dry_run)
        app.router.add_post("/nhap-xuat/nhap", self.import_)

    @requires(Permission.EDIT_CONTENT)
    async def page(self, request: web.Request) -> web.Response:
        """What can be downloaded, and the place for a file."""
        context = {"largest": LARGEST // 2**20}
        return aiohttp_jinja2.render_template("content/exchange.html", request, context)

    @requires(Permission.EDIT_CONTENT)
    async def download(self, request: web.Request) -> web.Response:
        """What is published, as a file; with ``?ca-cong`` the ministry's own records, too."""
        me, kind = current_person(request), _KINDS.get(request.match_info["kind"])
        if kind is None:
            raise web.HTTPNotFound
        imported = "ca-cong" in request.query

        async def read(database: Database) -> Published:
            async with database.read() as session:
                return await published(session, imported=imported)

        found = await self._apart.read(read)
        content = await asyncio.to_thread(kind.make, found)
        async with self._db.write() as session:
            detail = {"kind": request.match_info["kind"], "procedures": len(found.procedures)}
            await audit.record(session, me, "content_exported", detail=detail)
        name = f"thu-tuc-{today():%Y-%m-%d}.{kind.suffix}"
        headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"'}
        return web.Response(body=content, content_type=kind.media, headers=headers)

    @requires(Permission.EDIT_CONTENT)
    async def dry_run(self, request: web.Request) -> web.Response:
        """What the file would change and what is wrong with it; nothing is written."""
        return await self._with_file(request, self._try)

    @requires(Permission.EDIT_CONTENT)
    async def import_(self, request: web.Request) -> web.Response:
        """Open drafts for what the file changes. Nothing is published."""
        return await self._with_file(request, self._import)

    async def _with_file(
        self, request: web.Request, act: Callable[[web.Request, Incoming, str], Awaitable[web.Response]]
    ) -> web.Response:
        name = unquote(request.headers.get(NAME_HEADER, ""))[:200]
        if self._one_at_a_time.locked():
            return _result(request, problem=_BUSY)
        async with self._one_at_a_time:
            content = bytearray()
            async for chunk in request.content.iter_chunked(256 * 1024):
                content += chunk
                if len(content) > LARGEST:
                    return _result(request, problem=_TOO_LARGE)
            if not content:
                return _result(request, problem=_EMPTY)
            try:
                incoming = await asyncio.to_thread(read_incoming, name, bytes(content))
            except FileRefused as refused:
                return _result(request, problem=str(refused))
            return await act(request, incoming, name)

    async def _plan(self, request: web.Request, incoming: Incoming) -> Plan:
        me = current_person(request)

        async def read(database: Database) -> Plan:
            async with database.read() as session:
                return await plan(session, incoming, Editor(me.id, me.name))

        return await self._apart.read(read)

    async def _try(self, request: web.Request, incoming: Incoming, _: str) -> web.Response:
        return _result(request, made=await self._plan(request, incoming))

    async def _import(self, request: web.Request, incoming: Incoming, name: str) -> web.Response:
        me = current_person(request)
        made = await self._plan(request, incoming)
        codes = [one.code for one in made.of(Fate.NEW, Fate.CHANGED)]
        done: dict[str, Planned] = {}
        for start in range(0, len(codes), _BATCH):
            async with self._db.write() as session:
                batch = codes[start : start + _BATCH]
                carried = await carry_out(
                    session, incoming, batch, Editor(me.id, me.name), f"Nhập từ tệp {name}"
                )
                for one in carried:
                    done[one.code] = one
                    if one.drafted is not None:
                        detail = {"change": one.drafted}
                        await audit.record(session, me, "content_imported", f"procedure:{one.code}", detail)
        made.procedures = [done.get(one.code, one) for one in made.procedures]
        return _result(request, made=made, imported=True)


def _result(
    request: web.Request, *, problem: str = "", made: Plan | None = None, imported: bool = False
) -> web.Response:
    problems = made.every_problem if made else []
    changing = made.of(Fate.NEW, Fate.CHANGED) if made else []
    context = {
        "problem": problem,
        "made": made,
        "imported": imported,
        "changing": changing[:_MOST_SHOWN],
        "more": max(0, len(changing) - _MOST_SHOWN),
        "many": len(changing),
        "same": len(made.of(Fate.SAME)) if made else 0,
        "taken": made.of(Fate.TAKEN) if made else [],
        "problems": problems[:_MOST_SHOWN],
        "more_problems": max(0, len(problems) - _MOST_SHOWN),
    }
    return aiohttp_jinja2.render_template("content/exchange_result.html", request, context)
