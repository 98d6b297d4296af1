"""Tables around a ticket: what happened to it, who reads it, notes, drafts, canned replies, gaps.

People are named by the id the desk gives them, as text: this room knows no accounts.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from conversations.models import RowId
from motcua.db import Base, UtcDateTime, now


class TicketEvent(Base):
    """Something that happened to a ticket, for those who watch. Holds no text.

    ``to_person`` is set when it concerns one person: a mention, a ticket forwarded to them.
    """

    __tablename__ = "ticket_events"
    __table_args__ = (
        Index("ix_ticket_events_ticket_id_id", "ticket_id", "id"),
        Index("ix_ticket_events_at", "at"),
        {"sqlite_autoincrement": True},  # ids are the readers' cursors
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    by: Mapped[str | None] = mapped_column(String(64))
    by_name: Mapped[str | None] = mapped_column(String(100))
    to_person: Mapped[str | None] = mapped_column(String(64))
    ward: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TicketReader(Base):
    """A person who has looked at a ticket: how far they have read, and whether they look at it now."""

    __tablename__ = "ticket_readers"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    read_message_id: Mapped[int] = mapped_column(RowId, default=0)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    typing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TicketNote(Base):
    """A private note under a ticket. Citizens never see it. ``mentions`` are the ids of people named."""

    __tablename__ = "ticket_notes"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    by: Mapped[str] = mapped_column(String(64))
    by_name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ReplyDraft(Base):
    """What a person has typed under a ticket and not sent."""

    __tablename__ = "reply_drafts"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ApprovalState(StrEnum):
    """How far a reply that needs a second pair of eyes has come."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


class PendingReply(Base):
    """A reply of a new volunteer that a lead has to approve before it goes out.

    ``key`` is the idempotency key of the send, so that neither a double click nor two leads send twice.
    """

    __tablename__ = "pending_replies"
    __table_args__ = (
        Index("uq_pending_replies_key", "key", unique=True),
        Index(
            "ix_pending_replies_open",
            "ticket_id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        Index("ix_pending_replies_ticket_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(64))
    by_name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    reply: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default=ApprovalState.PENDING)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CannedScope(StrEnum):
    """Who may use a canned reply."""

    MINE = "mine"
    WARD = "ward"
    ALL = "all"


class CannedReply(Base):
    """A reply kept for use again. ``owner`` made it; ``ward`` is set for the scope of a ward's team."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    scope: Mapped[str] = mapped_column(String(10))
    owner: Mapped[str] = mapped_column(String(64), index=True)
    ward: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TeamRule(Base):
    """What a ward's team has agreed on. Replies of accounts younger than ``approve_days`` wait for a lead."""

    __tablename__ = "team_rules"

    ward: Mapped[str] = mapped_column(String(64), primary_key=True)
    approve_days: Mapped[int] = mapped_column(default=0)


class KnowledgeGap(Base):
    """A question the knowledge base cannot answer, with the answer a person gave, for the editors.

    ``state`` is open until an editor has taken it in (``done``) or dismissed it (``dropped``).
    """

    __tablename__ = "knowledge_gaps"
    __table_args__ = (Index("ix_knowledge_gaps_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"), index=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="")
    procedure: Mapped[str | None] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(String(64))
    by_name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(10), default="open")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
