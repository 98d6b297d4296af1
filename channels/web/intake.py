"""What citizens send, over the socket or by a form: counted, links checked, handed to conversations."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from channels.web.identity import Visitor
from channels.web.limits import Limits
from channels.web.protocol import Message, Press, Text
from conversations import Conversations
from conversations.contract import Accepted, Inbound, InboundKind
from knowledge.models import ProcedureVersion
from knowledge.wards import hanoi
from motcua.db import Database
from motcua.reply import Command


class TooFast(Exception):
    """The session or its address has sent too much. ``wait`` is when it may send again, in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"wait {wait:.1f} s")
        self.wait = wait


class UnknownLink(Exception):
    """A link leads to a procedure or ward that is not there."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and from which address, if that is known."""

    visitor: Visitor
    address: str | None


class Intake:
    """Takes messages and ratings of citizens."""

    def __init__(self, conversations: Conversations, database: Database, limits: Limits) -> None:
        self.conversations, self.limits = conversations, limits
        self._db = database

    async def take(self, caller: Caller, message: Message) -> Accepted:
        """Store a message and have it answered. Raises TooFast, UnknownLink, and what the database raises."""
        if caller.visitor.limited:
            self._count(self.limits.message(caller.visitor.session, caller.address))
        return await self.conversations.receive(await self._inbound(caller.visitor, message))

    async def rate(
        self, caller: Caller, conversation: str | None, message: int, useful: bool, comment: str
    ) -> bool:
        """Store or change a rating; False when there is no such answer. Raises like :meth:`take`."""
        self.hello(caller)
        if conversation is None:
            return False
        return await self.conversations.rate(conversation, message, useful, comment)

    def hello(self, caller: Caller) -> None:
        """Count what costs little. Raises TooFast."""
        if caller.visitor.limited:
            self._count(self.limits.hello(caller.visitor.session, caller.address))

    async def find(self, visitor: Visitor) -> str | None:
        """The id of the visitor's conversation, or None before the first message."""
        return await self.conversations.conversation_of(visitor.channel, "", visitor.session)

    async def title(self, procedure: str | None, ward: str | None) -> str | None:
        """What a link leads to, in words; None when it leads nowhere."""
        try:
            return (await self._link(procedure, ward))[1]
        except UnknownLink:
            return None

    def _count(self, wait: float) -> None:
        if wait:
            raise TooFast(wait)

    async def _inbound(self, visitor: Visitor, sent: Message) -> Inbound:
        button: str | None = None
        command: Command | None = None
        if isinstance(sent, Text):
            kind, text = InboundKind.TEXT, sent.text
        elif isinstance(sent, Press):
            kind, text, button = InboundKind.PRESS, sent.title, sent.button
        else:
            kind = InboundKind.PRESS
            command, text = await self._link(sent.procedure, sent.ward)
        return Inbound(
            channel=visitor.channel,
            channel_message_id=f"{visitor.stored}:{sent.client_id}",
            address=visitor.session,
            kind=kind,
            text=text,
            button=button,
            command=command,
        )

    async def _link(self, procedure: str | None, ward: str | None) -> tuple[Command, str]:
        if procedure:
            name = await self._procedure_name(procedure)
            return Command(intent="ask_overview", entities={"procedure": procedure}), name
        found = hanoi().by_code.get(ward or "")
        if found is None:
            raise UnknownLink
        command = Command(intent="find_office", entities={"ward": found.code})
        return command, f"Bộ phận một cửa {found.full_name}"

    async def _procedure_name(self, code: str) -> str:
        name = ProcedureVersion.content["name"].as_string()
        query = select(name).where(ProcedureVersion.code == code, ProcedureVersion.superseded_at.is_(None))
        async with self._db.read() as session:
            found: str | None = await session.scalar(query)
        if not found:
            raise UnknownLink
        return found
