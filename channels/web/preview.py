"""Replies on a page of their own, drawn by the chat's own modules: what editors look at first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from channels.web.pages import Templates
from channels.web.protocol import message_wire
from conversations.choices import publish_buttons
from conversations.contract import Author, StoredMessage
from motcua.previews import PagePreview
from motcua.reply import Reply


def previewer(templates: Templates) -> PagePreview:
    """What draws replies as the transcript of a chat."""

    def preview(replies: Sequence[Reply], title: str) -> str:
        wires = [
            message_wire(StoredMessage(number, Author.BOT, shown.text, datetime.now(UTC), shown))
            for number, shown in enumerate((publish_buttons(reply)[0] for reply in replies), start=1)
        ]
        messages = json.dumps(wires, ensure_ascii=False)
        return templates.render("preview.html", messages=messages, title=title)

    return preview
