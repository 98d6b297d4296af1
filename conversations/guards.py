"""What the bot need not be asked: messages that hold no question it could understand.

Each gets a clear answer at once, without Rasa. Nothing is refused or dropped: the message is stored
like any other, and a human can read it.
"""

from __future__ import annotations

import unicodedata

from conversations.contract import InboundKind
from motcua.reply import Kind, Reply

_UNREADABLE = {
    InboundKind.IMAGE: "Một Cửa chưa đọc được ảnh. Anh/chị gõ câu hỏi hoặc mã hồ sơ giúp nhé; xin đừng gửi "
    "ảnh căn cước hay giấy tờ cá nhân ở đây.",
    InboundKind.FILE: "Một Cửa chưa đọc được tệp gửi kèm. Anh/chị gõ câu hỏi bằng chữ giúp nhé.",
    InboundKind.AUDIO: "Một Cửa chưa nghe được tin nhắn thoại. Anh/chị gõ chữ giúp nhé, không cần có dấu.",
    InboundKind.VIDEO: "Một Cửa chưa xem được video. Anh/chị gõ câu hỏi bằng chữ giúp nhé.",
    InboundKind.STICKER: "Anh/chị cần hỏi thủ tục gì ạ? Cứ gõ như nói chuyện, không cần có dấu.",
    InboundKind.LOCATION: "Một Cửa đã nhận vị trí, nhưng chưa tìm được điểm một cửa gần nhất. Anh/chị gõ tên "
    "phường/xã, hoặc gọi 1022 để được chỉ đường.",
    InboundKind.LINK: "Một Cửa chưa mở được đường dẫn. Anh/chị viết câu hỏi bằng chữ giúp nhé.",
    InboundKind.OTHER: "Một Cửa chưa đọc được loại tin này. Anh/chị gõ câu hỏi bằng chữ giúp nhé.",
}
_EMPTY = "Anh/chị chưa gõ gì cả. Anh/chị cần hỏi thủ tục gì ạ?"
_NO_WORDS = "Anh/chị cần hỏi thủ tục gì ạ? Cứ gõ như nói chuyện, ví dụ: “làm khai sinh cần giấy tờ gì”."
_TOO_LONG = (
    "Tin nhắn này dài quá nên Một Cửa sợ hiểu sai. Anh/chị gửi lại câu cần hỏi nhất, trong vài dòng thôi ạ. "
    "Tin dài của anh/chị vẫn được giữ lại đây."
)


def guard(kind: InboundKind, text: str, max_text: int) -> Reply | None:
    """The reply to a message that must not go to the bot, or None when it may.

    ``max_text`` is in characters. A picture with a caption is treated by its caption, a press whose
    button is not known by the title that came with it.
    """
    words = bool(_has_word(text))
    if kind in _UNREADABLE and not words:
        return Reply(kind=Kind.SMALLTALK, text=_UNREADABLE[kind])
    if kind is InboundKind.FOLLOW:
        return None
    if not text.strip():
        return Reply(kind=Kind.SMALLTALK, text=_EMPTY)
    if not words:
        return Reply(kind=Kind.SMALLTALK, text=_NO_WORDS)
    if len(text) > max_text:
        return Reply(kind=Kind.NO_ANSWER, text=_TOO_LONG, of_service=True)
    return None


def clean(text: str) -> str:
    """``text`` as it is stored: NFC, without control and invisible characters, spaces folded at the ends."""
    # Composed last: an invisible character may stand between a letter and its mark.
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def neutral(text: str) -> str:
    """``text`` as it may be shown to Rasa: nothing a citizen types is read as an intent.

    Rasa takes a text that starts with ``/`` for an intent (DESIGN section 5), after stripping every
    kind of blank from it; so no kind of blank, nor an invisible character, may hide the slash.
    """
    start = 0
    while start < len(text) and (text[start] == "/" or text[start].isspace() or _is_invisible(text[start])):
        start += 1
    return text[start:]


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character).startswith("C")


def _has_word(text: str) -> bool:
    return any(c.isalnum() for c in text)
