"""Conversations to be erased, and what must be left of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, String, Text, select

from conversations import (
    Author,
    Conversations,
)
from conversations.models import (
    Conversation,
)
from motcua.db import Base, Database
from motcua.reply import Effect, Kind
from tests.conversations.world import (
    Asked,
    answered,
    button,
    context,
    reply,
    said,
)

SECRET = "mèo tam thể"


async def everything(database: Database) -> str:
    """Whatever any table holds in words, names and keys."""
    found: list[str] = []
    async with database.read() as session:
        for table in Base.metadata.sorted_tables:
            texts = [column for column in table.columns if isinstance(column.type, (Text, JSON, String))]
            if texts:
                found += [str(tuple(row)) for row in await session.execute(select(*texts))]
    return "\n".join(found)


async def eraser(asked: Asked) -> list[dict[str, Any]]:
    """The bot: asks, erases, hands over, or says what it heard."""
    if asked.message.startswith("/delete_data"):
        return [reply("Đã xóa xong.", Kind.SMALLTALK, effect=Effect.ERASE), context()]
    if "xóa" in asked.message:
        return [
            reply("Xóa hết ạ?", "clarify", buttons=[button("Xóa hết", "delete_data", answer="erase")]),
            context(awaiting="erase", procedure="1.001193"),
        ]
    if "cán bộ" in asked.message:
        return [reply("Đã chuyển.", "handoff", handoff_reason="request_human")]
    return [reply(f"Về {asked.message}", procedure="1.001193")]


async def filled(running: Conversations, database: Database, make: Any = said) -> str:
    """A conversation with something in every table."""
    talk = ""
    for n, text in enumerate((SECRET, f"cán bộ ơi {SECRET}", "xóa dữ liệu của tôi")):
        talk = (await running.receive(make(n, text))).conversation_id
        await answered(database)
    answers = [m for m in await running.messages_after(talk, 0) if m.author is Author.BOT]
    assert await running.rate(talk, answers[0].id, False, f"không phải {SECRET}")
    return talk


async def shell(database: Database, conversation_id: str) -> Conversation:
    async with database.read() as session:
        return await session.get_one(Conversation, conversation_id)
