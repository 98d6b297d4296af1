"""A reply as Zalo can show it: plain text, a numbered menu, the source in the last line.

Zalo has no formatting and takes 2,000 characters at most; what it counts as a character is not
documented, so a message stays under 1,900 code points of NFC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from channels.zalo.events import PRESS_PREFIX
from motcua.reply import Button, Kind, Reply, Source

LIMIT = 1900
"""Longest message, in NFC code points."""

_MENU = "Anh/chị trả lời bằng số:"
_CHOOSE = "Anh/chị chọn một mục dưới đây"
_MOST_NATIVE = 5
_NATIVE_TITLE = 100
_BLANKS = re.compile(r"[ \t]+")
_SENTENCE_END = re.compile(r"[.!?…;][\"”)\]]*\s")


def text_of(reply: Reply) -> str:
    """The whole text of a reply, NFC. Empty only if the reply says nothing at all.

    The numbers of the menu are the places of the buttons, which is how a typed number is understood.
    """
    parts = [_clean(reply.text), _menu(reply.buttons), _clean(_sources(reply))]
    return "\n\n".join(part for part in parts if part)


def end_of_piece(text: str, start: int, limit: int = LIMIT) -> int:
    """Where the message that begins at ``start`` ends: at most ``limit`` code points further.

    The last end of paragraph, line, sentence or word in its second half, in this order; never inside
    a letter and its marks.
    """
    if len(text) - start <= limit:
        return len(text)
    last = start + limit
    half = start + limit // 2
    for boundary in ("\n\n", "\n"):
        if (found := text.rfind(boundary, half, last)) > 0:
            return found + len(boundary)
    if ends := [match.end() for match in _SENTENCE_END.finditer(text, half, last)]:
        return ends[-1]
    if (found := text.rfind(" ", half, last)) > 0:
        return found + 1
    while last > half and unicodedata.category(text[last]) in ("Mn", "Mc", "Me", "Cf"):
        last -= 1
    return last


def message(piece: str, rich: Mapping[str, Any] | None = None, quote: str | None = None) -> dict[str, Any]:
    """The ``message`` of a call of the OA API. ``rich`` is a payload of the two functions below."""
    body: dict[str, Any] = {"text": piece.strip()}
    if rich:
        body["attachment"] = {"type": "template", "payload": dict(rich)}
    if quote:
        body["quote_message_id"] = quote
    return body


def picture(media: str, ref: str, caption: str = "") -> dict[str, Any]:
    """The ``message`` of an uploaded ``image`` or ``gif``. Any other shape is refused with -201."""
    elements = [{"media_type": media, "attachment_id": ref}]
    body: dict[str, Any] = {
        "attachment": {"type": "template", "payload": {"template_type": "media", "elements": elements}}
    }
    return {"text": caption} | body if caption else body


def file(ref: str) -> dict[str, Any]:
    """The ``message`` of an uploaded file, which carries no text."""
    return {"attachment": {"type": "file", "payload": {"token": ref}}}


def native_buttons(reply: Reply) -> dict[str, Any] | None:
    """Real buttons, five at most. They come besides the menu: whether they are drawn is not sure."""
    found: list[dict[str, Any]] = []
    for button in reply.buttons:
        title = button.title[:_NATIVE_TITLE]
        if button.url:
            found.append({"title": title, "type": "oa.open.url", "payload": {"url": button.url}})
        elif isinstance(button.payload, str):
            found.append({"title": title, "type": "oa.query.hide", "payload": PRESS_PREFIX + button.payload})
    return {"buttons": found[:_MOST_NATIVE]} if found else None


def native_list(reply: Reply) -> dict[str, Any] | None:
    """The choices of a question as Zalo's list, five at most; None for what is no question.

    The first element needs a second line and may do without an action, so it is the question itself.
    """
    choices = [button for button in reply.buttons if isinstance(button.payload, str)]
    if reply.kind is not Kind.CLARIFY or not 2 <= len(choices) < _MOST_NATIVE:
        return None
    question = {"title": _line(reply.text)[:_NATIVE_TITLE], "subtitle": _CHOOSE}
    elements: list[dict[str, Any]] = [question]
    for button in choices:
        action = {"type": "oa.query.hide", "payload": f"{PRESS_PREFIX}{button.payload}"}
        elements.append({"title": button.title[:_NATIVE_TITLE], "default_action": action})
    return {"template_type": "list", "elements": elements}


def _menu(buttons: list[Button]) -> str:
    choices = [f"{place}. {_line(button.title)}" for place, button in enumerate(buttons, 1) if not button.url]
    links = [f"{_line(button.title)}: {button.url}" for button in buttons if button.url]
    return "\n".join(([_MENU, *choices] if choices else []) + links)


def _sources(reply: Reply) -> str:
    return "\n".join(_source(source) for source in reply.sources)


def _source(source: Source) -> str:
    parts = [source.code]
    if source.decision:
        known = source.decision.lower().startswith(("qđ", "quyết định"))
        parts.append(source.decision if known else f"QĐ {source.decision}")
    parts.append(f"kiểm tra {source.checked_on:%m/%Y}")
    line = "Nguồn: " + ", ".join(parts)
    if source.note:
        line += f" ({source.note})"
    return f"{line} · Xem trên Cổng: {source.url}" if source.url else line


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    """NFC, no control characters, no trailing blanks, at most one empty line in a row."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    kept = "".join(c for c in composed if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co"))
    lines = [_BLANKS.sub(" ", line).strip() for line in kept.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
