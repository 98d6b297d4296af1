"""Conversations: message in, turn, messages out. Nothing is lost, nothing is said twice."""

from aiohttp import web

from conversations.contract import (
    Accepted,
    Author,
    Event,
    EventKind,
    Inbound,
    InboundKind,
    Outgoing,
    Sender,
    SendOutcome,
    SendState,
    StoredMessage,
)
from conversations.erasing import Erased
from conversations.holding import NotHeld
from conversations.operation_models import SwitchKind
from conversations.overheard import Overheard
from conversations.resolving import Held, Resolution, Resolver
from conversations.service import Conversations

CONVERSATIONS = web.AppKey("conversations", Conversations)

__all__ = [
    "CONVERSATIONS",
    "Accepted",
    "Author",
    "Conversations",
    "Erased",
    "Event",
    "EventKind",
    "Held",
    "Inbound",
    "InboundKind",
    "NotHeld",
    "Outgoing",
    "Overheard",
    "Resolution",
    "Resolver",
    "SendOutcome",
    "SendState",
    "Sender",
    "StoredMessage",
    "SwitchKind",
]
