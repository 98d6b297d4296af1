"""Approved templates (ZBS): what is asked of the template host, and what it answers.

By whom a template is addressed is not settled: a phone number is documented, a user id is told in two
ways. Therefore both the way and the address to post to are settings, and the default is off.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from channels.zalo.caller import Caller, Request
from channels.zalo.errors import Failure, Host
from channels.zalo.tokens import Tokens
from channels.zalo.transport import Transport
from motcua.reply import Notice
from motcua.settings import ZaloSettings, ZaloTemplate

_TRACKING = re.compile(r"mc([0-9]{1,18})-([0-9a-f]{16})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TemplateSent:
    """The template host has taken it. ``left``: what remains of today's quota, if it said so."""

    zalo_id: str
    left: int | None = None


class Tracking:
    """Our own ids of templates on their way: they name the message and cannot be made up by others."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, message_id: int) -> str:
        """The id that goes with a template."""
        return f"mc{message_id}-{self._mark(message_id)}"

    def message_of(self, tracking_id: str) -> int | None:
        """The message of an id that comes back; None when it is not one of ours."""
        found = _TRACKING.fullmatch(tracking_id)
        if not found or not hmac.compare_digest(found[2], self._mark(int(found[1]))):
            return None
        return int(found[1])

    def _mark(self, message_id: int) -> str:
        return hmac.new(self._key, b"zbs%d" % message_id, hashlib.sha256).hexdigest()[:16]


class ZbsClient:
    """Calls of the template host, with the same access token as the OA API."""

    def __init__(self, zalo: ZaloSettings, tokens: Tokens, transport: Transport) -> None:
        self._zalo = zalo
        # A template may be posted to the OA API as well, and then its codes are the OA API's.
        by_oa = zalo.zbs_url.startswith(zalo.api_url) and "/oa/" in urlsplit(zalo.zbs_url).path
        self._caller = Caller(zalo, tokens, transport, Host.OA if by_oa else Host.ZBS)

    async def send(self, recipient: str, body: Mapping[str, Any]) -> TemplateSent | Failure:
        """Send one template. Never repeated unless Zalo refused it for its token.

        ``recipient`` is a phone number as 84… or a user id, as the setting says.
        """
        whole = {self._zalo.zbs_by: recipient, **body}
        if self._zalo.zbs_development:
            whole["mode"] = "development"
        path = urlsplit(self._zalo.zbs_url).path
        answer = await self._caller.call(Request("POST", self._zalo.zbs_url, path, body=whole))
        if isinstance(answer, Failure):
            return answer
        data = answer.get("data")
        if not isinstance(data, Mapping):
            return TemplateSent("")
        quota = data.get("quota")
        left = quota.get("remainingQuota") if isinstance(quota, Mapping) else None
        zalo_id = str(data.get("msg_id") or data.get("message_id") or "")
        return TemplateSent(zalo_id, int(str(left)) if str(left).isdecimal() else None)


def template_data(template: ZaloTemplate, notice: Notice) -> dict[str, str] | None:
    """The values of a template's parameters; None when the notice lacks one of them."""
    wanted = template.fields or {name: name for name in notice.data}
    if any(not notice.data.get(ours, "").strip() for ours in wanted.values()):
        return None
    return {theirs: notice.data[ours].strip() for theirs, ours in wanted.items()}
