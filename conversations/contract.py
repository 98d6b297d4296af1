"""The one contract between channels and conversations.

A channel turns its own protocol into :class:`Inbound` and hands it to ``Conversations.receive``;
when that returns, the message is committed and the channel may acknowledge it. For the way back a
channel registers a :class:`Sender`; the outbox calls it with one :class:`Outgoing` at a time, in
order within a conversation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from motcua.reply import Command, Reply


class InboundKind(StrEnum):
    """What a citizen sent. Everything but text and press is acknowledged, not understood."""

    TEXT = "text"
    PRESS = "press"
    IMAGE = "image"
    FILE = "file"
    AUDIO = "audio"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    LINK = "link"
    FOLLOW = "follow"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message from a citizen, in no channel's dialect.

    ``channel_message_id`` is unique within ``channel``: handing the same one in again changes
    nothing. ``address`` is how the channel names the citizen (a Zalo user id, a web session id);
    ``account`` which of our own accounts it was sent to. ``button`` is the id of a pressed button,
    ``command`` what a link of ours stands for (a QR code on the wall), made and checked by the channel.
    ``reachable`` says that writing to the citizen needs the address itself, so that it is stored;
    otherwise only a keyed hash is kept. ``extra`` is what the channel's resolver needs to find out the
    meaning (``conversations.resolving``): kept until the turn is done, and only if the channel has a
    resolver.
    """

    channel: str
    channel_message_id: str
    address: str
    kind: InboundKind
    text: str = ""
    account: str = ""
    button: str | None = None
    command: Command | None = None
    reachable: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored inbound message. ``duplicate`` means that it was stored before."""

    message_id: int
    conversation_id: str
    duplicate: bool


class Author(StrEnum):
    """Who wrote a message of the transcript."""

    CITIZEN = "citizen"
    BOT = "bot"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message of the transcript as a channel shows it. Button payloads are opaque button ids."""

    id: int
    author: Author
    text: str
    created_at: datetime
    reply: Reply | None = None
    turn_id: int | None = None
    channel_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply on its way out. ``attempt`` counts from 1; ``claimed_at`` is when this one began;
    ``last_citizen_at`` when the citizen last wrote, which decides what a channel may send.
    """

    message_id: int
    conversation_id: str
    channel: str
    account: str
    address: str
    reply: Reply
    attempt: int
    claimed_at: datetime
    first_claimed_at: datetime
    last_citizen_at: datetime | None = None


class SendState(StrEnum):
    """What became of a send."""

    SENT = "sent"
    RETRY = "retry"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """Result of a send. ``retry_in`` is in seconds; ``code`` and ``detail`` never hold message text.

    ``UNKNOWN`` means that the message may have gone out (a timeout, a crash): it is then looked for
    with ``Sender.find`` and never repeated blindly.
    """

    state: SendState
    channel_message_ids: tuple[str, ...] = ()
    retry_in: float | None = None
    code: str | None = None
    detail: str | None = None


class Sender(Protocol):
    """The way out of a channel."""

    channel: str

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        """Send once. Raises nothing for what the channel may answer; the outcome says it."""
        ...

    async def find(self, outgoing: Outgoing) -> SendOutcome:
        """Look for a send whose outcome is unknown.

        Returns SENT when it is found, RETRY when it certainly did not go out, UNKNOWN when the
        channel cannot tell yet, FAILED when it never will.
        """
        ...


class EventKind(StrEnum):
    """What can happen in a conversation that a connected client wants to know at once."""

    MESSAGE = "message"
    TYPING = "typing"
    TURN_DONE = "turn_done"
    HOLDER = "holder"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a conversation. ``message_id`` is the inbound one for TURN_DONE.

    ``author`` is who is typing. HOLDER: a person took the conversation, or gave it back. ERASED: nothing
    that was shown of it is there any more.
    """

    kind: EventKind
    conversation_id: str
    message_id: int | None = None
    author: Author = Author.BOT
