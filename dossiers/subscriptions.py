"""Who wants to hear of which dossier. Agreed to in so many words, ended by one word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from dossiers.codes import DossierCode, parse_code
from dossiers.notice_models import DossierNotice, DossierSubscription, EndedBy, NoticeState
from dossiers.notice_plan import Topic, topics
from dossiers.statuses import Clock, Status
from dossiers.views import DossierView
from motcua.clock import today as today_in_hanoi
from motcua.db import Database, now
from motcua.settings import NoticeSettings

MOST = 20
"""Dossiers that one conversation may follow."""


class TooMany(ValueError):
    """The conversation follows as many dossiers as it may."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A dossier that a conversation follows, since when."""

    code: DossierCode
    since: datetime


class Subscriptions:
    """Begins, lists and ends subscriptions. The caller has seen to it that the second factor was right."""

    def __init__(self, database: Database, settings: NoticeSettings) -> None:
        self._db = database
        self.settings = settings

    async def begin(
        self, conversation_id: str, dossier: DossierView, consent: str, today: date | None = None
    ) -> bool:
        """Follow a dossier from the state it is in; ``consent`` names the words that were agreed to.

        False if it is followed already. Raises TooMany.
        """
        code = dossier.code.canonical
        async with self._db.write() as session:
            running = list(await session.scalars(_running(conversation_id)))
            if any(row.code == code for row in running):
                return False
            if len(running) >= MOST:
                raise TooMany
            # Two presses at once: the second finds what the first stored.
            fresh = await session.scalar(
                _insert(session, DossierSubscription)
                .values(
                    conversation_id=conversation_id,
                    code=code,
                    consent=consent,
                    consented_at=now(),
                    changes=0,
                    looked_at=now(),
                    **seen(dossier),
                )
                .on_conflict_do_nothing()
                .returning(DossierSubscription.id)
            )
            if fresh is None:
                return False
            told = topics(dossier, today or today_in_hanoi(), remind_after(self.settings))
            await add_notices(session, fresh, told, NoticeState.KNOWN, now())
        return True

    async def listed(self, conversation_id: str) -> list[Followed]:
        """What a conversation follows, oldest first."""
        async with self._db.read() as session:
            rows = await session.scalars(_running(conversation_id))
            codes = [(parse_code(row.code), row.consented_at) for row in rows]
        return [Followed(code, since) for code, since in codes if code]

    async def end(self, conversation_id: str, code: DossierCode | None = None) -> list[DossierCode]:
        """Stop telling a conversation of one dossier, or of all. Returns those it followed until now."""
        async with self._db.write() as session:
            rows = list(await session.scalars(_running(conversation_id).with_for_update()))
            ended = [row for row in rows if code is None or row.code == code.canonical]
            for row in ended:
                await end_row(session, row, EndedBy.CITIZEN)
        return [read for row in ended if (read := parse_code(row.code))]


async def forget(session: AsyncSession, conversation_id: str) -> None:
    """Delete all that is kept about a conversation, in the transaction that erases it."""
    await _delete(session, DossierSubscription.conversation_id == conversation_id)


async def forget_ended(session: AsyncSession, keep_days: int) -> None:
    """Delete the subscriptions that ended longer ago than they are kept for."""
    await _delete(session, DossierSubscription.ended_at < now() - timedelta(days=keep_days))


async def end_row(session: AsyncSession, row: DossierSubscription, by: EndedBy) -> None:
    """End a subscription; what was still to be told is not told any more."""
    row.ended_at, row.ended_by = now(), by
    await session.execute(
        update(DossierNotice)
        .where(DossierNotice.subscription_id == row.id, DossierNotice.state == NoticeState.PENDING)
        .values(state=NoticeState.OUTDATED, settled_at=now())
    )


async def add_notices(
    session: AsyncSession, subscription_id: int, found: list[Topic], state: NoticeState, at: datetime
) -> None:
    """Note what there is to tell at ``at``. What has been noted before stays as it is."""
    for topic in found:
        values = {
            "subscription_id": subscription_id,
            "key": f"dossier:{subscription_id}:{topic.key}",
            "about": topic.about.value,
            "state": state.value,
            "created_at": at,
            "failures": 0,
            "not_before": at,
        }
        await session.execute(
            _insert(session, DossierNotice).values(values).on_conflict_do_nothing(index_elements=["key"])
        )


def seen(dossier: DossierView) -> dict[str, Any]:
    """What a subscription remembers of a state: another one is a change to tell.

    A source's own wording counts only where it is all there is, what is to be done only where it waits for
    the citizen: a second paper asked for is news, a second signature is not.
    """
    said = ""
    if dossier.status is Status.UNKNOWN:
        said = dossier.status_text
    elif dossier.words.clock is Clock.CITIZEN:
        said = dossier.todo
    return {
        "seen_status": int(dossier.status),
        "seen_text": said[:200],
        "seen_steps": len(dossier.history),
    }


def remind_after(settings: NoticeSettings) -> tuple[int, ...]:
    """The working days after which a waiting result is called to mind."""
    return tuple(int(days) for days in settings.remind_after.split(",") if days)


async def _delete(session: AsyncSession, which: Any) -> None:
    ids = select(DossierSubscription.id).where(which)
    await session.execute(delete(DossierNotice).where(DossierNotice.subscription_id.in_(ids)))
    await session.execute(delete(DossierSubscription).where(which))


def _running(conversation_id: str) -> Any:
    return (
        select(DossierSubscription)
        .where(DossierSubscription.conversation_id == conversation_id, DossierSubscription.ended_at.is_(None))
        .order_by(DossierSubscription.id)
    )


def _insert(session: AsyncSession, table: Any) -> Any:
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
