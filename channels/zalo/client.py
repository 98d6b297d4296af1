"""The OA API: sending a message and reading a conversation back.

Zalo reports most failures with HTTP 200, so a call has succeeded only with 200 *and* error 0. What
a server error (5xx) leaves behind is not documented; the request was written, so the message may
have gone out: the outcome is unclear and has to be looked up. The same holds for a 200 that is not
JSON. HTTP 429 and other 4xx are a plain no.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from channels.zalo.errors import Action, Failure, Stage, refusal
from channels.zalo.metrics import ALERTS, CALLS
from channels.zalo.tokens import Token, Tokens, Unavailable
from channels.zalo.transport import Answer, Transport
from motcua.settings import ZaloSettings

log = structlog.get_logger(__name__)

PAGE = 10
"""Zalo shows this many lines of a conversation at once, at most."""

_PROXY_REFUSED_S = 60.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """Zalo has taken the message. ``zalo_id`` is its id there; empty if Zalo did not say."""

    zalo_id: str


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
        self._tokens = tokens
        self._transport = transport

    async def send(self, user_id: str, message: Mapping[str, Any]) -> Delivered | Failure:
        """Send one consultation message. Never repeated unless Zalo refused it for its token."""
        body = {"recipient": {"user_id": user_id}, "message": message}
        answer = await self._call("POST", "/v3.0/oa/message/cs", body=body)
        if isinstance(answer, Failure):
            return answer
        data = answer.get("data")
        return Delivered(str(data.get("message_id") or "") if isinstance(data, Mapping) else "")

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

    def _line(self, entry: Mapping[str, Any]) -> Line:
        return Line(
            zalo_id=str(entry.get("message_id") or ""),
            ours=str(entry.get("from_id") or "") == self._zalo.oa_id or str(entry.get("src")) == "0",
            kind=str(entry.get("type") or ""),
            text=str(entry.get("message") or ""),
            at=_time(entry.get("time")),
        )

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any] | Failure:
        """One call; a second one only after Zalo refused the token and a newer one was found."""
        try:
            token = await self._tokens.current()
            result = await self._once(token, method, path, params, body)
            if isinstance(result, Failure) and result.rule and result.rule.action is Action.REFRESH:
                token = await self._tokens.renew(token.generation)
                result = await self._once(token, method, path, params, body)
        except Unavailable as error:
            result = Failure(Stage.UNSENT, error.code, retry_in=error.retry_in)
        self._report(path, result)
        return result

    async def _once(
        self,
        token: Token,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
    ) -> Mapping[str, Any] | Failure:
        headers = {"access_token": token.access}
        if self._zalo.appsecret_proof:
            secret = self._zalo.app_secret.get_secret_value().encode()
            headers["appsecret_proof"] = hmac.new(secret, token.access.encode(), hashlib.sha256).hexdigest()
        answer = await self._transport.request(
            method, self._zalo.api_url + path, headers, params=params, json_body=body
        )
        return answer if isinstance(answer, Failure) else read_answer(answer)

    def _report(self, path: str, result: Mapping[str, Any] | Failure) -> None:
        if not isinstance(result, Failure):
            CALLS.labels(outcome="ok").inc()
            return
        CALLS.labels(outcome=result.stage.value).inc()
        log.warning("zalo.api.failed", path=path, stage=result.stage.value, code=result.code)
        rule = result.rule
        if rule and (rule.alert or rule.action is Action.ALERT):
            ALERTS.labels(code=result.code).inc()
            log.error("zalo.api.alert", code=result.code, meaning=rule.meaning)


def read_answer(answer: Answer) -> Mapping[str, Any] | Failure:
    """The body of a success, or what went wrong."""
    status, data = answer.status, answer.data
    if status >= 500 or status == 408:
        return Failure(Stage.UNCLEAR, f"http_{status}")
    code = _code(data.get("error")) if data is not None else None
    if status in (401, 429):
        return refusal(code if code in (-32, -216, -220) else status)
    if code:
        return refusal(code)
    if status != 200:
        # Refused before Zalo's own answer, say by a firewall: not this message's fault.
        return Failure(Stage.UNSENT, f"http_{status}", retry_in=_PROXY_REFUSED_S)
    if data is None:
        return Failure(Stage.UNCLEAR, "not_json")
    return data if code == 0 else Failure(Stage.UNCLEAR, "no_error_field")


def _code(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _time(value: Any) -> datetime | None:
    """A time in epoch milliseconds, as number or as text."""
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
