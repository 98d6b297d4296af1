"""GET /ws/chat: who may open a socket, how many, and how they end when the gateway stops."""

from __future__ import annotations

import asyncio
import json
import weakref

from aiohttp import WSCloseCode, web

from channels.web.address import Addresses
from channels.web.chat import ChatSocket
from channels.web.identity import FRAME_PROTOCOL, Identities
from channels.web.intake import Caller, Intake
from channels.web.limits import SOCKETS, TooManySockets
from channels.web.protocol import MAX_FRAME

_HEARTBEAT_S = 30.0
_GOODBYE_S = 2.0
_CLOSE_TOO_MANY = 4008
_TOO_MANY = (
    f"Anh/chị đang mở trang này ở hơn {SOCKETS} cửa sổ. Đóng bớt các cửa sổ khác rồi tải lại trang nhé."
)


class ChatEndpoint:
    """Opens sockets and closes them."""

    def __init__(self, identities: Identities, addresses: Addresses, intake: Intake) -> None:
        self._identities, self._addresses, self._intake = identities, addresses, intake
        self._open: weakref.WeakSet[web.WebSocketResponse] = weakref.WeakSet()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket. Raises HTTPForbidden, HTTPBadRequest before it is opened."""
        caller = Caller(self._identities.visitor(request), self._addresses.of(request))
        # A client that stops answering pings is gone; its place is freed after heartbeat and a half.
        ws = web.WebSocketResponse(
            heartbeat=_HEARTBEAT_S,
            timeout=_GOODBYE_S,
            max_msg_size=MAX_FRAME,
            compress=False,
            protocols=(FRAME_PROTOCOL,),
        )
        await ws.prepare(request)
        self._open.add(ws)
        await self._serve(ws, caller)
        return ws

    async def _serve(self, ws: web.WebSocketResponse, caller: Caller) -> None:
        socket = ChatSocket(ws, caller, self._intake)
        if not caller.visitor.limited:
            await socket.run()
            return
        try:
            with self._intake.limits.socket(caller.visitor.session, caller.address):
                await socket.run()
        except TooManySockets:
            # Said inside the socket, because a browser hides the answer to a refused upgrade.
            frame = {"type": "error", "text": _TOO_MANY, "code": "too_many_sockets"}
            await ws.send_str(json.dumps(frame, ensure_ascii=False))
            await ws.close(code=_CLOSE_TOO_MANY)

    async def close_all(self, _app: web.Application) -> None:
        """Tell every client that this gateway stops, so that it looks for another at once."""
        closing = (ws.close(code=WSCloseCode.SERVICE_RESTART, message=b"restart") for ws in list(self._open))
        await asyncio.gather(*closing, return_exceptions=True)
