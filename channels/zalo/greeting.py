"""The greeting of somebody who has just followed the account, or opened the chat for the first time.

Nobody asked anything yet, so Rasa is not needed for it. Who follows again within a day is not greeted again.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from conversations import InboundKind, Resolution
from conversations.models import Message
from motcua.db import Database, now
from motcua.reply import Button, Command, Kind, Reply

AGAIN_AFTER = timedelta(days=1)
"""A follow this soon after the last one is silent."""

# What people come for, by the event in their lives, and the procedure it most often begins with.
_EVENTS = (
    ("Sinh con", "1.001193"),
    ("Kết hôn", "1.000894"),
    ("Chuyển nhà", "1.004222"),
    ("Làm căn cước", "1.014063"),
    ("Mở quán", "1.001612"),
    ("Xây nhà", "1.013225"),
)
_TEXT = (
    "Chào anh/chị! Đây là Một Cửa, trợ lý tự động về thủ tục hành chính ở phường, xã của Hà Nội: cần giấy "
    "tờ gì, mất bao lâu, bao nhiêu tiền, nộp ở đâu, hồ sơ đến đâu rồi. Anh/chị cứ nhắn như nói chuyện, có "
    "dấu hay không dấu đều được, hoặc chọn một việc dưới đây. Cần người giúp thì nhắn “gặp cán bộ”.\n\nVề "
    "riêng tư: Một Cửa giữ nội dung trò chuyện ở đây để trả lời và để cán bộ giúp khi anh/chị cần; số căn "
    "cước, số điện thoại được che đi. Nhắn “xóa dữ liệu” là xóa hết."
)


def greeting() -> Reply:
    """What it can do, a choice of life events, and what is kept."""
    buttons = [
        Button(title=title, payload=Command(intent="ask_overview", entities={"procedure": code}))
        for title, code in _EVENTS
    ]
    look_up = Button(title="Tra cứu hồ sơ", payload=Command(intent="check_dossier"))
    return Reply(kind=Kind.SMALLTALK, text=_TEXT, buttons=[*buttons, look_up])


async def resolve_follow(database: Database, conversation_id: str, message_id: int) -> Resolution:
    """The greeting, or silence for somebody greeted shortly before. Raises what the database raises."""
    query = (
        select(Message.id)
        .where(
            Message.conversation_id == conversation_id,
            Message.kind == InboundKind.FOLLOW,
            Message.id < message_id,
            Message.created_at > now() - AGAIN_AFTER,
        )
        .limit(1)
    )
    async with database.read() as session:
        greeted = await session.scalar(query) is not None
    return Resolution(silent=True) if greeted else Resolution(replies=[greeting()])
