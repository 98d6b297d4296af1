"""How long the editors' list, a search, a procedure and its form take with 2,700 procedures.

Run with ``.venv/bin/python -m benchmarks.content`` (SQLite, or MOTCUA_BENCH_DATABASE=postgresql+asyncpg://…,
an empty database), through a real gateway with only the desk in it. The procedures are the shipped ones and
copies of them, marked as imported, under codes and names of their own; two hundred have an open change.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import quantiles
from time import perf_counter

import aiohttp
from aiohttp import web
from aiohttp.test_utils import unused_port
from pydantic import SecretStr
from yarl import URL

import desk
from conversations import CONVERSATIONS, Conversations
from desk import sessions
from desk.keys import COOKIE
from desk.models import Staff, StaffRole
from desk.roles import Role
from knowledge.changes import Editor, open_change
from knowledge.files import read_folder
from knowledge.schema import Procedure
from knowledge.store import publish
from motcua.db import Database
from motcua.keys import DATABASE, SETTINGS
from motcua.settings import Settings
from motcua.tables import metadata

PROCEDURES, OPEN, TIMES = 2_700, 200, 150
SEARCHES = ["khai sinh", "giay phep xay dung", "đăng ký kết hôn", "1.00", "ho kinh doanh", "khong co gi ca"]


def procedures() -> list[Procedure]:
    """The shipped ones, and imported copies to make up the number."""
    shipped = read_folder().procedures
    copies = [
        shipped[number % len(shipped)].model_copy(
            update={
                "code": f"9.{number:06}",
                "name": f"{shipped[number % len(shipped)].name} {number}",
                "imported": True,
                "replaces": [],
            }
        )
        for number in range(PROCEDURES - len(shipped))
    ]
    return [*shipped, *copies]


async def fill(database: Database) -> str:
    """Everything in the database; the secret of an editor's session."""
    async with database.write() as session:
        await (await session.connection()).run_sync(metadata.create_all)
    every = procedures()
    async with database.write() as session:
        await publish(session, every, "tệp", "bản đầu")
        row = Staff(name="lan", full_name="Nguyễn Thị Lan")
        session.add(row)
        await session.flush()
        session.add(StaffRole(staff_id=row.id, role=Role.EDITOR))
        for procedure in every[:OPEN]:
            await open_change(session, procedure.code, Editor(row.id, row.full_name))
        return await sessions.begin(session, row.id)


async def measure(name: str, ask: Callable[[], Awaitable[None]]) -> None:
    """Print p50 and p95 of ``ask``."""
    times = []
    for _ in range(TIMES):
        began = perf_counter()
        await ask()
        times.append((perf_counter() - began) * 1000)
    cuts = quantiles(times, n=20)
    print(f"{name}: p50 {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms, longest {max(times):.0f} ms")


async def run(folder: Path) -> None:
    """Fill a database and ask a gateway."""
    url = os.environ.get("MOTCUA_BENCH_DATABASE", "")
    settings = Settings(
        data_dir=folder, database_url=url, secret_key=SecretStr("x"), port=unused_port(), public_url=""
    )
    database = Database(settings.database)
    secret = await fill(database)
    conversations = Conversations(database, settings)
    app = web.Application()
    app[SETTINGS], app[DATABASE], app[CONVERSATIONS] = settings, database, conversations
    desk.setup(app, conversations)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    jar = aiohttp.CookieJar(unsafe=True)
    jar.update_cookies({COOKIE: secret}, URL(settings.url + "/ban/"))
    chance = random.Random(0)  # noqa: S311 - which page comes next, no secret
    codes = [procedure.code for procedure in procedures()]

    async with aiohttp.ClientSession(settings.url, cookie_jar=jar) as browser:

        async def get(path: str, **query: str) -> None:
            async with browser.get(path, params=query) as answer:
                await answer.read()
                answer.raise_for_status()

        began = perf_counter()
        await get("/ban/thu-tuc")
        print(f"first list after the start: {(perf_counter() - began) * 1000:.0f} ms")
        await measure("list, any page", lambda: get("/ban/thu-tuc", trang=str(chance.randint(1, 54))))
        await measure("search", lambda: get("/ban/thu-tuc", tim=chance.choice(SEARCHES)))
        await measure("field and open changes", lambda: get("/ban/thu-tuc", **{"ban-sua": "co"}))
        await measure("lookup of a procedure", lambda: get("/ban/thu-tuc/tim", tim=chance.choice(SEARCHES)))
        await measure("open a procedure", lambda: get(f"/ban/thu-tuc/{chance.choice(codes)}"))
        await measure("open a form", lambda: get(f"/ban/sua-doi/{chance.randint(1, OPEN)}"))
    await runner.cleanup()
    await database.close()


def main() -> None:
    """Measure in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


if __name__ == "__main__":
    main()
