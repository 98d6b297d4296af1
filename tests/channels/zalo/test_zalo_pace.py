"""Slowing down before Zalo says stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.zalo.pace import Pace
from conversations import Outgoing, SendState
from tests.channels.zalo.conftest import Process
from tests.zalo_simulator import World

AT = datetime(2026, 3, 3, 7, 30, 20, tzinfo=UTC)


def said(limit: object, left: object) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remain": str(left)}


def test_with_plenty_left_nobody_waits() -> None:
    pace = Pace()
    assert pace.pause(AT) == 0
    pace.saw(said(4000, 3999), AT)
    assert [pace.pause(AT) for _ in range(50)] == [0.0] * 50


def test_with_little_left_calls_are_spread_over_the_rest_of_the_minute() -> None:
    pace, at, made = Pace(), AT, []
    pace.saw(said(1000, 121), AT)
    while at < AT + timedelta(seconds=40):
        wait_s = pace.pause(at)
        if wait_s > 2:
            at += timedelta(seconds=1)  # the outbox comes back later
        else:
            made.append(at + timedelta(seconds=wait_s))
    made = [moment for moment in made if moment < AT + timedelta(seconds=40)]
    assert made == sorted(made)
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(made)]
    assert 90 <= len(made) <= 101, "all but what is kept back"
    assert max(gaps) < 1.5
    assert made[-1] > AT + timedelta(seconds=35), "the last of them when the minute is nearly over"


def test_a_place_that_is_too_far_off_is_not_taken() -> None:
    pace = Pace()
    pace.saw(said(1000, 25), AT)
    pauses = [pace.pause(AT) for _ in range(50)]
    assert pauses[0] == 0
    assert set(pauses[1:]) == {pauses[1]}, "the place after it is still free"


def test_what_is_kept_back_is_not_used_before_the_next_minute() -> None:
    pace = Pace()
    pace.saw(said(1000, 20), AT)
    assert 40 < pace.pause(AT) < 42.5
    assert pace.pause(AT + timedelta(seconds=40)) == 0


def test_after_a_refusal_nothing_is_sent_in_this_minute() -> None:
    pace = Pace()
    wait_s = pace.refused(AT)
    assert 40 < wait_s < 42.5
    assert 0 < pace.pause(AT + timedelta(seconds=39)) < 3.5
    assert pace.pause(AT + timedelta(seconds=wait_s)) == 0


def test_answers_that_overtake_each_other_do_not_raise_what_is_left() -> None:
    pace = Pace()
    pace.saw(said(1000, 15), AT)
    pace.saw(said(1000, 900), AT)
    assert pace.pause(AT) > 40


@given(st.dictionaries(st.sampled_from(["X-RateLimit-Limit", "X-RateLimit-Remain"]), st.text(max_size=12)))
def test_headers_that_say_nothing_change_nothing(headers: dict[str, str]) -> None:
    if not all(value.isdigit() for value in headers.values()):
        pace = Pace()
        pace.saw(headers, AT)
        assert pace.pause(AT) == 0


async def test_a_sender_near_the_limit_stops_before_zalo_refuses_it(
    process: Process, world: World, outgoing: Callable[..., Awaitable[Outgoing]]
) -> None:
    world.per_minute = 8
    outcomes = [await process.sender.send(await outgoing(f"Ý thứ {n}.")) for n in range(10)]
    waiting = [outcome for outcome in outcomes if outcome.state is SendState.RETRY]
    assert {outcome.code for outcome in waiting} == {"rate_limit_near"}
    assert all(0 < (outcome.retry_in or 0) < 63 for outcome in waiting)
    assert len(waiting) >= 2
    assert ("message", -32) not in world.calls
    assert pytest.approx(len(waiting)) == 10 - len(world.calls)
