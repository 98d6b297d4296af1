"""Until when the result is due, when a citizen says which day the dossier is filed.

Counted as offices count: working days without public holidays, from the next working day when the
dossier comes in on a day off; what comes in after 15:00 is counted from the next working day too, so
that the date named is never too early. The assumption is always said with the date.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from knowledge.answers import lines_of
from knowledge.filing_day import FilingDay, apart_from_filing, asks_when, filing_day
from knowledge.schema import Duration, Procedure, TimeUnit, Way, WayKind
from knowledge.wording import WHO_KNOWS, local_promise
from motcua.reply import Button, Command, Kind, ListSection, Reply, Section, TextSection
from motcua.working_days import add_working_days, is_working_day
from vietnamese import normalise

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_WHERE = {WayKind.DIRECT: "tại quầy", WayKind.ONLINE: "trực tuyến", WayKind.POST: "qua bưu điện"}
_NAMED = {
    WayKind.ONLINE: re.compile(r"\b(?:online|truc tuyen|(?:qua|tren) mang|vneid|cong dich vu)\b"),
    WayKind.DIRECT: re.compile(r"\b(?:(?:tai|o|ra) quay|truc tiep|(?:ra|len|toi) (?:phuong|xa|uy ban))\b"),
    WayKind.POST: re.compile(r"\bbuu (?:dien|chinh)\b"),
}
_POST = "Gửi bưu điện thì tính từ ngày cơ quan nhận được hồ sơ."
_UNCLEAR = "chưa tính được ngày, vì thời gian chưa rõ"
_WORKING_HOURS = 8
_LOOK_UP = Button(title="Tra cứu hồ sơ", payload=Command(intent="check_dossier"))


def with_due_date(reply: Reply, procedure: Procedure, text: str, now: datetime) -> Reply:
    """``reply`` about the time of ``procedure`` with the date it comes to, if ``text`` says when it is filed.

    ``now`` is Hanoi time. Without a filing day in ``text`` the reply comes back as it was.
    """
    filing = filing_day(text, now)
    if filing is None:
        return reply
    if reply.kind is not Kind.ANSWER or reply.card is None:
        return reply.model_copy(update={"text": f"Chưa tính được ngày trả. {reply.text}"})
    ways = _ways(procedure, text)
    sections, latest = _counted(procedure, ways, filing)
    if latest and latest < now.date():
        sections.append(TextSection(text="Ngày này đã qua, anh/chị tra cứu hồ sơ để biết kết quả."))
        reply = reply.model_copy(update={"buttons": [_LOOK_UP, *reply.buttons][: max(1, len(reply.buttons))]})
    if latest and latest.year > now.year:
        note = f"Lịch nghỉ lễ năm {latest.year} có thể còn được điều chỉnh."
        sections.append(TextSection(text=note))
    card = reply.card
    return reply.model_copy(
        update={
            "text": "\n".join([*lines_of(sections), reply.text]),
            "card": card and card.model_copy(update={"sections": [*sections, *card.sections]}),
        }
    )


def wants_due_date(text: str, now: datetime) -> bool:
    """Whether ``text`` names a day of filing and asks when the result comes."""
    return asks_when(text) and filing_day(text, now) is not None


def what_is_filed(text: str, now: datetime) -> str:
    """The part of ``text`` that may name a procedure: all of it, unless it asks for a due date."""
    return apart_from_filing(text) if wants_due_date(text, now) else text


def due_on(duration: Duration, filing: FilingDay) -> date | None:
    """The last day on which the result is due; None when the time is not one that can be counted."""
    received = _counted_from(filing)
    if duration.unit is TimeUnit.WORKING_DAYS and duration.amount:
        return add_working_days(received, duration.amount)
    if duration.unit is TimeUnit.CALENDAR_DAYS and duration.amount:
        # A term that ends on a day off ends on the next working day (Civil Code, article 148).
        return add_working_days(received + timedelta(days=duration.amount), 0)
    if duration.unit is TimeUnit.SAME_DAY:
        return received if filing.late is not None else _next(received, filing)
    if duration.unit is TimeUnit.HOURS and (duration.amount or _WORKING_HOURS + 1) <= _WORKING_HOURS:
        return _next(received, filing)
    return None


def say_day(day: date) -> str:
    """A date as it is said: ``thứ Hai 23/11/2026``."""
    return f"{_WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def _counted_from(filing: FilingDay) -> date:
    if is_working_day(filing.day):
        return add_working_days(filing.day, 1) if filing.late else filing.day
    return add_working_days(filing.day, 0)


def _next(received: date, filing: FilingDay) -> date:
    """The next working day, unless the dossier lay there when the office opened."""
    return add_working_days(received, 1) if received == filing.day else received


def _ways(procedure: Procedure, text: str) -> list[Way]:
    """The ways the question is about: those it names, else all."""
    said = normalise(text)
    named = {kind for kind, words in _NAMED.items() if words.search(said)}
    return [way for way in procedure.ways if way.kind in named] or list(procedure.ways)


def _counted(procedure: Procedure, ways: list[Way], filing: FilingDay) -> tuple[list[Section], date | None]:
    """What to say, and the latest of the dates in it."""
    sections: list[Section] = []
    groups = _groups(ways)
    dates = [due for group in groups if (due := due_on(group[0].time, filing))]
    local = procedure.local_time
    promised = local and (Duration(unit=TimeUnit.SAME_DAY) if local.no_wait else local.time)
    by_city = promised and due_on(promised, filing)
    beats = bool(local and promised and by_city and (not dates or by_city <= min(dates)))
    if local and promised and beats:
        text = (
            f"{local_promise(local)} ({local.decision}): {_opening(filing)} → {_promise(promised, filing)}."
        )
        sections.append(TextSection(text=text))
    if not dates and not beats:
        return [TextSection(text=f"{_UNCLEAR.capitalize()}. {WHO_KNOWS}")], None
    alone = len(groups) == 1
    lead = "Theo thời hạn chung" if beats else ""
    if alone:
        sections.append(TextSection(text=_sentence(groups[0], filing, lead)))
    else:
        heading = lead or _upper_first(_opening(filing))
        items = [f"{_label(group, groups)} → {_promise(group[0].time, filing)}" for group in groups]
        sections.append(ListSection(kind="points", heading=heading, items=items))
    if any(way.kind is WayKind.POST for way in ways):
        sections.append(TextSection(text=_POST))
    return sections, max([*dates, by_city] if by_city and beats else dates)


def _groups(ways: list[Way]) -> list[list[Way]]:
    """Ways that take equally long, together; two times of the same way stay apart."""
    groups: dict[tuple[object, ...], list[Way]] = {}
    for way in ways:
        groups.setdefault((way.time.unit, way.time.amount), []).append(way)
    return list(groups.values())


def _sentence(group: list[Way], filing: FilingDay, lead: str) -> str:
    promise = _promise(group[0].time, filing)
    if lead:
        return f"{lead} → {promise}."
    kinds = list(dict.fromkeys(_WHERE[way.kind] for way in group if way.kind is not WayKind.POST))
    return f"{_upper_first(_opening(filing, ' hoặc '.join(kinds)))} → {promise}."


def _label(group: list[Way], groups: list[list[Way]]) -> str:
    said: list[str] = []
    for way in group:
        twice = sum(way.kind in {other.kind for other in each} for each in groups) > 1
        note = f" ({way.time.note})" if twice and way.time.note else ""
        said.append(_WHERE[way.kind] + note)
    return _upper_first(", ".join(dict.fromkeys(said)))


def _opening(filing: FilingDay, where: str = "") -> str:
    """The assumption: complete papers, which day, which way, and from when it counts."""
    said = f"nếu hồ sơ đủ, nộp {say_day(filing.day)}{' ' + where if where else ''}"
    received = _counted_from(filing)
    if not is_working_day(filing.day):
        return f"{said} (ngày nghỉ, tính từ {say_day(received)})"
    return f"{said} sau 15 giờ (tính từ {say_day(received)})" if filing.late else said


def _promise(duration: Duration, filing: FilingDay) -> str:
    """What follows the arrow."""
    due = due_on(duration, filing)
    if due is None:
        return _UNCLEAR
    received = _counted_from(filing)
    if duration.unit is TimeUnit.HOURS:
        late = "" if due == received else f", sát giờ nghỉ thì {say_day(due)}"
        return f"trong {duration.amount} giờ làm việc{late}"
    if duration.unit is TimeUnit.SAME_DAY:
        if due == filing.day:
            return "có kết quả ngay trong ngày"
        if due == received:
            return f"có kết quả trong ngày {say_day(due)}"
        return f"trước 15 giờ thì có kết quả ngay trong ngày, sau 15 giờ thì {say_day(due)}"
    unit = "ngày, tính cả ngày nghỉ" if duration.unit is TimeUnit.CALENDAR_DAYS else f"{duration.unit}"
    off = [] if duration.unit is TimeUnit.CALENDAR_DAYS else _holidays(received, due)
    without = f", không tính ngày nghỉ lễ {_span(off)}" if off else ""
    return f"chậm nhất {say_day(due)} ({duration.amount} {unit}{without})"


def _holidays(start: date, end: date) -> list[date]:
    """Days off from Monday to Friday between two dates."""
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days))
    return [day for day in days if day.weekday() < _WEEKDAYS.index("thứ Bảy") and not is_working_day(day)]


def _span(days: list[date]) -> str:
    first, last = f"{days[0]:%d/%m}", f"{days[-1]:%d/%m}"
    if len(days) == 1:
        return first
    together = (days[-1] - days[0]).days < 2 * len(days)
    return f"{first}–{last}" if together else ", ".join(f"{day:%d/%m}" for day in days)


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
