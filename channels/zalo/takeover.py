"""An officer writes to a citizen in Zalo's own chat tool: the bot falls silent for a while.

Zalo echoes every message of the account; only those that a person typed name an administrator (shared
facts, section 1.6). Of that person a keyed hash is kept. The time counts from the officer's last message,
as the event dates it, so that an event delivered late does not silence the bot anew.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from channels.zalo.events import CHANNEL, Typed
from conversations import Overheard
from motcua.settings import ZaloSettings

_SHOWN = {"image": "‹ảnh›", "gif": "‹ảnh›", "file": "‹tệp›", "sticker": "‹nhãn dán›"}
_OTHER = "‹tin không có chữ›"
_HASH_LENGTH = 16


class Takeover:
    """Turns what officers type into what conversations hear. ``key`` is a secret of ours."""

    def __init__(self, zalo: ZaloSettings, key: bytes) -> None:
        self._zalo, self._key = zalo, key

    def heard(self, typed: Typed, user: str, at: datetime) -> Overheard:
        """What ``typed`` means to the conversation with ``user``; ``at`` is when it was written."""
        end = self._zalo.takeover_end.strip().casefold()
        back = bool(end) and typed.text.strip().casefold() == end
        return Overheard(
            channel=CHANNEL,
            account=self._zalo.oa_id,
            address=user,
            channel_message_id=typed.message_id,
            by=f"oa:{self._name(typed.admin)}",
            text=typed.text.strip() or _SHOWN.get(typed.kind, _OTHER),
            until=None if back else at + timedelta(seconds=self._zalo.takeover_s),
        )

    def _name(self, admin: str) -> str:
        return hmac.new(self._key, admin.encode(), hashlib.sha256).hexdigest()[:_HASH_LENGTH]
