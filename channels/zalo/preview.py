"""A reply as it would go out, without going out: cut and dressed by what sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.zalo import render
from channels.zalo.attempt import Attempt, Manners
from channels.zalo.pieces import Pieces
from conversations.choices import publish_buttons
from motcua.previews import Bubble, PhonePreview
from motcua.reply import Reply
from motcua.settings import ZaloSettings


def previewer(zalo: ZaloSettings) -> PhonePreview:
    """What shows a reply in the messages this account would send it in."""

    def preview(reply: Reply) -> list[Bubble]:
        shown, _ = publish_buttons(reply)
        pieces = Pieces(render.text_of(shown))
        # Manners of its own: what Zalo refused lately is no matter of the text.
        attempt = Attempt(Manners(zalo), shown, None, len(pieces.text))
        bubbles: list[Bubble] = []
        start = 0
        while start < pieces.length:
            piece = pieces.following(start, attempt.limit)
            bubbles.append(_bubble(attempt.message(piece)))
            start = piece.end
        return bubbles

    return preview


def _bubble(message: Mapping[str, Any]) -> Bubble:
    payload = message.get("attachment", {}).get("payload", {})
    drawn = payload.get("buttons") or payload.get("elements") or []
    return Bubble(str(message["text"]), tuple(str(one["title"]) for one in drawn))
