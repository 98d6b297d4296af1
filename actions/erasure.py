"""“Xóa dữ liệu của tôi”: what is kept and for how long, one question, then everything goes.

Nothing is deleted here: the reply that says so carries ``Effect.ERASE``, which the turn worker carries out
in the transaction that stores the reply (``conversations.erasing``).
"""

from __future__ import annotations

from actions.base import HUMAN
from actions.turn import Turn, TurnResult
from motcua.context import Awaiting, Context
from motcua.reply import Button, Command, Effect, Kind, Reply
from motcua.settings import get_settings

# A plain yes in so many words counts as the button only where the classifier is as good as certain.
_SURE = 0.8
_ERASE, _KEEP = "erase", "keep"
_ASK = (
    "Được ạ. Anh/chị bấm “Xóa hết” thì toàn bộ cuộc trò chuyện này bị xóa ngay, không lấy lại được.\n"
    "Một Cửa lưu tin nhắn để trả lời nối tiếp; cán bộ phụ trách đọc được khi cần trả lời anh/chị. "
    "Số điện thoại, số định danh anh/chị gõ được che trước khi lưu. Nếu không xóa, tin nhắn tự bị xóa "
    "sau {days} ngày kể từ tin cuối cùng."
)
_DONE = (
    "Một Cửa đã xóa xong mọi tin nhắn của cuộc trò chuyện này, cùng đánh giá và đăng ký nhận tin báo của "
    "anh/chị, nếu có.\n"
    "Không bị xóa: hồ sơ anh/chị đã nộp ở bộ phận một cửa, các con số thống kê không gắn với ai, và tin còn "
    "lưu trên máy của anh/chị. Khi cần, anh/chị cứ nhắn, Một Cửa bắt đầu lại từ đầu."
)
_KEPT = "Vâng ạ, Một Cửa chưa xóa gì cả. Anh/chị cần việc gì khác thì cứ nhắn."


def erasure(turn: Turn) -> TurnResult:
    """The turn of somebody who wants their data gone, or asks what is kept."""
    pressed = turn.entities.get("answer")
    if pressed == _KEEP:
        return kept(turn.context)
    # A button from before other turns, or a link that was not ours, asks first.
    if pressed == _ERASE and turn.context.awaiting is Awaiting.ERASE:
        return _erased()
    return _ask(turn.context)


def confirmed(turn: Turn) -> TurnResult:
    """A yes in words to the question whether to erase."""
    return _erased() if turn.confidence >= _SURE else _ask(turn.context)


def kept(context: Context) -> TurnResult:
    """Nothing is erased."""
    reply = Reply(kind=Kind.SMALLTALK, text=_KEPT)
    return TurnResult([reply], context.model_copy(update={"awaiting": None, "misses": 0}))


def _ask(context: Context) -> TurnResult:
    days = round(get_settings().retention_days)
    reply = Reply(
        kind=Kind.CLARIFY,
        text=_ASK.format(days=days),
        buttons=[_button("Xóa hết", _ERASE), _button("Thôi", _KEEP), HUMAN],
    )
    return TurnResult([reply], context.model_copy(update={"awaiting": Awaiting.ERASE, "misses": 0}))


def _erased() -> TurnResult:
    return TurnResult([Reply(kind=Kind.SMALLTALK, text=_DONE, effect=Effect.ERASE)], Context())


def _button(title: str, answer: str) -> Button:
    return Button(title=title, payload=Command(intent="delete_data", entities={"answer": answer}))
