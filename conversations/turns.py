"""The turn worker: one turn at a time in a conversation, in order, until nothing is unanswered.

A turn reads the committed context, asks the bot outside any transaction, then stores replies, new
context and the fact that it is done in one transaction. Killed anywhere in between, it runs again
and the citizen sees one answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import ratings, repository
from conversations.bot import Bot, BotAnswer, BotUnavailable
from conversations.contract import Event, EventKind, InboundKind
from conversations.erasing import Erased, Eraser, farewell
from conversations.events import Alarm, Watchers
from conversations.guards import guard
from conversations.holding import is_held, take_back
from conversations.masking import hide_secret
from conversations.metrics import TURN_SECONDS, TURNS
from conversations.models import Conversation, Holder, Message, Turn, TurnState
from conversations.paused import CHANNEL_PAUSED, without_paused
from conversations.resolving import Resolving
from conversations.switches import Switches
from conversations.ticket_rating import rated, thanks
from conversations.tickets import open_after_misses, open_ticket
from motcua.context import Awaiting, Context
from motcua.db import Database, now
from motcua.reply import Button, Command, Effect, Kind, Reply
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


@dataclass(frozen=True, slots=True)
class _Job:
    """A turn to run, as committed when it was taken."""

    turn: Turn
    message: Message
    conversation: Conversation
    context: Context


class TurnWorker:
    """Runs the turns of this gateway."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        bot: Bot,
        *,
        watchers: Watchers,
        outbox: Alarm,
        resolving: Resolving,
        switches: Switches,
        eraser: Eraser,
    ) -> None:
        self._db, self._settings, self._bot = database, settings, bot
        self._watchers, self._outbox, self._resolving = watchers, outbox, resolving
        self._switches, self._eraser = switches, eraser
        self._alarm = Alarm()
        self._active: set[str] = set()
        self._again: set[str] = set()
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
                await self._alarm.wait(_PAUSE_S)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def start(self, conversation_id: str) -> None:
        """A message of this conversation has been stored: begin at once if there is room."""
        if conversation_id in self._active:
            self._again.add(conversation_id)  # it may be past its last look
        elif len(self._active) < self._settings.workers:
            self._active.add(conversation_id)
            task = asyncio.create_task(self._work_off(conversation_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _start_ready(self) -> None:
        room = self._settings.workers - len(self._active)
        if room <= 0:
            return
        async with self._db.read() as session:
            ready = await repository.ready_conversations(
                session, now(), room + len(self._active), self._owner
            )
        for conversation_id in ready:
            if conversation_id not in self._active:
                self.start(conversation_id)

    async def _work_off(self, conversation_id: str) -> None:
        was_full = len(self._active) >= self._settings.workers
        try:
            while True:
                self._again.discard(conversation_id)
                await self._run_all(conversation_id)
                if conversation_id not in self._again:
                    break
        except Exception:
            log.exception("turns.failed", conversation=conversation_id)
        finally:
            self._active.discard(conversation_id)
            self._again.discard(conversation_id)
        if was_full:  # others may be waiting for the room
            self._alarm.ring()

    async def _run_all(self, conversation_id: str) -> None:
        """Run what is due, one turn after the other; each commit takes the next with it."""
        async with self._db.write() as session:
            job = await self._take(session, conversation_id)
        while job:
            job = await self._run_one(job)

    async def _take(self, session: AsyncSession, conversation_id: str) -> _Job | None:
        """Take the lease and the oldest turn, or give the lease back when none is due.

        None as well when another gateway holds the conversation.
        """
        turn = await repository.first_pending_turn(session, conversation_id)
        if turn is None or turn.not_before > now():
            await repository.release_lease(session, conversation_id, self._owner)
            return None
        if not await repository.take_lease(session, conversation_id, self._owner, self._settings.lease_s):
            return None
        conversation = await session.get_one(Conversation, conversation_id)
        message = await session.get_one(Message, turn.message_id)
        return _Job(turn, message, conversation, repository.committed_context(conversation))

    async def _run_one(self, job: _Job) -> _Job | None:
        """Run one turn. The next one that is due, if any."""
        conversation_id = job.conversation.id
        self._watchers.publish(Event(EventKind.TYPING, conversation_id))
        try:
            with TURN_SECONDS.time():
                answer = await self._answer(job)
            return await self._commit(job, answer)
        except BotUnavailable as error:
            failure = error
        except Exception as error:
            log.exception("turns.turn_failed", conversation=conversation_id)
            failure = BotUnavailable(type(error).__name__, reachable=True)
        if failure.reachable and job.turn.attempts + 1 >= _TRIES:
            log.error("turns.given_up", why=str(failure), conversation=conversation_id)
            return await self._commit(job, BotAnswer([_APOLOGY], job.context))
        await self._postpone(job, failure)
        return None

    async def _answer(self, job: _Job) -> BotAnswer:
        conversation, message, context = job.conversation, job.message, job.context
        if is_held(conversation, message.created_at):
            return BotAnswer([], context)
        if self._switches.is_off(channel=conversation.channel):
            return BotAnswer([CHANNEL_PAUSED], context)
        resolution = await self._resolving.settle(job.turn, message)
        if resolution and resolution.answered:
            return resolution.answer(context)
        kind = InboundKind(message.kind)
        guarded = guard(kind, message.text, self._settings.max_text)
        if guarded and not message.command:
            return BotAnswer([guarded], context)
        command = Command.model_validate(message.command) if message.command else None
        if command and (rating := rated(command)):
            return await self._rate(conversation.id, *rating, context)
        if kind is InboundKind.FOLLOW:
            command = Command(intent="greet")
        answer = await self._bot.ask(conversation.id, message.text, command, context)
        return resolution.around(answer) if resolution else answer

    async def _rate(self, conversation_id: str, message_id: int, useful: bool, context: Context) -> BotAnswer:
        """Whether a person's answer helped; needs no bot, and running again changes nothing."""
        async with self._db.write() as session:
            await ratings.rate(session, conversation_id, message_id, useful, "")
        return BotAnswer([thanks(useful)], context)

    async def _commit(self, job: _Job, answer: BotAnswer) -> _Job | None:
        """Replies, context, ticket and "done" in one transaction, which takes the next turn too."""
        conversation_id, turn_id = job.conversation.id, job.turn.message_id
        erased: Erased | None = None
        async with self._db.write() as session:
            current = await repository.locked_conversation(session, conversation_id)
            if not await repository.finish_turn(session, turn_id):
                return None  # somebody else has answered it, and holds the conversation; or it is erased
            if is_held(current, job.message.created_at):  # somebody took over while the bot was thinking
                answer = BotAnswer([], job.context)
            elif current.holder == Holder.STAFF:
                take_back(current)
            if job.context.awaiting is Awaiting.DOSSIER_SECRET or any(
                reply.kind is Kind.STATUS for reply in answer.replies
            ):
                asked = await session.get_one(Message, turn_id)
                asked.text = hide_secret(asked.text)  # before a ticket quotes it
            answer = without_paused(answer, job.context, self._switches)
            if any(reply.effect is Effect.ERASE for reply in answer.replies):
                erased = await self._eraser.erase(session, current, up_to=turn_id, keep_address=True)
                answer = farewell(answer, erased)
            current.context = answer.context.model_dump(mode="json", exclude_defaults=True)
            await self._store(session, current, turn_id, answer)
            to_send = current.address is not None and bool(answer.replies)
            await session.flush()
            following = await self._take(session, conversation_id)
        for reply in answer.replies:
            TURNS.labels(kind=reply.kind.value).inc()
        if to_send:
            self._outbox.ring()
        if erased:  # first: what is said last is to stay on the page
            self._watchers.publish(Event(EventKind.ERASED, conversation_id))
            if erased.successor:
                self.start(erased.successor)
        self._watchers.publish(Event(EventKind.MESSAGE, conversation_id))
        self._watchers.publish(Event(EventKind.TURN_DONE, conversation_id, turn_id))
        return following

    async def _store(
        self, session: AsyncSession, conversation: Conversation, turn_id: int, answer: BotAnswer
    ) -> None:
        for reply in answer.replies:
            await repository.add_reply(session, conversation, reply, turn_id)
            if reply.kind is Kind.HANDOFF and reply.handoff_reason:
                await open_ticket(session, conversation, turn_id, reply)
        await open_after_misses(session, conversation, turn_id, answer.replies, answer.context)

    async def _postpone(self, job: _Job, failure: BotUnavailable) -> None:
        """Keep the turn for later. The citizen is told once, and only if the wait is noticeable."""
        turn, conversation_id = job.turn, job.conversation.id
        waited = (now() - turn.created_at).total_seconds()
        tell = waited >= self._settings.tell_waiting_after_s and not turn.told_waiting
        # Waiting as long again as one has waited doubles the pause without counting the tries.
        growing = _SHORTEST_RETRY_S * 2**turn.attempts if failure.reachable else waited
        delay = min(_LONGEST_RETRY_S, max(_SHORTEST_RETRY_S, growing))
        async with self._db.write() as session:
            owner = await repository.locked_conversation(session, conversation_id)
            current = await session.get(Turn, turn.message_id, with_for_update=True)
            if current is None or current.state != TurnState.PENDING:
                return
            current.attempts += failure.reachable
            current.not_before = now() + timedelta(seconds=delay)
            current.told_waiting = current.told_waiting or tell
            if tell:
                await repository.add_reply(
                    session, owner, Reply(kind=Kind.ERROR, text=_BUSY, of_service=True), turn.message_id
                )
            await repository.release_lease(session, conversation_id, self._owner)
        log.warning("turns.bot_unavailable", why=str(failure), attempts=current.attempts, retry_in_s=delay)
        if tell:
            self._outbox.ring()
            self._watchers.publish(Event(EventKind.MESSAGE, conversation_id))
