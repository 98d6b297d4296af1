"""A human is wanted: asked for, or needed because of anger. Erasing data goes through here too."""

from __future__ import annotations

from actions import leave_message
from actions.base import RoomAction
from actions.erasure import erasure
from actions.turn import Turn, TurnResult
from motcua.clock import hanoi_now
from motcua.reply import Kind, Reply

_SAID = {
    "request_human": "",
    "complain": "Một Cửa rất tiếc vì đã làm anh/chị không hài lòng. ",
}
_MEANWHILE = " Trong lúc chờ, anh/chị vẫn hỏi tiếp Một Cửa được. Việc gấp thì gọi 1022 (nhánh 7, 8)."
_URGENT = " Việc gấp thì gọi 1022 (nhánh 7, 8)."


class ActionRequestHuman(RoomAction):
    """Hands the citizen to a human. The ticket is opened with the turn (conversations.tickets)."""

    action_name = "action_request_human"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        if turn.intent == "delete_data":
            return erasure(turn)
        if leave_message.wants_to_leave(turn):
            return leave_message.prompt(turn.context)
        opening = _SAID.get(turn.intent, "")
        known = await leave_message.availability(turn.context, self.rooms.duty, hanoi_now())
        reply = Reply(
            kind=Kind.HANDOFF,
            text=opening + known.words + (_MEANWHILE if known.open else _URGENT),
            buttons=[] if known.open else [leave_message.LEAVE],
            procedure=turn.context.procedure,
            handoff_reason=turn.intent if turn.intent in _SAID else "request_human",
        )
        return TurnResult([reply], turn.context.model_copy(update={"awaiting": None, "misses": 0}))
