"""Conversations as YAML files, through the gateway, the real Rasa and the real actions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from motcua.client import Chat
from motcua.reply import Kind, Reply
from motcua.sourceline import source_line
from tests.conftest import RunningStack

DIALOGUES = [
    dialogue
    for path in sorted((Path(__file__).parent / "dialogues").glob("*.yml"))
    for dialogue in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[dialogue["name"] for dialogue in DIALOGUES])
async def test_dialogue(stack: RunningStack, dialogue: dict[str, Any]) -> None:
    replies: list[Reply] = []
    async with (
        aiohttp.ClientSession() as http,
        Chat(http, stack.url, stack.settings.operator_token) as chat,
    ):
        for turn in dialogue["turns"]:
            if "press" in turn:
                button = next(b for b in replies[-1].buttons if b.title == turn["press"])
                assert isinstance(button.payload, str), "a channel sees an id, never a command"
                replies = (await chat.press(button.payload, button.title)).replies
            else:
                text = turn.get("say") or "khai sinh " * (turn["say_long"] // 10)
                replies = (await chat.say(text)).replies
            expected = turn["expect"] if isinstance(turn["expect"], list) else [turn["expect"]]
            assert len(replies) == len(expected), [reply.text for reply in replies]
            for wanted, reply in zip(expected, replies, strict=True):
                _check(wanted, reply)


def _check(expected: dict[str, Any], reply: Reply) -> None:
    kinds = expected["kind"] if isinstance(expected["kind"], list) else [expected["kind"]]
    assert reply.kind in [Kind(kind) for kind in kinds], reply
    for field in ("procedure", "facet"):
        if field in expected:
            assert getattr(reply, field) == expected[field], reply
    assert set(expected.get("candidates", [])) <= set(reply.candidates), reply
    for part in expected.get("contains", []):
        assert part.lower() in reply.text.lower(), reply.text
    if expected.get("sourced"):
        assert "kiểm tra" in source_line(reply)
        assert reply.sources[-1].decision
        assert reply.sources[-1].url
