"""A citizen on Zalo: signed event in, real Rasa and actions, answer out through the account's API."""

from __future__ import annotations

import asyncio
import re

import aiohttp

from tests.conftest import RunningStack
from tests.zalo_simulator import Console, World

ANSWERED_WITHIN_S = 30.0


async def _received(world: World, user: str, count: int) -> list[str]:
    async with asyncio.timeout(ANSWERED_WITHIN_S):
        while len(world.citizens[user].received) < count:
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)  # time for a second copy, if there were one
    return world.citizens[user].received


async def test_a_question_and_a_follow_up_by_number_are_answered_once(
    stack: RunningStack, zalo: World
) -> None:
    async with aiohttp.ClientSession() as http:
        console = Console(zalo, http, f"{stack.url}/zalo/webhook")
        assert await console.say("246845", "lam giay khai sinh can nhung giay to gi") == 200
        first = await _received(zalo, "246845", 1)
        assert len(first) == 1
        assert "chứng sinh" in first[0]
        assert "Nguồn: 1.001193" in first[0]
        assert "kiểm tra" in first[0]
        assert await console.redeliver() == 200
        number = re.search(r"(\d)\. Lệ phí", first[0])
        assert number, first[0]
        assert await console.say("246845", number[1]) == 200
        both = await _received(zalo, "246845", 2)
        assert len(both) == 2
        assert "Lệ phí" in both[1] or "lệ phí" in both[1]


async def test_an_access_token_that_ran_out_is_renewed_on_the_way(stack: RunningStack, zalo: World) -> None:
    zalo.expire_access()
    async with aiohttp.ClientSession() as http:
        console = Console(zalo, http, f"{stack.url}/zalo/webhook")
        assert await console.say("246846", "đăng ký tạm trú mấy ngày xong") == 200
        assert "3 ngày làm việc" in (await _received(zalo, "246846", 1))[0]
    assert zalo.refreshes == 1


async def test_a_forged_event_is_refused_and_answered_by_nobody(stack: RunningStack, zalo: World) -> None:
    zalo.add_citizen("246847")
    async with aiohttp.ClientSession() as http:
        console = Console(zalo, http, f"{stack.url}/zalo/webhook")
        event = console.event("246847", message={"text": "lệ phí", "msg_id": "forged-1"})
        raw, _ = console.sign(event)
        assert await console.deliver(raw, "mac=" + "0" * 64) == 401
        async with http.post(f"{stack.url}/zalo/webhook", data=b"not json") as response:
            assert response.status in (400, 401)
    await asyncio.sleep(1)
    assert zalo.citizens["246847"].received == []
