"""The webhook over real HTTP, in front of the real conversations and a real database."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import func, select

from channels.zalo import setup
from channels.zalo.webhook import MAX_BODY
from conversations import Conversations
from conversations.models import Conversation, Message, Turn
from motcua.db import Base, Database
from motcua.keys import DATABASE, SETTINGS
from motcua.settings import Settings
from tests.channels.zalo.office import USER
from tests.zalo_simulator import Console, World


@dataclass
class Gateway:
    """A running application with the channel in it, and Zalo's side of its webhook."""

    url: str
    http: aiohttp.ClientSession
    console: Console
    database: Database

    async def stored(self) -> list[tuple[str, str, str]]:
        async with self.database.read() as session:
            rows = await session.execute(select(Message.kind, Message.text, Message.channel_message_id))
            return [(str(kind), str(text), str(key)) for kind, text, key in rows]

    async def count(self, table: type[Base]) -> int:
        async with self.database.read() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


def app_of(settings: Settings, database: Database) -> web.Application:
    app = web.Application()
    app[SETTINGS], app[DATABASE] = settings, database
    setup(app, Conversations(database, settings))
    return app


@pytest.fixture
async def gateway(settings: Settings, database: Database, world: World) -> AsyncIterator[Gateway]:
    settings = settings.model_copy(update={"zalo": settings.zalo.model_copy(update={"verifier": "Ab_1-z"})})
    server = TestServer(app_of(settings, database))
    await server.start_server()
    async with aiohttp.ClientSession() as http:
        url = str(server.make_url("/"))
        yield Gateway(url, http, Console(world, http, url + "zalo/webhook"), database)
    await server.close()


async def test_a_message_is_stored_before_it_is_acknowledged(gateway: Gateway) -> None:
    assert await gateway.console.say(USER, "Thủ tục khai sinh?") == 200
    assert [(kind, text) for kind, text, _ in await gateway.stored()] == [("text", "Thủ tục khai sinh?")]
    assert await gateway.count(Turn) == 1


async def test_the_same_event_again_is_acknowledged_and_changes_nothing(gateway: Gateway) -> None:
    await gateway.console.say(USER, "alo")
    assert [await gateway.console.redeliver(n) for n in (1, 2, 3)] == [200, 200, 200]
    assert await gateway.count(Message) == 1
    assert await gateway.count(Turn) == 1


async def test_eight_deliveries_at_the_same_moment_store_one_message(gateway: Gateway) -> None:
    await gateway.console.say(USER, "trước")
    event = gateway.console.event(USER, message={"text": "cùng lúc", "msg_id": "same"})
    answers = await asyncio.gather(*(gateway.console.post(event) for _ in range(8)))
    assert answers == [200] * 8
    assert await gateway.count(Message) == 2


async def test_a_follow_is_stored_once_under_the_hash_of_its_body(gateway: Gateway, world: World) -> None:
    body = {
        "app_id": world.account.app_id, "oa_id": world.account.oa_id, "follower": {"id": USER},
        "event_name": "follow", "source": "oa_profile", "timestamp": str(int(time.time() * 1000)),
    }  # fmt: skip
    assert [await gateway.console.post(body), await gateway.console.redeliver()] == [200, 200]
    assert [(kind, len(key)) for kind, _, key in await gateway.stored()] == [("follow", 64)]


async def test_the_address_of_a_citizen_is_kept_because_answers_need_it(
    gateway: Gateway, world: World
) -> None:
    await gateway.console.say(USER, "alo")
    async with gateway.database.read() as session:
        conversation = (await session.scalars(select(Conversation))).one()
    assert (conversation.channel, conversation.account) == ("zalo", world.account.oa_id)
    assert conversation.address == USER


@pytest.mark.parametrize(
    "name", ["user_seen_message", "oa_send_text", "user_withdraw", "unheard_of", "anonymous_send_text"]
)
async def test_events_that_are_no_messages_are_acknowledged(gateway: Gateway, name: str) -> None:
    assert await gateway.console.post(gateway.console.event(USER, name)) == 200
    assert await gateway.count(Message) == 0


