"""The turn worker: one turn at a time in a conversation, in order, until nothing is unanswered.

A turn reads the committed context, asks the bot outside any transaction, then stores replies, new
context and the fact that it is done in one transaction. Killed anywhere in between, it runs again
and the citizen sees one answer.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from conversations import repository
from conversations.bot import Bot, BotAnswer, BotUnavailable
from conversations.contract import Event, EventKind, InboundKind
from conversations.events import Alarm, Watchers
from conversations.guards import guard
from conversations.masking import hide_secret
from conversations.metrics import TURN_SECONDS, TURNS
from conversations.models import Conversation, Holder, Message, Turn
from conversations.tickets import open_ticket
from motcua.context import Awaiting, Context
from motcua.db import Database, now
from motcua.reply import Command, Kind, Reply
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_PAUSE_S = 1.0
_LONGEST_RETRY_S = 10.0
_BUSY = (
    "Hệ thống trả lời đang khởi động lại. Câu hỏi của anh/chị đã được giữ, Một Cửa sẽ trả lời ngay khi "
    "chạy lại, anh/chị không cần gửi lại."
)


class TurnWorker:
    """Runs the turns of this gateway. ``alarm`` is rung when a message has been stored."""

    def __init__(
        self, database: Database, settings: Settings, bot: Bot, watchers: Watchers, outbox: Alarm
    ) -> None:
        self._db, self._settings, self._bot = database, settings, bot
        self._watchers, self._outbox = watchers, outbox
        self.alarm = Alarm()
        self._active: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._owner = settings.instance

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                try:
                    await self._start_ready()
                except Exception:
                    log.exception("turns.look_failed")
                await self.alarm.wait(_PAUSE_S)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _start_ready(self) -> None:
        room = self._settings.workers - len(self._active)
        if room <= 0:
            return
        async with self._db.read() as session:
            ready = await repository.ready_conversations(session, now(), room + len(self._active))
        for conversation_id in ready:
            if conversation_id not in self._active and len(self._active) < self._settings.workers:
                self._active.add(conversation_id)
                task = asyncio.create_task(self._work_off(conversation_id))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _work_off(self, conversation_id: str) -> None:
        try:
            async with self._db.write() as session:
                if not await repository.take_lease(
                    session, conversation_id, self._owner, self._settings.lease_s
                ):
                    return
            while await self._run_one(conversation_id):
                pass
            async with self._db.write() as session:
                await repository.release_lease(session, conversation_id, self._owner)
        except Exception:
            log.exception("turns.failed", conversation=conversation_id)
        finally:
            self._active.discard(conversation_id)
            self.alarm.ring()

    async def _run_one(self, conversation_id: str) -> bool:
        """Run the oldest pending turn. False when there is none or it has to wait."""
        async with self._db.read() as session:
            turn = await repository.first_pending_turn(session, conversation_id)
            if turn is None or turn.not_before > now():
                return False
            conversation = await session.get_one(Conversation, conversation_id)
            message = await session.get_one(Message, turn.message_id)
        self._watchers.publish(Event(EventKind.TYPING, conversation_id))
        context = Context.model_validate(conversation.context)
        try:
            with TURN_SECONDS.time():
                answer = await self._answer(conversation, message, context)
        except BotUnavailable as error:
            await self._postpone(conversation, turn, str(error))
            return False
        await self._commit(conversation, turn, context, answer)
        return True

    async def _answer(self, conversation: Conversation, message: Message, context: Context) -> BotAnswer:
        if conversation.holder == Holder.STAFF:
            return BotAnswer([], context)
        kind = InboundKind(message.kind)
        guarded = guard(kind, message.text, self._settings.max_text)
        if guarded and not message.command:
            return BotAnswer([guarded], context)
        command = Command.model_validate(message.command) if message.command else None
        if kind is InboundKind.FOLLOW:
            command = Command(intent="greet")
        return await self._bot.ask(conversation.id, message.text, command, context)

    async def _commit(
        self, conversation: Conversation, turn: Turn, before: Context, answer: BotAnswer
    ) -> None:
        async with self._db.write() as session:
            if not await repository.finish_turn(session, turn.message_id):
                return
            current = await repository.locked_conversation(session, conversation.id)
            current.context = answer.context.model_dump(mode="json", exclude_defaults=True)
            for reply in answer.replies:
                await repository.add_reply(session, current, reply, turn.message_id)
                if reply.kind is Kind.HANDOFF and reply.handoff_reason:
                    await open_ticket(session, current, turn.message_id, reply)
            if before.awaiting is Awaiting.DOSSIER_SECRET or any(
                reply.kind is Kind.STATUS for reply in answer.replies
            ):
                asked = await session.get_one(Message, turn.message_id)
                asked.text = hide_secret(asked.text)
        for reply in answer.replies:
            TURNS.labels(kind=reply.kind.value).inc()
        self._outbox.ring()
        self._watchers.publish(Event(EventKind.MESSAGE, conversation.id))
        self._watchers.publish(Event(EventKind.TURN_DONE, conversation.id, turn.message_id))

    async def _postpone(self, conversation: Conversation, turn: Turn, why: str) -> None:
        """Keep the turn for later. The citizen is told once, and only if the wait is noticeable."""
        waited = (now() - turn.created_at).total_seconds()
        tell = waited >= self._settings.tell_waiting_after_s and not turn.told_waiting
        delay = min(_LONGEST_RETRY_S, 0.5 * 2**turn.attempts)
        async with self._db.write() as session:
            current = await session.get_one(Turn, turn.message_id)
            current.attempts += 1
            current.not_before = now() + timedelta(seconds=delay)
            current.told_waiting = current.told_waiting or tell
            if tell:
                owner = await repository.locked_conversation(session, conversation.id)
                await repository.add_reply(
                    session, owner, Reply(kind=Kind.ERROR, text=_BUSY), turn.message_id
                )
        log.warning("turns.bot_unavailable", why=why, attempts=turn.attempts + 1, retry_in_s=delay)
        if tell:
            self._outbox.ring()
            self._watchers.publish(Event(EventKind.MESSAGE, conversation.id))
