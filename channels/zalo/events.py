"""Reading a webhook event: what happened, to whom, and whether it is a message for the assistant.

Zalo names neither side plainly: whichever of sender, recipient and ``oa_id`` is the configured
Official Account is ours, the other one is the citizen. Ids look like numbers but are larger than
what many JSON readers can hold, so they are strings from here on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from conversations import Inbound, InboundKind

CHANNEL = "zalo"

PRESS_PREFIX = "#b:"
"""A native button sends this and its id; Zalo delivers it as if the citizen had typed it."""

_PRESS = re.compile(re.escape(PRESS_PREFIX) + r"([A-Za-z0-9_-]{22})")
_ID = re.compile(r"[!-~]{1,120}")
_MEDIA_HOSTS = ("zdn.vn", "zadn.vn", "zalo.me")
_MOST_ATTACHMENTS = 10


class Nature(StrEnum):
    """What kind of event it is."""

    MESSAGE = "message"
    RECEIPT = "receipt"
    ECHO = "echo"
    WITHDRAWAL = "withdrawal"
    """A citizen asks that their data be deleted."""
    ACKNOWLEDGED = "acknowledged"
    """Known, and nothing to do about it."""
    FOREIGN = "foreign"
    """For another account of the same app, or not readable."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ZaloEvent:
    """An event in our words. ``inbound`` is set for messages only.

    ``by_human`` marks an echo that a person typed in the account's own chat tool.
    """

    nature: Nature
    name: str
    inbound: Inbound | None = None
    by_human: bool = False


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
    "follow": InboundKind.FOLLOW,
}
_RECEIPTS = {"user_received_message", "user_seen_message"}
_ACKNOWLEDGED = {
    "unfollow", "user_click_chatnow", "user_submit_info", "update_user_info", "user_reacted_message",
    "oa_reacted_message", "user_feedback", "add_user_to_tag", "remove_user_from_tag", "remove_tag",
    "widget_interaction_accepted", "widget_failed_to_sync_user_external_id", "create_group",
    "oa_send_consent", "user_reply_consent", "user_call_oa", "oa_call_user", "change_template_status",
    "change_template_quality", "change_oa_daily_quota", "user_click_response_button",
    "event_journey_acknowledged", "event_journey_time_out",
}  # fmt: skip
_GROUP = re.compile(r"(?:user|oa|admin)_\w*group\w*|\w+_group|group_\w+")
_ANONYMOUS = re.compile(r"(?:oa_send_)?anonymous_\w+")
_ECHO = re.compile(r"oa_send_(?:text|image|gif|list|file|sticker|link|template)")


def read_event(body: Mapping[str, Any], raw: bytes, oa_id: str) -> ZaloEvent:
    """What ``body`` says. ``raw`` are its bytes as they came; ``oa_id`` is our account.

    Raises nothing: what cannot be read is FOREIGN or UNKNOWN, and is acknowledged, because Zalo
    would only send the same again.
    """
    name = body.get("event_name")
    if not isinstance(name, str):
        return ZaloEvent(Nature.UNKNOWN, "none")
    nature = _nature(name)
    if nature is Nature.UNKNOWN:
        return ZaloEvent(nature, "unknown")
    if nature is Nature.ECHO:
        return ZaloEvent(nature, name, by_human=_id(_part(body, "sender").get("admin_id")) is not None)
    if nature is not Nature.MESSAGE:
        return ZaloEvent(nature, name)
    user = _citizen(body, oa_id)
    if user is None:
        return ZaloEvent(Nature.FOREIGN, name)
    return ZaloEvent(nature, name, _inbound(name, body, raw, user, oa_id))


def _nature(name: str) -> Nature:
    if name in _MESSAGES:
        return Nature.MESSAGE
    if name in _RECEIPTS:
        return Nature.RECEIPT
    if name == "user_withdraw":
        return Nature.WITHDRAWAL
    if name in _ACKNOWLEDGED or _GROUP.fullmatch(name) or _ANONYMOUS.fullmatch(name):
        return Nature.ACKNOWLEDGED
    if _ECHO.fullmatch(name):
        return Nature.ECHO
    # A kind of message that Zalo invents tomorrow still deserves an answer.
    return Nature.MESSAGE if re.fullmatch(r"user_send_[a-z_]{1,40}", name) else Nature.UNKNOWN


def _inbound(name: str, body: Mapping[str, Any], raw: bytes, user: str, oa_id: str) -> Inbound:
    message = _part(body, "message")
    kind = _MESSAGES.get(name, InboundKind.OTHER)
    text, button = _text(message.get("text")), None
    if kind is InboundKind.TEXT and (pressed := _PRESS.fullmatch(text.strip())):
        kind, text, button = InboundKind.PRESS, "", pressed.group(1)
    return Inbound(
        channel=CHANNEL,
        channel_message_id=_id(message.get("msg_id")) or hashlib.sha256(raw).hexdigest(),
        address=user,
        kind=kind,
        text=text,
        account=oa_id,
        button=button,
        reachable=True,
        extra=_extra(kind, message),
    )


def _citizen(body: Mapping[str, Any], oa_id: str) -> str | None:
    """The id on the other side from our account, or None when the account is not ours."""
    sender, recipient = _id(_part(body, "sender").get("id")), _id(_part(body, "recipient").get("id"))
    other = _id(_part(body, "follower").get("id")) or _id(body.get("user_id"))
    if recipient == oa_id:
        found = sender
    elif sender == oa_id:
        found = recipient
    elif _id(body.get("oa_id")) == oa_id:
        found = other or sender
    else:
        return None
    return found if found != oa_id else None


def _extra(kind: InboundKind, message: Mapping[str, Any]) -> dict[str, Any]:
    """What is worth keeping besides the text. Business cards hold phone numbers: nothing of them."""
    extra: dict[str, Any] = {}
    if quoted := _id(message.get("quote_msg_id")):
        extra["quote_msg_id"] = quoted
    if kind is InboundKind.LOCATION:
        extra |= _coordinates(message)
    elif kind not in (InboundKind.OTHER, InboundKind.LINK) and (kept := list(_attachments(message))):
        extra["attachments"] = kept
    return extra


def _attachments(message: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Attachments that lie on Zalo's own hosts; any other address is left out, the message stays."""
    for payload in _payloads(message):
        url = _text(payload.get("url"))
        if _on_zalo(url):
            kept = {"url": url}
            for field in ("name", "type", "size"):
                if value := _text(payload.get(field)):
                    kept[field] = value[:200]
            yield kept


def _coordinates(message: Mapping[str, Any]) -> dict[str, Any]:
    for payload in _payloads(message):
        place = _part(payload, "coordinates")
        try:
            latitude, longitude = float(place["latitude"]), float(place["longitude"])
        except (KeyError, TypeError, ValueError):
            continue
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return {"latitude": latitude, "longitude": longitude}
    return {}


def _payloads(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    attachments = message.get("attachments")
    for attachment in (attachments if isinstance(attachments, list) else [])[:_MOST_ATTACHMENTS]:
        if isinstance(attachment, Mapping):
            yield _part(attachment, "payload")


def _on_zalo(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    known = any(host == name or host.endswith("." + name) for name in _MEDIA_HOSTS)
    return parts.scheme in ("http", "https") and known and len(url) <= 2000


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _id(value: Any) -> str | None:
    """An id as text: Zalo sends strings, some samples numbers. Nothing else is an id."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**40 else ""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _text(value: Any) -> str:
    """Text that every store can hold: half characters (lone surrogates) become question marks."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