async def test_a_bare_signature_is_accepted_too(gateway: Gateway) -> None:
    assert (
        await gateway.console.post(
            gateway.console.event(USER, message={"text": "a", "msg_id": "m"}), prefix=""
        )
        == 200
    )


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b'"x"', 400), (b"\xff\xfe", 400), (b"[" * 60_000, 400),
     (b"9" * 60_000, 400), (b"{}", 401), (b'{"timestamp":{}}', 401), (b'{"timestamp":"-1"}', 401)],
)  # fmt: skip
async def test_what_is_not_an_event_is_refused(gateway: Gateway, raw: bytes, status: int) -> None:
    assert await gateway.console.deliver(raw, "mac=" + "0" * 64) == status


async def test_a_body_over_the_cap_is_refused_with_and_without_a_length(gateway: Gateway) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 4096

    assert await gateway.console.deliver(b" " * (MAX_BODY + 1), None) == 413
    async with gateway.http.post(gateway.url + "zalo/webhook", data=endless()) as response:
        assert response.status == 413


async def test_a_body_just_under_the_cap_is_taken(gateway: Gateway) -> None:
    assert await gateway.console.say(USER, "a" * (MAX_BODY - 600)) == 200


async def test_another_app_is_refused_even_with_our_secret(gateway: Gateway) -> None:
    body = gateway.console.event(USER, message={"text": "a", "msg_id": "m"}) | {"app_id": "999"}
    assert await gateway.console.post(body) == 403


@pytest.mark.parametrize(
    ("age_s", "status"), [(0, 200), (6_660, 200), (7_100, 200), (7_300, 403), (-200, 200), (-400, 403)]
)
async def test_late_redeliveries_of_zalo_are_taken_and_older_events_are_not(
    gateway: Gateway, age_s: int, status: int
) -> None:
    body = gateway.console.event(USER, message={"text": "a", "msg_id": "m"})
    body["timestamp"] = str(int((time.time() - age_s) * 1000))
    assert await gateway.console.post(body) == status


async def test_the_unsigned_retry_header_does_not_open_the_window(gateway: Gateway) -> None:
    body = gateway.console.event(USER, message={"text": "a", "msg_id": "m"})
    body["timestamp"] = str(int((time.time() - 9_000) * 1000))
    await gateway.console.post(body)
    assert await gateway.console.redeliver(5) == 403


async def test_when_it_cannot_be_stored_zalo_is_asked_to_send_again(gateway: Gateway) -> None:
    async with gateway.database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    with structlog.testing.capture_logs() as logs:
        assert await gateway.console.say(USER, "bí mật") == 500
    assert "bí mật" not in str(logs)
    async with gateway.database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    assert await gateway.console.redeliver() == 200
    assert [text for _, text, _ in await gateway.stored()] == ["bí mật"]


async def test_logs_name_neither_the_citizen_nor_the_words(gateway: Gateway) -> None:
    with structlog.testing.capture_logs() as logs:
        await gateway.console.say(USER, "số căn cước của tôi")
        await gateway.console.deliver(gateway.console.last[0], "mac=" + "0" * 64)
        await gateway.console.post(gateway.console.event(USER, "user_withdraw"))
    assert {entry["event"] for entry in logs} >= {"zalo.webhook.taken", "zalo.webhook.refused"}
    assert USER not in str(logs)
    assert "căn cước" not in str(logs)


MUTATION = st.tuples(
    st.sampled_from(["mac", "body", "header", "none"]), st.integers(0, 10_000), st.binary(max_size=70)
)


@hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MUTATION)
async def test_no_mutated_event_is_accepted_or_makes_the_server_fail(
    gateway: Gateway, mutation: tuple[str, int, bytes]
) -> None:
    what, place, noise = mutation
    event = gateway.console.event(USER, message={"text": "giả mạo", "msg_id": "forged"})
    raw, signature = signed = gateway.console.sign(event)
    if what == "body":
        at = place % len(raw)
        raw = raw[:at] + noise + raw[at + len(noise) :]
    elif what == "mac":
        at = place % 64
        signature = signature[:at] + "0123456789abcdef"[place % 16] + signature[at + 1 :]
    elif what == "header":
        signature = noise.decode("latin-1").translate(dict.fromkeys((*range(32), 127), " "))
    assume(what == "none" or (raw, signature) != signed)
    assert 400 <= await gateway.console.deliver(raw, None if what == "none" else signature) < 500
    assert all(key != "forged" for _, _, key in await gateway.stored())


