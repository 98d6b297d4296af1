"""Tables of the desk: who works here, what they may do, where they are signed in, what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from motcua.db import Base, UtcDateTime, now

RowId = BigInteger().with_variant(Integer, "sqlite")


class Staff(Base):
    """Somebody who works at the desk.

    ``name`` is what they sign in with, ``subject`` who they are at the OpenID provider (issuer and
    subject). Without ``password_hash`` they are invited and have not come yet. ``whole_city``: they
    see every ward, not only those in ``staff_wards``. Nobody is ever deleted: what they did stays theirs.
    """

    __tablename__ = "staff"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    full_name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change: Mapped[bool] = mapped_column(default=False)
    subject: Mapped[str | None] = mapped_column(String(400), unique=True)
    whole_city: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffRole(Base):
    """A role somebody has (``desk.roles.Role``)."""

    __tablename__ = "staff_roles"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(12), primary_key=True)


class StaffWard(Base):
    """A ward somebody works for: its team is everybody with this ward."""

    __tablename__ = "staff_wards"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    ward: Mapped[str] = mapped_column(String(5), primary_key=True, index=True)


class StaffSession(Base):
    """A browser somebody is signed in with. Only a hash of its secret is kept."""

    __tablename__ = "staff_sessions"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Invitation(Base):
    """A link with which somebody sets a password, once. Only a hash of it is kept."""

    __tablename__ = "staff_invitations"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInTries(Base):
    """Failed sign-ins of an account name or of an address, both as keyed hashes."""

    __tablename__ = "sign_in_tries"

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """Something somebody did that others may have to account for. Holds no text of citizens."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_subject_id", "subject", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    who: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(80), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ContentViewer(Base):
    """A page in which somebody has the form of a content change open.

    ``page`` is made when the form is drawn: two pages of one person are two. ``revision``: what this page
    wrote last, so that its own write is not taken for somebody else's when the answer to it got lost.
    """

    __tablename__ = "content_viewers"

    change_id: Mapped[int] = mapped_column(
        ForeignKey("content_changes.id", ondelete="CASCADE"), primary_key=True
    )
    page: Mapped[str] = mapped_column(String(24), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    writing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int | None]
