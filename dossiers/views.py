"""What a look-up gives: the dossier as its owner may see it, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dossiers.codes import DossierCode
from dossiers.sources.base import DossierRecord
from dossiers.statuses import Clock, Status, StatusText, status_texts
from motcua.working_days import working_days_between


@dataclass(frozen=True, slots=True)
class DossierView:
    """What its owner may see of a dossier. Holds nothing about a person.

    ``as_of`` is when the source said so, ``updated_at`` when we last saw something change.
    """

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
    as_of: datetime | None = None
    source: str = ""

    @property
    def words(self) -> StatusText:
        """The status in plain Vietnamese; a status we cannot map is quoted, and said to be a quotation."""
        words = status_texts()[self.status]
        if self.status is not Status.UNKNOWN or not self.status_text:
            return words
        return words.model_copy(update={"state": f"theo hệ thống của cơ quan: “{self.status_text}”"})

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


def view_of(record: DossierRecord) -> DossierView:
    """The record without what opens it."""
    return DossierView(
        code=record.code,
        procedure=record.procedure,
        status=record.status,
        status_text=record.status_text,
        received_on=record.received_on,
        due_on=record.due_on,
        finished_on=record.finished_on,
        promised_on=record.promised_on,
        late_reason=record.late_reason,
        todo=record.todo,
        office=record.office,
        history=record.history,
        demo=record.demo,
        updated_at=record.updated_at or record.as_of,
        as_of=record.as_of,
        source=record.source,
    )


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


@dataclass(frozen=True, slots=True)
class Busy:
    """Nothing opened, and a source that may know more cannot be asked now. ``systems`` name them."""

    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotHere:
    """A true receipt of a dossier that no source has told us about yet."""

    code: DossierCode


Outcome = Found | Refused | Locked | OtherProvince | Busy | NotHere
