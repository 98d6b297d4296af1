"""How long a citizen may still be written to, and what it costs (shared facts on Zalo, section 2.5).

Since 2026 answers within 48 hours of the citizen's last word are free and unlimited, until seven days
they are billed, and after that Zalo refuses them. There is no night curfew for answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from motcua.clock import HANOI

FREE_FOR = timedelta(hours=48)
OPEN_FOR = timedelta(days=7)


class WindowState(StrEnum):
    """What an answer would meet now."""

    FREE = "free"
    BILLED = "billed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Window:
    """``until``: when the state ends, None once it is closed. ``words``: the same for whoever writes."""

    state: WindowState
    until: datetime | None
    words: str


def window(last_citizen_at: datetime | None, now: datetime) -> Window:
    """The window at ``now`` of a citizen who last wrote at ``last_citizen_at``; None: never.

    A border belongs to the state before it: after exactly 48 hours an answer is still free. A last
    word in the future (clocks differ) counts as now. Raises ValueError for times without a zone.
    """
    if last_citizen_at is None:
        return Window(WindowState.CLOSED, None, "Người này chưa nhắn tin cho phường nên chưa gửi tin được.")
    if last_citizen_at.tzinfo is None or now.tzinfo is None:
        raise ValueError("naive datetime")
    last = min(last_citizen_at, now)
    free_until, open_until = last + FREE_FOR, last + OPEN_FOR
    if now <= free_until:
        return Window(WindowState.FREE, free_until, f"Còn trả lời miễn phí đến {_moment(free_until)}.")
    if now <= open_until:
        return Window(
            WindowState.BILLED,
            open_until,
            f"Trả lời bây giờ có tính phí. Còn gửi được đến {_moment(open_until)}.",
        )
    return Window(
        WindowState.CLOSED,
        None,
        f"Đã quá 7 ngày kể từ tin nhắn cuối của người dân ({last.astimezone(HANOI):%d/%m/%Y}) "
        "nên không gửi tin được nữa. Gửi lại được khi người dân nhắn tin mới.",
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(HANOI):%H:%M ngày %d/%m/%Y}"