async def test_a_look_at_the_webhook_is_answered_with_the_challenge(gateway: Gateway) -> None:
    async with gateway.http.get(gateway.url + "zalo/webhook?hub.challenge=<b>42") as response:
        assert (response.status, await response.text()) == (200, "<b>42")
        assert response.content_type == "text/plain"
    async with gateway.http.get(gateway.url + "zalo/webhook") as response:
        assert response.status == 200


async def test_the_domain_is_proved_with_the_configured_code_only(gateway: Gateway) -> None:
    async with gateway.http.get(gateway.url + "zalo_verifierAb_1-z.html") as response:
        assert response.status == 200
        assert 'name="zalo-platform-site-verification" content="Ab_1-z"' in await response.text()
    async with gateway.http.get(gateway.url + "zalo_verifierother.html") as response:
        assert response.status == 404


async def test_without_an_oa_secret_every_event_is_refused(
    settings: Settings, database: Database, world: World
) -> None:
    bare = settings.model_copy(update={"zalo": settings.zalo.model_copy(update={"oa_secret": SecretStr("")})})
    world.account = type(world.account)(oa_secret="")
    server = TestServer(app_of(bare, database))
    await server.start_server()
    async with aiohttp.ClientSession() as http:
        console = Console(world, http, str(server.make_url("/zalo/webhook")))
        assert await console.say(USER, "alo") == 401
    await server.close()


async def test_a_channel_that_is_not_configured_adds_nothing(settings: Settings, database: Database) -> None:
    off = settings.model_copy(update={"zalo": settings.zalo.model_copy(update={"oa_id": ""})})
    assert not list(app_of(off, database).router.routes())


def signed_by_header(gateway: Gateway, world: World, at_ms: int) -> tuple[bytes, dict[str, str]]:
    """An event that is signed with the timestamp of its header, as one source has it."""
    body = gateway.console.event(USER, message={"text": "a", "msg_id": "by-header"}) | {"timestamp": "1"}
    raw, account = json.dumps(body).encode(), world.account
    mac = hashlib.sha256(account.app_id.encode() + raw + str(at_ms).encode() + account.oa_secret.encode())
    return raw, {"X-ZEvent-Signature": mac.hexdigest(), "X-ZEvent-Timestamp": str(at_ms)}


@pytest.mark.parametrize(("age_s", "status"), [(0, 200), (7_300, 403)])
async def test_a_timestamp_in_the_header_counts_if_it_is_the_signed_one(
    gateway: Gateway, world: World, age_s: int, status: int
) -> None:
    raw, headers = signed_by_header(gateway, world, int((time.time() - age_s) * 1000))
    async with gateway.http.post(gateway.url + "zalo/webhook", data=raw, headers=headers) as response:
        assert response.status == status
    headers["X-ZEvent-Timestamp"] = str(int(time.time() * 1000) + 1)
    async with gateway.http.post(gateway.url + "zalo/webhook", data=raw, headers=headers) as response:
        assert response.status == 401


async def test_the_header_does_not_count_where_the_body_is_asked_for(
    gateway: Gateway, settings: Settings, database: Database, world: World
) -> None:
    zalo = settings.zalo.model_copy(update={"timestamp_from": "body"})
    server = TestServer(app_of(settings.model_copy(update={"zalo": zalo}), database))
    await server.start_server()
    raw, headers = signed_by_header(gateway, world, int(time.time() * 1000))
    async with gateway.http.post(server.make_url("/zalo/webhook"), data=raw, headers=headers) as response:
        assert response.status == 401
    await server.close()


async def test_a_withdrawal_that_cannot_be_stored_is_to_be_sent_again(gateway: Gateway, world: World) -> None:
    async with gateway.database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    body = {
        "app_id": world.account.app_id, "oa_id": world.account.oa_id, "user_id": USER,
        "event_name": "user_withdraw", "timestamp": str(int(time.time() * 1000)),
    }  # fmt: skip
    assert await gateway.console.post(body) == 500
