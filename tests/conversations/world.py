"""What surrounds the room in its tests: a Rasa over real HTTP, a channel, citizens, and patience."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from aiohttp import web
from sqlalchemy import func, select

from conversations import Conversations, Inbound, InboundKind, Outgoing, SendOutcome, SendState
from conversations.models import Turn, TurnState
from motcua.db import Database, now

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Asked:
    """A request as Rasa received it."""

    sender: str
    message: str
    text: str
    context: dict[str, Any]
    at: datetime
    request: web.Request


Answer = Callable[[Asked], Awaitable[web.StreamResponse | list[dict[str, Any]]]]


def reply(text: str, kind: str = "answer", **more: Any) -> dict[str, Any]:
    """A reply as the actions send it."""
    return {"custom": {"reply": {"kind": kind, "text": text, **more}}}


def context(**fields: Any) -> dict[str, Any]:
    """A new context as the actions send it."""
    return {"custom": {"context": fields}}


def button(title: str, intent: str, **entities: str) -> dict[str, Any]:
    """A button as the actions send it."""
    return {"title": title, "payload": {"intent": intent, "entities": entities}}


async def echo(asked: Asked) -> list[dict[str, Any]]:
    """The answer of a bot that understands nothing and says what it heard."""
    return [reply(f"Trả lời: {asked.message}")]


@dataclass
class Rasa:
    """Plays Rasa's REST channel. ``answer`` says how; overlapping turns of a conversation are counted."""

    answer: Answer = echo
    asked: list[Asked] = field(default_factory=list)
    overlaps: int = 0
    most_at_once: int = 0
    port: int = 0
    _running: Counter[str] = field(default_factory=Counter)
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        app = web.Application()
        app.router.add_post("/webhooks/rest/webhook", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Refuse connections."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def heard(self) -> list[str]:
        """The messages in the order in which they came."""
        return [asked.message for asked in self.asked]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        metadata = body["metadata"]
        asked = Asked(body["sender"], body["message"], metadata["text"], metadata["context"], now(), request)
        self.asked.append(asked)
        self.overlaps += self._running[asked.sender]
        self._running[asked.sender] += 1
        self.most_at_once = max(self.most_at_once, self._running.total())
        try:
            answer = await self.answer(asked)
        finally:
            self._running[asked.sender] -= 1
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)


SENT = SendOutcome(SendState.SENT)


@dataclass
class Channel:
    """A channel that keeps what it was given. ``outcomes`` and ``findings`` are used up, then all is SENT.

    While ``gate`` is cleared a send stays under way.
    """

    channel: str = "zalo"
    outcomes: list[SendOutcome | Exception] = field(default_factory=list)
    findings: list[SendOutcome] = field(default_factory=list)
    sends: list[Outgoing] = field(default_factory=list)
    finds: list[Outgoing] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        self.sends.append(outgoing)
        await self.gate.wait()
        outcome = self.outcomes.pop(0) if self.outcomes else SENT
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def find(self, outgoing: Outgoing) -> SendOutcome:
        self.finds.append(outgoing)
        return self.findings.pop(0) if self.findings else SENT

    def texts(self) -> list[str]:
        """What was sent, in order."""
        return [outgoing.reply.text for outgoing in self.sends]


def said(number: int | str, text: str, citizen: str = "an", **more: Any) -> Inbound:
    """A text message of a citizen on the web, who comes for the answers."""
    return Inbound("web", f"{citizen}:{number}", citizen, InboundKind.TEXT, text, **more)


def written(number: int | str, text: str, citizen: str = "an") -> Inbound:
    """A text message of a citizen on Zalo, who is written to."""
    return Inbound("zalo", f"{citizen}:{number}", citizen, InboundKind.TEXT, text, "oa", reachable=True)


async def eventually(check: Callable[[], Awaitable[Any] | Any]) -> Any:
    """Wait until ``check`` is true and return what it gave. Raises AssertionError after a long time."""
    until = monotonic() + PATIENCE_S
    while True:
        value = check()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        assert monotonic() < until, "it did not happen"
        await asyncio.sleep(0.04)


async def knock(running: Conversations) -> None:
    """Make both workers look at once, by a message that needs no bot and goes out nowhere."""
    await running.receive(Inbound("web", uuid.uuid4().hex, "khách", InboundKind.STICKER))


async def count(database: Database, what: Any, *where: Any) -> int:
    """How many rows of a table meet the conditions."""
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(what).where(*where)) or 0


async def answered(database: Database) -> None:
    """Wait until no turn is pending."""

    async def none_pending() -> bool:
        return await count(database, Turn, Turn.state == TurnState.PENDING) == 0

    await eventually(none_pending)
