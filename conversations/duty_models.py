"""The roster: who is on duty for which ward. People are named by the id the desk gives them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from conversations.models import RowId
from motcua.db import Base, UtcDateTime, now


class Presence(StrEnum):
    """Whether somebody on duty is there. ``REASSIGN``: away, and what they hold goes back to the others."""

    ON = "on"
    AWAY = "away"
    REASSIGN = "reassign"


class DutyPerson(Base):
    """Somebody who can be on duty. ``until`` ends an absence; ``active`` is off for a closed account."""

    __tablename__ = "duty_people"

    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    presence: Mapped[str] = mapped_column(String(10), default=Presence.ON)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Shift(Base):
    """A weekly shift, for one ward or (``ward`` null) for all. Times: minutes after midnight in Hanoi."""

    __tablename__ = "duty_shifts"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts >= 0 AND starts < ends AND ends <= 1440", name="times"),
        Index("ix_duty_shifts_ward", "ward"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("duty_people.person_id", ondelete="CASCADE"), index=True
    )
    ward: Mapped[str | None] = mapped_column(String(5))
    weekday: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]


class ShiftDay(Base):
    """What differs on one day: somebody works (``works``), for a ward or all, or is off for every ward."""

    __tablename__ = "duty_days"
    __table_args__ = (
        CheckConstraint("starts >= 0 AND starts < ends AND ends <= 1440", name="times"),
        Index("ix_duty_days_day", "day"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("duty_people.person_id", ondelete="CASCADE"), index=True
    )
    ward: Mapped[str | None] = mapped_column(String(5))
    day: Mapped[date] = mapped_column(Date)
    starts: Mapped[int]
    ends: Mapped[int]
    works: Mapped[bool]
