"""Tables of dossiers: what the one-stop software told us, its history, and failed look-ups.

No name and no telephone number is stored. The last four digits of the registered phone are kept as
a keyed hash together with the code, so that equal digits of two dossiers do not look equal.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from motcua.db import Base, UtcDateTime, now

# SQLite numbers rows by itself only in a column that is exactly INTEGER.
_RowId = BigInteger().with_variant(Integer, "sqlite")


class Dossier(Base):
    """A dossier as its source last described it.

    ``code_key`` is the code without dots and dashes (spellings share it), ``promised_on`` the new
    date given when the result is late, ``todo`` what the citizen must supply or pay, ``demo`` marks
    invented dossiers. ``status`` 0 is one that no mapping knows: ``status_text`` is then all there is.
    ``updated_at`` is when something changed here, ``as_of`` when the source last said it is so.
    """

    __tablename__ = "dossiers"
    __table_args__ = (UniqueConstraint("code"), CheckConstraint("status BETWEEN 0 AND 10", name="status"))

    id: Mapped[int] = mapped_column(_RowId, primary_key=True, autoincrement=True)
    code: Mapped[str] = mapped_column(String(48))
    code_key: Mapped[str] = mapped_column(String(48), index=True)
    procedure: Mapped[str | None] = mapped_column(String(10))
    status: Mapped[int]
    status_text: Mapped[str] = mapped_column(String(200), default="")
    phone_hash: Mapped[str | None] = mapped_column(String(64))
    received_on: Mapped[date | None]
    due_on: Mapped[date | None]
    finished_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    late_reason: Mapped[str] = mapped_column(Text, default="")
    todo: Mapped[str] = mapped_column(Text, default="")
    office: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(40))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    demo: Mapped[bool] = mapped_column(default=False)


class DossierEvent(Base):
    """A change of status, in the order we learned of it."""

    __tablename__ = "dossier_events"

    id: Mapped[int] = mapped_column(_RowId, primary_key=True, autoincrement=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    status: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")


class DossierAttempt(Base):
    """Failed look-ups of one asker or of one code. ``scope`` is a keyed hash of either."""

    __tablename__ = "dossier_attempts"

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DossierSourceState(Base):
    """What gateways share about a source: who polls it until when, and what its last file brought.

    ``last_file`` is a file name, ``last_counts`` the numbers of its report.
    """

    __tablename__ = "dossier_source_states"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    lease_by: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_file: Mapped[str] = mapped_column(String(255), default="")
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_counts: Mapped[dict[str, int] | None] = mapped_column(JSON)


class DossierUnknownStatus(Base):
    """A wording or number of a source that its mapping lacks, for whoever keeps the mappings."""

    __tablename__ = "dossier_unknown_statuses"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    said: Mapped[str] = mapped_column(String(200), primary_key=True)
    times: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
