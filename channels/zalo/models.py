"""Tables of the Zalo channel: the token pair, how far each reply has gone out, what was uploaded."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

import conversations.models  # noqa: F401  (the table that the foreign keys below point to)
from motcua.db import Base, UtcDateTime


class PairState(StrEnum):
    """Whether the pair can be renewed. ``NEEDS_CONSENT``: only an OA administrator can help."""

    ACTIVE = "active"
    NEEDS_CONSENT = "needs_consent"


class ZaloTokens(Base):
    """The token pair of an Official Account, encrypted.

    ``generation`` counts the pairs; whoever writes names the one it started from. ``lease_*`` is the
    lock among processes: one of them talks to Zalo, the others wait for the next generation.
    ``failures`` and ``not_before`` space the tries out while Zalo cannot be reached.
    ``refresh_expires_at`` is when the refresh token dies unused; None for a pair of an older release.
    """

    __tablename__ = "zalo_tokens"

    oa_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    access_token: Mapped[str] = mapped_column(Text)
    refresh_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    refreshed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    refresh_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    generation: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default=PairState.ACTIVE)
    error: Mapped[str | None] = mapped_column(String(64))
    failures: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_by: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Way(StrEnum):
    """By which door a piece went: as an answer, or as an approved template."""

    CS = "cs"
    ZBS = "zbs"


class ZaloSend(Base):
    """How much of a reply has gone out. Positions are code points of the rendered text.

    Attachments follow the text, one position each. ``gone`` is what Zalo has confirmed. ``under_way``
    is the end of the piece that was handed over and not yet confirmed: committed before the call, so
    that a crash leaves a trace. ``digest`` is a keyed hash of that piece (its kind, for an attachment),
    by which Zalo's echo of it is recognised. ``refusals`` counts the times Zalo said "later" to it.
    """

    __tablename__ = "zalo_sends"
    __table_args__ = (
        Index(
            "ix_zalo_sends_under_way",
            "conversation_id",
            postgresql_where=text("under_way IS NOT NULL"),
            sqlite_where=text("under_way IS NOT NULL"),
        ),
    )

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(String(32))
    way: Mapped[str] = mapped_column(String(4), default=Way.CS, server_default="cs")
    digest: Mapped[str | None] = mapped_column(String(64))
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    gone: Mapped[int] = mapped_column(default=0)
    under_way: Mapped[int | None]
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    doubted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ZaloPiece(Base):
    """A piece that Zalo has confirmed, under Zalo's own id. ``ends`` is its end in the text."""

    __tablename__ = "zalo_pieces"

    zalo_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    ends: Mapped[int]


class ZaloUpload(Base):
    """A picture or file that was uploaded: ``ref`` names it at Zalo until Zalo forgets it.

    ``digest`` is the SHA-256 of its bytes, so that the same form is uploaded once, not for each citizen.
    """

    __tablename__ = "zalo_uploads"

    oa_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    ref: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
