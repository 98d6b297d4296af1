"""The template host: what it takes and what it refuses (section 5 of the shared facts)."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.zalo_simulator.refused import Refused

if TYPE_CHECKING:
    from tests.zalo_simulator.world import World

_NAME = 30


@dataclass
class Notice:
    """A template that was taken."""

    msg_id: str
    tracking_id: str
    to: str
    template_id: str
    data: dict[str, str]
    at: float


@dataclass
class Templates:
    """``known``: approved templates and their parameters; ``phones``: numbers with a Zalo account."""

    known: dict[str, set[str]] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    refusers: set[str] = field(default_factory=set)
    night: bool = False
    left: int = 500
    money: int = 100_000
    taken: list[Notice] = field(default_factory=list)

    def take(self, world: World, body: Mapping[str, Any]) -> dict[str, Any]:
        """Deliver a template; raises Refused like the host refuses it."""
        to = self._recipient(world, body)
        template_id, data = str(body.get("template_id")), body.get("template_data")
        if template_id not in self.known:
            raise Refused(-109, "Template ID is invalid")
        if template_id in self.disabled:
            raise Refused(-146, "Template is disabled due to low quality")
        if not isinstance(data, Mapping) or not data:
            raise Refused(-111, "Template data is empty")
        if set(data) != self.known[template_id]:
            raise Refused(-1122, "Template data is missing a parameter")
        if any(not isinstance(value, str) or len(value) > _NAME for value in data.values()):
            raise Refused(-130, "Template parameter is too long")
        if self.night:
            raise Refused(-133, "Not allowed at night")
        if self.left < 1:
            raise Refused(-144, "Daily quota is used up")
        if self.money < 1:
            raise Refused(-115, "Out of money")
        self.left, self.money = self.left - 1, self.money - 120
        notice = Notice(
            secrets.token_hex(10), str(body.get("tracking_id", "")), to, template_id, dict(data), time.time()
        )
        self.taken.append(notice)
        return {
            "msg_id": notice.msg_id, "sent_time": str(int(notice.at * 1000)), "sending_mode": "1",
            "quota": {"dailyQuota": "500", "remainingQuota": str(self.left)},
        }  # fmt: skip

    def _recipient(self, world: World, body: Mapping[str, Any]) -> str:
        phone, user_id = body.get("phone"), body.get("user_id")
        if (phone is None) == (user_id is None):
            raise Refused(-122, "Body is invalid")
        if phone is not None:
            if not isinstance(phone, str) or not re.fullmatch(r"84\d{9}", phone):
                raise Refused(-108, "Phone number is invalid")
            if phone not in self.phones:
                raise Refused(-118, "Zalo account does not exist")
        elif user_id not in world.citizens:
            raise Refused(-118, "Zalo account does not exist")
        if (phone or user_id) in self.refusers:
            raise Refused(-141, "User has refused messages of this account")
        return str(phone or user_id)
