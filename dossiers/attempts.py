"""Limited tries: five wrong answers, then a pause that doubles from 15 minutes up to 24 hours.

Tries are counted per asker, per code, and per asker and code together. The rows are locked for the whole
check, so that answers sent at the same time cannot get more tries than answers sent one after another.
Codes that do not exist are counted like those that do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from dossiers.models import DossierAttempt

TRIES = 5
FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=24)
_FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Scopes:
    """Keyed hashes of who asks, of what is asked for, and of both together."""

    asker: str
    code: str
    pair: str

    @property
    def limits(self) -> tuple[str, str]:
        """The counters that pause; the one of the pair only remembers what may be forgiven."""
        return self.asker, self.code


def pause_after(failures: int) -> timedelta | None:
    """The pause that ``failures`` wrong answers earn, or None if tries are left in this round."""
    if failures == 0 or failures % TRIES:
        return None
    round_number = min(failures // TRIES, 12)  # the cap is reached long before; 2**n must not run away
    doubled: timedelta = FIRST_PAUSE * 2 ** (round_number - 1)
    return min(doubled, LONGEST_PAUSE)


async def hold(session: AsyncSession, scopes: Scopes) -> dict[str, DossierAttempt]:
    """The counters of all scopes, locked until the caller's write transaction ends.

    They are taken in one order always, so that two callers cannot wait for each other.
    """
    names = sorted({scopes.asker, scopes.code, scopes.pair})
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for name in names:
        row = {"scope": name, "failures": 0}
        await session.execute(dialect.insert(DossierAttempt).values(row).on_conflict_do_nothing())
    query = select(DossierAttempt).where(DossierAttempt.scope.in_(names))
    rows = await session.scalars(query.order_by(DossierAttempt.scope).with_for_update())
    return {row.scope: row for row in rows}


async def look(session: AsyncSession, scopes: Scopes, at: datetime) -> datetime | None:
    """Until when look-ups are paused, without counting anything; None if they are not."""
    query = select(DossierAttempt).where(DossierAttempt.scope.in_(scopes.limits))
    return paused_until(list(await session.scalars(query)), at)


def paused_until(counters: list[DossierAttempt], at: datetime) -> datetime | None:
    """The later end of the pauses that still run at ``at``."""
    return max((c.locked_until for c in counters if c.locked_until and c.locked_until > at), default=None)


def count_failure(counter: DossierAttempt, at: datetime) -> None:
    """Count a wrong answer. A quiet day after the last one (and after its pause) starts afresh."""
    latest = max(filter(None, (counter.last_failure_at, counter.locked_until)), default=None)
    if latest and at - latest > _FORGOTTEN_AFTER:
        counter.failures = 0
    counter.failures += 1
    counter.last_failure_at = at
    pause = pause_after(counter.failures)
    counter.locked_until = at + pause if pause else None


def forgive(asker: DossierAttempt, pair: DossierAttempt) -> None:
    """A right answer gives back the tries that this asker lost on this code in this round.

    Only those: whoever has a dossier of their own must not buy tries on others with it. And only to the
    asker: whoever waits for the owner to answer rightly must not gain tries on a code.
    """
    asker.failures -= min(pair.failures, asker.failures % TRIES)
    pair.failures = 0


def tries_left(counters: list[DossierAttempt]) -> int:
    """Wrong answers that may still be given before the next pause."""
    return min(TRIES - counter.failures % TRIES for counter in counters)
