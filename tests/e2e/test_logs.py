"""The logs of a running stack hold nothing that a citizen wrote."""

from __future__ import annotations

import re

import aiohttp

from motcua.client import Chat
from tests.conftest import RunningStack

WRITTEN = ("Quỳnhhoa", "0912345678", "001099012345", "8642")
# Not as a part of an id or of a fraction of a second, which hold any four digits sooner or later.
_ANY = re.compile(rf"(?<![0-9A-Za-z.])(?:{'|'.join(WRITTEN)})(?![0-9A-Za-z])")


async def test_no_log_holds_what_a_citizen_wrote(stack: RunningStack) -> None:
    async with (
        aiohttp.ClientSession() as http,
        Chat(http, stack.url, stack.settings.operator_token) as chat,
    ):
        await chat.say("tôi là Quỳnhhoa, 0912345678, căn cước 001099012345, đăng ký kết hôn cần gì")
        await chat.say("hồ sơ H26.99.9-260105-0003 đến đâu rồi")
        await chat.say("8642")
    logs = sorted((stack.settings.data_dir / "logs").glob("*.log*"))
    assert len(logs) >= 4
    for log in logs:
        text = log.read_text(encoding="utf-8", errors="replace")
        assert _ANY.findall(text) == [], log.name


async def test_the_database_holds_no_personal_number(stack: RunningStack) -> None:
    async with (
        aiohttp.ClientSession() as http,
        Chat(http, stack.url, stack.settings.operator_token) as chat,
    ):
        await chat.say("sđt em 0987.654.321, cccd 001 099 054 321, làm tạm trú mất bao lâu")
    for file in stack.settings.data_dir.glob("motcua.db*"):
        content = file.read_bytes()
        for number in (b"0987.654.321", b"0987654321", b"001 099 054 321", b"001099054321"):
            assert number not in content, file.name
