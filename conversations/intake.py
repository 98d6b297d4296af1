"""Messages on their way in: whose conversation it is, masking, what a press stands for, storage."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from conversations import repository
from conversations.choices import pick
from conversations.contract import Accepted, Author, Inbound, InboundKind
from conversations.guards import clean
from conversations.masking import mask
from conversations.models import Conversation, Message, Turn
from conversations.resolving import Resolving
from conversations.tickets import citizen_wrote
from motcua.context import Awaiting, Context
from motcua.db import now
from motcua.links import sent_link
from motcua.reply import Command
from motcua.settings import Settings

_STORED_TEXT = 20_000


class Keys:
    """Keyed hashes: of a citizen's address, and of the message ids that outlive an erasure for a day."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.key("conversation-address")
        self._forgotten = settings.key("forgotten-message")

    def address(self, channel: str, account: str, address: str) -> str:
        """What equals only for the same citizen on the same channel and account."""
        return _keyed(self._address, channel, account, address)

    def forgotten(self, channel: str, channel_message_id: str) -> str:
        """What stands for a channel's message id once its message is erased (``conversations.erasing``)."""
        return "forgotten:" + _keyed(self._forgotten, channel, channel_message_id)


def _keyed(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


class Intake:
    """Stores inbound messages, each once, with the turn that answers it."""

    def __init__(self, keys: Keys, resolving: Resolving, own_url: str) -> None:
        self._keys, self._resolving, self._own_url = keys, resolving, own_url

    async def store(self, session: AsyncSession, inbound: Inbound) -> Accepted:
        """Store ``inbound``, or find that it was stored before. The caller commits.

        Raises IntegrityError when another process stores the same citizen or message at this moment.
        """
        known = await repository.message_by_channel_id(
            session,
            inbound.channel,
            inbound.channel_message_id,
            self._keys.forgotten(inbound.channel, inbound.channel_message_id),
        )
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
        held = self._resolving.held(inbound.channel, inbound.extra)
        session.add(Turn(message_id=message.id, conversation_id=conversation.id, held=held))
        await citizen_wrote(session, conversation, message)
        await repository.hurry_waiting(session, conversation)
        return Accepted(message.id, conversation.id, duplicate=False)

    async def _conversation(self, session: AsyncSession, inbound: Inbound) -> Conversation:
        key = self._keys.address(inbound.channel, inbound.account, inbound.address)
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
        the press of that button, unless the bot is waiting for digits. A short code of a printed sheet
        ("TT 1.001193") counts as its link.
        """
        if inbound.command:
            return inbound.command, text
        if inbound.kind is InboundKind.TEXT and (link := sent_link(text, self._own_url)):
            return link.command, text
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
