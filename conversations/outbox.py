"""The outbox: sends what turns have stored, in order within a conversation, each reply once.

A reply is claimed (committed as ``sending``) before its channel is called. If the process dies in
between, or the channel does not answer, nobody knows whether the citizen has it: the reply becomes
``unknown`` and the channel is asked, never simply told again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from conversations.contract import Outgoing, Sender, SendOutcome, SendState
from conversations.erasing import forget_address
from conversations.events import Alarm, Watchers
from conversations.metrics import SENDS
from conversations.models import Conversation, Message, OutboxItem, OutboxState
from conversations.open_rows import unsent
from conversations.repository import readable, rows_changed
from motcua.db import Database, now
from motcua.reply import Kind, Reply
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_PAUSE_S = 1.0
_FIND_AGAIN_S = 3.0
_GIVE_UP_AFTER = timedelta(hours=48)
_LONGEST_RETRY_S = 300.0


class OutboxWorker:
    """Sends the replies of the channels registered in this process."""

    def __init__(self, database: Database, settings: Settings, watchers: Watchers) -> None:
        self._db, self._settings, self._watchers = database, settings, watchers
        self._senders: dict[str, Sender] = {}
        self._active: dict[str, asyncio.Task[None]] = {}
        self.alarm = Alarm()

    def register(self, sender: Sender) -> None:
        """Add the way out of a channel."""
        self._senders[sender.channel] = sender

    async def run(self) -> None:
        """Work until cancelled."""
        owned_up = False
        try:
            while True:
                try:
                    if not owned_up:
                        await self._own_up()
                        owned_up = True
                    await self._start_ready()
                except Exception:
                    log.exception("outbox.look_failed")
                await self.alarm.wait(_PAUSE_S)
        finally:
            for task in self._active.values():
                task.cancel()
            await asyncio.gather(*self._active.values(), return_exceptions=True)

    async def _own_up(self) -> None:
        """What this gateway was sending when it died has an unknown outcome."""
        async with self._db.write() as session:
            await session.execute(
                update(OutboxItem)
                .where(
                    unsent(OutboxItem.state),
                    OutboxItem.state == OutboxState.SENDING,
                    OutboxItem.claimed_by == self._settings.instance,
                )
                .values(state=OutboxState.UNKNOWN, not_before=now())
            )

    async def _start_ready(self) -> None:
        async with self._db.read() as session:
            conversations = await self._ready(session)
        for conversation_id in conversations:
            if conversation_id not in self._active and len(self._active) < self._settings.workers:
                task = asyncio.create_task(self._work_off(conversation_id))
                self._active[conversation_id] = task

    async def _ready(self, session: AsyncSession) -> Sequence[str]:
        """Conversations whose oldest open reply may be sent or looked for now, oldest reply first.

        Only the oldest counts, as in ``_claim``; and a reply that another process has been sending
        for longer than its lease, since that process is dead.
        """
        at = now()
        earlier = aliased(OutboxItem)
        query = (
            select(OutboxItem.conversation_id)
            .where(
                unsent(OutboxItem.state),
                OutboxItem.state.in_((OutboxState.PENDING, OutboxState.UNKNOWN))
                | ((OutboxItem.state == OutboxState.SENDING) & (OutboxItem.claimed_at < self._stale(at))),
                OutboxItem.not_before <= at,
                OutboxItem.channel.in_(self._senders),
                ~exists().where(
                    earlier.channel == OutboxItem.channel,  # always so; with it the index is used
                    earlier.conversation_id == OutboxItem.conversation_id,
                    unsent(earlier.state),
                    earlier.message_id < OutboxItem.message_id,
                ),
            )
            .order_by(OutboxItem.message_id + 0)  # a bare column: SQLite would read all of it in that order
            .limit(self._settings.workers * 2)
        )
        return (await session.scalars(query)).all()

    def _stale(self, at: datetime) -> datetime:
        return at - timedelta(seconds=self._settings.lease_s)

    async def _work_off(self, conversation_id: str) -> None:
        try:
            while await self._run_one(conversation_id):
                pass
        except Exception:
            log.exception("outbox.failed", conversation=conversation_id)
        else:
            self.alarm.ring()  # not after a failure: looking again at once would meet it again
        finally:
            self._active.pop(conversation_id, None)

    async def _run_one(self, conversation_id: str) -> bool:
        async with self._db.write() as session:
            claimed = await self._claim(session, conversation_id)
        if claimed is None:
            return False
        outgoing, was_unknown, erased = claimed
        sender = self._senders[outgoing.channel]
        try:
            outcome = await (sender.find(outgoing) if was_unknown else sender.send(outgoing))
        except Exception as error:
            log.exception("outbox.sender_raised", channel=outgoing.channel)
            outcome = SendOutcome(SendState.UNKNOWN, code=type(error).__name__)
        await self._settle(outgoing, outcome, erased)
        return outcome.state in (SendState.SENT, SendState.FAILED)

    async def _claim(self, session: AsyncSession, conversation_id: str) -> tuple[Outgoing, bool, bool] | None:
        """Claim the oldest open reply of a conversation, if its time has come.

        With it: whether its outcome was unknown, and whether its conversation has been erased.
        """
        item = await session.scalar(
            select(OutboxItem)
            .where(
                OutboxItem.channel.in_(self._senders),
                OutboxItem.conversation_id == conversation_id,
                unsent(OutboxItem.state),
            )
            .order_by(OutboxItem.message_id)
            .limit(1)
        )
        at = now()
        if item is None or item.not_before > at:
            return None
        attempt, first_claimed_at = item.attempts + 1, item.first_claimed_at or at
        was_unknown = item.state == OutboxState.UNKNOWN
        if item.state == OutboxState.SENDING:
            if item.claimed_at is None or item.claimed_at >= self._stale(at):
                return None
            was_unknown = True
        result = await session.execute(
            update(OutboxItem)
            .where(
                OutboxItem.message_id == item.message_id,
                OutboxItem.state == item.state,
                OutboxItem.attempts == item.attempts,
            )
            .values(
                state=OutboxState.SENDING,
                claimed_by=self._settings.instance,
                claimed_at=at,
                first_claimed_at=first_claimed_at,
                attempts=attempt,
            )
        )
        if rows_changed(result) != 1:
            return None
        conversation = await session.get_one(Conversation, conversation_id)
        message = await session.get_one(Message, item.message_id)
        outgoing = Outgoing(
            message_id=item.message_id,
            conversation_id=conversation_id,
            channel=item.channel,
            account=conversation.account,
            address=conversation.address or "",
            reply=readable(message.reply) or Reply(kind=Kind.ANSWER, text=message.text),
            attempt=attempt,
            claimed_at=at,
            first_claimed_at=first_claimed_at,
            last_citizen_at=conversation.last_citizen_at,
        )
        return outgoing, was_unknown, conversation.erased_at is not None

    async def _settle(self, outgoing: Outgoing, outcome: SendOutcome, erased: bool) -> None:
        at = now()
        state, not_before = _next_state(outcome, outgoing)
        async with self._db.write() as session:
            item = await session.get(OutboxItem, outgoing.message_id, with_for_update=True)
            if item is None:
                return  # erased while it was on its way
            if item.attempts != outgoing.attempt and outcome.state is not SendState.SENT:
                return  # somebody took it for dead and goes on with it
            item.state, item.not_before, item.error = state, not_before, outcome.code
            if state is OutboxState.SENT:
                item.sent_at = at
                if outcome.channel_message_ids:
                    message = await session.get_one(Message, outgoing.message_id)
                    message.channel_message_id = outcome.channel_message_ids[0]
            if erased and state in (OutboxState.SENT, OutboxState.FAILED):
                await forget_address(session, outgoing.conversation_id)
        SENDS.labels(channel=outgoing.channel, state=state.value).inc()
        if state is not OutboxState.SENT:
            log.warning("outbox.not_sent", channel=outgoing.channel, state=state.value, code=outcome.code)


def _next_state(outcome: SendOutcome, outgoing: Outgoing) -> tuple[OutboxState, datetime]:
    at = now()
    if outcome.state is SendState.SENT:
        return OutboxState.SENT, at
    if outcome.state is SendState.FAILED or at - outgoing.first_claimed_at > _GIVE_UP_AFTER:
        return OutboxState.FAILED, at
    if outcome.state is SendState.UNKNOWN:
        return OutboxState.UNKNOWN, at + timedelta(seconds=_FIND_AGAIN_S)
    backoff = min(_LONGEST_RETRY_S, 2.0 ** min(outgoing.attempt, 9))
    return OutboxState.PENDING, at + timedelta(seconds=outcome.retry_in or backoff)
