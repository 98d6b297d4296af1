"""Hours in which nobody is told anything unasked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from motcua.clock import HANOI


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` (included) to ``end`` (not included), Hanoi time; over midnight when it ends earlier."""

    start: time
    end: time

    def cover(self, at: datetime) -> bool:
        """Whether ``at`` is quiet. Raises ValueError for a time without zone."""
        if at.tzinfo is None:
            raise ValueError("naive datetime")
        local = at.astimezone(HANOI).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def say(self) -> str:
        """The hours as a citizen reads them: ``21:00–07:00``."""
        return f"{self.start:%H:%M}–{self.end:%H:%M}"


def read_quiet(text: str) -> QuietHours | None:
    """Quiet hours as the settings write them (``21:00-07:00``); None for an empty text: never quiet.

    Raises ValueError for anything else.
    """
    if not text:
        return None
    start, _, end = text.partition("-")
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end))
