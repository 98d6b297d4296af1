"""Tables around conversations: ratings, switches and who turned them, jobs of which one gateway does each."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from conversations.models import RowId
from motcua.db import Base, UtcDateTime, now


class Rating(Base):
    """Whether an answer was useful. After an erasure it still counts, with nothing that leads back."""

    __tablename__ = "ratings"
    __table_args__ = (Index("uq_ratings_message_id", "message_id", unique=True), Index("ix_ratings_at", "at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL"), index=True
    )
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    useful: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text, default="")
    procedure: Mapped[str | None] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SwitchKind(StrEnum):
    """What can be switched off."""

    CHANNEL = "channel"
    TOPIC = "topic"


class Switch(Base):
    """A channel or a topic (an intent or a procedure code) as it was last switched."""

    __tablename__ = "switches"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    off: Mapped[bool]
    by: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(300))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SwitchChange(Base):
    """Who switched what, when and why. Rows are only added."""

    __tablename__ = "switch_changes"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(40))
    off: Mapped[bool]
    by: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Job(Base):
    """Work that one gateway does once a day. ``lease_*``: who is at it, until when."""

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_on: Mapped[date | None] = mapped_column(Date)
    lease_by: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
