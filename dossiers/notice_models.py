"""Tables of notices: who wants to hear of a dossier, what there is to tell, and which gateway tells it.

A subscription knows a conversation and a dossier code, never a person. It refers to both by name alone: rooms
do not know each other's tables, and a dossier may live in another system. An erased conversation takes its
subscriptions along (``Subscriptions.forget``).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from motcua.db import Base, UtcDateTime, now

# SQLite numbers rows by itself only in a column that is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


class About(StrEnum):
    """What a notice is about: a change of status, a delay or a new date for it, a result that waits."""

    STATUS = "status"
    LATE = "late"
    WAITING = "waiting"


class NoticeState(StrEnum):
    """``KNOWN``: the citizen knew it when they subscribed. ``OUTDATED``: it was no longer so, or a later
    notice said it too."""

    PENDING = "pending"
    TOLD = "told"
    KNOWN = "known"
    OUTDATED = "outdated"


class EndedBy(StrEnum):
    """Why a subscription is over: the citizen said stop, or nothing will change any more."""

    CITIZEN = "citizen"
    DOSSIER = "dossier"


class DossierSubscription(Base):
    """A conversation that agreed to be told about a dossier, to which words (``consent``) and when.

    ``seen_*`` is the state of the dossier that was last looked at: its status, the source's wording of one
    that we cannot map, how many changes its history had. Changes up to ``looked_at`` have been seen.
    ``changes`` numbers the changes since consent.
    """

    __tablename__ = "dossier_subscriptions"
    __table_args__ = (
        Index(
            "uq_dossier_subscriptions_running",
            "conversation_id",
            "code",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_dossier_subscriptions_looked_at", "looked_at"),
        Index("ix_dossier_subscriptions_code", "code"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(48))
    consent: Mapped[str] = mapped_column(String(40))
    consented_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_status: Mapped[int]
    seen_text: Mapped[str] = mapped_column(String(200), default="")
    seen_steps: Mapped[int] = mapped_column(default=0)
    changes: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(10))


class DossierNotice(Base):
    """One thing to tell one subscriber. ``key`` names it for ever: the same thing is told once."""

    __tablename__ = "dossier_notices"
    __table_args__ = (
        Index("uq_dossier_notices_key", "key", unique=True),
        Index("ix_dossier_notices_subscription_id", "subscription_id"),
        Index(
            "ix_dossier_notices_pending",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("dossier_subscriptions.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=NoticeState.PENDING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class DossierWorker(Base):
    """Work that one gateway does at a time: who does it, until when."""

    __tablename__ = "dossier_workers"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    lease_by: Mapped[str] = mapped_column(String(80))
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
