"""``kill -9`` of each process in turn, in the middle of a conversation: nothing lost, nothing said twice."""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from collections import Counter

import aiohttp
import pytest

from motcua.reply import Kind, Reply
from tests.conftest import RunningStack

QUESTIONS = [
    ("làm khai sinh cần giấy tờ gì", "1.001193"),
    ("đăng ký kết hôn mất bao nhiêu tiền", "1.000894"),
    ("đăng ký tạm trú mấy ngày xong", "1.004194"),
    ("đổi thẻ căn cước ở đâu", "1.014063"),
    ("đăng ký thường trú cần giấy tờ gì", "1.004222"),
    ("xin giấy phép xây nhà hết bao nhiêu tiền", "1.013225"),
]
BACK_WITHIN_S = 120.0


class Citizen:
    """A web client that keeps what it has sent until it is accepted, and reconnects, as the page does."""

    def __init__(self, stack: RunningStack) -> None:
        self.session = uuid.uuid4().hex
        self.url = f"{stack.url}/ws/chat?session={self.session}"
        self.headers = {"Authorization": f"Bearer {stack.settings.operator_token}"}
        self.unsent: dict[str, str] = {}
        self.asked: dict[int, str] = {}
        self.replies: dict[int, tuple[int, Reply]] = {}
        self.last = 0

    def ask(self, text: str) -> None:
        """Put a question into the queue."""
        self.unsent[str(uuid.uuid4())] = text

    def answered(self) -> bool:
        """Whether every question was accepted and has an answer that is no apology."""
        done = {turn for turn, reply in self.replies.values() if reply.kind is not Kind.ERROR}
        return not self.unsent and set(self.asked) <= done

    async def talk(self) -> None:
        """Send, receive and reconnect until everything is answered."""
        while not self.answered():
            try:
                await self._connected()
            except (aiohttp.ClientError, OSError, TimeoutError, TypeError):
                await asyncio.sleep(0.3)

    async def _connected(self) -> None:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(self.url, headers=self.headers) as socket,
        ):
            await socket.send_json({"type": "hello", "after": self.last})
            for client_id, text in self.unsent.items():
                await socket.send_json({"type": "text", "client_id": client_id, "text": text})
            while not self.answered():
                self._take(await socket.receive_json(timeout=20))

    def _take(self, frame: dict) -> None:  # type: ignore[type-arg]
        if frame["type"] == "accepted":
            text = self.unsent.pop(frame["client_id"], None)
            self.asked[frame["id"]] = text or self.asked.get(frame["id"], "")
        messages = frame.get("messages", []) + ([frame["message"]] if frame["type"] == "message" else [])
        for message in messages:
            self.last = max(self.last, message["id"])
            if "reply" in message:
                self.replies[message["id"]] = (message["turn"], Reply.model_validate(message["reply"]))


@pytest.mark.parametrize("victim", ["gateway", "actions", "rasa"])
async def test_killed_in_the_middle_of_a_conversation(stack: RunningStack, victim: str) -> None:
    citizen = Citizen(stack)
    for text, _ in QUESTIONS[:2]:
        citizen.ask(text)
    await asyncio.wait_for(citizen.talk(), BACK_WITHIN_S)

    for text, _ in QUESTIONS[2:]:
        citizen.ask(text)
    talking = asyncio.create_task(citizen.talk())
    await asyncio.sleep(0.05)  # somewhere in the middle of four turns
    pid = stack.pid(victim)
    os.kill(pid, signal.SIGKILL)
    await asyncio.wait_for(talking, BACK_WITHIN_S)
    assert stack.pid(victim) not in (0, pid), "the supervisor started another one"

    expected = dict(QUESTIONS)
    assert sorted(citizen.asked.values()) == sorted(expected), "every question was accepted once"
    answers = [(turn, reply) for turn, reply in citizen.replies.values() if reply.kind is not Kind.ERROR]
    assert set(Counter(turn for turn, _ in answers).values()) == {1}, "every question was answered once"
    for turn, reply in answers:
        assert reply.procedure == expected[citizen.asked[turn]]
    assert [turn for turn, _ in answers] == sorted(turn for turn, _ in answers), "in the order asked"
    apologies = Counter(turn for turn, reply in citizen.replies.values() if reply.kind is Kind.ERROR)
    assert all(count == 1 for count in apologies.values()), "told at most once"
    await _all_back(stack)


async def _all_back(stack: RunningStack) -> None:
    for _ in range(int(BACK_WITHIN_S)):
        parts = stack.parts()
        if parts and all(parts.values()):
            return
        await asyncio.sleep(1)
    raise AssertionError("the stack did not come back")
