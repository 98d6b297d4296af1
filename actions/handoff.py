"""A human is wanted: asked for, or needed because of anger or a request the bot must not settle."""

from __future__ import annotations

from datetime import datetime

from actions.base import RoomAction
from actions.turn import Turn, TurnResult
from motcua.clock import hanoi_now
from motcua.reply import Kind, Reply
from motcua.working_days import is_working_day

_OPEN, _CLOSE = 8, 17
_SAID = {
    "request_human": "",
    "complain": "Một Cửa rất tiếc vì đã làm anh/chị không hài lòng. ",
    "delete_data": "Một Cửa đã ghi nhận yêu cầu xóa dữ liệu trò chuyện của anh/chị. ",
}
_ON_DUTY = (
    "Một Cửa đã ghi lại để cán bộ trả lời anh/chị tại đây; hiện chưa hẹn được giờ cụ thể. Trong lúc chờ, "
    "anh/chị vẫn hỏi tiếp Một Cửa được. Việc gấp thì gọi 1022 (nhánh 7, 8)."
)
_OFF_DUTY = (
    "Bây giờ ngoài giờ trực (8:00–17:00 các ngày làm việc). Câu hỏi của anh/chị đã được giữ lại để "
    "cán bộ trả lời tại đây; anh/chị cứ viết rõ việc cần hỏi. Việc gấp thì gọi "
    "1022 (nhánh 7, 8)."
)


class ActionRequestHuman(RoomAction):
    """Hands the citizen to a human. The ticket is opened with the turn (conversations.tickets)."""

    action_name = "action_request_human"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        opening = _SAID.get(turn.intent, "")
        closing = _ON_DUTY if on_duty(hanoi_now()) else _OFF_DUTY
        reply = Reply(
            kind=Kind.HANDOFF,
            text=opening + closing,
            procedure=turn.context.procedure,
            handoff_reason=turn.intent if turn.intent in _SAID else "request_human",
        )
        return TurnResult([reply], turn.context.model_copy(update={"awaiting": None, "misses": 0}))


def on_duty(at: datetime) -> bool:
    """Whether somebody is on duty at ``at`` (Hanoi time): working days, 8:00 to 17:00."""
    return is_working_day(at.date()) and _OPEN <= at.hour < _CLOSE
