"""A procedure that is added as a file is answered by the running stack: no restart, no training."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import aiohttp
import yaml

from motcua.client import Chat
from motcua.reply import Facet, Kind, Reply
from motcua.settings import ROOT
from tests.conftest import RunningStack

CODE = "9.000077"
ANSWERED_WITHIN_S = 30.0
FILE = {
    "code": CODE,
    "name": "Cấp phép thả diều sáo",
    "official_name": "Thủ tục cấp phép thả diều sáo trên địa bàn",
    "short_name": "thả diều sáo",
    "other_names": ["xin phép thả diều"],
    "sample_questions": ["muốn thả diều sáo ở bãi sông thì xin phép ai", "hội diều làng em xin phép thế nào"],
    "field": "Văn hóa",
    "levels": ["xã"],
    "agency": "UBND phường/xã",
    "summary": "Câu lạc bộ diều báo trước với phường/xã nơi thả.",
    "online_level": "chưa rõ",
    "ways": [{"kind": "trực tiếp", "time": {"unit": "trong ngày"}, "fee": {"kind": "miễn phí"}}],
    "time": "Trả lời trong ngày.",
    "fee": "Miễn phí.",
    "unknown": [facet.value for facet in Facet if facet not in (Facet.OVERVIEW, Facet.TIME, Facet.FEE)],
    "provenance": {"source": "Cổng", "checked_on": "2026-07-01", "checked_by": "Nhóm"},
}


async def test_a_new_file_is_answered_without_training(stack: RunningStack, tmp_path: Path) -> None:
    question = "xin phép thả diều sáo mất bao nhiêu tiền"
    assert CODE not in [reply.procedure for reply in await _ask(stack, question)]
    (tmp_path / f"{CODE}.yml").write_text(yaml.safe_dump(FILE, allow_unicode=True), encoding="utf-8")
    environment = {**os.environ, "MOTCUA_DATA_DIR": str(stack.settings.data_dir)}
    await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "motcua", "knowledge", "import", str(tmp_path)],
        check=True,
        cwd=ROOT,
        env=environment,
    )
    async with asyncio.timeout(ANSWERED_WITHIN_S):
        while True:
            replies = await _ask(stack, question)
            if replies[0].procedure == CODE:
                break
            await asyncio.sleep(0.5)
    assert replies[0].kind is Kind.ANSWER
    assert "Miễn phí" in replies[0].text


async def _ask(stack: RunningStack, question: str) -> list[Reply]:
    async with (
        aiohttp.ClientSession() as http,
        Chat(http, stack.url, stack.settings.operator_token) as chat,
    ):
        return (await chat.say(question)).replies
