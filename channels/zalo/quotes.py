"""Which message an answer quotes, so that answers to several questions can be told apart."""

from __future__ import annotations

import re

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from conversations import Author, InboundKind, Outgoing
from conversations.models import Message
from motcua.db import Database
from motcua.settings import ZaloSettings

_OURS = re.compile(r"[0-9a-f]{64}")
"""Events without an id of Zalo are known under a hash of ours, which Zalo cannot quote."""


class Quotes:
    """Finds what to quote. Only text is quoted: a picture or a sticker names no question."""

    def __init__(self, database: Database, zalo: ZaloSettings) -> None:
        self._db = database
        self._when = zalo.quote

    async def of(self, outgoing: Outgoing) -> str | None:
        """Zalo's id of the message that ``outgoing`` answers, or None when it need not be quoted.

        ``crowded``: only if the citizen has written again since, and may wonder which one is answered.
        """
        if self._when == "never":
            return None
        answer, asked, newer = aliased(Message), aliased(Message), aliased(Message)
        query = (
            select(asked.channel_message_id)
            .join(answer, answer.turn_id == asked.id)
            .where(answer.id == outgoing.message_id, asked.kind == InboundKind.TEXT)
        )
        if self._when == "crowded":
            query = query.where(
                exists().where(
                    newer.conversation_id == asked.conversation_id,
                    newer.author == Author.CITIZEN,
                    newer.id > asked.id,
                )
            )
        async with self._db.read() as session:
            found = await session.scalar(query)
        return found if found and not _OURS.fullmatch(found) else None
