"""Whether a dossier was on time, as the national indicators count it (DOMAIN section b).

* Processing ends with: not accepted, stopped, done, returned, and withdrawn if it had been accepted.
* Done counts, not returned: the result may be fetched days later.
* While a supplement is asked for, the day it was asked for is the end; asked for twice, it is overdue.
* On time is what ended no later than the day promised first; a new promise changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dossiers.statuses import Status

_ENDED = (Status.NOT_ACCEPTED, Status.STOPPED, Status.DONE, Status.RETURNED)
_AFTER_ACCEPTANCE = (Status.ACCEPTED, Status.PROCESSING, Status.SUPPLEMENT, Status.PAYMENT)
_ASKED_ONCE = 1


class Verdict(StrEnum):
    """``RUNNING``: not ended and not yet due. ``UNCOUNTED``: nobody can say, or it does not count."""

    ON_TIME = "on_time"
    OVERDUE = "overdue"
    RUNNING = "running"
    UNCOUNTED = "uncounted"


@dataclass(frozen=True, slots=True)
class Course:
    """What the rule looks at. ``history`` is what we saw and when, oldest first."""

    status: Status
    received_on: date | None
    due_on: date | None
    finished_on: date | None
    history: Sequence[tuple[date, Status]]


def judge(course: Course, today: date) -> Verdict:
    """The verdict on one dossier as of ``today``."""
    if course.due_on is None or course.status is Status.UNKNOWN:
        return Verdict.UNCOUNTED
    if course.status is Status.WITHDRAWN and not _was_accepted(course):
        return Verdict.UNCOUNTED
    if sum(status is Status.SUPPLEMENT for _, status in course.history) > _ASKED_ONCE:
        return Verdict.OVERDUE
    if _has_ended(course):
        end = ended_on(course)
        if end is None:
            return Verdict.UNCOUNTED
        return Verdict.ON_TIME if end <= course.due_on else Verdict.OVERDUE
    return Verdict.RUNNING if today <= course.due_on else Verdict.OVERDUE


def ended_on(course: Course) -> date | None:
    """The day that counts as the end, None while there is none or nobody knows it."""
    if not _has_ended(course):
        return None
    if course.status in (Status.DONE, Status.RETURNED):
        return course.finished_on or _last(course, Status.DONE) or _last(course, course.status)
    if course.status is Status.SUPPLEMENT:
        return _last(course, Status.SUPPLEMENT)
    return course.finished_on or _last(course, course.status)


def _has_ended(course: Course) -> bool:
    return course.status in (*_ENDED, Status.WITHDRAWN, Status.SUPPLEMENT)


def _was_accepted(course: Course) -> bool:
    return course.received_on is not None or any(status in _AFTER_ACCEPTANCE for _, status in course.history)


def _last(course: Course, wanted: Status) -> date | None:
    return next((at for at, status in reversed(course.history) if status is wanted), None)
