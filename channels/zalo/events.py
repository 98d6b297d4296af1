"""Reading a webhook event: what happened, to whom, and whether it is a message for the assistant.

Zalo names neither side plainly: whichever of sender, recipient and ``oa_id`` is the configured
Official Account is ours, the other one is the citizen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from channels.zalo import info, pictures, place
from channels.zalo.media import checked_url
from channels.zalo.payload import identity, part, payloads, position, words
from conversations import Inbound, InboundKind
from motcua.links import sent_link
from motcua.reply import Command

CHANNEL = "zalo"

PRESS_PREFIX = "#b:"
"""A native button sends this and its id; Zalo delivers it as if the citizen had typed it."""

GREETING = "greeting"
"""What is held of a follow: that it is to be answered with the greeting."""

_PRESS = re.compile(re.escape(PRESS_PREFIX) + r"([A-Za-z0-9_-]{22})")
_MOST_PICTURES = 3


class Nature(StrEnum):
    """What kind of event it is."""

    MESSAGE = "message"
    OPENED = "opened"
    """The chat was opened for the first time: a greeting, unless there is a conversation already."""
    RECEIPT = "receipt"
    ECHO = "echo"
    """A message of the account itself, sent by us or by another program."""
    TAKEOVER = "takeover"
    """A message that a person typed in the account's own chat tool."""
    WITHDRAWAL = "withdrawal"
    """A citizen asks that their data be deleted."""
    ACKNOWLEDGED = "acknowledged"
    """Known, and nothing to do about it."""
    FOREIGN = "foreign"
    """For another account of the same app, or not readable."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed in the account's own tool. ``kind`` is that of the message: text, image, …"""

    admin: str
    message_id: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ZaloEvent:
    """An event in our words. ``user`` is the citizen, ``inbound`` is set for messages and openings,
    ``typed`` for takeovers."""

    nature: Nature
    name: str
    user: str | None = None
    inbound: Inbound | None = None
    typed: Typed | None = None


@dataclass(frozen=True, slots=True)
class Ours:
    """What of our configuration decides how an event is read."""

    oa_id: str
    own_url: str = ""
    media_hosts: tuple[str, ...] = ()


_MESSAGES = {
    "user_send_text": InboundKind.TEXT,
    "user_send_image": InboundKind.IMAGE,
    "user_send_gif": InboundKind.IMAGE,
    "user_send_link": InboundKind.LINK,
    "user_send_audio": InboundKind.AUDIO,
    "user_send_video": InboundKind.VIDEO,
    "user_send_sticker": InboundKind.STICKER,
    "user_send_location": InboundKind.LOCATION,
    "user_send_business_card": InboundKind.OTHER,
    "user_send_file": InboundKind.FILE,
    "user_submit_info": InboundKind.OTHER,
    "follow": InboundKind.FOLLOW,
}
_ACKNOWLEDGED = (
    "unfollow", "update_user_info", "user_reacted_message",
    "oa_reacted_message", "user_feedback", "add_user_to_tag", "remove_user_from_tag", "remove_tag",
    "widget_interaction_accepted", "widget_failed_to_sync_user_external_id", "create_group",
    "oa_send_consent", "user_reply_consent", "user_call_oa", "oa_call_user", "change_template_status",
    "change_template_quality", "change_oa_daily_quota", "user_click_response_button",
    "event_journey_acknowledged", "event_journey_time_out",
)  # fmt: skip
_NAMED = {
    **dict.fromkeys(_MESSAGES, Nature.MESSAGE),
    **dict.fromkeys(_ACKNOWLEDGED, Nature.ACKNOWLEDGED),
    "user_click_chatnow": Nature.OPENED,
    "user_received_message": Nature.RECEIPT,
    "user_seen_message": Nature.RECEIPT,
    "user_withdraw": Nature.WITHDRAWAL,
}
_SHAPED = (
    (re.compile(r"(?:user|oa|admin)_\w*group\w*|\w+_group|group_\w+"), Nature.ACKNOWLEDGED),
    (re.compile(r"(?:oa_send_)?anonymous_\w+"), Nature.ACKNOWLEDGED),
    (re.compile(r"oa_send_(text|image|gif|list|file|sticker|link|template)"), Nature.ECHO),
    # A kind of message that Zalo invents tomorrow still deserves an answer.
    (re.compile(r"user_send_[a-z_]{1,40}"), Nature.MESSAGE),
)


