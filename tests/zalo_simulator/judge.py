"""Whether Zalo takes a message, and what the citizen then sees (sections 2.2 to 2.5 of the shared facts)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.zalo_simulator.refused import Refused

if TYPE_CHECKING:
    from tests.zalo_simulator.world import Citizen, World

DAY_S = 86_400
TEXT_LIMIT = 2000
_MOST = 5
_TITLE = 100
_PAYLOAD = 1000
_BUTTONS = {"oa.query.show", "oa.query.hide", "oa.open.url", "oa.open.phone", "oa.open.sms"}


def judge(world: World, body: Mapping[str, Any]) -> tuple[Citizen, dict[str, Any]]:
    """Who gets what: fields of an entry. Raises Refused like Zalo refuses it."""
    recipient, message = body.get("recipient"), body.get("message")
    user_id = recipient.get("user_id") if isinstance(recipient, Mapping) else None
    if not isinstance(user_id, str) or not user_id or not isinstance(message, Mapping):
        raise Refused(-201, "user_id is invalid")
    shown = _shown(world, message)
    citizen = world.citizens.get(user_id)
    if citizen is None:
        raise Refused(-213, "User has not followed")
    if citizen.interacted_at is None:
        raise Refused(-232, "User has never interacted")
    if time.time() - citizen.interacted_at > 7 * DAY_S:
        raise Refused(-230, "No interaction in 7 days")
    quote = message.get("quote_message_id")
    if quote is not None:
        if not world.accepts_quotes or all(entry.message_id != quote for entry in citizen.entries):
            raise Refused(-201, "quote_message_id is invalid")
        shown["quote"] = quote
    return citizen, shown


def _shown(world: World, message: Mapping[str, Any]) -> dict[str, Any]:
    text, attachment = message.get("text"), message.get("attachment")
    if text is not None and (not isinstance(text, str) or not text.strip()):
        raise Refused(-201, "text is invalid")
    if text and (len(text.encode()) if world.count_bytes else len(text)) > TEXT_LIMIT:
        raise Refused(-210, "text is over the limit")
    if attachment is None:
        if not text:
            raise Refused(-201, "text is invalid")
        return {"text": text}
    kind, payload = attachment.get("type"), attachment.get("payload")
    if not isinstance(payload, Mapping):
        raise Refused(-201, "attachment is invalid")
    if kind == "file":
        return {"text": "", "kind": "file", "attachment": world.uploaded("file", payload.get("token"))}
    if kind != "template":
        raise Refused(-201, "attachment type is invalid")
    match payload.get("template_type"):
        case "media":
            return {"text": text or "", **_media(world, payload)}
        case "list":
            return {"text": text or "", **_list(world, payload)}
        case None if text:
            return {"text": text, "buttons": _buttons(world, payload.get("buttons"))}
    raise Refused(-201, "template is invalid")


def _media(world: World, payload: Mapping[str, Any]) -> dict[str, Any]:
    elements = payload.get("elements")
    if not isinstance(elements, list) or len(elements) != 1:
        raise Refused(-201, "elements are invalid")
    media = elements[0].get("media_type")
    if media not in ("image", "gif"):
        raise Refused(-201, "media_type is invalid")
    ref = world.uploaded(media, elements[0].get("attachment_id"))
    return {"kind": "photo" if media == "image" else "gif", "attachment": ref}


def _list(world: World, payload: Mapping[str, Any]) -> dict[str, Any]:
    elements = payload.get("elements")
    if not world.accepts_lists:
        raise Refused(-233, "list is not supported")
    if not isinstance(elements, list) or not 1 <= len(elements) <= _MOST or not elements[0].get("subtitle"):
        raise Refused(-201, "elements are invalid")
    for place, element in enumerate(elements):
        if not 0 < len(element.get("title", "")) <= _TITLE:
            raise Refused(-201, "title is invalid")
        if place and not isinstance(element.get("default_action"), Mapping):
            raise Refused(-201, "default_action is missing")
    return {"elements": elements}


def _buttons(world: World, buttons: Any) -> list[dict[str, Any]]:
    if not world.accepts_buttons or not isinstance(buttons, list) or not 1 <= len(buttons) <= _MOST:
        raise Refused(world.buttons_refused_with, "buttons are invalid")
    for button in buttons:
        payload = button.get("payload")
        if not 0 < len(button.get("title", "")) <= _TITLE or button.get("type") not in _BUTTONS:
            raise Refused(-201, "button is invalid")
        if button["type"].startswith("oa.query") and not (
            isinstance(payload, str) and len(payload) <= _PAYLOAD
        ):
            raise Refused(-201, "button payload is invalid")
        if button["type"] == "oa.open.url":
            url = payload.get("url") if isinstance(payload, Mapping) else None
            if not isinstance(url, str) or not url.startswith("http"):
                raise Refused(-201, "button url is invalid")
    return list(buttons)
