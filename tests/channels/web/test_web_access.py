"""Who may open a socket."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from channels.web.identity import COOKIE


async def refused(visitor: Any, **how: Any) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await visitor.socket(**how)
    return refusal.value.status


async def test_the_page_gives_a_session_cookie_that_scripts_and_other_sites_cannot_use(visitor: Any) -> None:
    response = await visitor.visit()
    morsel = response.cookies[COOKIE]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
    assert morsel["max-age"] == str(30 * 86400)
    assert not morsel["secure"]


async def test_a_second_visit_keeps_the_session(visitor: Any) -> None:
    first = (await visitor.visit()).cookies[COOKIE].value
    second = (await visitor.visit()).cookies[COOKIE].value
    assert first.split(".")[0] == second.split(".")[0]


async def test_a_socket_without_cookie_is_refused(visitor: Any) -> None:
    visitor.http.cookie_jar.clear()
    assert await refused(visitor) == 403


async def test_a_forged_cookie_is_refused(visitor: Any) -> None:
    signed = (await visitor.visit()).cookies[COOKIE].value
    session, rest = signed.split(".", 1)
    visitor.http.cookie_jar.clear()
    for forged in (f"{session[:-1]}x.{rest}", session, f"{signed[:-2]}AA", "a.b.c"):
        assert await refused(visitor, Cookie=f"{COOKIE}={forged}") == 403


@pytest.mark.parametrize(
    "origin", ["https://example.org", "http://127.0.0.1:1", "null", "http://127.0.0.1:99999", "file://", ""]
)
async def test_a_foreign_page_is_refused(visitor: Any, origin: str) -> None:
    assert await refused(visitor, origin=origin) == 403


async def test_the_command_line_comes_in_with_the_operator_token(visitor: Any, gateway: Any) -> None:
    visitor.http.cookie_jar.clear()
    bearer = f"Bearer {gateway.settings.operator_token}"
    chat = await visitor.socket(origin="", query="?session=ask-1", Authorization=bearer)
    await chat.send(type="hello", after=0)
    assert (await chat.frame())["messages"] == []
    for _ in range(25):  # more than a citizen may send in a minute
        await chat.say("/restart bao lâu")
        assert (await chat.until("done"))[-1]["type"] == "done"


async def test_a_wrong_token_or_a_missing_session_is_refused(visitor: Any, gateway: Any) -> None:
    visitor.http.cookie_jar.clear()
    bearer = f"Bearer {gateway.settings.operator_token}"
    assert await refused(visitor, origin="", query="?session=a", Authorization="Bearer " + "0" * 64) == 403
    assert await refused(visitor, origin="", Authorization=bearer) == 400
    assert await refused(visitor, origin="", query="?session=a:b", Authorization=bearer) == 400


async def test_command_line_and_web_never_share_a_conversation(visitor: Any, gateway: Any) -> None:
    chat, _ = await visitor.chat()
    await chat.say("làm khai sinh cần gì")
    await chat.until("done")
    session = (await visitor.visit()).cookies[COOKIE].value.split(".")[0]
    bearer = f"Bearer {gateway.settings.operator_token}"
    spy = await visitor.socket(origin="", query=f"?session={session}", Authorization=bearer)
    await spy.send(type="hello", after=0)
    assert (await spy.frame())["messages"] == []
