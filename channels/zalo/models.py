"""Tables of the Zalo channel: the token pair, and how far each reply has gone out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
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
    """

    __tablename__ = "zalo_tokens"

    oa_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    access_token: Mapped[str] = mapped_column(Text)
    refresh_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    refreshed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    generation: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default=PairState.ACTIVE)
    error: Mapped[str | None] = mapped_column(String(64))
    failures: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_by: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ZaloSend(Base):
    """How much of a reply has gone out. Positions are code points of the rendered text.

    ``gone`` is what Zalo has confirmed. ``under_way`` is the end of the piece that was handed over
    and not yet confirmed: committed before the call, so that a crash leaves a trace.
    """

    __tablename__ = "zalo_sends"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
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
