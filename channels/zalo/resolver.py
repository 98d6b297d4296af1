"""Finds out, at the turn, what a message of Zalo means that does not say it in words."""

from __future__ import annotations

from channels.zalo import info, pictures, place
from channels.zalo.events import CHANNEL, GREETING
from channels.zalo.greeting import resolve_follow
from channels.zalo.pictures import Pictures
from conversations import Held, Resolution
from motcua.db import Database


class ZaloResolver:
    """Implements :class:`conversations.Resolver`."""

    channel = CHANNEL

    def __init__(self, database: Database, photos: Pictures) -> None:
        self._db, self._photos = database, photos

    async def resolve(self, held: Held) -> Resolution:
        """See the protocol. What an older or newer release held is not understood, and is no error."""
        match held.data.get("what"):
            case pictures.WHAT:
                return await self._photos.resolve(held.data, held.text)
            case place.WHAT:
                return place.resolve_place(held.data)
            case info.WHAT:
                return info.resolve_info(held.data)
            case found if found == GREETING:
                return await resolve_follow(self._db, held.conversation_id, held.message_id)
            case _:
                return Resolution()
