"""What there is to tell about a dossier beside changes of its status: delays with their new dates, results
that wait. Each has a key, so that the same thing is told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dossiers.notice_models import About
from dossiers.statuses import Clock, Status
from dossiers.views import DossierView
from motcua.working_days import working_days_between


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to tell; ``key`` is its name among all that one subscriber may ever be told."""

    about: About
    key: str


def topics(dossier: DossierView, today: date, remind_after: tuple[int, ...]) -> list[Topic]:
    """What there is to tell today, oldest first, whether or not it has been told."""
    return [*_late(dossier, today), *_waiting(dossier, today, remind_after)]


def is_late(dossier: DossierView, today: date) -> bool:
    """Whether the office owes an apology: the day has passed, or a later one was promised before it did."""
    if dossier.words.clock is not Clock.RUNNING or dossier.due_on is None:
        return False
    moved = dossier.promised_on is not None and dossier.promised_on > dossier.due_on
    return moved or dossier.late_working_days(today) > 0


def waits(dossier: DossierView) -> bool:
    """Whether its result waits to be fetched."""
    return dossier.status is Status.DONE


def is_over(dossier: DossierView) -> bool:
    """Whether nothing more will happen to it."""
    return dossier.words.clock is Clock.ENDED and not waits(dossier)


def waiting_since(dossier: DossierView) -> date | None:
    """The day on which the result was there, as far as it is known."""
    seen = [at for at, status in dossier.history if status is Status.DONE]
    return dossier.finished_on or (seen[-1] if seen else None)


def _late(dossier: DossierView, today: date) -> list[Topic]:
    """One apology for each date that was promised anew, and one while there is none."""
    if not is_late(dossier, today):
        return []
    return [Topic(About.LATE, f"{About.LATE}:{dossier.due_on}:{dossier.promised_on or ''}")]


def _waiting(dossier: DossierView, today: date, remind_after: tuple[int, ...]) -> list[Topic]:
    since = waiting_since(dossier)
    if not waits(dossier) or since is None or since > today:
        return []
    waited = working_days_between(since, today)
    return [
        Topic(About.WAITING, f"{About.WAITING}:{since}:{days}")
        for days in sorted(remind_after)
        if waited >= days
    ]
