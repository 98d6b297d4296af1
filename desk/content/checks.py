"""The page of a change's check: how far it has come, and what it found."""

from __future__ import annotations

import aiohttp_jinja2
from aiohttp import web

from desk.auth import requires
from desk.content import review_common as common
from desk.content.check_runs import CheckRuns
from desk.keys import PREFIX
from desk.roles import Permission
from knowledge import changes
from motcua.db import Database


class CheckPages:
    """Handlers; the work is done by ``CheckRuns``."""

    def __init__(self, database: Database, runs: CheckRuns) -> None:
        self._db, self._runs = database, runs

    def add_routes(self, app: web.Application) -> None:
        """Register the pages."""
        app.router.add_get(r"/sua-doi/{id:\d{1,18}}/kiem-tra", self.page)
        app.router.add_post(r"/sua-doi/{id:\d{1,18}}/kiem-tra", self.begin)
        app.router.add_get(r"/sua-doi/{id:\d{1,18}}/kiem-tra/ket-qua", self.result)

    @requires(Permission.SEE_CONTENT)
    async def page(self, request: web.Request) -> web.Response:
        """The check of this change."""
        return await self._page(request, "content/checks.html")

    @requires(Permission.SEE_CONTENT)
    async def result(self, request: web.Request) -> web.Response:
        """The result alone, for a page that is open."""
        return await self._page(request, "content/checks_result.html")

    @requires(Permission.SEE_CONTENT)
    async def begin(self, request: web.Request) -> web.Response:
        """Ask everything now."""
        async with self._db.read() as session:
            change = await common.change_of(session, request)
        if changes.problems_of(change.content):
            return await self._page(request, "content/checks.html", status=422, wrong=True)
        await self._runs.start(change.id, change.revision)
        raise web.HTTPSeeOther(f"{PREFIX}/sua-doi/{change.id}/kiem-tra")

    async def _page(
        self, request: web.Request, template: str, *, status: int = 200, wrong: bool = False
    ) -> web.Response:
        async with self._db.read() as session:
            change = await common.change_of(session, request)
            check = await self._runs.latest(session, change.id)
        context = common.header(request, change) | {"check": check, "wrong": wrong}
        return aiohttp_jinja2.render_template(template, request, context, status=status)
