"""What every source of dossiers gives: a record by its code, "busy", and its health.

A source is a module of this package (or any importable module) with ``open_source(place)``. A new
system needs one such file and its name in ``MOTCUA_DOSSIERS_SOURCES``; nothing else changes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date, datetime

from dossiers.codes import DossierCode
from dossiers.statuses import Status
from motcua.db import Database
from motcua.settings import Settings


class SourceBusy(Exception):
    """The source cannot say now, or says what cannot be trusted. ``reason`` is for logs: no personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSource(ValueError):
    """The settings of a source are wrong; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class DossierRecord:
    """What one source says about one dossier. Holds no name, no address, no telephone number.

    ``status_text`` is the source's own wording; it is all there is when ``status`` is UNKNOWN.
    ``phone_hash`` is ``Hasher.phone`` of the registered phone's last four digits, None without a
    phone. ``as_of`` is when this was known to be so, ``history`` what changed and when, oldest first.
    """

    code: DossierCode
    status: Status
    source: str
    as_of: datetime
    status_text: str = ""
    phone_hash: str | None = field(default=None, repr=False)
    procedure: str | None = None
    received_on: date | None = None
    due_on: date | None = None
    finished_on: date | None = None
    promised_on: date | None = None
    late_reason: str = ""
    todo: str = ""
    office: str = ""
    history: tuple[tuple[date, Status], ...] = ()
    demo: bool = False
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How a source is: ``detail`` is one line for the operator."""

    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Where a source is opened: the name it was given in the settings, and what it may use."""

    name: str
    database: Database
    settings: Settings


class DossierSource(ABC):
    """One system that knows dossiers. ``title`` is its name as a citizen reads it."""

    name: str
    title: str

    @abstractmethod
    async def find(self, code: DossierCode) -> DossierRecord | None:
        """The dossier with this code, None if the source has none. Raises SourceBusy.

        The record's code has the key of ``code``: a source never answers with another dossier.
        """

    async def alike(self, code: DossierCode) -> list[DossierRecord]:
        """Every dossier whose code differs from ``code`` at most in its dots. Raises SourceBusy."""
        found = await self.find(code)
        return [found] if found else []

    @abstractmethod
    async def health(self) -> Health:
        """Whether look-ups would work now. Never raises."""

    async def close(self) -> None:
        """Give back what the source holds open."""
        return
