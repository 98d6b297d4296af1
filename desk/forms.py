"""What handlers read from a request."""

from __future__ import annotations

from aiohttp import hdrs, web
from multidict import MultiMapping

from motcua.settings import Settings


def text_of(form: MultiMapping[object], name: str, longest: int = 200, *, strip: bool = True) -> str:
    """The text of a field, no longer than ``longest`` characters; empty when it is missing or a file."""
    value = form.get(name)
    text = value if isinstance(value, str) else ""
    return (text.strip() if strip else text)[:longest].replace("\x00", "")


def number_of(form: MultiMapping[object], name: str) -> int | None:
    """The whole number in a field; None when there is none that a row could have."""
    text = text_of(form, name, 19)
    return int(text) if text.isascii() and text.isdigit() and int(text) < 2**63 else None


def texts_of(form: MultiMapping[object], name: str) -> list[str]:
    """Every text of a field that may come several times."""
    return [value for value in form.getall(name, []) if isinstance(value, str)]


def address_of(request: web.Request, settings: Settings) -> str:
    """Where a request comes from: the peer, or what the outermost of our own proxies saw."""
    hops = settings.web.trusted_hops
    if hops:
        named = ",".join(request.headers.getall(hdrs.X_FORWARDED_FOR, [])).split(",")
        if len(named) >= hops and (seen := named[-hops].strip()):
            return seen
    return request.remote or ""
