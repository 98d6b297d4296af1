"""How the page without scripts says times and shows addresses; the page with scripts does so in dom.js."""

from __future__ import annotations

import re
from datetime import date, datetime

from markupsafe import Markup, escape

from motcua.clock import HANOI

_ADDRESS = re.compile(r'(https://[^\s<>"]+[^\s<>".,;:!?)])')


def linked(text: str) -> Markup:
    """The text with its web addresses as links; everything else is escaped."""
    parts = _ADDRESS.split(text)
    return Markup("").join(
        link(part, part.removeprefix("https://")) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def link(url: str, title: str, css: str = "") -> Markup:
    """A link that opens beside the page; the title alone when the address is not one we open."""
    if not re.match(r"https://|tel:", url):
        return escape(title)
    return Markup('<a href="{}" class="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(
        url, css, title
    )


def day(value: date) -> str:
    """dd/MM/yyyy."""
    return f"{value:%d/%m/%Y}"


def moment(value: datetime) -> str:
    """HH:mm dd/MM/yyyy, in Hanoi."""
    return f"{value.astimezone(HANOI):%H:%M %d/%m/%Y}"
