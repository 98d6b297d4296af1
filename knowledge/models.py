"""Tables of the knowledge base: versions of procedures, and the counter that tells who is behind."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from motcua.db import Base, UtcDateTime, now


class ProcedureVersion(Base):
    """One published version of a procedure. It never changes; the next one supersedes it."""

    __tablename__ = "procedure_versions"
    __table_args__ = (
        Index(
            "uq_procedure_versions_current",
            "code",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
            sqlite_where=text("superseded_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    code: Mapped[str] = mapped_column(String(10))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")


class KnowledgeRevision(Base):
    """One row: how many times the published knowledge has changed."""

    __tablename__ = "knowledge_revision"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    number: Mapped[int] = mapped_column(default=0)
