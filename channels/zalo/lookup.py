"""Looking a send up in the conversation as Zalo keeps it, when nobody heard what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto

from channels.zalo.client import PAGE, Client, Line
from channels.zalo.errors import Failure
from channels.zalo.pieces import Marks, Piece
from channels.zalo.progress import ProgressLog

SKEW = timedelta(seconds=15)
"""How far Zalo's clock and ours may be apart."""

_MOST_PAGES = 5
_NOT_TEXT = {"photo", "image", "gif", "sticker", "file", "voice", "audio", "video", "link", "location"}


class Seen(Enum):
    """What the conversation says about a piece, when it does not show it."""

    ABSENT = auto()
    UNSURE = auto()


class Lookup:
    """Finds pieces in conversations."""

    def __init__(self, client: Client, progress: ProgressLog, marks: Marks) -> None:
        self._client = client
        self._progress = progress
        self._marks = marks

    async def look_for(self, user_id: str, piece: Piece, begun_at: datetime) -> Line | Seen | Failure:
        """The line that is ``piece``, sent since ``begun_at`` and not yet accounted for.

        ABSENT only when every line since then that could be it was readable, and none is.
        """
        wanted, since, readable = self._marks.of_piece(piece), begun_at - SKEW, True
        for page in range(_MOST_PAGES):
            lines = await self._client.conversation(user_id, page * PAGE)
            if isinstance(lines, Failure):
                return lines
            ours = [line for line in lines if line.ours and (line.at is None or line.at >= since)]
            known = await self._progress.known({line.zalo_id for line in ours})
            fresh = [line for line in ours if line.zalo_id not in known]
            for line in fresh:
                if line.at and self._marks.of(line.kind, line.text) == wanted:
                    return line
            readable = readable and all(_readable(line) for line in fresh)
            if len(lines) < PAGE or any(line.at and line.at < since for line in lines):
                return Seen.ABSENT if readable else Seen.UNSURE
        return Seen.UNSURE


def _readable(line: Line) -> bool:
    """Whether the line tells enough to say that it is not the piece. A picture certainly is no text."""
    return bool(line.at) and (line.kind in _NOT_TEXT or bool(line.text))