def read_event(body: Mapping[str, Any], raw: bytes, ours: Ours) -> ZaloEvent:
    """What ``body`` says. ``raw`` are its bytes as they came.

    Raises nothing: what cannot be read is FOREIGN or UNKNOWN, and is acknowledged, because Zalo
    would only send the same again.
    """
    name = body.get("event_name")
    if not isinstance(name, str):
        return ZaloEvent(Nature.UNKNOWN, "none")
    nature = _nature(name)
    if nature in (Nature.UNKNOWN, Nature.RECEIPT, Nature.ACKNOWLEDGED):
        return ZaloEvent(nature, "unknown" if nature is Nature.UNKNOWN else name)
    user = _citizen(body, ours.oa_id)
    if user is None:
        return ZaloEvent(Nature.FOREIGN, name)
    if nature is Nature.ECHO and (typed := _typed(name, body)):
        return ZaloEvent(Nature.TAKEOVER, name, user, typed=typed)
    if nature in (Nature.MESSAGE, Nature.OPENED):
        return ZaloEvent(nature, name, user, _inbound(name, body, raw, user=user, ours=ours))
    return ZaloEvent(nature, name, user)


def _nature(name: str) -> Nature:
    shaped = (nature for pattern, nature in _SHAPED if pattern.fullmatch(name))
    return _NAMED.get(name) or next(shaped, Nature.UNKNOWN)


def _inbound(name: str, body: Mapping[str, Any], raw: bytes, *, user: str, ours: Ours) -> Inbound:
    message = part(body, "message")
    kind = InboundKind.FOLLOW if name == "user_click_chatnow" else _MESSAGES.get(name, InboundKind.OTHER)
    text, button, command = words(message.get("text")), None, None
    if kind is InboundKind.TEXT and (pressed := _PRESS.fullmatch(text.strip())):
        kind, text, button = InboundKind.PRESS, "", pressed.group(1)
    elif kind is InboundKind.LOCATION:
        text = ""  # the name of the place is as precise as its position
    elif kind is InboundKind.LINK:
        text, command = _linked(message, text, ours.own_url)
    return Inbound(
        channel=CHANNEL,
        channel_message_id=identity(message.get("msg_id")) or hashlib.sha256(raw).hexdigest(),
        address=user,
        kind=kind,
        text=text,
        account=ours.oa_id,
        button=button,
        command=command,
        reachable=True,
        extra=_extra(name, kind, body, ours),
    )


def _citizen(body: Mapping[str, Any], oa_id: str) -> str | None:
    """The id on the other side from our account, or None when the account is not ours."""
    sender, recipient = identity(part(body, "sender").get("id")), identity(part(body, "recipient").get("id"))
    other = identity(part(body, "follower").get("id")) or identity(body.get("user_id"))
    if recipient == oa_id:
        found = sender
    elif sender == oa_id:
        found = recipient
    elif identity(body.get("oa_id")) == oa_id:
        found = other or sender
    else:
        return None
    return found if found != oa_id else None


def _typed(name: str, body: Mapping[str, Any]) -> Typed | None:
    """What a person typed: only then does the event name an administrator (shared facts, section 1.6)."""
    admin, message = identity(part(body, "sender").get("admin_id")), part(body, "message")
    message_id = identity(message.get("msg_id"))
    if admin is None or message_id is None:
        return None
    return Typed(admin, message_id, name.removeprefix("oa_send_"), words(message.get("text")))


def _extra(name: str, kind: InboundKind, body: Mapping[str, Any], ours: Ours) -> dict[str, Any]:
    """What is needed at the turn to find out the meaning, and nothing besides.

    Of a business card, of a file, of a voice nothing is kept: nobody would look at it.
    """
    message = part(body, "message")
    if name == "user_submit_info":
        return info.held_info(part(body, "info"))
    if kind is InboundKind.FOLLOW:
        return {"what": GREETING}
    if kind is InboundKind.LOCATION:
        where = position(message)
        return place.held_place(*where) if where else {}
    if kind is InboundKind.IMAGE:
        urls = [str(url) for payload in payloads(message) if (url := _picture(payload, ours.media_hosts))]
        return {"what": pictures.WHAT, "urls": urls[:_MOST_PICTURES]} if urls else {}
    return {}


def _picture(payload: Mapping[str, Any], hosts: tuple[str, ...]) -> object:
    """The address of a picture on Zalo's own hosts; any other is left out, the message stays."""
    return checked_url(words(payload.get("url")), hosts) or checked_url(
        words(payload.get("thumbnail")), hosts
    )


def _linked(message: Mapping[str, Any], text: str, own_url: str) -> tuple[str, Command | None]:
    """The link that was shared, if it is one of ours; its caption otherwise."""
    for payload in payloads(message):
        if link := sent_link(words(payload.get("url")), own_url):
            return link.short, link.command
    return text, None
