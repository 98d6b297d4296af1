"""How the channels show a reply, for whoever has to look at one before citizens do.

The desk may not know the channels: the application hands it these, under keys of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from motcua.reply import Reply


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as a phone shows it: its text, and the buttons under it if the channel draws any."""

    text: str
    buttons: tuple[str, ...] = ()


PhonePreview = Callable[[Reply], list[Bubble]]
"""A reply in the messages it would be sent in."""

PagePreview = Callable[[Sequence[Reply], str], str]
"""Replies as a page of HTML, drawn by the client that draws them for citizens; the second is its title."""

ZALO_PREVIEW: web.AppKey[PhonePreview] = web.AppKey("zalo_preview")
WEB_PREVIEW: web.AppKey[PagePreview] = web.AppKey("web_preview")
