"""Leaving a question for when somebody is on duty: one prompt, one message kept, and when it is answered.

The ticket was opened when a human was asked for; the message is in its transcript like any other. While it
is awaited the bot does not answer it: whoever chose to leave a question has chosen a person.
"""

from __future__ import annotations

from datetime import datetime

from actions.turn import Turn, TurnResult
from conversations.duty import Availability, DutyTimes
from knowledge.wards import hanoi
from motcua.clock import hanoi_now
from motcua.context import Awaiting, Context
from motcua.reply import Button, Command, Kind, Reply

_LEAVE = "leave"
LEAVE = Button(title="Để lại câu hỏi", payload=Command(intent="request_human", entities={"answer": _LEAVE}))
REASON = "request_human"
_PROMPT = (
    "Mời anh/chị viết việc cần hỏi trong một tin nhắn. Câu trả lời hiện ngay trong cuộc trò chuyện này; nếu "
    "đang dùng trang web thì anh/chị mở lại bằng đúng máy này trong 30 ngày.\n"
    "Anh/chị không cần gửi số điện thoại, số định danh: Một Cửa che các số này trước khi lưu, nên cán bộ "
    "không gọi lại theo số đó được."
)
_MORE = " Anh/chị vẫn hỏi tiếp Một Cửa được."
# Said instead of a message: they have something else in mind.
_OTHER = frozenset({"deny", "delete_data", "stop_notices"})


def wants_to_leave(turn: Turn) -> bool:
    """Whether the button was pressed."""
    return turn.entities.get("answer") == _LEAVE


def prompt(context: Context) -> TurnResult:
    """Ask for the message."""
    reply = Reply(kind=Kind.CLARIFY, text=_PROMPT)
    return TurnResult([reply], context.model_copy(update={"awaiting": Awaiting.MESSAGE, "misses": 0}))


async def take(turn: Turn, duty: DutyTimes) -> TurnResult | None:
    """Keep what was awaited; None when nothing was, or when this is not it (a button, a no)."""
    if turn.context.awaiting is not Awaiting.MESSAGE or not turn.text.strip() or turn.intent in _OTHER:
        return None
    known = await availability(turn.context, duty)
    reply = Reply(
        kind=Kind.HANDOFF, text=known.kept + _MORE, procedure=turn.context.procedure, handoff_reason=REASON
    )
    return TurnResult([reply], turn.context.model_copy(update={"awaiting": None, "misses": 0}))


async def availability(context: Context, duty: DutyTimes, at: datetime | None = None) -> Availability:
    """Whether a human of the citizen's ward would answer now. Raises what the database raises."""
    ward = hanoi().by_code.get(context.ward or "")
    team = f"tổ xung kích số {ward.full_name}" if ward else "cán bộ"
    return await duty.availability(ward.code if ward else None, at or hanoi_now(), team=team)
