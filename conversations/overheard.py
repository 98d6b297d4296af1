"""What a person writes to a citizen in a channel's own tool, past us: it is in the citizen's hands already.

The message joins the transcript and is not sent again, and the bot falls silent for a while, as if the
person had taken the conversation at the desk. Colleagues of the same tool take over from each other;
whoever holds the conversation at the desk keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from conversations.contract import Author
from conversations.guards import clean
from conversations.holding import is_held, take_back
from conversations.masking import mask
from conversations.models import Conversation, Holder, Message
from motcua.db import now

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Overheard:
    """A message of a person in a channel's own tool.

    ``by`` names the tool and, hashed, the person: ``oa:…``. ``until`` is how long the bot is to be silent,
    None when the person hands the conversation back to it.
    """

    channel: str
    account: str
    address: str
    channel_message_id: str
    by: str
    text: str
    until: datetime | None


def note(session: AsyncSession, conversation: Conversation, heard: Overheard) -> None:
    """Add the message to the transcript, and give the conversation to its writer or back to the bot."""
    text = mask(clean(heard.text)[:_LONGEST])
    if text:
        session.add(
            Message(
                conversation_id=conversation.id,
                author=Author.STAFF,
                kind="reply",
                text=text,
                channel=heard.channel,
                channel_message_id=heard.channel_message_id,
            )
        )
    ours = _tool(conversation.held_by or "") == _tool(heard.by)
    if heard.until is None:
        if ours:
            take_back(conversation)
    elif heard.until > now() and (ours or not is_held(conversation, now())):
        conversation.holder, conversation.held_by, conversation.held_until = (
            Holder.STAFF,
            heard.by,
            heard.until,
        )


def _tool(by: str) -> str | None:
    tool, divided, _ = by.partition(":")
    return tool if divided else None
