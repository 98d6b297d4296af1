"""The simulator refuses what Zalo refuses; a stand-in that agrees to everything proves nothing."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.channels.zalo.office import USER
from tests.zalo_simulator import World


@pytest.fixture
async def http(zalo_url: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(zalo_url) as session:
        yield session


async def send(http: aiohttp.ClientSession, token: str, body: Any, path: str = "/v3.0/oa/message/cs") -> Any:
    async with http.post(path, json=body, headers={"access_token": token}) as response:
        assert response.status == 200
        return await response.json()


def to(user_id: Any, text: Any = "Chào") -> dict[str, Any]:
    return {"recipient": {"user_id": user_id}, "message": {"text": text}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (to(USER), 0), (to(USER, "a" * 2000), 0), (to(USER, "a" * 2001), -210), (to(USER, ""), -201),
        (to(USER, 5), -201), (to(int(USER)), -201), (to(None), -201), ({}, -201), ({"recipient": {}}, -201),
        (to("unknown"), -213), (to("silent"), -232), (to("long ago"), -230),
    ],
)  # fmt: skip
async def test_messages_are_judged(http: aiohttp.ClientSession, world: World, body: Any, code: int) -> None:
    world.add_citizen("silent", None)
    world.add_citizen("long ago", 7.1)
    answer = await send(http, world.access_token, body)
    assert answer["error"] == code
    assert bool(world.citizens[USER].received) is (code == 0)


async def test_tokens_are_judged_with_http_200(http: aiohttp.ClientSession, world: World) -> None:
    old = world.access_token
    assert (await send(http, "invented", to(USER)))["error"] == -216
    world.issue_pair()
    assert (await send(http, old, to(USER)))["error"] == -220
    world.expire_access()
    assert (await send(http, world.access_token, to(USER)))["error"] == -220


async def test_the_v2_message_endpoint_is_closed(http: aiohttp.ClientSession, world: World) -> None:
    assert (await send(http, world.access_token, to(USER), "/v2.0/oa/message"))["error"] == -240


async def test_the_rate_limit_says_so_in_its_headers(http: aiohttp.ClientSession, world: World) -> None:
    world.per_minute = 1
    await send(http, world.access_token, to(USER))
    headers = {"access_token": world.access_token}
    async with http.post("/v3.0/oa/message/cs", json=to(USER), headers=headers) as response:
        assert (await response.json())["error"] == -32
        assert response.headers["X-RateLimit-Remain"] == "0"


async def test_a_refresh_token_works_once_and_kills_the_old_access_token(
    http: aiohttp.ClientSession, world: World
) -> None:
    form = {
        "app_id": world.account.app_id, "refresh_token": world.refresh_token, "grant_type": "refresh_token",
    }  # fmt: skip
    headers = {"secret_key": world.account.app_secret}
    old = world.access_token
    async with http.post("/v4/oa/access_token", data=form, headers=headers) as response:
        first = await response.json()
    assert (first["access_token"], first["expires_in"]) == (world.access_token, "90000")
    assert (await send(http, old, to(USER)))["error"] == -220
    async with http.post("/v4/oa/access_token", data=form, headers=headers) as response:
        second = await response.json()
        assert response.status == 200
    assert "access_token" not in second
    assert second["error_name"] == "refresh_token_used"


async def test_a_conversation_comes_ten_lines_at_a_time_newest_first(
    http: aiohttp.ClientSession, world: World
) -> None:
    for n in range(12):
        world.deliver(world.citizens[USER], str(n))
    headers = {"access_token": world.access_token}

    async def page(offset: int, count: int) -> Any:
        data = json.dumps({"user_id": USER, "offset": offset, "count": count})
        async with http.get("/v2.0/oa/conversation", params={"data": data}, headers=headers) as response:
            return await response.json()

    assert [line["message"] for line in (await page(0, 10))["data"]] == [str(n) for n in range(11, 1, -1)]
    assert [line["message"] for line in (await page(10, 10))["data"]] == ["1", "0"]
    assert (await page(0, 11))["error"] == -201


async def test_it_runs_as_a_program(unused_tcp_port: int) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.zalo_simulator", "--port", str(unused_tcp_port),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdin is not None
    try:
        async with asyncio.timeout(20):
            while b"access token" not in (line := await program.stdout.readline()):
                assert line
            token = line.decode().split("access token ")[1].split(",")[0]
            async with aiohttp.ClientSession(f"http://127.0.0.1:{unused_tcp_port}") as session:
                assert (await send(session, token, to("246845246845246845", "Xin chào")))["error"] == 0
            assert "<< Xin chào" in (await program.stdout.readline()).decode()
            program.stdin.close()
            assert await program.wait() == 0
    finally:
        if program.returncode is None:
            program.send_signal(signal.SIGKILL)
            await program.wait()
