"""The turn worker: one turn at a time in a conversation, in order, until nothing is unanswered.

A turn reads the committed context, asks the bot outside any transaction, then stores replies, new
context and the fact that it is done in one transaction. Killed anywhere in between, it runs again
and the citizen sees one answer.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from time import monotonic

import structlog

from conversations import repository
from conversations.bot import Bot, BotAnswer, BotUnavailable
from conversations.contract import Event, EventKind, InboundKind
from conversations.events import Alarm, Watchers
from conversations.guards import guard
from conversations.masking import hide_secret
from conversations.metrics import TURN_SECONDS, TURNS
from conversations.models import Conversation, Holder, Message, Turn, TurnState
from conversations.tickets import open_ticket
from motcua.context import Awaiting, Context
from motcua.db import Database, now
from motcua.reply import Button, Command, Kind, Reply
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_PAUSE_S = 1.0
_SHORTEST_RETRY_S, _LONGEST_RETRY_S = 0.5, 10.0
_TRIES = 6
_BUSY = (
    "Hệ thống trả lời tạm thời chưa sẵn sàng. Câu hỏi của anh/chị đã được giữ, Một Cửa sẽ trả lời ngay "
    "tại đây, anh/chị không cần gửi lại."
)
_APOLOGY = Reply(
    kind=Kind.ERROR,
    text="Một Cửa xin lỗi, câu này Một Cửa chưa trả lời được vì lỗi của hệ thống. Anh/chị thử hỏi lại bằng "
    "cách khác, hoặc để cán bộ trả lời anh/chị nhé.",
    buttons=[Button(title="Gặp cán bộ", payload=Command(intent="request_human"))],
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
            ready = await repository.ready_conversations(
                session, now(), room + len(self._active), self._owner
            )
        for conversation_id in ready:
            if conversation_id not in self._active and len(self._active) < self._settings.workers:
                self._active.add(conversation_id)
                task = asyncio.create_task(self._work_off(conversation_id))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _work_off(self, conversation_id: str) -> None:
        worked = False
        try:
            worked = await self._run_leased(conversation_id)
        except Exception:
            log.exception("turns.failed", conversation=conversation_id)
        finally:
            self._active.discard(conversation_id)
        if worked:  # otherwise looking again at once would find the same, again and again
            self.alarm.ring()

    async def _run_leased(self, conversation_id: str) -> bool:
        """Run what is pending, renewing the lease in time. False when another gateway has it."""
        renew_at = monotonic()
        while True:
            if monotonic() >= renew_at:
                async with self._db.write() as session:
                    if not await repository.take_lease(
                        session, conversation_id, self._owner, self._settings.lease_s
                    ):
                        return False
                renew_at = monotonic() + self._settings.lease_s / 3
            if not await self._run_one(conversation_id):
                break
        async with self._db.write() as session:
            await repository.release_lease(session, conversation_id, self._owner)
        return True

    async def _run_one(self, conversation_id: str) -> bool:
        """Run the oldest pending turn. False when there is none or it has to wait."""
        async with self._db.read() as session:
            turn = await repository.first_pending_turn(session, conversation_id)
            if turn is None or turn.not_before > now():
                return False
            conversation = await session.get_one(Conversation, conversation_id)
            message = await session.get_one(Message, turn.message_id)
        self._watchers.publish(Event(EventKind.TYPING, conversation_id))
        context = repository.committed_context(conversation)
        try:
            with TURN_SECONDS.time():
                answer = await self._answer(conversation, message, context)
            await self._commit(conversation, turn, context, answer)
            return True
        except BotUnavailable as error:
            failure = error
        except Exception as error:
            log.exception("turns.turn_failed", conversation=conversation_id)
            failure = BotUnavailable(type(error).__name__, reachable=True)
        if failure.reachable and turn.attempts + 1 >= _TRIES:
            log.error("turns.given_up", why=str(failure), conversation=conversation_id)
            await self._commit(conversation, turn, context, BotAnswer([_APOLOGY], context))
            return True
        await self._postpone(conversation, turn, failure)
        return False

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
            if current.holder == Holder.STAFF:  # somebody took over while the bot was thinking
                answer = BotAnswer([], before)
            if before.awaiting is Awaiting.DOSSIER_SECRET or any(
                reply.kind is Kind.STATUS for reply in answer.replies
            ):
                asked = await session.get_one(Message, turn.message_id)
                asked.text = hide_secret(asked.text)  # before a ticket quotes it
            current.context = answer.context.model_dump(mode="json", exclude_defaults=True)
            for reply in answer.replies:
                await repository.add_reply(session, current, reply, turn.message_id)
                if reply.kind is Kind.HANDOFF and reply.handoff_reason:
                    await open_ticket(session, current, turn.message_id, reply)
        for reply in answer.replies:
            TURNS.labels(kind=reply.kind.value).inc()
        self._outbox.ring()
        self._watchers.publish(Event(EventKind.MESSAGE, conversation.id))
        self._watchers.publish(Event(EventKind.TURN_DONE, conversation.id, turn.message_id))

    async def _postpone(self, conversation: Conversation, turn: Turn, failure: BotUnavailable) -> None:
        """Keep the turn for later. The citizen is told once, and only if the wait is noticeable."""
        waited = (now() - turn.created_at).total_seconds()
        tell = waited >= self._settings.tell_waiting_after_s and not turn.told_waiting
        # Waiting as long again as one has waited doubles the pause without counting the tries.
        growing = _SHORTEST_RETRY_S * 2**turn.attempts if failure.reachable else waited
        delay = min(_LONGEST_RETRY_S, max(_SHORTEST_RETRY_S, growing))
        async with self._db.write() as session:
            current = await session.get_one(Turn, turn.message_id, with_for_update=True)
            if current.state != TurnState.PENDING:
                return
            current.attempts += failure.reachable
            current.not_before = now() + timedelta(seconds=delay)
            current.told_waiting = current.told_waiting or tell
            if tell:
                owner = await repository.locked_conversation(session, conversation.id)
                await repository.add_reply(
                    session, owner, Reply(kind=Kind.ERROR, text=_BUSY), turn.message_id
                )
        log.warning("turns.bot_unavailable", why=str(failure), attempts=current.attempts, retry_in_s=delay)
        if tell:
            self._outbox.ring()
            self._watchers.publish(Event(EventKind.MESSAGE, conversation.id))
