"""A client of the web chat's own socket, for the command line and the benchmarks.

It talks to a running gateway as the page does, so that what it measures is what a citizen gets.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

import aiohttp

from motcua.reply import Reply

TURN_WITHIN_S = 60.0


class ChatError(Exception):
    """The gateway did not take or answer a message."""


@dataclass(frozen=True, slots=True)
class TurnAnswer:
    """The replies of one turn and how long they took, in milliseconds."""

    replies: list[Reply]
    ms: float


class Chat:
    """One conversation. Use as an async context manager."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str, session: str | None = None) -> None:
        self._http = http
        self._url = f"{url}/ws/chat?session={session or uuid.uuid4().hex}"
        self._token = token
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def __aenter__(self) -> Chat:
        headers = {"Authorization": f"Bearer {self._token}"}
        self._socket = await self._http.ws_connect(self._url, headers=headers)
        await self._socket.send_json({"type": "hello", "after": 0})
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket:
            await self._socket.close()

    async def say(self, text: str) -> TurnAnswer:
        """Send a text and wait for its turn to be done. Raises ChatError."""
        return await self._send({"type": "text", "client_id": str(uuid.uuid4()), "text": text})

    async def press(self, button: str, title: str) -> TurnAnswer:
        """Press a button of an earlier reply. Raises ChatError."""
        client_id = str(uuid.uuid4())
        return await self._send({"type": "press", "client_id": client_id, "button": button, "title": title})

    async def _send(self, frame: dict[str, Any]) -> TurnAnswer:
        if self._socket is None:
            raise ChatError("not connected")
        started = time.perf_counter()
        await self._socket.send_json(frame)
        turn: int | None = None
        replies: dict[int, Reply] = {}
        while True:
            got = await self._socket.receive_json(timeout=TURN_WITHIN_S)
            match got["type"]:
                case "accepted" if got["client_id"] == frame["client_id"]:
                    turn = got["id"]
                case "message" if "reply" in got["message"]:
                    message = got["message"]
                    if turn is not None and message.get("turn") == turn:
                        replies[message["id"]] = Reply.model_validate(message["reply"])
                case "done" if got["turn"] == turn:
                    took = (time.perf_counter() - started) * 1000
                    return TurnAnswer([replies[key] for key in sorted(replies)], round(took, 1))
                case "error":
                    raise ChatError(got["text"])
