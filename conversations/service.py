"""The public face of the room: what channels, the desk and the command line call."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager

import aiohttp
import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import repository
from conversations.bot import Bot
from conversations.choices import pick
from conversations.contract import Accepted, Author, Event, Inbound, InboundKind, Sender, StoredMessage
from conversations.events import Watchers
from conversations.guards import clean
from conversations.masking import mask
from conversations.metrics import DUPLICATES, RECEIVED
from conversations.models import Conversation, Message, Turn
from conversations.outbox import OutboxWorker
from conversations.turns import TurnWorker
from motcua.context import Awaiting, Context
from motcua.db import Database, now
from motcua.reply import Command
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_STORED_TEXT = 20_000


class Conversations:
    """Messages in, turns run, messages out."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db = database
        self._settings = settings
        self._key = settings.key("conversation-address")
        self._watchers = Watchers()
        self._outbox = OutboxWorker(database, settings, self._watchers)
        self._turns: TurnWorker | None = None

    def register(self, sender: Sender) -> None:
        """Give the outbox the way out of a channel. Call before ``running``."""
        self._outbox.register(sender)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the workers while the context is open."""
        async with aiohttp.ClientSession() as http:
            bot = Bot(http, self._settings.rasa_url, self._settings.rasa_timeout_s)
            self._turns = TurnWorker(self._db, self._settings, bot, self._watchers, self._outbox.alarm)
            tasks = [asyncio.create_task(self._turns.run()), asyncio.create_task(self._outbox.run())]
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
                    accepted = await self._store(session, inbound)
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
            key = self._address_key(channel, account, address)
            return await repository.conversation_id_of(session, key)

    async def messages_after(
        self, conversation_id: str, after_id: int, limit: int = 200
    ) -> list[StoredMessage]:
        """The transcript after a message, oldest first."""
        async with self._db.read() as session:
            return await repository.messages_after(session, conversation_id, after_id, limit)

    def watch(self, conversation_id: str) -> AbstractContextManager[asyncio.Queue[Event]]:
        """The events of a conversation in this process, for as long as the context is open."""
        return self._watchers.watch(conversation_id)

    async def _store(self, session: AsyncSession, inbound: Inbound) -> Accepted:
        known = await repository.message_by_channel_id(session, inbound.channel, inbound.channel_message_id)
        if known:
            return Accepted(known.id, known.conversation_id, duplicate=True)
        conversation = await self._conversation(session, inbound)
        conversation.last_citizen_at = now()
        context = repository.committed_context(conversation)
        text = mask(
            clean(inbound.text)[:_STORED_TEXT], keep_last_four=context.awaiting is Awaiting.DOSSIER_SECRET
        )
        command, text = await self._command(session, conversation.id, inbound, text, context)
        message = Message(
            conversation_id=conversation.id,
            author=Author.CITIZEN,
            kind=inbound.kind,
            text=text,
            command=command.model_dump() if command else None,
            channel=inbound.channel,
            channel_message_id=inbound.channel_message_id,
        )
        session.add(message)
        await session.flush()
        session.add(Turn(message_id=message.id, conversation_id=conversation.id))
        return Accepted(message.id, conversation.id, duplicate=False)

    async def _conversation(self, session: AsyncSession, inbound: Inbound) -> Conversation:
        key = self._address_key(inbound.channel, inbound.account, inbound.address)
        found = await repository.conversation_by_key(session, key)
        if found:
            if inbound.reachable and found.address is None:
                found.address = inbound.address
            return found
        made = Conversation(
            id=uuid.uuid4().hex,
            channel=inbound.channel,
            account=inbound.account,
            address=inbound.address if inbound.reachable else None,
            address_key=key,
            context={},
        )
        session.add(made)
        await session.flush()
        return made

    async def _command(
        self, session: AsyncSession, conversation_id: str, inbound: Inbound, text: str, context: Context
    ) -> tuple[Command | None, str]:
        """What a press stands for, and the text to show for it.

        An unknown or foreign button is treated as its title typed. A typed number or title counts as
        the press of that button, unless the bot is waiting for digits.
        """
        if inbound.command:
            return inbound.command, text
        if inbound.kind is InboundKind.PRESS and inbound.button:
            offer = await repository.offer_by_id(session, conversation_id, inbound.button)
            if offer:
                return offer.command, offer.title
        typed = inbound.kind in (InboundKind.TEXT, InboundKind.PRESS)
        if typed and context.awaiting is not Awaiting.DOSSIER_SECRET:
            picked = pick(text, await repository.newest_offers(session, conversation_id))
            if picked:
                return picked.command, text
        return None, text

    def _address_key(self, channel: str, account: str, address: str) -> str:
        named = "\x1f".join((channel, account, address)).encode()
        return hmac.new(self._key, named, hashlib.sha256).hexdigest()
