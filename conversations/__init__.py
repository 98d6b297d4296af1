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
from conversations.service import Conversations

CONVERSATIONS = web.AppKey("conversations", Conversations)

__all__ = [
    "CONVERSATIONS",
    "Accepted",
    "Author",
    "Conversations",
    "Event",
    "EventKind",
    "Inbound",
    "InboundKind",
    "Outgoing",
    "SendOutcome",
    "SendState",
    "Sender",
    "StoredMessage",
]
