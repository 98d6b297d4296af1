"""The one call that renews the token pair, and how to read what comes back.

Zalo reports failures with HTTP 200 and in two formats, so success means: an access token is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.zalo.errors import Failure, next_minute
from channels.zalo.transport import Transport
from motcua.settings import ZaloSettings

_ASSUMED_LIFE_S = 3600
_RATE_LIMIT = "-32"


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """A fresh pair. Its repr is left out so that no log can show it. ``life_s`` is in seconds."""

    access: str
    refresh: str
    life_s: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """No pair. ``final``: the refresh token is worthless, trying again with it is pointless."""

    code: str
    final: bool
    retry_in: float | None = None


async def refresh(transport: Transport, zalo: ZaloSettings, refresh_token: str) -> Pair | Refusal:
    """Exchange a refresh token, which works once, for the next pair."""
    answer = await transport.request(
        "POST",
        f"{zalo.oauth_url}/v4/oa/access_token",
        {"secret_key": zalo.app_secret.get_secret_value()},
        form={"refresh_token": refresh_token, "app_id": zalo.app_id, "grant_type": "refresh_token"},
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
        return Pair(access, refresh_token if isinstance(refresh_token, str) else "", _life(data))
    code = str(data.get("error") or data.get("error_name") or "no_access_token")[:64]
    if code == _RATE_LIMIT:
        return Refusal(code, final=False, retry_in=next_minute())
    return Refusal(code, final=True)


def _life(data: Mapping[str, Any]) -> int:
    try:
        life = int(data.get("expires_in", ""))
    except (TypeError, ValueError):
        return _ASSUMED_LIFE_S
    return life if 0 < life < 10**9 else _ASSUMED_LIFE_S
