"""How long an answer is free, billed, possible: at the borders, and in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channels.zalo import Window, WindowState, window

LAST = datetime(2026, 3, 3, 7, 30, tzinfo=UTC)  # 14:30 in Hanoi
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (timedelta(0), WindowState.FREE),
        (timedelta(hours=48), WindowState.FREE),
        (timedelta(hours=48) + TICK, WindowState.BILLED),
        (timedelta(days=7), WindowState.BILLED),
        (timedelta(days=7) + TICK, WindowState.CLOSED),
        (timedelta(days=400), WindowState.CLOSED),
    ],
)
def test_a_border_belongs_to_the_state_before_it(after: timedelta, state: WindowState) -> None:
    assert window(LAST, LAST + after).state is state


def test_it_says_until_when_on_hanois_clock() -> None:
    free = window(LAST, LAST + timedelta(hours=1))
    assert free == Window(
        WindowState.FREE, LAST + timedelta(hours=48), "Còn trả lời miễn phí đến 14:30 ngày 05/03/2026."
    )
    billed = window(LAST, LAST + timedelta(days=3))
    assert billed.until == LAST + timedelta(days=7)
    assert billed.words == "Trả lời bây giờ có tính phí. Còn gửi được đến 14:30 ngày 10/03/2026."
    closed = window(LAST, LAST + timedelta(days=8))
    assert closed.until is None
    assert "03/03/2026" in closed.words
    assert "không gửi tin được nữa" in closed.words


def test_whoever_never_wrote_cannot_be_written_to() -> None:
    assert window(None, LAST) == Window(
        WindowState.CLOSED, None, "Người này chưa nhắn tin cho phường nên chưa gửi tin được."
    )


def test_a_clock_that_runs_ahead_opens_nothing_longer() -> None:
    ahead = window(LAST + timedelta(minutes=5), LAST)
    assert (ahead.state, ahead.until) == (WindowState.FREE, LAST + timedelta(hours=48))


def test_a_time_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="naive"):
        window(LAST.replace(tzinfo=None), LAST)
