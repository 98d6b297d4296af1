"""The HTTP face of the simulator: OA API and token endpoint on one port."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from tests.zalo_simulator.faults import Fault
from tests.zalo_simulator.refused import Refused
from tests.zalo_simulator.world import World

WORLD = web.AppKey("world", World)
HANG = web.AppKey("hang", asyncio.Event)


def make_app(world: World) -> web.Application:
    """The application around ``world``."""
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app[WORLD] = world
    app[HANG] = asyncio.Event()
    app.add_routes(
        [
            web.post("/v4/oa/access_token", _token),
            web.post("/v3.0/oa/message/cs", _message),
            web.post("/v2.0/oa/message", _closed),
            web.get("/v2.0/oa/conversation", _conversation),
            web.post("/v2.0/oa/upload/{kind:image|gif|file}", _upload),
            web.post("/message/template", _template),
            web.get("/v4/oa/permission", _permission),
            web.get("/v2.0/oa/getoa", _account),
        ]
    )
    app.on_shutdown.append(_let_go)
    return app


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[str]:
    """Serve ``world`` on a free port of this machine; gives the base address."""
    server = TestServer(make_app(world))
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


async def _let_go(app: web.Application) -> None:
    app[HANG].set()


async def _token(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    form = {name: str(value) for name, value in (await request.post()).items()}
    secret = request.headers.get("secret_key", "")
    return await _act(request, "token", lambda: world.refresh(secret, form), checked=True)


async def _message(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    body = await _json(request)

    return await _act(request, "message", lambda: world.take(body))


async def _upload(request: web.Request) -> web.StreamResponse:
    world, kind = request.app[WORLD], request.match_info["kind"]
    sent = (await request.post()).get("file")

    def act() -> dict[str, Any]:
        if not isinstance(sent, web.FileField):
            raise Refused(-201, "file is missing")
        return world.upload(kind, sent.filename, sent.file.read())

    return await _act(request, "upload", act)


async def _template(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    body = await _json(request)
    return await _act(request, "template", lambda: world.templates.take(world, body))


async def _permission(request: web.Request) -> web.StreamResponse:
    """An administrator opens the link and says yes."""
    world, query = request.app[WORLD], request.query
    if query.get("app_id") != world.account.app_id:
        return web.json_response({"error": -14001, "error_name": "invalid_app"})
    given = {"code": world.consent(query.get("code_challenge", "")), "oa_id": world.account.oa_id}
    if "state" in query:
        given["state"] = query["state"]
    raise web.HTTPFound(URL(query["redirect_uri"]).update_query(given))


async def _conversation(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    try:
        query = json.loads(request.query.get("data", ""))
    except ValueError:
        query = {}
    return await _act(request, "conversation", lambda: world.page(query))


async def _account(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    return await _act(request, "getoa", lambda: {"oa_id": world.account.oa_id, "name": "OA thử"})


async def _closed(request: web.Request) -> web.StreamResponse:
    def act() -> dict[str, Any]:
        raise Refused(-240, "V2 message API is shut down")

    return await _act(request, "v2", act)


async def _act(
    request: web.Request, endpoint: str, act: Callable[[], Any], *, checked: bool = False
) -> web.StreamResponse:
    """Check who asks, fail as ordered, do it. ``checked``: the endpoint has its own rules."""
    world = request.app[WORLD]
    fault = world.faults.next(endpoint)
    if isinstance(fault, Fault) and not fault.delivered:
        return await _fail(request, endpoint, fault)
    headers: dict[str, str] = {}
    try:
        if isinstance(fault, int):
            raise Refused(fault)
        if not checked:
            headers = _check(request, world, endpoint)
        data = act()
    except Refused as refused:
        world.calls.append((endpoint, refused.code))
        if refused.code == -32:
            headers = {"X-RateLimit-Limit": str(world.per_minute), "X-RateLimit-Remain": "0"}
        return web.json_response({"error": refused.code, "message": refused.message}, headers=headers)
    if isinstance(fault, Fault):
        return await _fail(request, endpoint, fault)
    world.calls.append((endpoint, data.get("error", 0) if checked else 0))
    answer = data if checked else {"error": 0, "message": "Success", "data": data}
    return web.json_response(answer, headers=headers)


def _check(request: web.Request, world: World, endpoint: str) -> dict[str, str]:
    token = request.headers.get("access_token")
    remain = world.spend_rate()
    try:
        world.authorise(token)
    except Refused as refused:
        raise Refused(-124, "Access token invalid") if endpoint == "template" else refused from None
    if world.needs_proof:
        proof = hmac.new(world.account.app_secret.encode(), str(token).encode(), hashlib.sha256).hexdigest()
        if request.headers.get("appsecret_proof") != proof:
            raise Refused(-242, "Invalid appsecret_proof")
    return {"X-RateLimit-Limit": str(world.per_minute), "X-RateLimit-Remain": str(remain)}


async def _fail(request: web.Request, endpoint: str, fault: Fault) -> web.StreamResponse:
    status = int(fault) if fault.isdecimal() else 1
    request.app[WORLD].calls.append((endpoint, status))
    if fault in (Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER):
        await request.app[HANG].wait()
    if fault in (Fault.CUT_BEFORE, Fault.CUT_AFTER) and request.transport:
        request.transport.close()
    if fault in (Fault.HTML_BEFORE, Fault.HTML_AFTER):
        return web.Response(text="<html><body>Please wait</body></html>", content_type="text/html")
    if fault is Fault.FORBIDDEN:
        return web.Response(status=403, text="<html>Forbidden</html>", content_type="text/html")
    if fault is Fault.TOO_MANY:
        return web.Response(status=429, text="Too many requests")
    return web.Response(status=500, text="Internal error")


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
