"""Look-ups of dossiers: a code, the second factor, and only then an answer."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from dossiers import attempts
from dossiers.attempts import Scopes
from dossiers.codes import DossierCode, parse_code
from dossiers.hashing import Hasher
from dossiers.metrics import LOOKUPS, SOURCE_ANSWERS
from dossiers.receipts import Receipt, Receipts
from dossiers.sources import DossierRecord, DossierSource, SourceBusy, open_sources
from dossiers.subscriptions import Subscriptions
from dossiers.views import (
    Busy,
    DossierView,
    Found,
    Locked,
    NotHere,
    OtherProvince,
    Outcome,
    Refused,
    view_of,
)
from motcua.db import Database, now
from motcua.settings import Settings

__all__ = [
    "Busy",
    "DossierDesk",
    "DossierView",
    "Found",
    "Locked",
    "OtherProvince",
    "Outcome",
    "Refused",
    "UnreadableCode",
]

log = structlog.get_logger(__name__)

_Opens = Callable[[DossierRecord], bool]


class UnreadableCode(ValueError):
    """What was given as a dossier code is none. The caller reads it with ``find_code`` first."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the sources said: one record a code, the freshest; and the titles of those that are busy."""

    records: list[DossierRecord]
    busy: tuple[str, ...]


class DossierDesk:
    """Answers where a dossier stands. One object serves every conversation.

    Raises BadSource when the settings name a source that does not exist.
    """

    def __init__(
        self, database: Database, settings: Settings, sources: Sequence[DossierSource] | None = None
    ) -> None:
        self._db = database
        self._hasher = Hasher(settings)
        self._receipts = Receipts(settings)
        self.subscriptions = Subscriptions(database, settings.notices)
        self._timeout_s = settings.dossiers.source_timeout_s
        self.sources = list(sources) if sources is not None else open_sources(database, settings)

    async def close(self) -> None:
        """Give back what the sources hold open."""
        for source in self.sources:
            await source.close()

    async def lookup(self, code: str, secret_digits: str, asker_key: str) -> Outcome:
        """Look a dossier up with the last four digits of the registered phone.

        ``asker_key`` is any lasting name of who asks, such as the conversation. Every wrong answer is
        counted. Raises UnreadableCode if ``code`` is none.
        """
        return await self._told(_parsed(code), asker_key, lambda record: self._opens(record, secret_digits))

    async def lookup_receipt(self, receipt: Receipt, asker_key: str) -> Outcome:
        """Look a dossier up with the receipt that was printed for it.

        A forged one is counted like wrong digits. A true one opens whatever pauses others have caused: its
        check value cannot be guessed.
        """
        if not self._receipts.is_ours(receipt):
            return await self._told(receipt.code, asker_key, lambda _: False)
        found = await self.current(receipt.code)
        outcome: Outcome = Found(found) if isinstance(found, DossierView) else found or NotHere(receipt.code)
        LOOKUPS.labels(type(outcome).__name__.lower()).inc()
        return outcome

    async def current(self, code: DossierCode) -> DossierView | Busy | None:
        """What the sources now say of exactly this code; Busy when none has it and not all could be asked.

        For those who have passed the second factor before: nothing is asked for and nothing counted.
        """
        asked = await self._ask(code)
        exact = [record for record in asked.records if record.code == code]
        if exact:
            return view_of(exact[0])
        return Busy(asked.busy) if asked.busy else None

    async def paused_until(self, code: str, asker_key: str) -> datetime | None:
        """Until when this asker or this code is paused. Counts nothing. Raises UnreadableCode."""
        scopes = self._hasher.scopes(asker_key, _parsed(code).key)
        async with self._db.read() as session:
            return await attempts.look(session, scopes, now())

    async def _told(self, wanted: DossierCode, asker_key: str, opens: _Opens) -> Outcome:
        outcome = await self._outcome(wanted, asker_key, opens)
        LOOKUPS.labels(type(outcome).__name__.lower()).inc()
        return outcome

    async def _outcome(self, wanted: DossierCode, asker_key: str, opens: _Opens) -> Outcome:
        if not wanted.is_hanoi:
            return OtherProvince(wanted)
        scopes = self._hasher.scopes(asker_key, wanted.key)
        async with self._db.read() as session:
            paused = await attempts.look(session, scopes, now())
        if paused:
            return Locked(paused)
        # Sources may be slow: they are asked before any row is locked, so that nobody waits for them.
        asked = await self._ask(wanted)
        if asked.busy:
            return await self._while_busy(wanted, asker_key, asked, opens)
        return await self._counted(scopes, lambda: _opened(asked.records, wanted, opens))

    async def _counted(self, scopes: Scopes, opened: Callable[[], DossierRecord | None]) -> Outcome:
        """The outcome under the counters: nothing is opened during a pause, every failure counts."""
        async with self._db.write() as session:
            counters = await attempts.hold(session, scopes)
            limits = [counters[name] for name in scopes.limits]
            at = now()
            paused = attempts.paused_until(limits, at)
            if paused:
                return Locked(paused)
            record = opened()
            if record is None:
                for counter in counters.values():
                    attempts.count_failure(counter, at)
                paused = attempts.paused_until(limits, at)
                return Locked(paused) if paused else Refused(attempts.tries_left(limits))
            attempts.forgive(counters[scopes.asker], counters[scopes.pair])
            return Found(view_of(record))

    async def _while_busy(self, wanted: DossierCode, asker_key: str, asked: _Asked, opens: _Opens) -> Outcome:
        """What the other sources open, or "busy", the same words whether they know the code or not.

        Tries that open nothing are counted apart: a citizen must not be locked out because a system is
        away, and nobody may guess digits for free while it is. Once these tries are used up, it is "busy"
        whatever is given, until the pause is over or the system is back.
        """
        scopes = self._hasher.scopes(f"busy\x1f{asker_key}", f"busy\x1f{wanted.key}")
        outcome = await self._counted(scopes, lambda: _opened(asked.records, wanted, opens))
        return outcome if isinstance(outcome, Found) else Busy(asked.busy)

    async def _ask(self, wanted: DossierCode) -> _Asked:
        """Ask every source at once. Raises DBAPIError when our own database is away."""
        answers = await asyncio.gather(*(self._ask_one(source, wanted) for source in self.sources))
        busy = [source.title for source, answer in zip(self.sources, answers, strict=True) if answer is None]
        records = [record for answer in answers for record in answer or []]
        return _Asked(_freshest(records), tuple(dict.fromkeys(busy)))

    async def _ask_one(self, source: DossierSource, wanted: DossierCode) -> list[DossierRecord] | None:
        """What one source has under this key; None while it is busy."""
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await source.alike(wanted)
        except DBAPIError:
            raise
        except (SourceBusy, TimeoutError) as error:
            reason = error.reason if isinstance(error, SourceBusy) else "too slow"
            log.warning("dossiers.source_busy", source=source.name, reason=reason)
        except Exception as error:
            # One broken source must not take the others along; its message may hold personal data.
            log.error("dossiers.source_broken", source=source.name, error=type(error).__name__)
        else:
            kept = [record for record in found if record.code.key == wanted.key]
            SOURCE_ANSWERS.labels(source.name, "found" if kept else "none").inc()
            return kept
        SOURCE_ANSWERS.labels(source.name, "busy").inc()
        return None

    def _opens(self, record: DossierRecord, digits: str) -> bool:
        given = self._hasher.phone(record.code.canonical, digits)
        return hmac.compare_digest(given, record.phone_hash or "-" * len(given))


def _opened(records: list[DossierRecord], wanted: DossierCode, opens: _Opens) -> DossierRecord | None:
    """The record that code and second factor open together.

    Codes that differ only in their dots share a key. The code as written comes first; otherwise
    the second factor must fit exactly one of them.
    """
    opened = [record for record in records if opens(record)]
    exact = [record for record in opened if record.code == wanted]
    if exact:
        return exact[0]
    return opened[0] if len(opened) == 1 else None


def _freshest(records: list[DossierRecord]) -> list[DossierRecord]:
    """One record a code: the one known latest; of two alike, that of the source named first.

    A source that holds no phone may have the freshest state: then another's phone opens it.
    """
    by_code: dict[DossierCode, DossierRecord] = {}
    for record in sorted(records, key=lambda record: record.as_of, reverse=True):
        kept = by_code.setdefault(record.code, record)
        if kept.phone_hash is None and record.phone_hash is not None:
            by_code[record.code] = replace(kept, phone_hash=record.phone_hash)
    return list(by_code.values())


def _parsed(code: str) -> DossierCode:
    parsed = parse_code(code)
    if parsed is None:
        raise UnreadableCode("not a dossier code")
    return parsed
