"""``/healthz`` (the process lives), ``/readyz`` (a citizen would get an answer), ``/metrics``."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import web
from prometheus_client import generate_latest
from sqlalchemy import text

from motcua.keys import DATABASE, SETTINGS

_PROBE = aiohttp.ClientTimeout(total=2.0)


def setup(app: web.Application) -> None:
    """Add the three routes."""
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)


async def healthz(_: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Which parts a turn needs are there: 200 when all are, 503 otherwise."""
    settings = request.app[SETTINGS]
    database, rasa, actions = await asyncio.gather(
        _database_answers(request),
        _answers(f"{settings.rasa_url}/"),
        _answers(f"{settings.actions_url}/health"),
    )
    parts = {"database": database, "rasa": rasa, "actions": actions}
    return web.json_response(parts, status=200 if all(parts.values()) else 503)


async def metrics(_: web.Request) -> web.Response:
    """Numbers for Prometheus."""
    return web.Response(body=generate_latest(), content_type="text/plain", charset="utf-8")


async def _database_answers(request: web.Request) -> bool:
    try:
        async with request.app[DATABASE].read() as session:
            await session.execute(text("SELECT 1"))
    except Exception:
        return False
    return True


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession(timeout=_PROBE) as http, http.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
