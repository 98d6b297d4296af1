"""The one call that gives a token pair, for a consent or for a refresh token, and how to read its answer.

Zalo reports failures with HTTP 200 and in two formats, so success means: an access token is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.zalo.errors import Failure, next_minute
from channels.zalo.transport import Transport
from motcua.settings import ZaloSettings

REFRESH_LIFE_S = 90 * 86_400
"""Three months, unless the answer says otherwise (shared facts on Zalo, section 3)."""

_ASSUMED_LIFE_S = 3600
_RATE_LIMIT = "-32"


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """A fresh pair. Its repr is left out so that no log can show it.

    ``life_s`` is how long the access token lives, ``refresh_life_s`` the refresh token if nobody uses it;
    in seconds.
    """

    access: str
    refresh: str
    life_s: int
    refresh_life_s: int = REFRESH_LIFE_S


@dataclass(frozen=True, slots=True)
class Refusal:
    """No pair. ``final``: the refresh token is worthless, trying again with it is pointless."""

    code: str
    final: bool
    retry_in: float | None = None


async def refresh(transport: Transport, zalo: ZaloSettings, refresh_token: str) -> Pair | Refusal:
    """Exchange a refresh token, which works once, for the next pair."""
    return await _ask(transport, zalo, {"grant_type": "refresh_token", "refresh_token": refresh_token})


async def exchange(transport: Transport, zalo: ZaloSettings, code: str, verifier: str) -> Pair | Refusal:
    """Exchange the code of a consent, which works once and for ten minutes, for the first pair."""
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    return await _ask(transport, zalo, form)


async def _ask(transport: Transport, zalo: ZaloSettings, form: Mapping[str, str]) -> Pair | Refusal:
    answer = await transport.request(
        "POST",
        f"{zalo.oauth_url}/v4/oa/access_token",
        {"secret_key": zalo.app_secret.get_secret_value()},
        form={"app_id": zalo.app_id, **form},
    )
    if isinstance(answer, Failure):
        return Refusal(answer.code, final=False)
    if answer.status == 429 or answer.status >= 500:
        return Refusal(f"http_{answer.status}", final=False)
    if answer.data is None:
        # A page instead of an answer says nothing about the token; asking again does no harm.
        return Refusal("not_json", final=False)
    return read_pair(answer.data)


def read_pair(data: Mapping[str, Any]) -> Pair | Refusal:
    """The pair in an answer of the token endpoint. ``expires_in`` comes as text, in seconds."""
    access, refresh_token = data.get("access_token"), data.get("refresh_token")
    if isinstance(access, str) and access:
        return Pair(
            access,
            refresh_token if isinstance(refresh_token, str) else "",
            _life(data.get("expires_in"), _ASSUMED_LIFE_S),
            _life(data.get("refresh_token_expires_in"), REFRESH_LIFE_S),
        )
    code = str(data.get("error") or data.get("error_name") or "no_access_token")[:64]
    if code == _RATE_LIMIT:
        return Refusal(code, final=False, retry_in=next_minute())
    return Refusal(code, final=True)


def _life(value: Any, otherwise: int) -> int:
    try:
        life = int(value)
    except (TypeError, ValueError):
        return otherwise
    return life if 0 < life < 10**9 else otherwise
