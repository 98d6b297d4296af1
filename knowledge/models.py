"""Tables of the knowledge base: versions of procedures, changes in progress, what was corrected of offices,
and the counter that tells who is behind."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from motcua.db import Base, UtcDateTime, now

RowId = BigInteger().with_variant(Integer, "sqlite")
OPEN_STATES = ("draft", "submitted", "changes_requested", "approved", "scheduled")
"""A change in one of these states is not over; a code has one such change at most."""
_OPEN = f"state IN ({', '.join(repr(state) for state in OPEN_STATES)})"


class ProcedureVersion(Base):
    """One published version of a procedure. It never changes; the next one supersedes it.

    ``withdrawn``: from this version on the procedure is out of force; the content is the last one's.
    """

    __tablename__ = "procedure_versions"
    __table_args__ = (
        Index(
            "uq_procedure_versions_current",
            "code",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
            sqlite_where=text("superseded_at IS NULL"),
        ),
        Index("ix_procedure_versions_code_id", "code", "id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    code: Mapped[str] = mapped_column(String(10))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())


class ContentChange(Base):
    """A change of one procedure on its way from draft to published (``knowledge.changes``).

    ``content`` may be invalid while it is being written. ``revision`` grows with every write; who writes
    names the one they saw. ``editors`` are all who put content in. A change that is over never changes,
    except that a published one becomes superseded.
    """

    __tablename__ = "content_changes"
    __table_args__ = (
        Index(
            "uq_content_changes_open",
            "code",
            unique=True,
            postgresql_where=text(_OPEN),
            sqlite_where=text(_OPEN),
        ),
        Index("ix_content_changes_state_id", "state", "id"),
        Index("ix_content_changes_code_id", "code", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    code: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    base_version_id: Mapped[int | None] = mapped_column(ForeignKey("procedure_versions.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    public_note: Mapped[str] = mapped_column(String(300), default="")
    effective_from: Mapped[date | None]
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    editors: Mapped[list[int]] = mapped_column(JSON, default=list)
    opened_by: Mapped[int]
    opened_by_name: Mapped[str] = mapped_column(String(80))
    submitted_by: Mapped[int | None]
    submitted_by_name: Mapped[str | None] = mapped_column(String(80))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None]
    decided_by_name: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str] = mapped_column(Text, default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    urgent_reason: Mapped[str] = mapped_column(Text, default="")
    published_version_id: Mapped[int | None] = mapped_column(ForeignKey("procedure_versions.id"), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class OfficeEdit(Base):
    """What somebody at the desk knows of an office: proposed, then in force once another has confirmed it.

    ``fields`` stand in the place of those of the shipped record (``knowledge.offices``) and never change;
    a later edit supersedes this one.
    """

    __tablename__ = "office_edits"
    __table_args__ = (
        Index(
            "uq_office_edits_proposed",
            "ward",
            "kind",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
            sqlite_where=text("state = 'proposed'"),
        ),
        Index(
            "uq_office_edits_in_force",
            "ward",
            "kind",
            unique=True,
            postgresql_where=text("state = 'in_force'"),
            sqlite_where=text("state = 'in_force'"),
        ),
        Index("ix_office_edits_ward_id", "ward", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    ward: Mapped[str] = mapped_column(String(5))
    kind: Mapped[str] = mapped_column(String(20))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    checked_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    by: Mapped[int]
    by_name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_by: Mapped[int | None]
    decided_by_name: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)


class KnowledgeRevision(Base):
    """One row: how many times what is said to citizens has changed."""

    __tablename__ = "knowledge_revision"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    number: Mapped[int] = mapped_column(default=0)
