"""Kill switches: a channel or a topic is off until somebody turns it on again.

Read from memory at every turn; a look at the database once a second brings what other gateways, or the
command line, have switched. Every change is kept with who, when and why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.operation_models import Switch, SwitchChange, SwitchKind
from motcua.db import Database, now

log = structlog.get_logger(__name__)

_PAUSE_S = 1.0
_LONGEST_BY, _LONGEST_REASON = 100, 300


class Switches:
    """What is off. ``is_off`` asks no database."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._off: frozenset[tuple[str, str]] = frozenset()

    def is_off(self, *, channel: str | None = None, topic: str | None = None) -> bool:
        """Whether the channel, or the topic (an intent or a procedure code), is off."""
        return (SwitchKind.CHANNEL.value, channel) in self._off or (
            SwitchKind.TOPIC.value,
            topic,
        ) in self._off

    @property
    def any_topic_off(self) -> bool:
        """Whether there is any topic to look for."""
        return any(kind == SwitchKind.TOPIC for kind, _ in self._off)

    async def turn(self, kind: SwitchKind, name: str, *, off: bool, by: str, reason: str) -> bool:
        """Switch off or on and keep who did it and why. False when it was so already.

        This gateway knows at once, the others within a second. Raises ValueError without a reason.
        """
        if not reason.strip():
            raise ValueError("a reason is needed")
        by, reason = by[:_LONGEST_BY], reason.strip()[:_LONGEST_REASON]
        async with self._db.write() as session:
            changed = await _turn(session, kind, name, off=off, by=by, reason=reason)
        if changed:
            log.warning("switches.turned", kind=kind.value, name=name, off=off)
            await self.refresh()
        return changed

    async def all(self) -> Sequence[Switch]:
        """Everything that was ever switched, as it is now; what is off first."""
        async with self._db.read() as session:
            query = select(Switch).order_by(Switch.off.desc(), Switch.kind, Switch.name)
            return (await session.scalars(query)).all()

    async def changes(self, limit: int = 100) -> Sequence[SwitchChange]:
        """The latest changes, newest first."""
        async with self._db.read() as session:
            query = select(SwitchChange).order_by(SwitchChange.id.desc()).limit(limit)
            return (await session.scalars(query)).all()

    async def refresh(self) -> None:
        """Look at the database now. Raises what it raises; then what was known stays in force."""
        async with self._db.read() as session:
            rows = (await session.execute(select(Switch.kind, Switch.name).where(Switch.off.is_(True)))).all()
        self._off = frozenset((row.kind, row.name) for row in rows)

    async def first_look(self) -> None:
        """Look before anything is answered. A database that is away is looked at again by ``follow``."""
        try:
            await self.refresh()
        except Exception as error:
            log.warning("switches.look_failed", error=type(error).__name__)

    async def follow(self) -> None:
        """Look once a second until cancelled."""
        while True:
            await asyncio.sleep(_PAUSE_S)
            await self.first_look()


async def _turn(
    session: AsyncSession, kind: SwitchKind, name: str, *, off: bool, by: str, reason: str
) -> bool:
    switch = await session.get(Switch, (kind.value, name), with_for_update=True)
    if switch is None:
        if not off:
            return False
        switch = Switch(kind=kind.value, name=name)
        session.add(switch)
    elif switch.off == off:
        return False
    switch.off, switch.by, switch.reason, switch.changed_at = off, by, reason, now()
    session.add(SwitchChange(kind=kind.value, name=name, off=off, by=by, reason=reason))
    return True
