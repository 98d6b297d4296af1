"""Where is the office. Ward records come with the offices; until then the city's own numbers."""

from __future__ import annotations

from actions.base import HUMAN, RoomAction
from actions.turn import Turn, TurnResult
from motcua.reply import Button, Kind, Reply

_CITY = (
    "Một Cửa chưa có địa chỉ và giờ làm việc của từng phường, xã. Anh/chị gọi 024.1022 (nhánh 7, 8) hoặc "
    "1900.1009 để được chỉ điểm một cửa gần nhất; nhắn Zalo 0768.221.221 cũng được. Nguồn: Trung tâm Phục vụ "
    "hành chính công Hà Nội, 07/2025."
)


class ActionFindOffice(RoomAction):
    """Says who knows where the office is."""

    action_name = "action_find_office"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        portal = Button(title="Trung tâm Phục vụ HCC Hà Nội", url="https://ttpvhcc.hanoi.gov.vn")
        reply = Reply(kind=Kind.OFFICE, text=_CITY, buttons=[portal, HUMAN])
        return TurnResult([reply], turn.context.model_copy(update={"awaiting": None, "misses": 0}))
