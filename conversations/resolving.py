"""Messages whose meaning takes longer to find than a channel may wait, such as a photo of a receipt.

The channel stores such a message at once, with what it needs to find the meaning in ``Inbound.extra``. At the
turn its :class:`Resolver` is asked, once: what it found replaces what was held, so that neither an address of
a picture nor anything else outlives its use. Killed in between, the turn runs again and asks again. Finished,
the turn holds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog

from conversations.bot import BotAnswer
from conversations.contract import InboundKind
from conversations.masking import mask
from conversations.models import Message, Turn
from motcua.context import Context
from motcua.db import Database
from motcua.reply import Button, Command, Contract, Reply, TextSection

log = structlog.get_logger(__name__)

_FOUND = "found"


@dataclass(frozen=True, slots=True)
class Held:
    """A stored message of a citizen whose meaning is still to be found. ``data`` is its ``Inbound.extra``."""

    message_id: int
    conversation_id: str
    kind: InboundKind
    text: str
    data: dict[str, Any]


class Resolution(Contract):
    """What a message turned out to mean.

    ``text`` or ``command`` is asked of the bot as if it had been typed or pressed; ``lead`` is then the first
    line of the answer and ``buttons`` its last buttons. ``replies`` answer without the bot, ``silent`` says
    that there is nothing to answer. ``ward`` is a ward code to remember. Empty: it could not be found out,
    and the message is answered like any other of its kind.
    """

    text: str = ""
    command: Command | None = None
    lead: str = ""
    buttons: list[Button] = []
    replies: list[Reply] = []
    silent: bool = False
    ward: str | None = None

    @property
    def answered(self) -> bool:
        """Whether the bot need not be asked."""
        return self.silent or bool(self.replies)

    def answer(self, context: Context) -> BotAnswer:
        """The answer that needs no bot."""
        return BotAnswer(list(self.replies), self._remembered(context))

    def around(self, answer: BotAnswer) -> BotAnswer:
        """The bot's ``answer`` with what belongs before and after it."""
        replies = list(answer.replies)
        if replies and self.lead:
            replies[0] = _led(replies[0], self.lead)
        if replies and self.buttons:
            last = replies[-1]
            replies[-1] = last.model_copy(update={"buttons": [*last.buttons, *self.buttons]})
        return replace(answer, replies=replies, context=self._remembered(answer.context))

    def _remembered(self, context: Context) -> Context:
        return context.model_copy(update={"ward": self.ward}) if self.ward else context


class Resolver(Protocol):
    """Finds out what messages of one channel mean."""

    channel: str

    async def resolve(self, held: Held) -> Resolution:
        """What ``held`` means; empty when that cannot be found out. May take seconds.

        Whatever it raises counts as not found out.
        """
        ...


class Resolving:
    """The resolvers of this process, and what they have found."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._resolvers: dict[str, Resolver] = {}

    def register(self, resolver: Resolver) -> None:
        """Add the resolver of a channel."""
        self._resolvers[resolver.channel] = resolver

    def held(self, channel: str, extra: dict[str, Any]) -> dict[str, Any] | None:
        """What of ``extra`` is to be stored with the turn: nothing where nobody would look at it."""
        return extra if extra and channel in self._resolvers else None

    async def settle(self, turn: Turn, message: Message) -> Resolution | None:
        """What the message of ``turn`` means, found now or before; None for a message that says it itself.

        ``message`` is given the text and the command. Raises what the database raises.
        """
        if not turn.held:
            return None
        if _FOUND in turn.held:
            return Resolution.model_validate(turn.held[_FOUND])
        resolver = self._resolvers.get(message.channel)
        if resolver is None:
            return None
        try:
            resolution = await resolver.resolve(
                Held(message.id, message.conversation_id, InboundKind(message.kind), message.text, turn.held)
            )
        except Exception as error:
            # Only its type: what it says may quote the message.
            log.error("turns.not_resolved", channel=message.channel, error=type(error).__name__)
            resolution = Resolution()
        await self._keep(turn, message, resolution)
        return resolution

    async def _keep(self, turn: Turn, message: Message, resolution: Resolution) -> None:
        text = mask(resolution.text) or message.text
        command = resolution.command.model_dump() if resolution.command else message.command
        held = {_FOUND: resolution.model_dump(mode="json", exclude_defaults=True)}
        async with self._db.write() as session:
            if stored := await session.get(Turn, turn.message_id):  # erased in the meantime otherwise
                stored.held = held
                line = await session.get_one(Message, turn.message_id)
                line.text, line.command = text, command
        turn.held, message.text, message.command = held, text, command


def _led(reply: Reply, lead: str) -> Reply:
    card = reply.card
    if card:
        card = card.model_copy(update={"sections": [TextSection(text=lead), *card.sections]})
    return reply.model_copy(update={"text": f"{lead}\n{reply.text}", "card": card})
