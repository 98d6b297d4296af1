"""The way out, put together: one object for the application, the tests and the commands."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from channels.zalo.attachments import AttachmentsOf, Uploads, attachments_in
from channels.zalo.attempt import Manners
from channels.zalo.client import Client
from channels.zalo.confirmations import Confirmations, ConversationOf
from channels.zalo.pieces import Marks
from channels.zalo.progress import ProgressLog
from channels.zalo.quotes import Quotes
from channels.zalo.sender import ZaloSender
from channels.zalo.token_store import TokenStore
from channels.zalo.tokens import Tokens
from channels.zalo.transport import Transport
from channels.zalo.zbs import Tracking, ZbsClient
from channels.zalo.zbs_sender import PhoneOf, ZbsSender, no_phone
from motcua.db import Database
from motcua.settings import Settings


@dataclass(frozen=True, slots=True)
class Outbound:
    """What a gateway has of the way out."""

    client: Client
    sender: ZaloSender
    confirmations: Confirmations


def make_tokens(settings: Settings, database: Database, transport: Transport) -> Tokens:
    """The token pair of the configured account, for the application or for a command."""
    owner = f"{settings.instance[:20]}-{uuid.uuid4().hex}"
    store = TokenStore(database, settings.key("zalo-tokens"), settings.zalo.oa_id, owner)
    return Tokens(store, transport, settings.zalo)


def make_outbound(
    settings: Settings,
    database: Database,
    tokens: Tokens,
    transport: Transport,
    conversation_of: ConversationOf,
    *,
    attachments_of: AttachmentsOf | None = None,
    phone_of: PhoneOf = no_phone,
) -> Outbound:
    """The way out of the configured account. ``conversation_of`` finds the conversation of a Zalo user."""
    zalo, key = settings.zalo, settings.key("zalo-sends")
    client, progress = Client(zalo, tokens, transport), ProgressLog(database)
    marks, tracking = Marks(key), Tracking(key)
    sender = ZaloSender(
        client=client,
        progress=progress,
        marks=marks,
        manners=Manners(zalo),
        quotes=Quotes(database, zalo),
        templates=ZbsSender(zalo, ZbsClient(zalo, tokens, transport), progress, tracking, phone_of),
        uploads=Uploads(database, client, zalo.oa_id),
        attachments_of=attachments_of or attachments_in(database),
    )
    return Outbound(client, sender, Confirmations(progress, marks, tracking, conversation_of))
