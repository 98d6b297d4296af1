"""What a client may ask for, and how it is told that it was too much."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from channels.web.limits import SOCKETS, Limits, TokenBuckets, TooManySockets
from channels.web.protocol import MAX_TEXT


def test_a_bucket_refills_evenly_and_says_how_long_to_wait() -> None:
    clock = [100.0]
    buckets = TokenBuckets(20, lambda: clock[0])
    assert [buckets.take("a") for _ in range(20)] == [0.0] * 20
    assert buckets.take("a") == pytest.approx(3.0)
    assert buckets.take("b") == 0.0
    clock[0] += 3.0
    assert buckets.take("a") == 0.0
    assert buckets.take("a") > 0


def test_idle_buckets_are_forgotten_but_busy_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.web.limits._SWEEP_AT", 3)
    clock = [0.0]
    buckets = TokenBuckets(1, lambda: clock[0])
    buckets.take("old")
    clock[0] = 59.0
    buckets.take("busy")
    buckets.take("third")
    clock[0] = 61.0
    buckets.take("new")
    assert buckets.take("busy") > 0


def test_a_closed_socket_makes_room_for_another() -> None:
    limits = Limits()
    for _ in range(SOCKETS * 2):
        with limits.socket("a"):
            pass
    held = [limits.socket("a") for _ in range(SOCKETS)]
    for socket in held:
        socket.__enter__()
    with pytest.raises(TooManySockets), limits.socket("a"):
        pass
    with limits.socket("b"):
        pass


async def test_the_twenty_first_message_in_a_minute_is_kept_by_the_client(visitor: Any) -> None:
    chat, _ = await visitor.chat()
    for _ in range(20):
        await chat.say("thế bao lâu")
        await chat.until("done")
    refused = await chat.say("thế bao lâu")
    error = (await chat.until("error"))[-1]
    assert error["client_id"] == refused
    assert error["code"] == "rate"
    assert 0 < error["retry_in"] <= 3
    assert "Tin này vẫn được giữ" in error["text"]
    await chat.send(type="hello", after=0)
    welcome = (await chat.until("welcome"))[-1]
    assert refused not in {message.get("client_id") for message in welcome["messages"]}


async def test_a_message_that_is_too_long_is_refused_and_the_connection_stays(visitor: Any) -> None:
    chat, _ = await visitor.chat()
    refused = await chat.say("ộ" * (MAX_TEXT + 1))
    error = await chat.frame()
    assert error["code"] == "too_long"
    assert error["client_id"] == refused
    await chat.say("ộ" * MAX_TEXT)
    assert (await chat.until("accepted"))[-1]["id"] > 0


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "null",
        "{",
        '{"type":"nothing"}',
        '{"type":"text","client_id":"a:b:c:d:e","text":"x"}',
        '{"type":"hello","after":-1}',
        '{"type":"text","client_id":"00000000-0000","text":"\\ud800"}',
        "[" * 100_000,
    ],
)
async def test_a_frame_that_makes_no_sense_gets_an_error_and_the_connection_stays(
    visitor: Any, data: str
) -> None:
    chat, _ = await visitor.chat()
    await chat.ws.send_str(data)
    assert (await chat.frame())["code"] == "malformed"
    await chat.ws.send_bytes(b"\x00")
    assert (await chat.frame())["code"] == "malformed"
    await chat.say("thế bao lâu", str(uuid.uuid4()))
    assert (await chat.until("done"))[0]["type"] == "accepted"


async def test_a_sixth_socket_is_told_why_and_closed(visitor: Any) -> None:
    chats = [await visitor.chat() for _ in range(SOCKETS)]
    extra = await visitor.socket()
    assert (await extra.frame())["code"] == "too_many_sockets"
    assert (await extra.ws.receive(timeout=5)).data == 4008
    await chats[0][0].ws.close()
    await visitor.chat()
