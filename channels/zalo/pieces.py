"""A reply cut into what Zalo takes at once, and how each piece is recognised afterwards.

Positions are code points of the text; attachments come after it, one position each.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from channels.zalo import render
from channels.zalo.attachments import Attachment, Media

_KINDS = {
    "photo": Media.IMAGE, "image": Media.IMAGE, "gif": Media.GIF, "file": Media.FILE,
}  # fmt: skip
"""What listings and echoes call them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What goes out in one message: a stretch of the text, or one attachment."""

    start: int
    end: int
    text: str = ""
    attachment: Attachment | None = None


class Pieces:
    """A whole reply."""

    def __init__(self, text: str, attachments: Sequence[Attachment] = ()) -> None:
        self.text = text
        self._attachments = attachments
        self.length = len(text) + len(attachments)

    def following(self, start: int, limit: int) -> Piece:
        """The piece that begins at ``start``, of at most ``limit`` code points."""
        if start < len(self.text):
            return self.between(start, render.end_of_piece(self.text, start, limit))
        return self.between(start, start + 1)

    def between(self, start: int, end: int) -> Piece:
        """The piece from ``start`` to ``end``, as it was cut before."""
        if start < len(self.text):
            return Piece(start, end, text=self.text[start:end])
        place = start - len(self.text)
        attachment = self._attachments[place] if place < len(self._attachments) else None
        return Piece(start, end, attachment=attachment)


class Marks:
    """Keyed digests by which a piece is recognised without its words being kept."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_piece(self, piece: Piece) -> str:
        """The mark of a piece before it is sent."""
        return self.of(piece.attachment.media if piece.attachment else "text", piece.text)

    def of(self, kind: str, text: str) -> str:
        """The mark of something that Zalo shows. A picture is recognised by being a picture."""
        media = _KINDS.get(kind)
        said = f"{media}" if media else "text\x1f" + comparable(text)
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()


def comparable(text: str) -> str:
    """Text without what may change on the way: composition and white space."""
    return " ".join(unicodedata.normalize("NFC", text).split())
