"""Look-ups of dossiers: a code, the second factor, and only then an answer."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dossiers import attempts
from dossiers.codes import DossierCode, parse_code
from dossiers.hashing import Hasher
from dossiers.models import Dossier, DossierAttempt, DossierEvent
from dossiers.statuses import Clock, Status, StatusText, status_texts
from motcua.clock import HANOI
from motcua.db import Database, now
from motcua.settings import Settings
from motcua.working_days import working_days_between


class UnreadableCode(ValueError):
    """What was given as a dossier code is none. The caller reads it with ``find_code`` first."""


@dataclass(frozen=True, slots=True)
class DossierView:
    """What its owner may see of a dossier. Holds nothing about a person."""

    code: DossierCode
    procedure: str | None
    status: Status
    status_text: str
    received_on: date | None
    due_on: date | None
    finished_on: date | None
    promised_on: date | None
    late_reason: str
    todo: str
    office: str
    history: tuple[tuple[date, Status], ...]
    demo: bool
    updated_at: datetime

    @property
    def words(self) -> StatusText:
        """The status in plain Vietnamese."""
        return status_texts()[self.status]

    def late_working_days(self, today: date) -> int:
        """Working days past the due date; 0 if on time, unknown, or if the office is not to blame.

        A finished dossier counts up to its end. One that waits for the citizen does not count at all.
        """
        if self.due_on is None:
            return 0
        if self.status in (Status.DONE, Status.RETURNED):
            return max(0, working_days_between(self.due_on, self.finished_on)) if self.finished_on else 0
        if self.words.clock is not Clock.RUNNING:
            return 0
        return max(0, working_days_between(self.due_on, today))


@dataclass(frozen=True, slots=True)
class Found:
    """Code and digits are right."""

    dossier: DossierView


@dataclass(frozen=True, slots=True)
class Refused:
    """No such dossier, or wrong digits: nobody learns which."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many wrong answers."""

    until: datetime


@dataclass(frozen=True, slots=True)
class OtherProvince:
    """A code of another province or of a ministry: the national portal knows it."""

    code: DossierCode


Outcome = Found | Refused | Locked | OtherProvince


class DossierDesk:
    """Answers where a dossier stands. One object serves every conversation."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db = database
        self._hasher = Hasher(settings)

    async def lookup(self, code: str, secret_digits: str, asker_key: str) -> Outcome:
        """Look a dossier up with the last four digits of the registered phone.

        ``asker_key`` is any lasting name of who asks, such as the conversation. Every wrong answer is
        counted. Raises UnreadableCode if ``code`` is none.
        """
        wanted = _parsed(code)
        if not wanted.is_hanoi:
            return OtherProvince(wanted)
        scopes = self._hasher.scopes(asker_key, wanted.key)
        async with self._db.write() as session:
            counters = await attempts.hold(session, scopes)
            at = now()
            paused = attempts.paused_until(list(counters.values()), at)
            if paused:
                return Locked(paused)
            dossier = await self._matching(session, wanted, secret_digits)
            if dossier is None:
                return _refuse(list(counters.values()), at)
            attempts.forgive(counters[scopes.asker])
            return Found(await _view(session, dossier))

    async def paused_until(self, code: str, asker_key: str) -> datetime | None:
        """Until when this asker or this code is paused. Counts nothing. Raises UnreadableCode."""
        scopes = self._hasher.scopes(asker_key, _parsed(code).key)
        async with self._db.read() as session:
            return await attempts.look(session, scopes, now())

    async def _matching(self, session: AsyncSession, wanted: DossierCode, digits: str) -> Dossier | None:
        """The dossier that code and digits open together.

        Codes that differ only in their dots share a key. The code as written comes first; otherwise
        the digits must fit exactly one of them.
        """
        rows = list(await session.scalars(select(Dossier).where(Dossier.code_key == wanted.key)))
        opened = [row for row in rows if self._opens(row.code, row.phone_hash, digits)]
        if not rows:
            self._opens(wanted.canonical, None, digits)  # an unknown code takes as long as a known one
        exact = [row for row in opened if row.code == wanted.canonical]
        if exact:
            return exact[0]
        return opened[0] if len(opened) == 1 else None

    def _opens(self, canonical: str, phone_hash: str | None, digits: str) -> bool:
        given = self._hasher.phone(canonical, digits)
        return hmac.compare_digest(given, phone_hash or "-" * len(given))


def _parsed(code: str) -> DossierCode:
    parsed = parse_code(code)
    if parsed is None:
        raise UnreadableCode("not a dossier code")
    return parsed


def _refuse(counters: list[DossierAttempt], at: datetime) -> Refused | Locked:
    for counter in counters:
        attempts.count_failure(counter, at)
    paused = attempts.paused_until(counters, at)
    return Locked(paused) if paused else Refused(attempts.tries_left(counters))


async def _view(session: AsyncSession, row: Dossier) -> DossierView:
    events = await session.scalars(
        select(DossierEvent).where(DossierEvent.dossier_id == row.id).order_by(DossierEvent.id)
    )
    code = parse_code(row.code)
    if code is None:
        raise UnreadableCode("a stored code is not a dossier code")
    return DossierView(
        code=code,
        procedure=row.procedure,
        status=Status(row.status),
        status_text=row.status_text,
        received_on=row.received_on,
        due_on=row.due_on,
        finished_on=row.finished_on,
        promised_on=row.promised_on,
        late_reason=row.late_reason,
        todo=row.todo,
        office=row.office,
        history=tuple((event.at.astimezone(HANOI).date(), Status(event.status)) for event in events),
        demo=row.demo,
        updated_at=row.updated_at,
    )
