"""The parts of an event, read without trust: what is not what it should be is not there.

Ids look like numbers but are larger than what many JSON readers can hold, so they are strings from here on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

_ID = re.compile(r"[!-~]{1,120}")
_MOST_ATTACHMENTS = 10


def part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under ``name``, empty when there is none."""
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def identity(value: Any) -> str | None:
    """An id as text: Zalo sends strings, some samples numbers. Nothing else is an id."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**40 else ""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def words(value: Any) -> str:
    """Text that every store can hold: half characters (lone surrogates) become question marks."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def payloads(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The payloads of the attachments of a message."""
    attachments = message.get("attachments")
    for attachment in (attachments if isinstance(attachments, list) else [])[:_MOST_ATTACHMENTS]:
        if isinstance(attachment, Mapping):
            yield part(attachment, "payload")


def position(message: Mapping[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; Zalo sends them as text."""
    for payload in payloads(message):
        place = part(payload, "coordinates")
        try:
            latitude, longitude = float(place["latitude"]), float(place["longitude"])
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
        if isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    return None
