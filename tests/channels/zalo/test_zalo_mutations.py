"""Five thousand spoilt events: none makes the webhook fail, none is accepted that Zalo did not sign."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from channels.zalo import setup
from conversations import Conversations
from conversations.models import Message
from motcua.db import Database
from motcua.keys import DATABASE, SETTINGS
from motcua.settings import Settings
from tests.channels.zalo.office import USER
from tests.zalo_simulator import World

COUNT = 5000
NAMES = (
    "user_send_text", "user_send_image", "user_send_link", "user_send_location", "user_send_file", "follow",
    "user_submit_info", "user_click_chatnow", "user_seen_message", "user_received_message", "oa_send_text",
    "oa_send_image", "anonymous_send_text", "user_send_business_card", "user_reacted_message",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 10**300, -(10**39), 1.5, 1e308, "", " ", "\x00", "\ud83d", "\u202e",
    "null",
    "a" * 5000, "٣", "﷽", [], [[]], [None] * 50, {}, {"id": None}, {"id": {"id": "x"}}, {"": ""}, {"url": 5},
)  # fmt: skip


@dataclass
class Attempt:
    """A request, and whether Zalo could have made it: signed with our secret, fresh, for our app."""

    raw: bytes
    headers: dict[str, str]
    genuine: bool
    what: str


@dataclass
class Mutator:
    """Makes requests, each spoilt in some way or in none. The same seed makes the same requests."""

    world: World
    random: random.Random = field(default_factory=lambda: random.Random(20261123))  # noqa: S311
    number: int = 0

    def attempt(self) -> Attempt:
        self.number += 1
        way = self.random.choice(
            (self.flipped, self.cut, self.wrong_mac, self.wrong_header, self.typed_wrong, self.typed_wrong,
             self.encoded, self.nested, self.stale, self.other_app, self.plain)
        )  # fmt: skip
        return way()

    def body(self) -> dict[str, Any]:
        account, name = self.world.account, self.random.choice(NAMES)
        sides = {"sender": {"id": USER}, "recipient": {"id": account.oa_id}}
        if name.startswith("oa_send"):
            sides = {"sender": {"id": account.oa_id, "admin_id": "77"}, "recipient": {"id": USER}}
        payload = {
            "url": "https://f1.zdn.vn/a.jpg",
            "coordinates": {"latitude": "21.0", "longitude": "105.8"},
        }
        return {
            "app_id": account.app_id, "event_name": name, "oa_id": account.oa_id, "user_id": USER, **sides,
            "follower": {"id": USER},
            "info": {"name": "A", "phone": "84901234567", "address": "phường Ba Đình"},
            "message": {"text": "khai sinh", "msg_id": f"m{self.number}",
                        "attachments": [{"type": "image", "payload": payload}]},
            "timestamp": str(int(time.time() * 1000)),
        }  # fmt: skip

    def signed(self, raw: bytes, timestamp: str, what: str, *, genuine: bool = True) -> Attempt:
        mac = self.mac(raw, timestamp)
        prefix = self.random.choice(("mac=", "", "MAC = "))
        return Attempt(raw, {"X-ZEvent-Signature": prefix + mac}, genuine, what)

    def mac(self, raw: bytes, timestamp: str) -> str:
        account = self.world.account
        parts = account.app_id.encode(), raw, timestamp.encode(), account.oa_secret.encode()
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def plain(self) -> Attempt:
        body = self.body()
        return self.signed(
            json.dumps(body, ensure_ascii=False).encode(), body["timestamp"], "as it should be"
        )

    def flipped(self) -> Attempt:
        sent = self.plain()
        raw = bytearray(sent.raw)
        for _ in range(self.random.randint(1, 4)):
            raw[self.random.randrange(len(raw))] ^= 1 << self.random.randrange(8)
        genuine = bytes(raw) == sent.raw
        return Attempt(bytes(raw), sent.headers, genuine, "bits flipped")

    def cut(self) -> Attempt:
        sent = self.plain()
        end = self.random.randrange(len(sent.raw))
        raw = self.random.choice((sent.raw[:end], sent.raw + sent.raw[:end], b"", sent.raw[end:]))
        return Attempt(raw, sent.headers, raw == sent.raw, "cut or doubled")

    def wrong_mac(self) -> Attempt:
        body, account = self.body(), self.world.account
        raw, at = json.dumps(body, ensure_ascii=False).encode(), body["timestamp"].encode()
        app, secret = account.app_id.encode(), account.oa_secret.encode()
        anew = json.dumps(body, sort_keys=True, separators=(", ", ": ")).encode()
        wrong: tuple[Callable[[], str], ...] = (
            lambda: hmac.new(secret, raw, hashlib.sha256).hexdigest(),
            lambda: hmac.new(secret, app + raw + at, hashlib.sha256).hexdigest(),
            lambda: hashlib.sha256(app + raw + at + account.app_secret.encode()).hexdigest(),
            lambda: hashlib.sha256(app + anew + at + secret).hexdigest(),
            lambda: hashlib.sha256(account.oa_id.encode() + raw + at + secret).hexdigest(),
            lambda: hashlib.sha256(raw + at + secret).hexdigest(),
            lambda: hashlib.sha256(app + raw + secret).hexdigest(),
            lambda: hashlib.sha256(app + raw + at).hexdigest(),
            lambda: hashlib.md5(app + raw + at + secret).hexdigest(),  # noqa: S324 - a wrong one
        )
        mac = self.random.choice(wrong)()
        return Attempt(raw, {"X-ZEvent-Signature": f"mac={mac}"}, False, "another formula")

    def wrong_header(self) -> Attempt:
        sent = self.plain()
        mac = sent.headers["X-ZEvent-Signature"][-64:]
        place = self.random.randrange(64)
        changed = mac[:place] + self.random.choice("0123456789abcdef") + mac[place + 1 :]
        header = self.random.choice(
            (changed, "", "mac=", mac[:-1], f"{mac}0", f"sha256={mac}", "0" * 64, f"mac={mac},mac={mac}",
             "a" * 9000,
             f"mac=mac={mac}", "\x80" * 64)
        )  # fmt: skip
        headers = self.random.choice(({"X-ZEvent-Signature": header}, {}, {"Authorization": mac}))
        genuine = headers.get("X-ZEvent-Signature") == mac
        return Attempt(sent.raw, headers, genuine, "another header")

    def typed_wrong(self) -> Attempt:
        """Signed by Zalo, but something in it is not what it should be: to be taken, whatever it means."""
        body = self.body()
        at = body["timestamp"]
        for _ in range(self.random.randint(1, 3)):
            target: Any = body
            while True:
                keys = [key for key in (target if isinstance(target, dict) else range(len(target)))
                        if key not in ("app_id", "timestamp")]  # fmt: skip
                if not keys:
                    break
                key = self.random.choice(keys)
                if isinstance(target[key], dict | list) and self.random.random() < 0.7:
                    target = target[key]
                    continue
                target[key] = deepcopy(self.random.choice(ODD))  # it may be spoilt in its turn
                break
        return self.signed(json.dumps(body).encode(), at, "signed, fields of other types")

    def encoded(self) -> Attempt:
        body = self.body()
        text = json.dumps(body, ensure_ascii=False)
        coding = self.random.choice(("utf-8-sig", "utf-16", "utf-32-be", "latin-1"))
        raw = text.encode(coding, "replace")
        try:
            readable = json.loads(raw) is not None
        except ValueError:
            readable = False
        return self.signed(raw, body["timestamp"], f"signed, in {coding}", genuine=readable)

    def nested(self) -> Attempt:
        depth = self.random.choice((50, 900, 20_000))
        at = str(int(time.time() * 1000))
        inner = self.random.choice(
            ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth, "9" * depth)
        )
        raw = f'{{"app_id":"{self.world.account.app_id}","timestamp":"{at}","message":{inner}}}'.encode()
        try:
            json.loads(raw)
        except (ValueError, RecursionError):
            return self.signed(raw, at, "nested too deep", genuine=False)
        return self.signed(raw, at, "nested", genuine=len(raw) <= 64 * 1024)

    def stale(self) -> Attempt:
        body = self.body()
        age_s = self.random.choice((-3000, -1200, 7300, 86_400, 10**9))
        body["timestamp"] = str(int((time.time() - age_s) * 1000))
        return self.signed(json.dumps(body).encode(), body["timestamp"], "out of its time", genuine=False)

    def other_app(self) -> Attempt:
        body = self.body() | {"app_id": self.random.choice(("", "1", None, {}, ["1234567890"], 12.5))}
        return self.signed(json.dumps(body).encode(), body["timestamp"], "for another app", genuine=False)


@pytest.fixture
async def webhook(settings: Settings, database: Database) -> Any:
    app = web.Application()
    app[SETTINGS], app[DATABASE] = settings, database
    setup(app, Conversations(database, settings))
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/zalo/webhook"))
    await server.close()


async def test_no_spoilt_event_is_accepted_and_none_makes_the_webhook_fail(
    webhook: str, database: Database, world: World
) -> None:
    mutator, room = Mutator(world), asyncio.Semaphore(16)
    answers: Counter[tuple[str, int]] = Counter()
    accepted: set[str] = set()

    async def send(http: aiohttp.ClientSession, attempt: Attempt) -> None:
        async with room, http.post(webhook, data=attempt.raw, headers=attempt.headers) as response:
            await response.read()
        answers[attempt.what, response.status] += 1
        assert response.status < 500, attempt
        assert (response.status == 200) is attempt.genuine, (response.status, attempt)
        if response.status == 200:
            accepted.update(_message_ids(attempt.raw))

    with structlog.testing.capture_logs() as logs:
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as tasks:
            for _ in range(COUNT):
                attempt = mutator.attempt()
                async with room:
                    tasks.create_task(send(http, attempt))
    assert USER not in str(logs)
    async with database.read() as session:
        stored = set(await session.scalars(select(Message.channel_message_id)))
    by_status = Counter[int]()
    for (_, status), count in answers.items():
        by_status[status] += count
    print(f"\n{COUNT} requests: {dict(sorted(by_status.items()))}, {len(stored)} messages stored")
    for (what, status), count in sorted(answers.items()):
        print(f"  {count:5} {status} {what}")
    assert sum(by_status.values()) == COUNT
    assert {key for key in stored if key.startswith("m") and len(key) < 64} <= accepted
    assert by_status[200] > 500


def _message_ids(raw: bytes) -> set[str]:
    body = json.loads(raw)
    message = body.get("message") if isinstance(body, dict) else None
    return {str(message["msg_id"])} if isinstance(message, dict) and "msg_id" in message else set()
