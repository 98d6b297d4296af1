"""How long the queue page takes with 500 open tickets and 50 volunteers signed in, through a real gateway.

Run with ``.venv/bin/python -m benchmarks.desk`` (SQLite, or MOTCUA_BENCH_DATABASE=postgresql+asyncpg://…,
an empty database). Pages opened one now, one then, as on a working day, while every volunteer's
stream is open; and all fifty lists fetched in the same second, as after a new ticket. Then pages for minutes,
to see whether the memory grows.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from yarl import URL

import desk
from conversations import CONVERSATIONS, Conversations
from conversations.models import Conversation, Message, Ticket
from conversations.ticket_claims import Claims
from conversations.ticket_events import Staff as Actor
from desk import sessions
from desk.keys import COOKIE
from desk.models import Staff, StaffRole, StaffWard
from desk.roles import Role
from motcua.db import Database, now
from motcua.keys import DATABASE, SETTINGS
from motcua.settings import Settings
from motcua.tables import metadata
from vietnamese import fold

TICKETS, VOLUNTEERS = 500, 50
PAGES, SECONDS = 200, 40.0  # each volunteer opens a page every ten seconds
ROUNDS, ROUND_PAGES = 5, 400
WARDS = ("00004", "00292", "00070", "00082")
QUESTION = "cho tôi hỏi làm giấy khai sinh cho con ở {} thì cần những giấy tờ gì, mất bao lâu ạ"


async def main() -> None:
    """Fill a database, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder),
            database_url=os.environ.get("MOTCUA_BENCH_DATABASE", ""),
            secret_key=SecretStr("benchmark"),
            port=int(os.environ.get("MOTCUA_PORT", "18095")),
        )
        database = Database(settings.database)
        async with database.write() as session:
            await (await session.connection()).run_sync(metadata.create_all)
        await fill(database)
        cookies = await volunteers(database)
        runner = await serve(settings, database)
        try:
            await measure(settings.url, cookies, database)
        finally:
            await runner.cleanup()
            await database.close()


async def fill(database: Database) -> None:
    async with database.write() as session:
        for number in range(TICKETS):
            key, ward = f"citizen-{number}", WARDS[number % len(WARDS)]
            session.add(Conversation(id=key, channel="web", address_key=key, context={}, ward=ward))
            await session.flush()
            text = QUESTION.format(ward)
            message = Message(conversation_id=key, author="citizen", kind="text", text=text, channel="web")
            session.add(message)
            await session.flush()
            session.add(
                Ticket(
                    conversation_id=key,
                    reason="request_human",
                    summary=text,
                    search_text=fold(text),
                    procedure="1.001193",
                    ward=ward,
                    waiting_since=now() - timedelta(minutes=number % 90),
                    last_citizen_message_id=message.id,
                )
            )


async def volunteers(database: Database) -> list[str]:
    secrets = []
    async with database.write() as session:
        for number in range(VOLUNTEERS):
            person = Staff(name=f"tnv{number}", full_name=f"Tình nguyện viên {number}")
            session.add(person)
            await session.flush()
            session.add(StaffRole(staff_id=person.id, role=Role.VOLUNTEER))
            session.add_all(StaffWard(staff_id=person.id, ward=ward) for ward in WARDS)
            await session.flush()
            secrets.append(await sessions.begin(session, person.id))
    return secrets


async def serve(settings: Settings, database: Database) -> web.AppRunner:
    conversations = Conversations(database, settings)
    app = web.Application()
    app[SETTINGS], app[DATABASE], app[CONVERSATIONS] = settings, database, conversations
    desk.setup(app, conversations)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    return runner


async def measure(url: str, cookies: list[str], database: Database) -> None:
    browsers = []
    for secret in cookies:
        jar = aiohttp.CookieJar(unsafe=True)
        jar.update_cookies({COOKIE: secret}, URL(f"{url}/ban/"))
        browsers.append(aiohttp.ClientSession(url, cookie_jar=jar))
    streams = [await browser.get("/ban/su-kien?sau=0") for browser in browsers]
    await fetch(browsers[0], "/ban/phieu")  # templates are compiled once
    try:
        cpu = process_time()
        pages = await asyncio.gather(
            *(
                fetch(random.choice(browsers), "/ban/phieu", random.uniform(0, SECONDS))  # noqa: S311
                for _ in range(PAGES)
            )
        )
        report(f"queue page, {PAGES} in {SECONDS:.0f} s", pages)
        each = (process_time() - cpu) / PAGES * 1000
        print(f"processor time a page, the streams and the asking included: {each:.0f} ms")
        lists = await asyncio.gather(
            *(fetch(one, "/ban/phieu/danh-sach", random.uniform(0, 1.0)) for one in browsers)  # noqa: S311
        )
        report(f"list, {VOLUNTEERS} within a second", lists)
        report("told of a claim, on all streams", await told(database, streams))
        held = [await resident_after(browsers) for _ in range(ROUNDS)]
        print(f"memory after each {ROUND_PAGES} pages: {', '.join(f'{size:.0f}' for size in held)} MB")
    finally:
        for stream in streams:
            stream.close()
        for browser in browsers:
            await browser.close()


async def resident_after(browsers: list[aiohttp.ClientSession]) -> float:
    """The memory of this process, server and browsers in one, in MB after a round of pages and lists."""
    for _ in range(ROUND_PAGES // 20):
        for path in ("/ban/phieu", "/ban/phieu/danh-sach"):
            await asyncio.gather(*(fetch(browser, path) for browser in browsers[:10]))
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])  # noqa: ASYNC240
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


async def told(database: Database, streams: list[aiohttp.ClientResponse]) -> list[float]:
    """Seconds from the commit of a claim until a stream has said it."""
    claims, taken = Claims(database, 180.0), []

    async def wait(stream: aiohttp.ClientResponse, since: float) -> float:
        while not (await stream.content.readline()).startswith(b"data:"):
            pass
        return perf_counter() - since

    for number in range(1, 11):
        await claims.claim(number, Actor("1", "Tình nguyện viên"))
        committed = perf_counter()
        taken += await asyncio.gather(*(wait(stream, committed) for stream in streams))
    return taken


async def fetch(browser: aiohttp.ClientSession, path: str, after: float = 0.0) -> float:
    await asyncio.sleep(after)
    began = perf_counter()
    async with browser.get(path) as response:
        text = await response.text()
    took = perf_counter() - began
    if response.status != 200 or "row-item" not in text:
        raise RuntimeError(f"{path}: {response.status}")
    return took


def report(what: str, times: list[float]) -> None:
    cuts = quantiles(times, n=100)
    median, p95 = cuts[49] * 1000, cuts[94] * 1000
    print(f"{what}: median {median:.0f} ms, p95 {p95:.0f} ms, longest {max(times) * 1000:.0f} ms")


if __name__ == "__main__":
    asyncio.run(main())
