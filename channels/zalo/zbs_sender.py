"""A notice to somebody who has not written for a week: as an approved template, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from channels.zalo.errors import (
    ALERT_RETRY_S,
    CURFEW_LOOK_S,
    Action,
    Failure,
    Stage,
    next_morning,
)
from channels.zalo.metrics import ALERTS, BILLED
from channels.zalo.models import Way
from channels.zalo.progress import Progress, ProgressLog, outcome_for
from channels.zalo.zbs import TemplateSent, Tracking, ZbsClient, template_data
from conversations import Outgoing, SendOutcome, SendState
from motcua.db import now
from motcua.settings import ZaloSettings

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(minutes=2)
"""How long the report of a delivery is waited for; later replies wait behind it."""

_CLOSED = "window_closed"

PhoneOf = Callable[[Outgoing], Awaitable[str | None]]
"""The phone number of whoever a reply goes to, as 84…; None when it is not known."""


async def no_phone(_outgoing: Outgoing) -> str | None:
    """We know citizens by their Zalo id; nobody has told us a phone number."""
    return None


class ZbsSender:
    """Templates behind the same outbox and the same record of what is under way as answers."""

    def __init__(
        self,
        zalo: ZaloSettings,
        client: ZbsClient,
        progress: ProgressLog,
        tracking: Tracking,
        phone_of: PhoneOf = no_phone,
    ) -> None:
        self._zalo = zalo
        self._client = client
        self._progress = progress
        self._tracking = tracking
        self._phone_of = phone_of
        self._stopped: tuple[datetime, str] | None = None
        self._asleep_until: datetime | None = None

    async def send(self, outgoing: Outgoing, length: int, refused: str | None = None) -> SendOutcome:
        """Send the notice of a reply as its template, or end the send when there is none.

        ``length`` is the whole reply in positions. ``refused``: Zalo's code, if it was Zalo who said that
        the window is closed. Raises only what the database raises.
        """
        notice = outgoing.reply.notice
        template = self._zalo.templates.get(notice.template) if notice else None
        if notice is None or template is None or self._zalo.zbs_by == "off":
            return SendOutcome(SendState.FAILED, code=refused or _CLOSED)
        data = template_data(template, notice)
        if data is None:
            ALERTS.labels(code="template_data").inc()
            log.error("zalo.zbs.data_missing", template=notice.template)
            return SendOutcome(SendState.FAILED, code="template_data")
        by_phone = self._zalo.zbs_by == "phone"
        recipient = await self._phone_of(outgoing) if by_phone else outgoing.address
        if not recipient:
            return SendOutcome(SendState.FAILED, code="no_phone")
        if waiting := self._waiting():
            return waiting
        if not await self._progress.begin(outgoing, 0, length, way=Way.ZBS):
            return SendOutcome(SendState.UNKNOWN, code="under_way")
        body = {
            "template_id": template.id,
            "template_data": data,
            "tracking_id": self._tracking.of(outgoing.message_id),
        }
        return await self._settle(outgoing, length, await self._client.send(recipient, body))

    async def find(self, outgoing: Outgoing, progress: Progress) -> SendOutcome:
        """Wait for the report of the delivery: a template cannot be looked up, and is never repeated."""
        if now() - progress.begun_at > _PATIENCE:
            return SendOutcome(SendState.FAILED, code="unverifiable")
        return SendOutcome(SendState.UNKNOWN, code="not_reported")

    async def _settle(self, outgoing: Outgoing, length: int, result: TemplateSent | Failure) -> SendOutcome:
        if isinstance(result, TemplateSent):
            await self._progress.delivered(outgoing.message_id, length, result.zalo_id)
            BILLED.labels(way=Way.ZBS.value).inc()
            return SendOutcome(SendState.SENT, await self._progress.zalo_ids(outgoing.message_id))
        if result.stage is Stage.UNCLEAR:
            await self._progress.doubt(outgoing.message_id, length)
        else:
            await self._progress.not_delivered(outgoing.message_id, length)
        if result.wants(Action.STOP):
            self._stopped = now() + timedelta(seconds=ALERT_RETRY_S), result.code
        if result.wants(Action.MORNING):
            self._asleep_until = next_morning()
        return await outcome_for(result, outgoing, self._progress)

    def _waiting(self) -> SendOutcome | None:
        """Whether Zalo need not be asked: it has just said no to every template.

        A message that waits for the morning looks often, because the citizen may write meanwhile: that
        opens the window, and their next answers wait behind this message.
        """
        at = now()
        if self._stopped and at < self._stopped[0]:
            wait_s = (self._stopped[0] - at).total_seconds()
            return SendOutcome(SendState.RETRY, retry_in=wait_s, code=self._stopped[1])
        if self._asleep_until and at < self._asleep_until:
            wait_s = min(CURFEW_LOOK_S, (self._asleep_until - at).total_seconds() + 1.0)
            return SendOutcome(SendState.RETRY, retry_in=wait_s, code="night")
        return None
