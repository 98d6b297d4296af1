"""One open chat socket: frames in, and a feed of the transcript out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import ValidationError

from channels.web import protocol
from channels.web.feed import Feed
from channels.web.intake import Caller, Intake, TooFast, UnknownLink
from channels.web.protocol import Hello, Message, Rate, Text, Typing

log = structlog.get_logger(__name__)

_RETRY_S = 3.0
_TYPING_EVERY_S = 2.0

TOO_LONG = "Tin nhắn dài quá. Anh/chị chia thành từng phần ngắn hơn (dưới 12.000 chữ cái) giúp nhé."
_TOO_FAST = "Anh/chị gửi hơi nhanh, chờ một chút nhé. Tin này vẫn được giữ và sẽ gửi sau ít giây."
_BUSY = "Một Cửa chưa nhận được tin này. Tin vẫn được giữ và sẽ được gửi lại ngay."
_MALFORMED = "Một Cửa chưa đọc được tin này. Anh/chị tải lại trang rồi gửi lại giúp nhé."
UNKNOWN_LINK = "Đường dẫn này không còn đúng. Anh/chị cứ gõ việc cần làm, Một Cửa tìm giúp ngay tại đây."
_NOT_RATED = "Một Cửa chưa ghi được ý kiến này. Anh/chị tải lại trang rồi chọn lại giúp nhé."


class ChatSocket:
    """Serves one socket until it closes."""

    def __init__(self, ws: web.WebSocketResponse, caller: Caller, intake: Intake) -> None:
        self._ws, self._caller, self._intake = ws, caller, intake
        self._typed_at = -_TYPING_EVERY_S
        self._feed = Feed(intake.conversations, self._send, lambda: ws.close(code=WSCloseCode.INTERNAL_ERROR))

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
            await self._feed.close()

    async def _on_frame(self, data: str) -> None:
        try:
            frame = protocol.parse(data)
        except ValidationError:
            await self._refuse(_MALFORMED, "malformed", client_id=_client_id(data))
            return
        if isinstance(frame, Hello):
            await self._on_hello(frame)
        elif isinstance(frame, Rate):
            await self._on_rate(frame)
        elif isinstance(frame, Typing):
            self._on_typing()
        elif isinstance(frame, Text) and len(frame.text) > protocol.MAX_TEXT:
            await self._refuse(TOO_LONG, "too_long", client_id=frame.client_id)
        else:
            await self._on_message(frame)

    async def _on_hello(self, hello: Hello) -> None:
        try:
            self._intake.hello(self._caller)
        except TooFast as error:
            await self._refuse(_TOO_FAST, "rate", retry_in=error.wait)
            return
        visitor = self._caller.visitor
        after = hello.after if hello.session in (None, visitor.tag) else 0
        found = await self._intake.find(visitor)
        await self._feed.welcome(found, after, {"type": "welcome", "session": visitor.tag})

    async def _on_message(self, frame: Message) -> None:
        try:
            accepted = await self._intake.take(self._caller, frame)
        except TooFast as error:
            await self._refuse(_TOO_FAST, "rate", client_id=frame.client_id, retry_in=error.wait)
            return
        except UnknownLink:
            await self._refuse(UNKNOWN_LINK, "unknown_link", client_id=frame.client_id)
            return
        except Exception:
            log.exception("web.receive_failed")
            await self._refuse(_BUSY, "busy", client_id=frame.client_id, retry_in=_RETRY_S)
            return
        self._feed.expect(accepted.message_id)
        # Before the acceptance is sent: an answer must find somebody watching.
        self._feed.follow(accepted.conversation_id)
        await self._send({"type": "accepted", "client_id": frame.client_id, "id": accepted.message_id})
        if accepted.duplicate:
            await self._feed.done_if_answered(accepted.message_id)

    def _on_typing(self) -> None:
        at = asyncio.get_running_loop().time()
        if self._feed.conversation and at >= self._typed_at + _TYPING_EVERY_S:
            self._typed_at = at
            self._intake.conversations.citizen_typing(self._feed.conversation)

    async def _on_rate(self, rate: Rate) -> None:
        found = self._feed.conversation
        try:
            stored = await self._intake.rate(self._caller, found, rate.message, rate.useful, rate.comment)
        except TooFast as error:
            await self._refuse(_TOO_FAST, "rate", message=rate.message, retry_in=error.wait)
        except Exception:
            log.exception("web.rate_failed")
            await self._refuse(_BUSY, "busy", message=rate.message, retry_in=_RETRY_S)
        else:
            if stored:
                await self._send({"type": "rated", "message": rate.message})
            else:
                await self._refuse(_NOT_RATED, "not_rated", message=rate.message)

    async def _refuse(self, text: str, code: str, **more: str | float | None) -> None:
        if "retry_in" in more:
            more["retry_in"] = round(float(more["retry_in"] or 0), 1)
        known = {key: value for key, value in more.items() if value is not None}
        await self._send({"type": "error", "text": text, "code": code, **known})

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._ws.send_str(json.dumps(frame, ensure_ascii=False))


def _client_id(data: str) -> str | None:
    try:
        return protocol.client_id_in(json.loads(data))
    except (ValueError, RecursionError):
        return None
