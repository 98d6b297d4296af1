"""How dates, times, numbers and names read on the pages (VOICE.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from knowledge.wards import hanoi
from motcua.clock import HANOI, hanoi_now

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def clock_time(minutes: int) -> str:
    """``8:00`` for 480 minutes after midnight."""
    return f"{minutes // 60}:{minutes % 60:02}"


def day(value: date) -> str:
    """``23/11/2026``."""
    return f"{value:%d/%m/%Y}"


def moment(value: datetime | None) -> str:
    """``8:05 23/11/2026`` in Hanoi; a dash for no time."""
    if value is None:
        return "–"
    local = value.astimezone(HANOI)
    return f"{local.hour}:{local.minute:02} {local:%d/%m/%Y}"


def hour(value: datetime) -> str:
    """``8:00`` in Hanoi."""
    local = value.astimezone(HANOI)
    return f"{local.hour}:{local.minute:02}"


def capitalize_first(text: str) -> str:
    """The first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def ago(value: datetime | None) -> str:
    """``5 phút trước``; a dash for no time. The exact one belongs into the title beside it."""
    if value is None:
        return "–"
    local, today = value.astimezone(HANOI), hanoi_now()
    passed = today - local
    if passed < timedelta(minutes=1):
        return "vừa xong"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} phút trước"
    if local.date() == today.date():
        return f"{passed // timedelta(hours=1)} giờ trước"
    days = (today.date() - local.date()).days
    return "hôm qua" if days == 1 else f"{days} ngày trước" if days < 8 else day(local.date())


def number(value: float | int | None, digits: int = 0) -> str:
    """``1.234,5``: dots for thousands, a comma for decimals; a dash for no number."""
    if value is None:
        return "–"
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def duration(seconds: float | None) -> str:
    """``12 phút``, ``2 giờ 5 phút``; a dash for no time."""
    if seconds is None:
        return "–"
    minutes = round(seconds / 60)
    if minutes < 1:
        return "dưới 1 phút"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} ngày"
    return f"{minutes} phút" if not hours else f"{hours} giờ {rest} phút" if rest else f"{hours} giờ"


def file_size(size: int) -> str:
    """``120 KB``, ``1,4 MB`` for a size in bytes."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{number(size / 1024 / 1024, 1)} MB"


def ward(code: str | None) -> str:
    """``phường Bạch Mai``; the code itself for a ward that is no longer in the table."""
    if not code:
        return "cả thành phố"
    found = hanoi().by_code.get(code)
    return found.full_name if found else code


def wards(codes: Any) -> str:
    """Names of wards, in order, with commas."""
    return ", ".join(sorted(map(ward, codes)))


FILTERS: dict[str, Callable[..., str]] = {
    "ago": ago,
    "capitalize_first": capitalize_first,
    "clock_time": clock_time,
    "day": day,
    "duration": duration,
    "file_size": file_size,
    "hour": hour,
    "moment": moment,
    "number": number,
    "ward": ward,
    "wards": wards,
}
