"""The OA API: sending a message, uploading what goes with it, reading a conversation back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from channels.zalo.caller import Caller, Request
from channels.zalo.errors import Failure, Host, Stage
from channels.zalo.tokens import Tokens
from channels.zalo.transport import Transport, Upload
from motcua.settings import ZaloSettings

PAGE = 10
"""Zalo shows this many lines of a conversation at once, at most."""

_UPLOADS = {"image": "attachment_id", "gif": "attachment_id", "file": "token"}


@dataclass(frozen=True, slots=True)
class Delivered:
    """Zalo has taken the message. ``zalo_id`` is its id there; empty if Zalo did not say.

    ``billed``: Zalo named no quota that it was taken from, which means that it costs money.
    """

    zalo_id: str
    billed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a conversation as Zalo keeps it. ``ours``: the account sent it."""

    zalo_id: str
    ours: bool
    kind: str
    text: str
    at: datetime | None


class Client:
    """Calls of the OA API, with a living access token each."""

    def __init__(self, zalo: ZaloSettings, tokens: Tokens, transport: Transport) -> None:
        self._zalo = zalo
        self._caller = Caller(zalo, tokens, transport, Host.OA)

    async def send(self, user_id: str, message: Mapping[str, Any]) -> Delivered | Failure:
        """Send one consultation message. Never repeated unless Zalo refused it for its token."""
        body = {"recipient": {"user_id": user_id}, "message": message}
        answer = await self._call("POST", "/v3.0/oa/message/cs", body=body)
        if isinstance(answer, Failure):
            return answer
        data = answer.get("data")
        if not isinstance(data, Mapping):
            return Delivered("")
        return Delivered(str(data.get("message_id") or ""), billed="quota" not in data)

    async def upload(self, kind: str, name: str, content: bytes) -> str | Failure:
        """Upload an ``image``, ``gif`` or ``file``; what a message names it by, for a while.

        ``name`` needs an extension: without one Zalo answers with nothing and no error.
        """
        answer = await self._call("POST", f"/v2.0/oa/upload/{kind}", upload=Upload(name, content))
        if isinstance(answer, Failure):
            return answer
        data = answer.get("data")
        ref = data.get(_UPLOADS[kind]) if isinstance(data, Mapping) else None
        return str(ref) if ref else Failure(Stage.UNSENT, "empty_upload")

    async def conversation(self, user_id: str, offset: int) -> list[Line] | Failure:
        """Up to ``PAGE`` lines of the conversation with a citizen, newest first, from ``offset``."""
        query = json.dumps({"user_id": user_id, "offset": offset, "count": PAGE}, separators=(",", ":"))
        answer = await self._call("GET", "/v2.0/oa/conversation", params={"data": query})
        if isinstance(answer, Failure):
            return answer
        data = answer.get("data")
        if not isinstance(data, list):
            return Failure(Stage.UNCLEAR, "no_conversation")
        return [self._line(entry) for entry in data if isinstance(entry, Mapping)]

    async def account(self) -> Mapping[str, Any] | Failure:
        """What Zalo says about the account itself: whether the token works, and whose it is."""
        answer = await self._call("GET", "/v2.0/oa/getoa")
        if isinstance(answer, Failure):
            return answer
        data = answer.get("data")
        return data if isinstance(data, Mapping) else Failure(Stage.UNCLEAR, "no_account")

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        upload: Upload | None = None,
    ) -> Mapping[str, Any] | Failure:
        return await self._caller.call(Request(method, self._zalo.api_url + path, path, params, body, upload))

    def _line(self, entry: Mapping[str, Any]) -> Line:
        return Line(
            zalo_id=str(entry.get("message_id") or ""),
            ours=str(entry.get("from_id") or "") == self._zalo.oa_id or str(entry.get("src")) == "0",
            kind=str(entry.get("type") or ""),
            text=str(entry.get("message") or ""),
            at=time_of(entry.get("time")),
        )


def time_of(value: Any) -> datetime | None:
    """A time in epoch milliseconds, as number or as text."""
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
