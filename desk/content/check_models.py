"""The table of checks: what the bot answered to a procedure's questions, before and with a change."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.models import RowId
from motcua.db import Base, UtcDateTime, now


class CheckState(StrEnum):
    """How far a check has come."""

    RUNNING = "running"
    DONE = "done"
    AWAY = "away"  # the bot could not be asked


class ChangeCheck(Base):
    """The check of one revision of a change.

    ``owner`` is who runs it; ``beat_at`` their last sign of life: a run without one may be begun anew.
    ``result`` is what ``desk.content.check_questions.Findings`` writes.
    """

    __tablename__ = "change_checks"
    __table_args__ = (UniqueConstraint("change_id", "revision"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("content_changes.id", ondelete="CASCADE"))
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=CheckState.RUNNING)
    owner: Mapped[str] = mapped_column(String(40))
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
