"""``motcua zalo``: as an operator types it, against the simulator and a running webhook."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import REGISTRY
from sqlalchemy import update

from channels.zalo import setup
from channels.zalo.models import ZaloTokens
from channels.zalo.oauth import read_pair
from conversations import Conversations
from motcua.db import Database, now
from motcua.keys import DATABASE, SETTINGS
from motcua.settings import ROOT, Settings
from tests.channels.zalo.conftest import Process
from tests.conftest import free_port
from tests.zalo_simulator import World


class Command:
    """Runs the command in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        account = settings.zalo
        self.environment = os.environ | {
            "MOTCUA_DATA_DIR": str(settings.data_dir),
            "MOTCUA_DATABASE_URL": settings.database,
            "MOTCUA_SECRET_KEY": settings.secret_key.get_secret_value(),
            "MOTCUA_PUBLIC_URL": "https://motcua.example.vn",
            "MOTCUA_ZALO_APP_ID": account.app_id,
            "MOTCUA_ZALO_OA_ID": account.oa_id,
            "MOTCUA_ZALO_APP_SECRET": account.app_secret.get_secret_value(),
            "MOTCUA_ZALO_OA_SECRET": account.oa_secret.get_secret_value(),
            "MOTCUA_ZALO_OAUTH_URL": account.oauth_url,
            "MOTCUA_ZALO_API_URL": account.api_url,
        }

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "motcua", "zalo", *words, cwd=ROOT, env=self.environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip

    async def run(self, *words: str, typed: str = "") -> tuple[int, str]:
        """Exit code and everything it printed."""
        running = await self.start(*words)
        async with asyncio.timeout(60):
            printed, _ = await running.communicate(typed.encode())
        return running.returncode or 0, printed.decode()


@pytest.fixture
def command(settings: Settings, database: Database) -> Command:
    return Command(settings)


async def link_of(running: asyncio.subprocess.Process) -> str:
    assert running.stdout is not None
    async with asyncio.timeout(30):
        while line := (await running.stdout.readline()).decode().strip():
            if line.startswith("http"):
                return line
            await running.stdout.readline() if line.endswith(":") else None
    raise AssertionError("no link was printed")


async def follow(link: str) -> str:
    """Say yes as an administrator; where the browser is sent back to."""
    async with aiohttp.ClientSession() as http, http.get(link, allow_redirects=False) as response:
        return response.headers["Location"]


async def test_a_pasted_address_stores_an_encrypted_pair(
    command: Command, settings: Settings, database: Database, world: World
) -> None:
    running = await command.start("authorize")
    back = await follow(await link_of(running))
    assert back.startswith("https://motcua.example.vn")
    printed, _ = await running.communicate(f"{back}\n".encode())
    assert running.returncode == 0, printed.decode()
    async with database.read() as session:
        row = await session.get(ZaloTokens, settings.zalo.oa_id)
    assert row is not None
    assert world.access_token not in row.access_token
    assert row.refresh_expires_at is not None
    assert (row.refresh_expires_at - now()).days in (89, 90)
    assert world.access_token not in printed.decode()
    code, words = await command.run("status", "--ask")
    assert code == 0, words
    assert "dies in 89 days" in words
    assert f"({settings.zalo.oa_id})" in words


async def test_the_browser_can_come_back_to_this_machine(command: Command, world: World) -> None:
    port = free_port()
    here = f"http://127.0.0.1:{port}/back"
    running = await command.start("authorize", "--redirect-uri", here, "--listen", f"127.0.0.1:{port}")
    back = await follow(await link_of(running))
    async with aiohttp.ClientSession() as http:
        async with asyncio.timeout(20):
            while True:
                try:
                    async with http.get(f"{here}?error=denied") as response:
                        assert response.status == 400
                    break
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.1)
        async with http.get(back) as response:
            assert response.status == 200
            assert "đã nhận được đồng ý" in await response.text()
    printed, _ = await running.communicate()
    assert running.returncode == 0, printed.decode()
    assert (await command.run("status"))[0] == 0


async def test_a_foreign_answer_stores_nothing(command: Command, database: Database) -> None:
    code, words = await command.run("authorize", typed="https://motcua.example.vn/?code=c1&state=other\n")
    assert code == 1
    assert "another link" in words
    code, words = await command.run("authorize", typed="https://motcua.example.vn/?code=invented\n")
    assert code == 1
    assert "-14009" in words
    code, words = await command.run("status")
    assert code == 1
    assert "motcua zalo authorize" in words


