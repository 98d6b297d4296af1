"""Tables of conversations: transcript, turns to run, replies to send, buttons, tickets."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from motcua.db import Base, UtcDateTime, now

# SQLite numbers rows by itself only in a column that is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


class Holder(StrEnum):
    """Who holds a conversation. Lives here, never in Rasa (DESIGN section 7)."""

    BOT = "bot"
    WAITING = "waiting"
    STAFF = "staff"
    CLOSED = "closed"


class TurnState(StrEnum):
    """Whether an inbound message has been answered."""

    PENDING = "pending"
    DONE = "done"


class OutboxState(StrEnum):
    """How far a reply has come. ``SENDING`` is committed before the channel is called."""

    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"


class Conversation(Base):
    """One citizen on one channel. ``lease_*``: which gateway is running its turns, until when.

    ``held_by`` is the person who holds it while ``holder`` is STAFF; from ``held_until`` on it is the
    bot's again (``conversations.holding``). Once ``erased_at`` is set nothing says any more whose it was
    (``conversations.erasing``).
    """

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("address_key"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(64), default="")
    address: Mapped[str | None] = mapped_column(String(128))
    address_key: Mapped[str] = mapped_column(String(64))
    holder: Mapped[str] = mapped_column(String(10), default=Holder.BOT)
    held_by: Mapped[str | None] = mapped_column(String(64))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    ward: Mapped[str | None] = mapped_column(String(64))
    lease_by: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_citizen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Message(Base):
    """A line of the transcript. ``turn_id`` of a reply is the citizen's message it answers; ``said_by`` the
    name of the person who wrote it, for colleagues only.

    ``key`` is what whoever writes outside of a turn calls the message, so that writing it again changes
    nothing.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel", "channel_message_id"),
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        Index(
            "uq_messages_key",
            "conversation_id",
            "key",
            unique=True,
            postgresql_where=text("key IS NOT NULL"),
            sqlite_where=text("key IS NOT NULL"),
        ),
        # Ids are the readers' cursors: an id of deleted data must not come again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text, default="")
    command: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reply: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    turn_id: Mapped[int | None] = mapped_column(RowId)
    channel: Mapped[str] = mapped_column(String(20))
    channel_message_id: Mapped[str | None] = mapped_column(String(128))
    key: Mapped[str | None] = mapped_column(String(100))
    said_by: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Turn(Base):
    """An inbound message to be answered, not tried again before ``not_before``.

    ``attempts`` counts the tries at which the bot was there and failed; while it is away nothing is
    counted. ``told_waiting``: the citizen knows that the answer takes longer. ``held`` is what is needed to
    find out what the message means (``conversations.resolving``), gone when the turn is done.
    """

    __tablename__ = "turns"
    __table_args__ = (
        Index(
            "ix_turns_pending",
            "conversation_id",
            "message_id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10), default=TurnState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    told_waiting: Mapped[bool] = mapped_column(default=False)
    held: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OutboxItem(Base):
    """A reply to be sent by its channel."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "channel",
            "conversation_id",
            "message_id",
            postgresql_where=text("state IN ('pending','sending','unknown')"),
            sqlite_where=text("state IN ('pending','sending','unknown')"),
        ),
    )

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=OutboxState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(200))


class ButtonChoice(Base):
    """A button that was offered. Its id is all a channel ever sees."""

    __tablename__ = "buttons"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(100))
    command: Mapped[dict[str, Any]] = mapped_column(JSON)


class Ticket(Base):
    """A citizen who needs a human. At most one is open in a conversation.

    Waiting while ``claimed_by`` is null, claimed otherwise, closed once ``closed_at`` is set.
    ``waiting_since`` is when the oldest citizen's message came that nobody has replied to, null after a
    reply; ``owner_seen_at`` the last sign of life of whoever has claimed it; ``wanted_by`` the person it
    was forwarded to; ``tried`` the kinds and procedures of the bot's last answers; ``search_text`` what
    it is found by, folded.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index(
            "uq_tickets_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_tickets_queue",
            "waiting_since",
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_tickets_claimed_by",
            "claimed_by",
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        Index("ix_tickets_conversation_id_closed_at", "conversation_id", "closed_at"),
        Index("ix_tickets_closed_at", "closed_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(30))
    summary: Mapped[str] = mapped_column(Text, default="")
    procedure: Mapped[str | None] = mapped_column(String(10))
    ward: Mapped[str | None] = mapped_column(String(64))
    tried: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    out_of_hours: Mapped[bool] = mapped_column(default=False, server_default=false())
    wanted_by: Mapped[str | None] = mapped_column(String(64))
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_name: Mapped[str | None] = mapped_column(String(100))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_citizen_message_id: Mapped[int] = mapped_column(RowId, default=0, server_default=text("0"))
    first_reply_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(30))
    reopened: Mapped[int] = mapped_column(default=0, server_default=text("0"))
