"""What a send learns while it goes on: shorter pieces, no quote, no buttons, another upload."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from channels.zalo import render
from channels.zalo.errors import Action, Failure
from channels.zalo.metrics import BARE
from channels.zalo.pieces import Piece
from motcua.db import now
from motcua.reply import Reply
from motcua.settings import ZaloSettings

log = structlog.get_logger(__name__)

_SHORTEST = 200

Rich = tuple[str, Mapping[str, Any]]
"""``buttons`` or ``list``, and its payload."""


class Manners:
    """What this account's Zalo is known to refuse. One process remembers it, for a while."""

    def __init__(self, zalo: ZaloSettings) -> None:
        self._zalo = zalo
        self._without_until: dict[str, datetime] = {}

    def rich_of(self, reply: Reply) -> Rich | None:
        """The richest form of the choices that is switched on and has not been refused lately."""
        if self._zalo.lists == "native" and self._allowed("list") and (found := render.native_list(reply)):
            return "list", found
        if self._zalo.buttons == "native" and self._allowed("buttons"):
            found = render.native_buttons(reply)
            return ("buttons", found) if found else None
        return None

    def refused(self, what: str) -> None:
        """Zalo took the message only without ``what``: do without for a while."""
        self._without_until[what] = now() + timedelta(seconds=self._zalo.bare_for_s)
        log.warning("zalo.send.refused_form", form=what, without_for_s=self._zalo.bare_for_s)

    def _allowed(self, what: str) -> bool:
        until = self._without_until.get(what)
        return until is None or now() >= until


class Attempt:
    """One go at a reply. ``quote`` is the Zalo id of the message that is answered."""

    def __init__(self, manners: Manners, reply: Reply, quote: str | None, length: int) -> None:
        self._manners = manners
        self._length = length
        self._dropped: str | None = None
        self._uploaded_again = False
        self.limit = render.LIMIT
        self.quote = quote
        self.rich = manners.rich_of(reply)

    def message(self, piece: Piece) -> dict[str, Any]:
        """The message of a stretch of text: quote with the first, buttons or list with the last."""
        return render.message(piece.text, *self._extras(piece))

    def learn(self, failure: Failure, piece: Piece) -> bool:
        """Change what can be changed about a refused piece; False when there is nothing to change."""
        rule, (rich, quote) = failure.rule, self._extras(piece)
        if rule is None:
            return False
        if failure.wants(Action.BARE) and quote:
            BARE.labels(without="quote").inc()
            self.quote = None
            return True
        if (rule.bare or failure.wants(Action.BARE)) and rich and self.rich:
            BARE.labels(without=self.rich[0]).inc()
            self._dropped, self.rich = self.rich[0], None
            return True
        if failure.wants(Action.SPLIT) and piece.end - piece.start > _SHORTEST and not piece.attachment:
            self.limit = max(_SHORTEST, (piece.end - piece.start) // 2)
            return True
        return False

    def upload_again(self, failure: Failure, piece: Piece) -> bool:
        """Whether the attachment has to be uploaded again, which is tried once."""
        again = failure.wants(Action.UPLOAD) and piece.attachment is not None and not self._uploaded_again
        self._uploaded_again = self._uploaded_again or again
        return again

    def succeeded(self) -> None:
        """The piece went out: if that was for lack of buttons, remember it."""
        if self._dropped:
            self._manners.refused(self._dropped)
            self._dropped = None
        self._uploaded_again = False

    def _extras(self, piece: Piece) -> tuple[Mapping[str, Any] | None, str | None]:
        rich = self.rich[1] if self.rich and piece.end == self._length else None
        return rich, self.quote if piece.start == 0 else None
