"""One open chat socket: frames in, transcript out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import ValidationError

from channels.web import protocol
from channels.web.identity import Visitor
from channels.web.limits import Limits
from channels.web.protocol import Hello, Press, Text
from conversations import Conversations
from conversations.contract import Author, EventKind, Inbound, InboundKind, StoredMessage
from motcua.reply import Kind

log = structlog.get_logger(__name__)

_PAGE = 200
_LOOK_WHILE_WAITING_S = 2.0
_LOOK_OTHERWISE_S = 15.0
_RETRY_S = 3.0

_TOO_LONG = "Tin nhắn dài quá. Anh/chị chia thành từng phần ngắn hơn (dưới 12.000 chữ cái) giúp nhé."
_TOO_FAST = "Anh/chị gửi hơi nhanh, chờ một chút nhé. Tin này vẫn được giữ và sẽ gửi sau ít giây."
_BUSY = "Một Cửa chưa nhận được tin này. Tin vẫn được giữ và sẽ được gửi lại ngay."
_MALFORMED = "Một Cửa chưa đọc được tin này. Anh/chị tải lại trang rồi gửi lại giúp nhé."


class ChatSocket:
    """Serves one socket until it closes.

    What is sent comes from the database. An event of the conversation says when to look; in case
    another gateway runs the turn, or an event is lost, the socket also looks by itself.
    """

    def __init__(
        self, ws: web.WebSocketResponse, visitor: Visitor, conversations: Conversations, limits: Limits
    ) -> None:
        self._ws, self._visitor = ws, visitor
        self._conversations, self._limits = conversations, limits
        self._cursor: int | None = None  # last message sent; None before the first hello
        self._unanswered: set[int] = set()
        self._done_turns: set[int] = set()
        self._conversation: str | None = None
        self._follower: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Read frames until the client goes away."""
        try:
            async for frame in self._ws:
                if frame.type is WSMsgType.TEXT:
                    await self._on_frame(frame.data)
                elif frame.type is WSMsgType.BINARY:
                    await self._refuse(_MALFORMED, "malformed")
        except ConnectionError:
            pass  # the client left while it was being answered; it asks again when it is back
        finally:
            if self._follower:
                self._follower.cancel()
                await asyncio.gather(self._follower, return_exceptions=True)

    async def _on_frame(self, data: str) -> None:
        try:
            frame = protocol.parse(data)
        except ValidationError:
            await self._refuse(_MALFORMED, "malformed", _client_id(data))
            return
        if isinstance(frame, Hello):
            await self._on_hello(frame)
        elif isinstance(frame, Text) and len(frame.text) > protocol.MAX_TEXT:
            await self._refuse(_TOO_LONG, "too_long", frame.client_id)
        else:
            await self._on_message(frame)

    async def _on_hello(self, hello: Hello) -> None:
        if wait := self._wait_for(hello):
            await self._refuse(_TOO_FAST, "rate", retry_in=wait)
            return
        tag = self._visitor.tag
        after = hello.after if hello.session in (None, tag) else 0
        async with self._looking:
            found = await self._conversations.conversation_of(
                self._visitor.channel, "", self._visitor.session
            )
            messages = await self._transcript(found, after) if found else []
            self._cursor = messages[-1].id if messages else after
            wire = [protocol.message_wire(message) for message in messages]
            await self._send({"type": "welcome", "session": tag, "messages": wire})
        if found:
            self._follow(found)

    async def _on_message(self, frame: Text | Press) -> None:
        if wait := self._wait_for(frame):
            await self._refuse(_TOO_FAST, "rate", frame.client_id, retry_in=wait)
            return
        try:
            accepted = await self._conversations.receive(self._inbound(frame))
        except Exception:
            log.exception("web.receive_failed")
            await self._refuse(_BUSY, "busy", frame.client_id, retry_in=_RETRY_S)
            return
        if accepted.message_id not in self._done_turns:
            self._unanswered.add(accepted.message_id)
        # Before the acceptance is sent: an answer must find somebody watching.
        self._follow(accepted.conversation_id)
        await self._send({"type": "accepted", "client_id": frame.client_id, "id": accepted.message_id})
        if accepted.duplicate:
            await self._done_if_answered(accepted.conversation_id, accepted.message_id)

    def _inbound(self, frame: Text | Press) -> Inbound:
        press = isinstance(frame, Press)
        return Inbound(
            channel=self._visitor.channel,
            channel_message_id=f"{self._visitor.stored}:{frame.client_id}",
            address=self._visitor.session,
            kind=InboundKind.PRESS if press else InboundKind.TEXT,
            text=frame.title if isinstance(frame, Press) else frame.text,
            button=frame.button if isinstance(frame, Press) else None,
        )

    def _wait_for(self, frame: Hello | Text | Press) -> float:
        if not self._visitor.limited:
            return 0.0
        buckets = self._limits.hellos if isinstance(frame, Hello) else self._limits.messages
        return buckets.take(self._visitor.session)

    def _follow(self, conversation_id: str) -> None:
        """Send what happens in the conversation from now on."""
        if self._conversation == conversation_id:
            return
        if self._follower:
            self._follower.cancel()
        self._conversation = conversation_id
        self._follower = asyncio.create_task(self._followed(conversation_id))

    async def _followed(self, conversation_id: str) -> None:
        try:
            with self._conversations.watch(conversation_id) as events:
                await self._look(conversation_id)  # what happened before we watched
                while True:
                    pause = _LOOK_WHILE_WAITING_S if self._unanswered else _LOOK_OTHERWISE_S
                    try:
                        # Not wait_for: in Python 3.11 it may swallow a cancellation, and we never end.
                        async with asyncio.timeout(pause):
                            event = await events.get()
                    except TimeoutError:
                        await self._look(conversation_id)
                        continue
                    if event.kind is EventKind.TYPING:
                        await self._send({"type": "typing"})
                        continue
                    await self._look(conversation_id)
                    if event.kind is EventKind.TURN_DONE and event.message_id is not None:
                        await self._done(event.message_id)
        except ConnectionError:
            pass
        except Exception:
            log.exception("web.follow_failed")
            await self._ws.close(code=WSCloseCode.INTERNAL_ERROR)  # the client comes back and asks again

    async def _look(self, conversation_id: str) -> None:
        """Send every message after the last one sent."""
        async with self._looking:
            if self._cursor is None:
                return
            answered: set[int] = set()
            for message in await self._after(conversation_id, self._cursor):
                await self._send({"type": "message", "message": protocol.message_wire(message)})
                self._cursor = message.id
                answered |= _answers(message)
        for turn in sorted(answered & self._unanswered):
            await self._done(turn)

    async def _done(self, turn: int) -> None:
        """Say once that a turn is done, however we came to know it."""
        self._unanswered.discard(turn)
        if turn not in self._done_turns:
            self._done_turns.add(turn)
            await self._send({"type": "done", "turn": turn})

    async def _done_if_answered(self, conversation_id: str, turn: int) -> None:
        """Replies are stored in one transaction with the end of the turn: one of them proves it."""
        messages = await self._after(conversation_id, turn)
        if any(turn in _answers(message) for message in messages):
            await self._done(turn)

    async def _after(self, conversation_id: str, after: int) -> list[StoredMessage]:
        messages: list[StoredMessage] = []
        while True:
            page = await self._conversations.messages_after(conversation_id, after, _PAGE)
            messages += page
            if len(page) < _PAGE:
                return messages
            after = page[-1].id

    async def _transcript(self, conversation_id: str, after: int) -> list[StoredMessage]:
        messages = await self._after(conversation_id, after)
        return messages if after else messages[-protocol.TRANSCRIPT :]

    async def _refuse(
        self, text: str, code: str, client_id: str | None = None, retry_in: float | None = None
    ) -> None:
        frame: dict[str, Any] = {"type": "error", "text": text, "code": code}
        if client_id is not None:
            frame["client_id"] = client_id
        if retry_in is not None:
            frame["retry_in"] = round(retry_in, 1)
        await self._send(frame)

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._ws.send_str(json.dumps(frame, ensure_ascii=False))


def _answers(message: StoredMessage) -> set[int]:
    """The turn that this message proves to be done. "Please wait" is stored before the turn is."""
    if message.author is not Author.BOT or message.turn_id is None:
        return set()
    waiting = message.reply is not None and message.reply.kind is Kind.ERROR
    return set() if waiting else {message.turn_id}


def _client_id(data: str) -> str | None:
    try:
        return protocol.client_id_in(json.loads(data))
    except (ValueError, RecursionError):
        return None
