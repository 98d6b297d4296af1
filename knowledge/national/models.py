"""Tables of the ministry's side: records as last imported, and what editors have to look at then."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from motcua.db import Base, UtcDateTime, now

_RowId = BigInteger().with_variant(Integer, "sqlite")


class NationalRecord(Base):
    """What the portal says of a procedure, whoever's text is published. ``digest`` is of ``content``."""

    __tablename__ = "national_records"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ReviewState(StrEnum):
    """What became of a task. ``OBSOLETE``: the portal went back to what it said before."""

    OPEN = "open"
    DONE = "done"
    IRRELEVANT = "irrelevant"
    OBSOLETE = "obsolete"


class ReviewTask(Base):
    """The portal has changed a record whose procedure people have edited. At most one is open a procedure."""

    __tablename__ = "review_tasks"
    __table_args__ = (
        Index(
            "uq_review_tasks_open",
            "code",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_review_tasks_state_id", "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_RowId, primary_key=True, autoincrement=True)
    code: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12), default=ReviewState.OPEN)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    fields: Mapped[list[str]] = mapped_column(JSON)
    day_before: Mapped[date]
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(Text, default="")
    change_id: Mapped[int | None] = mapped_column(_RowId)
    decided_by: Mapped[int | None]
    decided_by_name: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
