"""Hanoi's clock: what a citizen calls today."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def hanoi_now() -> datetime:
    """The current time in Hanoi."""
    return datetime.now(HANOI)


def today() -> date:
    """The current date in Hanoi."""
    return hanoi_now().date()
