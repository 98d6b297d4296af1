"""What was asked, answered, passed on and found useful: counted by the database, a row a group.

Messages and tickets carry no index on their time; their ids grow with it, so the ids of a range are looked
up by halving (some twenty single rows) and the rest is one pass over exactly that range.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from conversations.contract import Author
from conversations.models import Conversation, Message, Ticket
from conversations.operation_models import Rating
from motcua.clock import HANOI
from motcua.reply import Kind

RESOLVED = ("answered", "elsewhere")
"""Outcomes (``ticket_outcomes.yml``) with which a citizen got what they came for."""
_ANSWERS = (Kind.ANSWER, Kind.STATUS, Kind.OFFICE)
_UNSURE = (Kind.NO_ANSWER, Kind.ERROR)
_ASKED_LIKE_A_PERSON = "cli"


class By(StrEnum):
    """What a row of a report stands for."""

    DAY = "day"
    WARD = "ward"
    PROCEDURE = "procedure"


@dataclass(frozen=True, slots=True)
class Range:
    """Days in Hanoi, both included, and the wards that count (None: all, and what has no ward)."""

    since: date
    until: date
    wards: frozenset[str] | None = None

    @property
    def start(self) -> datetime:
        """Midnight at which it begins."""
        return datetime.combine(self.since, time(), HANOI)

    @property
    def end(self) -> datetime:
        """Midnight after its last day."""
        return datetime.combine(self.until + timedelta(days=1), time(), HANOI)

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]


@dataclass(slots=True)
class Row:
    """The figures of a group. ``first_replies`` are seconds from a ticket's beginning to a person's reply."""

    group: str
    asked: int = 0
    answered: int = 0
    asked_back: int = 0
    unanswered: int = 0
    escalated: int = 0
    resolved: int = 0
    useful: int = 0
    not_useful: int = 0
    first_replies: list[float] = field(default_factory=list)

    @property
    def first_reply(self) -> float | None:
        """The median wait for a person, in seconds."""
        return median(self.first_replies) if self.first_replies else None

    @property
    def rated(self) -> int:
        """How many said whether it was useful."""
        return self.useful + self.not_useful


@dataclass(frozen=True, slots=True)
class Report:
    """Rows by group, and all of them together."""

    rows: list[Row]
    total: Row


async def report(session: AsyncSession, within: Range, by: By) -> Report:
    """The figures of a range by day (every day, in order), ward or procedure (most asked first)."""
    rows: dict[str, Row] = {}
    await _count_messages(session, within, by, rows)
    await _count_tickets(session, within, by, rows)
    await _count_ratings(session, within, by, rows)
    if by is By.DAY:
        ordered = [rows.get(day.isoformat(), Row(day.isoformat())) for day in within.days]
    else:
        ordered = sorted(rows.values(), key=lambda row: (-row.asked, -row.answered, row.group))
    return Report(ordered, _total(ordered))


async def unanswered(session: AsyncSession, within: Range, most: int = 1000) -> list[tuple[str, datetime]]:
    """What citizens wrote (masked when it was stored) that the bot had no answer to, newest first."""
    low, high = await _ids(session, Message, within)
    asked = Message.__table__.alias("asked")
    query = (
        select(asked.c.text, asked.c.created_at)
        .select_from(Message)
        .join(asked, asked.c.id == Message.turn_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id >= low, Message.id < high, Message.author == Author.BOT, asked.c.text != "")
        .where(_kind().in_(_UNSURE), *_of_wards(Conversation.ward, within), *_real())
        .order_by(Message.id.desc())
        .limit(most)
    )
    return [(row.text, row.created_at) for row in await session.execute(query)]


async def _count_messages(session: AsyncSession, within: Range, by: By, rows: dict[str, Row]) -> None:
    low, high = await _ids(session, Message, within)
    kind = _kind()
    bot = Message.author == Author.BOT
    group = _message_group(session, by)
    # By procedure a question counts where the bot's reply says which procedure it was about.
    asked = (
        func.count(func.distinct(Message.turn_id)).filter(bot)
        if by is By.PROCEDURE
        else _count(Message.author == Author.CITIZEN)
    )
    query = (
        select(
            group.label("group"),
            asked.label("asked"),
            _count(bot & kind.in_(_ANSWERS)).label("answered"),
            _count(bot & (kind == Kind.CLARIFY)).label("asked_back"),
            _count(bot & kind.in_(_UNSURE)).label("unanswered"),
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id >= low, Message.id < high)
        .where(*_of_wards(Conversation.ward, within), *_real())
        .group_by(group)
    )
    for line in await session.execute(_without_none(query, group, by)):
        row = _row(rows, line.group)
        row.asked, row.answered = line.asked, line.answered
        row.asked_back, row.unanswered = line.asked_back, line.unanswered


async def _count_tickets(session: AsyncSession, within: Range, by: By, rows: dict[str, Row]) -> None:
    low, high = await _ids(session, Ticket, within)
    groups: dict[By, ColumnElement[Any]] = {
        By.DAY: _day(session, Ticket.created_at),
        By.WARD: func.coalesce(Ticket.ward, ""),
        By.PROCEDURE: Ticket.procedure.expression,
    }
    group = groups[by]
    here = (Ticket.id >= low, Ticket.id < high, *_of_wards(Ticket.ward, within))
    query = (
        select(
            group.label("group"),
            func.count().label("escalated"),
            _count(Ticket.outcome.in_(RESOLVED)).label("resolved"),
        )
        .where(*here)
        .group_by(group)
    )
    for line in await session.execute(_without_none(query, group, by)):
        row = _row(rows, line.group)
        row.escalated, row.resolved = line.escalated, line.resolved
    # The middle wait needs the waits themselves: two columns of the few tickets that a person answered.
    waits = select(group.label("group"), Ticket.created_at, Ticket.first_reply_at).where(
        *here, Ticket.first_reply_at.is_not(None)
    )
    for line in await session.execute(_without_none(waits, group, by)):
        seconds = (line.first_reply_at - line.created_at).total_seconds()
        _row(rows, line.group).first_replies.append(max(0.0, seconds))


async def _count_ratings(session: AsyncSession, within: Range, by: By, rows: dict[str, Row]) -> None:
    groups: dict[By, ColumnElement[Any]] = {
        By.DAY: _day(session, Rating.at),
        By.WARD: func.coalesce(Conversation.ward, ""),
        By.PROCEDURE: Rating.procedure.expression,
    }
    group = groups[by]
    query = (
        select(
            group.label("group"),
            _count(Rating.useful.is_(True)).label("useful"),
            _count(Rating.useful.is_(False)).label("not_useful"),
        )
        .outerjoin(Conversation, Conversation.id == Rating.conversation_id)
        .where(Rating.at >= within.start, Rating.at < within.end, *_of_wards(Conversation.ward, within))
        .group_by(group)
    )
    for line in await session.execute(_without_none(query, group, by)):
        row = _row(rows, line.group)
        row.useful, row.not_useful = line.useful, line.not_useful


async def _ids(session: AsyncSession, table: type[Message] | type[Ticket], within: Range) -> tuple[int, int]:
    """The ids that were given in a range: from the first up to, and without, the second."""
    last = await session.scalar(select(func.max(table.id))) or 0
    return (
        await _first_id(session, table, within.start, last + 1),
        await _first_id(session, table, within.end, last + 1),
    )


async def _first_id(
    session: AsyncSession, table: type[Message] | type[Ticket], at: datetime, end: int
) -> int:
    """The smallest id of a row made at ``at`` or later; ``end`` if there is none."""
    low, high = 1, end
    while low < high:
        middle = (low + high) // 2
        row = (
            await session.execute(
                select(table.id, table.created_at).where(table.id >= middle).order_by(table.id).limit(1)
            )
        ).first()
        if row is None or row.created_at >= at:
            high = middle
        else:
            low = row.id + 1
    return low


def _message_group(session: AsyncSession, by: By) -> ColumnElement[Any]:
    if by is By.DAY:
        return _day(session, Message.created_at)
    if by is By.WARD:
        return func.coalesce(Conversation.ward, "")
    procedure: ColumnElement[Any] = Message.reply["procedure"].as_string()
    return procedure


def _day(session: AsyncSession, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """The day in Hanoi of a time."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(column, literal_column("'+7 hours'"))  # Hanoi has no summer time
    return func.to_char(func.timezone(literal_column("'Asia/Ho_Chi_Minh'"), column), "YYYY-MM-DD")


def _kind() -> ColumnElement[str]:
    kind: ColumnElement[str] = Message.reply["kind"].as_string()
    return kind


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _of_wards(column: InstrumentedAttribute[Any], within: Range) -> list[ColumnElement[bool]]:
    return [] if within.wards is None else [column.in_(sorted(within.wards))]


def _real() -> list[ColumnElement[bool]]:
    """Citizens, not the command line."""
    return [Conversation.channel != _ASKED_LIKE_A_PERSON]


def _without_none(query: Select[Any], group: ColumnElement[Any], by: By) -> Select[Any]:
    """What is about no procedure has no row among the procedures."""
    return query.where(group.is_not(None)) if by is By.PROCEDURE else query


def _row(rows: dict[str, Row], group: str) -> Row:
    return rows.setdefault(group, Row(group))


def _total(rows: Iterable[Row]) -> Row:
    total = Row("")
    for row in rows:
        for name in (
            "asked",
            "answered",
            "asked_back",
            "unanswered",
            "escalated",
            "resolved",
            "useful",
            "not_useful",
        ):
            setattr(total, name, getattr(total, name) + getattr(row, name))
        total.first_replies += row.first_replies
    return total
