"""What the office has to know about its dossiers: late ones, results that wait, supplements nobody brought,
and how many were on time by field and by office. Of our own table; no person in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from dossiers.models import Dossier, DossierEvent
from dossiers.on_time import Course, Verdict, judge
from dossiers.statuses import Clock, Status, status_texts
from motcua.clock import HANOI
from motcua.db import Database
from motcua.working_days import working_days_between

UNKNOWN = "chưa rõ"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A dossier that somebody in the office should look at.

    ``since`` is when it became so: due, done, or the supplement asked for; ``working_days`` how long ago.
    """

    code: str
    procedure: str | None
    field: str
    office: str
    status: Status
    received_on: date | None
    due_on: date | None
    promised_on: date | None
    since: date
    working_days: int
    note: str

    @property
    def status_name(self) -> str:
        """The status as the portal names it."""
        return status_texts()[self.status].name


@dataclass(frozen=True, slots=True)
class RateRow:
    """How many dossiers of a group were on time. ``running`` are not due yet, ``uncounted`` have no date."""

    group: str
    on_time: int = 0
    overdue: int = 0
    running: int = 0
    uncounted: int = 0

    @property
    def rate(self) -> float | None:
        """The part on time of those that count, between 0 and 1; None if none counts."""
        counted = self.on_time + self.overdue
        return self.on_time / counted if counted else None


@dataclass(frozen=True, slots=True)
class DossierReport:
    """The report as of ``today``; the rates are of dossiers due from ``since`` to ``until``."""

    today: date
    since: date | None
    until: date | None
    late: list[DossierRow]
    waiting: list[DossierRow]
    supplements: list[DossierRow]
    by_field: list[RateRow]
    by_office: list[RateRow]
    total: RateRow


@dataclass(frozen=True, slots=True)
class _Seen:
    row: Dossier
    course: Course
    field: str


async def dossier_report(
    database: Database,
    today: date,
    *,
    fields: Mapping[str, str],
    offices: Iterable[str] | None = None,
    since: date | None = None,
    until: date | None = None,
    demo: bool = False,
) -> DossierReport:
    """The report.

    ``fields`` gives the field of each procedure by its code (the library knows). ``offices`` limits it to
    dossiers of offices of these names. ``since`` and ``until`` (both included) limit the rates by due
    date, or by the day of receipt where there is no due date. Invented dossiers count only with ``demo``.
    """
    async with database.read() as session:
        seen = await _seen(session, fields, offices, demo)
    counted = [each for each in seen if _within(each.row, since, until)]
    verdicts = [(each, judge(each.course, today)) for each in counted]
    return DossierReport(
        today=today,
        since=since,
        until=until,
        late=_listed(seen, today, _late_since),
        waiting=_listed(seen, today, _done_since),
        supplements=_listed(seen, today, _asked_since),
        by_field=_rates(verdicts, lambda each: each.field),
        by_office=_rates(verdicts, lambda each: each.row.office or UNKNOWN),
        total=next(iter(_rates(verdicts, lambda _: "Tất cả")), RateRow("Tất cả")),
    )


async def _seen(
    session: AsyncSession, fields: Mapping[str, str], offices: Iterable[str] | None, demo: bool
) -> list[_Seen]:
    wanted = select(Dossier).order_by(Dossier.id)
    if not demo:
        wanted = wanted.where(Dossier.demo.is_(False))
    if offices is not None:
        wanted = wanted.where(or_(*(Dossier.office == office for office in offices), Dossier.id < 0))
    rows = list(await session.scalars(wanted))
    history: dict[int, list[tuple[date, Status]]] = {}
    for start in range(0, len(rows), _CHUNK):
        ids = [row.id for row in rows[start : start + _CHUNK]]
        events = select(DossierEvent).where(DossierEvent.dossier_id.in_(ids)).order_by(DossierEvent.id)
        for event in await session.scalars(events):
            day = event.at.astimezone(HANOI).date()
            history.setdefault(event.dossier_id, []).append((day, Status(event.status)))
    return [
        _Seen(
            row,
            Course(Status(row.status), row.received_on, row.due_on, row.finished_on, history.get(row.id, [])),
            fields.get(row.procedure or "", UNKNOWN),
        )
        for row in rows
    ]


def _within(row: Dossier, since: date | None, until: date | None) -> bool:
    day = row.due_on or row.received_on
    if day is None:
        return since is None and until is None
    return (since is None or day >= since) and (until is None or day <= until)


def _listed(
    seen: list[_Seen], today: date, since_when: Callable[[_Seen, date], date | None]
) -> list[DossierRow]:
    """Those with a day since when, the longest ago first."""
    rows = [_row(each, since, today) for each in seen if (since := since_when(each, today))]
    return sorted(rows, key=lambda row: (-row.working_days, row.code))


def _row(each: _Seen, since: date, today: date) -> DossierRow:
    row = each.row
    status = each.course.status
    return DossierRow(
        code=row.code,
        procedure=row.procedure,
        field=each.field,
        office=row.office or UNKNOWN,
        status=status,
        received_on=row.received_on,
        due_on=row.due_on,
        promised_on=row.promised_on,
        since=since,
        working_days=max(0, working_days_between(since, today)),
        note=row.todo if status is Status.SUPPLEMENT else row.late_reason,
    )


def _late_since(each: _Seen, today: date) -> date | None:
    """The due date of a dossier that the office is late with: one that waits for the citizen is not."""
    due = each.row.due_on
    if due is None or status_texts()[each.course.status].clock is not Clock.RUNNING:
        return None
    return due if working_days_between(due, today) > 0 else None


def _done_since(each: _Seen, today: date) -> date | None:
    if each.course.status is not Status.DONE:
        return None
    return each.row.finished_on or _seen_on(each, Status.DONE) or today


def _asked_since(each: _Seen, today: date) -> date | None:
    if each.course.status is not Status.SUPPLEMENT:
        return None
    return _seen_on(each, Status.SUPPLEMENT) or today


def _seen_on(each: _Seen, wanted: Status) -> date | None:
    return next((at for at, status in reversed(each.course.history) if status is wanted), None)


def _rates(verdicts: list[tuple[_Seen, Verdict]], group_of: Callable[[_Seen], str]) -> list[RateRow]:
    """A row a group, the largest group first."""
    counts: dict[str, dict[Verdict, int]] = {}
    for each, verdict in verdicts:
        counts.setdefault(group_of(each), dict.fromkeys(Verdict, 0))[verdict] += 1
    rows = [
        RateRow(group, **{verdict.value: count for verdict, count in each.items()})
        for group, each in counts.items()
    ]
    return sorted(
        rows, key=lambda row: (-(row.on_time + row.overdue + row.running + row.uncounted), row.group)
    )