async def test_status_says_what_is_wrong(
    command: Command, process: Process, database: Database, world: World
) -> None:
    async def change(**values: object) -> tuple[int, str]:
        async with database.write() as session:
            await session.execute(update(ZaloTokens).values(**values))
        return await command.run("status")

    assert (await command.run("status"))[0] == 0
    code, words = await change(refresh_expires_at=now() + timedelta(days=13), error="http_503", failures=4)
    assert code == 1
    assert "dies in 12 days" in words
    assert "http_503 (4 in a row)" in words
    code, words = await change(state="needs_consent", error="-14020")
    assert code == 1
    assert "takes this refresh token no more" in words
    assert world.access_token not in words


async def test_a_refresh_token_that_dies_soon_is_reported_once_a_day(
    process: Process, database: Database
) -> None:
    async with database.write() as session:
        await session.execute(update(ZaloTokens).values(refresh_expires_at=now() + timedelta(days=13)))
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await process.tokens.refresh_if_due()
    told = [entry for entry in logs if entry["event"] == "zalo.tokens.consent_soon"]
    assert [(entry["log_level"], entry["days_left"]) for entry in told] == [("error", 12)]
    assert REGISTRY.get_sample_value("motcua_zalo_consent_soon") == 1
    await process.tokens.renew(1)
    assert REGISTRY.get_sample_value("motcua_zalo_consent_soon") == 0
    ends = REGISTRY.get_sample_value("motcua_zalo_refresh_token_ends_timestamp_seconds") or 0
    assert 89 < (ends - now().timestamp()) / 86_400 < 91


def test_the_life_of_the_refresh_token_is_believed_if_zalo_says_it() -> None:
    told: Any = read_pair({"access_token": "a", "refresh_token": "r", "refresh_token_expires_in": "86400"})
    assert told.refresh_life_s == 86_400


@pytest.fixture
async def gateway(settings: Settings, database: Database) -> AsyncIterator[str]:
    """A webhook that listens."""
    app = web.Application()
    app[SETTINGS], app[DATABASE] = settings, database
    setup(app, Conversations(database, settings))
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/zalo/webhook"))
    await server.close()


async def test_a_signed_event_shows_that_webhook_and_secret_agree(
    command: Command, gateway: str, process: Process
) -> None:
    code, words = await command.run("test-signature", "--url", gateway)
    assert (code, words) == (0, f"{gateway} answered 200\n")
    command.environment["MOTCUA_ZALO_OA_SECRET"] = "another"
    code, words = await command.run("test-signature", "--url", gateway)
    assert (code, words) == (1, f"{gateway} answered 401\n")
    code, words = await command.run("test-signature", "--url", "http://127.0.0.1:1/")
    assert code == 1
    assert "was not reached" in words


def _mac(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        (lambda a, b, t: _mac(a.app_id.encode(), b, t, a.oa_secret.encode()), "the signature is right"),
        (lambda a, b, t: _mac(a.app_id.encode(), b, t, a.app_secret.encode()), "app secret"),
        (lambda a, b, t: _mac(a.oa_id.encode(), b, t, a.oa_secret.encode()), "OA id"),
        (lambda a, b, t: _mac(a.app_id.encode(), b.replace(b", ", b","), t, a.oa_secret.encode()), "anew"),
        (lambda a, b, t: _mac(b), "none of the known mistakes"),
        (lambda a, b, t: "abc", "64 hex digits"),
    ],
)
async def test_a_signature_that_does_not_match_is_explained(
    command: Command, world: World, tmp_path: Path, sign: Callable[[Any, bytes, bytes], str], words: str
) -> None:
    body = json.dumps({"app_id": world.account.app_id, "n": "Xin chào", "timestamp": "1760000000000"})
    raw = re.sub(r'": ', '":', body).encode()
    file = tmp_path / "event.json"
    file.write_bytes(raw)
    header = "mac=" + sign(world.account, raw, b"1760000000000")
    code, printed = await command.run("test-signature", str(file), "--header", header)
    assert words in printed
    assert code == (0 if words.endswith("right") else 1)
    assert world.account.oa_secret not in printed


async def test_without_an_account_it_says_what_to_set(command: Command) -> None:
    command.environment["MOTCUA_ZALO_OA_ID"] = ""
    code, words = await command.run("status")
    assert code == 1
    assert "MOTCUA_ZALO_OA_ID" in words
