"""A gateway with an Official Account, its citizens, and officers in Zalo's own tool."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from sqlalchemy import select

from conversations import Conversations
from conversations.models import Conversation, Message
from motcua.db import Database
from motcua.settings import Settings
from tests.conversations.world import Rasa, answered, eventually
from tests.zalo_simulator import Console, World

USER = "246845246845246845"
PRIVATE = ("001090999999", "Nguyễn Văn Thử", "01011990")
Open = Callable[..., Any]


@dataclass
class PictureHost:
    """Stands for the hosts of Zalo's pictures. ``open`` cleared: a picture is on its way for ever."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        await self.open.wait()
        if request.path not in self.pictures:
            raise web.HTTPNotFound
        return web.Response(body=self.pictures[request.path])


@dataclass
class Office:
    """A running gateway, Zalo's side of its webhook, and what everybody has seen."""

    console: Console
    conversations: Conversations
    database: Database
    world: World
    rasa: Rasa

    async def post(self, name: str, **parts: Any) -> None:
        assert await self.console.post(self.console.event(USER, name, **parts)) == 200

    async def interaction(self, name: str, **parts: Any) -> None:
        """An event that names the account at its top, not as one of two sides."""
        account = self.world.account
        body = {
            "app_id": account.app_id, "oa_id": account.oa_id, "event_name": name,
            "timestamp": str(int(time.time() * 1000)),
        } | parts  # fmt: skip
        assert await self.console.post(body) == 200

    async def officer(self, text: str, kind: str = "text", ago_s: float = 0, **message: Any) -> None:
        """A person writes in Zalo's own tool."""
        await self.post(
            f"oa_send_{kind}",
            sender={"id": self.world.account.oa_id, "admin_id": "77"},
            recipient={"id": USER},
            message={"text": text, "msg_id": secrets.token_hex(8)} | message,
            timestamp=str(int((time.time() - ago_s) * 1000)),
        )

    async def photo(self, *paths: str, caption: str = "") -> None:
        attachments = [
            {"type": "image", "payload": {"url": f"http://f1.zdn.vn{path}", "thumbnail": ""}}
            for path in paths
        ]
        message = {"msg_id": secrets.token_hex(8), "attachments": attachments, "text": caption}
        await self.post("user_send_image", message=message)

    async def received(self, number: int) -> list[str]:
        citizen = self.world.citizens[USER]
        await eventually(lambda: len(citizen.received) >= number)
        await answered(self.database)
        return citizen.received

    async def transcript(self) -> list[tuple[str, str]]:
        async with self.database.read() as session:
            rows = await session.execute(select(Message.author, Message.text).order_by(Message.id))
            return [(str(author), str(text)) for author, text in rows]

    async def conversation(self) -> Conversation:
        async with self.database.read() as session:
            return (await session.scalars(select(Conversation))).one()


def nothing_is_left(settings: Settings, *parts: str) -> None:
    """Look for ``parts`` in every byte of the database files, also in what SQLite has not written over."""
    kept = b"".join(path.read_bytes() for path in settings.data_dir.glob("motcua.db*"))
    assert len(kept) > 4096
    for part in parts:
        assert part.encode() not in kept
