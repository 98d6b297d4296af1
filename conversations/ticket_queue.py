"""The queue: which tickets somebody sees, in which order, and how long each has waited.

One statement a page, however long the queue: the rows beside the numbers of every tab. And the roster.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from conversations.models import Conversation, Ticket
from conversations.ticket_hours import DutyHours, duty_hours
from conversations.ticket_models import ApprovalState, PendingReply, TicketEvent, TicketReader
from motcua.db import now
from motcua.settings import TicketSettings
from vietnamese import fold

PAGE = 30


class Tab(StrEnum):
    """The lists of the queue."""

    WAITING = "waiting"
    MINE = "mine"
    WARD = "ward"
    ALL = "all"
    CLOSED = "closed"


class Urgency(StrEnum):
    """How a wait stands to the times the team has promised itself."""

    FINE = "fine"
    WARNING = "warning"
    BREACH = "breach"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose tickets somebody may see: those of their wards (None: all) and those without a ward."""

    person: str
    wards: frozenset[str] | None

    def sees(self, ward: str | None) -> bool:
        """Whether a ticket of ``ward`` may be seen."""
        return ward is None or self.wards is None or ward in self.wards


@dataclass(frozen=True, slots=True)
class Filters:
    """What is shown. ``text`` is looked for in the summary; ``#12`` or ``12`` finds the ticket of that
    number, ``1.001193`` those about that procedure."""

    tab: Tab = Tab.WAITING
    text: str = ""
    ward: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the queue. ``waited`` counts while the desk is on duty; None when nobody waits."""

    id: int
    summary: str
    reason: str
    procedure: str | None
    ward: str | None
    channel: str
    claimed_by: str | None
    claimed_name: str | None
    wanted_by: str | None
    created_at: datetime
    waiting_since: datetime | None
    waited: timedelta | None
    urgency: Urgency
    out_of_hours: bool
    unread: bool
    approvals: int
    mentioned: bool
    closed_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of the queue. ``counts`` are the open tickets of each tab, ``more`` whether pages follow."""

    rows: list[Row]
    counts: dict[Tab, int]
    more: bool


async def look(session: AsyncSession, scope: Scope, filters: Filters, rules: TicketSettings) -> Queue:
    """A page of the queue, longest waiting first; what came before the doors opened stands on top."""
    at = now()
    result = await session.execute(_statement(scope, filters))
    found = result.mappings().all()
    open_tabs: list[Tab] = [tab for tab in Tab if tab is not Tab.CLOSED]
    numbers = {tab: int(found[0][f"n_{tab}"] or 0) for tab in open_tabs}
    hours = await duty_hours(session, at)
    rows = [_row(dict(line), at, rules, hours) for line in found[:PAGE] if line["id"] is not None]
    return Queue(rows, numbers, more=len(found) > PAGE)


@lru_cache(maxsize=500)
def _statement(scope: Scope, filters: Filters) -> Select[Any]:
    """The rows and the counts in one. Kept, because building it takes longer than running it."""
    page = _page(scope, filters).subquery()
    counts = _counts(scope).subquery()
    return select(counts, page).select_from(counts.outerjoin(page, true())).order_by(page.c.place)


def urgency(waited: timedelta | None, answered_before: bool, rules: TicketSettings) -> Urgency:
    """How urgent a wait is that has lasted so long on duty (``DutyHours``); None: nobody waits."""
    if waited is None:
        return Urgency.ANSWERED
    warn = rules.warn_next_s if answered_before else rules.warn_first_s
    breach = rules.breach_next_s if answered_before else rules.breach_first_s
    seconds = waited.total_seconds()
    if seconds >= breach:
        return Urgency.BREACH
    return Urgency.WARNING if seconds >= warn else Urgency.FINE


def _visible(scope: Scope) -> ColumnElement[bool]:
    if scope.wards is None:
        return true()
    return or_(Ticket.ward.is_(None), Ticket.ward.in_(scope.wards), Ticket.wanted_by == scope.person)


def _of_tab(tab: Tab, scope: Scope) -> ColumnElement[bool]:
    mine = or_(Ticket.claimed_by == scope.person, Ticket.wanted_by == scope.person)
    if tab is Tab.WAITING:
        return Ticket.claimed_by.is_(None)
    if tab is Tab.MINE:
        return mine
    if tab is Tab.WARD:
        return Ticket.ward.in_(scope.wards) if scope.wards else false()
    return true()


def _counts(scope: Scope) -> Select[Any]:
    numbers = [
        func.sum(case((_of_tab(tab, scope), 1), else_=0)).label(f"n_{tab}")
        for tab in Tab
        if tab is not Tab.CLOSED
    ]
    return select(*numbers).where(Ticket.closed_at.is_(None), _visible(scope))


def _page(scope: Scope, filters: Filters) -> Select[Any]:
    reader = aliased(TicketReader)
    approvals = (
        select(func.count())
        .where(PendingReply.ticket_id == Ticket.id, PendingReply.state == ApprovalState.PENDING)
        .correlate(Ticket)
        .scalar_subquery()
    )
    mentioned = exists().where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.to_person == scope.person,
        or_(reader.seen_at.is_(None), TicketEvent.at > reader.seen_at),
    )
    query = (
        select(
            *(column for column in Ticket.__table__.columns if column.name not in ("tried", "search_text")),
            Conversation.channel.label("channel"),
            func.coalesce(reader.read_message_id, 0).label("read_to"),
            approvals.label("approvals"),
            mentioned.label("mentioned"),
        )
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .outerjoin(reader, and_(reader.ticket_id == Ticket.id, reader.person == scope.person))
        .where(_visible(scope))
    )
    if filters.tab is Tab.CLOSED:
        query = query.where(Ticket.closed_at.is_not(None))
        order: list[Any] = [Ticket.closed_at.desc(), Ticket.id]
    else:
        left_overnight = case((and_(Ticket.out_of_hours, Ticket.claimed_by.is_(None)), 0), else_=1)
        answered = case((Ticket.waiting_since.is_(None), 1), else_=0)
        query = query.where(Ticket.closed_at.is_(None), _of_tab(filters.tab, scope))
        order = [answered, left_overnight, Ticket.waiting_since, Ticket.id]
    if filters.ward:
        query = query.where(Ticket.ward == filters.ward)
    if filters.text.strip():
        query = query.where(_matches(filters.text.strip()))
    # One more than is shown, to know whether a next page is worth offering.
    place = func.row_number().over(order_by=order).label("place")
    return query.add_columns(place).order_by(*order).limit(PAGE + 1).offset(PAGE * max(0, filters.page))


def _matches(text: str) -> ColumnElement[bool]:
    number = text.lstrip("#")
    # As many digits as a number of a ticket can have.
    if number.isascii() and number.isdigit() and len(number) < 18:
        return or_(Ticket.id == int(number), Ticket.search_text.contains(number, autoescape=True))
    words = [Ticket.search_text.contains(word, autoescape=True) for word in fold(text).split()[:8]]
    return or_(Ticket.procedure == text, and_(*words)) if words else false()


def _row(line: dict[str, Any], at: datetime, rules: TicketSettings, hours: DutyHours) -> Row:
    fields = {name: line[name] for name in Row.__slots__ if name in line}
    since = None if line["closed_at"] else line["waiting_since"]
    waited = hours.waited(line["ward"], since, at) if since else None
    urgent = urgency(waited, line["first_reply_at"] is not None, rules)
    unread = line["last_citizen_message_id"] > line["read_to"]
    return Row(**fields, urgency=urgent, waited=waited, unread=unread)
