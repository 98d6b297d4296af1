"""Hours in which nobody is told anything unasked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from motcua.clock import HANOI
from motcua.quiet import read_quiet
from motcua.settings import NoticeSettings


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        ("21:00-07:00", "20:59", False),
        ("21:00-07:00", "21:00", True),
        ("21:00-07:00", "00:00", True),
        ("21:00-07:00", "06:59", True),
        ("21:00-07:00", "07:00", False),
        ("12:00-13:30", "12:15", True),
        ("12:00-13:30", "13:30", False),
        ("12:00-13:30", "23:00", False),
    ],
)
def test_the_start_is_quiet_and_the_end_is_not(hours: str, at: str, quiet: bool) -> None:
    read = read_quiet(hours)
    assert read
    assert read.cover(datetime.fromisoformat(f"2026-11-18 {at}").replace(tzinfo=HANOI)) is quiet


def test_the_hours_are_those_of_hanoi() -> None:
    read = read_quiet("21:00-07:00")
    assert read
    assert read.cover(datetime(2026, 11, 18, 14, 0, tzinfo=UTC))
    assert not read.cover(datetime(2026, 11, 18, 0, 0, tzinfo=UTC))
    with pytest.raises(ValueError, match="naive"):
        read.cover(datetime(2026, 11, 18, 14, 0))  # noqa: DTZ001


def test_none_means_never_quiet() -> None:
    assert read_quiet("") is None


@pytest.mark.parametrize("hours", ["21-7", "25:00-07:00", "21:00", "đêm"])
def test_other_hours_are_refused_at_the_start(hours: str) -> None:
    with pytest.raises(ValidationError):
        NoticeSettings(quiet=hours)
