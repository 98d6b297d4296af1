"""Tables of what the knowledge base lacks: questions without a good answer, once each, in groups."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from conversations.models import RowId
from motcua.db import Base, UtcDateTime, now


class GapKind(StrEnum):
    """How a question came to be here."""

    UNANSWERED = "unanswered"
    OFF_TOPIC = "off_topic"
    GIVEN_UP = "given_up"
    RATED = "rated"
    VOLUNTEER = "volunteer"


class GapState(StrEnum):
    """What became of a group. ``DONE``: taken into a procedure; ``DROPPED``: nothing to do, with a reason."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class GapGroup(Base):
    """Questions that ask for the same. It has no text of its own: erasures delete its items."""

    __tablename__ = "gap_groups"
    __table_args__ = (Index("ix_gap_groups_state", "state"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    state: Mapped[str] = mapped_column(String(10), default=GapState.OPEN)
    reason: Mapped[str] = mapped_column(String(300), default="")
    procedure: Mapped[str | None] = mapped_column(String(10))
    change_id: Mapped[int | None] = mapped_column(RowId)
    decided_by: Mapped[int | None]
    decided_by_name: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class GapItem(Base):
    """One question (masked when it was stored), and where it comes from: exactly one of the three ids.

    ``answer`` is what a volunteer answered, ``comment`` what a citizen wrote to a bad rating.
    """

    __tablename__ = "gap_items"
    __table_args__ = (
        *(
            Index(
                f"uq_gap_items_{column}",
                column,
                unique=True,
                postgresql_where=text(f"{column} IS NOT NULL"),
                sqlite_where=text(f"{column} IS NOT NULL"),
            )
            for column in ("message_id", "rating_id", "gap_id")
        ),
        Index("ix_gap_items_group_id_at", "group_id", "at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("gap_groups.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    procedure: Mapped[str | None] = mapped_column(String(10))
    facet: Mapped[str | None] = mapped_column(String(20))
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    rating_id: Mapped[int | None] = mapped_column(ForeignKey("ratings.id", ondelete="CASCADE"))
    gap_id: Mapped[int | None] = mapped_column(ForeignKey("knowledge_gaps.id", ondelete="CASCADE"))
    by_name: Mapped[str | None] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class GapCursor(Base):
    """How far the collection has come, and which gateway is at it until when. One row."""

    __tablename__ = "gap_cursor"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    message_id: Mapped[int] = mapped_column(RowId, default=0)
    rated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    regrouped_on: Mapped[date | None] = mapped_column(Date)
    lease_by: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
