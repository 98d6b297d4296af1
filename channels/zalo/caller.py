"""One call of a host of Zalo: with a living token, at a pace Zalo allows, its answer read.

Zalo reports most failures with HTTP 200, so a call has succeeded only with 200 *and* error 0. What
a server error (5xx) leaves behind is not documented; the request was written, so the message may
have gone out: the outcome is unclear and has to be looked up. The same holds for a 200 that is not
JSON. HTTP 429 and other 4xx are a plain no.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from channels.zalo.errors import Action, Failure, Host, Stage, refusal
from channels.zalo.metrics import ALERTS, CALLS, PAUSES
from channels.zalo.pace import LONGEST_PAUSE_S, Pace
from channels.zalo.tokens import Token, Tokens, Unavailable
from channels.zalo.transport import Answer, Transport, Upload
from motcua.settings import ZaloSettings

log = structlog.get_logger(__name__)

_PROXY_REFUSED_S = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask. ``url`` is whole; ``path`` is how logs call it. Nothing of it is ever logged else."""

    method: str
    url: str
    path: str
    params: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None
    upload: Upload | None = None


class Caller:
    """Calls of one host. ``tokens`` and ``transport`` are shared with the other host."""

    def __init__(self, zalo: ZaloSettings, tokens: Tokens, transport: Transport, host: Host) -> None:
        self._zalo = zalo
        self._tokens = tokens
        self._transport = transport
        self._host = host
        self._pace = Pace()

    async def call(self, request: Request) -> Mapping[str, Any] | Failure:
        """One call; a second one only after Zalo refused the token and a newer one was found.

        Raises only what the database raises.
        """
        try:
            token = await self._tokens.current()
            result = await self._once(token, request)
            if isinstance(result, Failure) and result.wants(Action.REFRESH):
                token = await self._tokens.renew(token.generation)
                result = await self._once(token, request)
        except Unavailable as error:
            result = Failure(Stage.UNSENT, error.code, retry_in=error.retry_in)
        self._report(request.path, result)
        return result

    async def _once(self, token: Token, request: Request) -> Mapping[str, Any] | Failure:
        wait_s = self._pace.pause()
        if wait_s > 0:
            PAUSES.labels(host=self._host.name.lower()).inc()
        if wait_s > LONGEST_PAUSE_S:
            return Failure(Stage.UNSENT, "rate_limit_near", retry_in=wait_s)
        await asyncio.sleep(wait_s)
        headers = {"access_token": token.access}
        if self._zalo.appsecret_proof:
            secret = self._zalo.app_secret.get_secret_value().encode()
            headers["appsecret_proof"] = hmac.new(secret, token.access.encode(), hashlib.sha256).hexdigest()
        answer = await self._transport.request(
            request.method, request.url, headers,
            params=request.params, json_body=request.body, upload=request.upload,
        )  # fmt: skip
        if isinstance(answer, Failure):
            return answer
        self._pace.saw(answer.headers)
        result = read_answer(answer, self._host)
        if isinstance(result, Failure) and result.wants(Action.MINUTE):
            self._pace.refused()
        return result

    def _report(self, path: str, result: Mapping[str, Any] | Failure) -> None:
        if not isinstance(result, Failure):
            CALLS.labels(outcome="ok").inc()
            return
        CALLS.labels(outcome=result.stage.value).inc()
        log.warning("zalo.api.failed", path=path, stage=result.stage.value, code=result.code)
        if result.rule and result.rule.alerts:
            ALERTS.labels(code=result.code).inc()
            log.error("zalo.api.alert", path=path, code=result.code, meaning=result.rule.meaning)


def read_answer(answer: Answer, host: Host = Host.OA) -> Mapping[str, Any] | Failure:
    """The body of a success, or what went wrong."""
    status, data = answer.status, answer.data
    if status >= 500 or status == 408:
        return Failure(Stage.UNCLEAR, f"http_{status}")
    code = _code(data.get("error")) if data is not None else None
    if status in (401, 429):
        return refusal(code if code in (-32, -216, -220, -124) else status, host)
    if code:
        return refusal(code, host)
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
