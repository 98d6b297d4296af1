"""What Zalo tells about our own messages afterwards: the echo of an answer, the report of a template.

Zalo posts an event ``oa_send_*`` for every message of the account. Without ``admin_id`` it is the echo
of one of ours, and it settles a send whose call got no answer, whatever process made it. A template
reports back with its tracking id.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from channels.zalo.client import time_of
from channels.zalo.lookup import SKEW
from channels.zalo.metrics import ECHOES
from channels.zalo.pieces import Marks
from channels.zalo.progress import ProgressLog
from channels.zalo.zbs import Tracking

log = structlog.get_logger(__name__)

_KINDS = {
    "oa_send_text": "text", "oa_send_list": "text", "oa_send_template": "text", "oa_send_image": "image",
    "oa_send_gif": "gif", "oa_send_file": "file",
}  # fmt: skip

ConversationOf = Callable[[str], Awaitable[str | None]]
"""The conversation with a Zalo user, if there is one."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A message of the account as Zalo shows it to us. Its words are not kept anywhere."""

    user_id: str
    zalo_id: str
    kind: str
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A template that has reached the citizen's phone."""

    tracking_id: str
    zalo_id: str


class Confirmations:
    """Settles sends by what Zalo says about them. The webhook hands in its events."""

    def __init__(
        self, progress: ProgressLog, marks: Marks, tracking: Tracking, conversation_of: ConversationOf
    ) -> None:
        self._progress = progress
        self._marks = marks
        self._tracking = tracking
        self._conversation_of = conversation_of

    async def take(self, body: Mapping[str, Any]) -> bool:
        """Take an event in; whether it settled a send. Any event may be handed in, any number of times.

        Raises what the database raises: then Zalo should send it again.
        """
        if delivery := read_delivery(body):
            return await self._delivered(delivery)
        if echo := read_echo(body):
            settled = await self._echoed(echo)
            ECHOES.labels(result="settled" if settled else "known").inc()
            return settled
        return False

    async def _echoed(self, echo: Echo) -> bool:
        if not echo.zalo_id or await self._progress.known({echo.zalo_id}):
            return False
        conversation_id = await self._conversation_of(echo.user_id)
        if conversation_id is None:
            return False
        mark = self._marks.of(echo.kind, echo.text)
        for message_id, end, digest, begun_at in await self._progress.under_way_in(conversation_id):
            if digest == mark and (echo.at is None or echo.at >= begun_at - SKEW):
                return await self._progress.delivered(message_id, end, echo.zalo_id)
        return False

    async def _delivered(self, delivery: Delivery) -> bool:
        message_id = self._tracking.message_of(delivery.tracking_id)
        if message_id is None:
            return False
        progress = await self._progress.of(message_id)
        if progress is None or progress.under_way is None:
            return False
        log.info("zalo.zbs.reported", message_id=message_id)
        return await self._progress.delivered(message_id, progress.under_way, delivery.zalo_id)


def read_echo(body: Mapping[str, Any]) -> Echo | None:
    """The echo in an event; None for anything else, and for what a person typed in Zalo's own tool."""
    kind = _KINDS.get(str(body.get("event_name")))
    sender, recipient, message = (_part(body, name) for name in ("sender", "recipient", "message"))
    user_id, zalo_id = _id(recipient.get("id")), _id(message.get("msg_id"))
    if kind is None or sender.get("admin_id") or not user_id or not zalo_id:
        return None
    text = message.get("text")
    return Echo(user_id, zalo_id, kind, text if isinstance(text, str) else "", time_of(body.get("timestamp")))


def read_delivery(body: Mapping[str, Any]) -> Delivery | None:
    """The report of a template: in ``message``, or flat; None when the event has no tracking id."""
    if body.get("event_name") != "user_received_message":
        return None
    for part in (_part(body, "message"), body):
        if tracking_id := _id(part.get("tracking_id")):
            return Delivery(tracking_id, _id(part.get("msg_id")) or _id(body.get("msg_id")))
    return None


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _id(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**40 else ""
    return value[:128] if isinstance(value, str) else ""
