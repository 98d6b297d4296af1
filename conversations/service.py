"""The public face of the room: what channels, the desk and the command line call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import datetime

import aiohttp
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import holding, ratings, repository
from conversations.bot import Bot
from conversations.contract import Accepted, Author, Event, EventKind, Inbound, Sender, StoredMessage
from conversations.erasing import Erased, Eraser, OnErase
from conversations.events import Watchers
from conversations.holding import NotHeld
from conversations.intake import Intake, Keys
from conversations.metrics import DUPLICATES, RECEIVED
from conversations.outbox import OutboxWorker
from conversations.overheard import Overheard, note
from conversations.resolving import Resolver, Resolving
from conversations.retention import Retention
from conversations.switches import Switches
from conversations.turns import TurnWorker
from conversations.wake import Wake
from motcua.db import Database
from motcua.reply import Reply
from motcua.settings import Settings


class Conversations:
    """Messages in, turns run, messages out.

    ``switches``: what is turned off. ``retention`` erases what is old. ``wake`` tells other gateways.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db = database
        self._settings = settings
        self._keys = Keys(settings)
        self._watchers = Watchers()
        self._outbox = OutboxWorker(database, settings, self._watchers)
        self._resolving = Resolving(database)
        self._intake = Intake(self._keys, self._resolving, settings.url)
        self._eraser = Eraser(self._keys)
        self._turns: TurnWorker | None = None
        self.switches = Switches(database)
        self.retention = Retention(database, settings, self._eraser)
        self.wake: Wake | None = None

    def register(self, sender: Sender) -> None:
        """Give the outbox the way out of a channel. Call before ``running``."""
        self._outbox.register(sender)

    def register_resolver(self, resolver: Resolver) -> None:
        """Add what finds out the meaning of messages of a channel. Call before the first ``receive``."""
        self._resolving.register(resolver)

    def on_erase(self, callback: OnErase) -> None:
        """Have ``callback(session, conversation_id)`` delete what a room keeps about a conversation.

        It runs in the transaction of the erasure, before anything else is gone. Call it where the
        application is put together, not when it starts: the command line erases too, and starts nothing.
        """
        self._eraser.subscribe(callback)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the workers while the context is open."""
        async with aiohttp.ClientSession() as http:
            bot = Bot(http, self._settings.rasa_url, self._settings.rasa_timeout_s)
            self._turns = TurnWorker(
                self._db,
                self._settings,
                bot,
                watchers=self._watchers,
                outbox=self._outbox.alarm,
                resolving=self._resolving,
                switches=self.switches,
                eraser=self._eraser,
            )
            await self.switches.first_look()  # before the first turn
            work = [self._turns.run(), self._outbox.run(), self.switches.follow(), self.retention.run()]
            if self._settings.wake_url:
                self.wake = Wake(self._settings, self._watchers.deliver)
                self._watchers.forward = self.wake.publish
                work.append(self.wake.run())
            tasks = [asyncio.create_task(one) for one in work]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self._turns = None

    async def receive(self, inbound: Inbound) -> Accepted:
        """Store a message and have it answered. Returns when it is committed.

        The same ``channel_message_id`` handed in again changes nothing and is reported as a
        duplicate. Raises what the database raises: then nothing was stored and the channel must not
        acknowledge.
        """
        for last_try in (False, False, True):
            try:
                async with self._db.write() as session:
                    accepted = await self._intake.store(session, inbound)
                break
            except IntegrityError:
                # Two processes stored the same citizen at once, or the same message: the next look
                # finds what the other stored. A new citizen's message sent twice may meet both.
                if last_try:
                    raise
        if accepted.duplicate:
            DUPLICATES.labels(channel=inbound.channel).inc()
        else:
            RECEIVED.labels(channel=inbound.channel).inc()
            if self._turns:
                self._turns.start(accepted.conversation_id)
        return accepted

    async def conversation_of(self, channel: str, account: str, address: str) -> str | None:
        """The id of a citizen's conversation, or None before the first message."""
        async with self._db.read() as session:
            key = self._keys.address(channel, account, address)
            return await repository.conversation_id_of(session, key)

    async def messages_after(
        self, conversation_id: str, after_id: int, limit: int = 200
    ) -> list[StoredMessage]:
        """The transcript after a message, oldest first."""
        async with self._db.read() as session:
            return await repository.messages_after(session, conversation_id, after_id, limit)

    def watch(self, conversation_id: str) -> AbstractContextManager[asyncio.Queue[Event]]:
        """The events of a conversation, from any gateway, for as long as the context is open."""
        return self._watchers.watch(conversation_id)

    async def tell(self, conversation_id: str, reply: Reply, *, key: str) -> bool:
        """Say something outside of a turn, such as a notice. True once it is stored and on its way.

        False when ``key`` (up to 100 characters) was told in this conversation before, or nobody is there:
        no such conversation, or an erased one.
        """
        async with self._db.write() as session:
            conversation = await repository.locked_if_there(session, conversation_id)
            if conversation is None or await repository.message_by_key(session, conversation_id, key):
                return False
            await repository.add_reply(session, conversation, reply, None, key=key)
        self._said(conversation_id)
        return True

    async def say(self, conversation_id: str, by: str, reply: Reply, *, key: str, name: str = "") -> int:
        """A message from the person who holds the conversation, whose colleagues call them ``name``.

        Returns its id.

        The same ``key`` again stores nothing and returns the id of the message that was stored. Raises
        NotHeld when ``by`` does not hold the conversation now.
        """
        async with self._db.write() as session:
            conversation = await repository.locked_if_there(session, conversation_id)
            if conversation is None:
                raise NotHeld
            if stored := await repository.message_by_key(session, conversation_id, key):
                return stored
            if not holding.is_held_by(conversation, by):
                raise NotHeld
            message_id = await repository.add_reply(
                session, conversation, reply, None, author=Author.STAFF, key=key, said_by=name or None
            )
        self._said(conversation_id)
        return message_id

    def _said(self, conversation_id: str) -> None:
        self._outbox.alarm.ring()
        self._watchers.publish(Event(EventKind.MESSAGE, conversation_id))

    async def hold(self, conversation_id: str, by: str, *, until: datetime | None = None) -> bool:
        """``by`` takes the conversation and the bot falls silent, until ``until`` if it is given.

        False when somebody else holds it. Taking what one holds changes how long.
        """
        async with self._db.write() as session:
            held = await holding.hold(session, conversation_id, by, until)
        if held:
            self._watchers.publish(Event(EventKind.HOLDER, conversation_id))
        return held

    async def hold_address(
        self, channel: str, account: str, address: str, by: str, *, until: datetime | None
    ) -> bool:
        """The same for whoever writes from ``address``. False, too, when they have never written."""
        conversation_id = await self.conversation_of(channel, account, address)
        return conversation_id is not None and await self.hold(conversation_id, by, until=until)

    async def overhear(self, heard: Overheard) -> bool:
        """Take in what a person wrote to a citizen in a channel's own tool, past us.

        False when it was taken in before, or the citizen has no conversation. Raises what the database
        raises: then nothing was stored.
        """
        try:
            async with self._db.write() as session:
                conversation_id = await self._overhear(session, heard)
        except IntegrityError:
            return False  # delivered twice at once: the other one is stored
        if conversation_id is None:
            return False
        self._watchers.publish(Event(EventKind.MESSAGE, conversation_id))
        self._watchers.publish(Event(EventKind.HOLDER, conversation_id))
        return True

    async def _overhear(self, session: AsyncSession, heard: Overheard) -> str | None:
        forgotten = self._keys.forgotten(heard.channel, heard.channel_message_id)
        if await repository.message_by_channel_id(
            session, heard.channel, heard.channel_message_id, forgotten
        ):
            return None
        key = self._keys.address(heard.channel, heard.account, heard.address)
        conversation = await repository.conversation_by_key(session, key)
        if conversation is None:
            return None
        note(session, conversation, heard)
        return conversation.id

    async def release(self, conversation_id: str, by: str | None) -> bool:
        """Hand the conversation back to the bot; ``by`` None: whoever has it.

        False when there was nothing to hand back, or somebody else than ``by`` has it.
        """
        async with self._db.write() as session:
            released = await holding.release(session, conversation_id, by)
        if released:
            self._watchers.publish(Event(EventKind.HOLDER, conversation_id))
        return released

    def announce_holder(self, conversation_id: str) -> None:
        """Tell whoever watches that somebody has taken the conversation, or given it back."""
        self._watchers.publish(Event(EventKind.HOLDER, conversation_id))

    async def typing(self, conversation_id: str, by: str) -> None:
        """The person ``by`` is typing; whoever watches the conversation is told, nothing is stored."""
        self._watchers.publish(Event(EventKind.TYPING, conversation_id, author=Author.STAFF))

    def citizen_typing(self, conversation_id: str) -> None:
        """The citizen is typing; the person who has the conversation open is told, nothing is stored."""
        self._watchers.publish(Event(EventKind.TYPING, conversation_id, author=Author.CITIZEN))

    async def rate(self, conversation_id: str, message_id: int, useful: bool, comment: str = "") -> bool:
        """Whether an answer was useful; once more changes it. False when there is no such answer."""
        async with self._db.write() as session:
            return await ratings.rate(session, conversation_id, message_id, useful, comment)

    async def erase(self, conversation_id: str) -> Erased:
        """Erase everything of a conversation. What only counts stays, without text and without a name.

        Erasing what is erased, or never was, changes nothing.
        """
        async with self._db.write() as session:
            conversation = await repository.locked_if_there(session, conversation_id)
            if conversation is None:
                return Erased(None)
            erased = await self._eraser.erase(session, conversation)
        self._watchers.publish(Event(EventKind.ERASED, conversation_id))
        return erased

    async def erase_address(self, channel: str, account: str, address: str) -> Erased:
        """The same for whoever writes from ``address``."""
        conversation_id = await self.conversation_of(channel, account, address)
        return await self.erase(conversation_id) if conversation_id else Erased(None)
