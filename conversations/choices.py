"""Buttons and their answers: what was offered last, and which of it a citizen means."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from motcua.reply import Button, Command, Reply
from vietnamese import fold

_NUMBER = re.compile(r"^(?:so |chon |cau |muc |y |lua chon |phuong an )*([1-9])(?: (?:nhe|a|di|nha|nhe a))?$")


@dataclass(frozen=True, slots=True)
class Offer:
    """A stored button: its opaque id, its place among the buttons, what it says and does."""

    id: str
    position: int
    title: str
    command: Command


def publish_buttons(reply: Reply) -> tuple[Reply, list[Offer]]:
    """``reply`` as a channel may see it, and the offers to store beside it.

    Every command is replaced by a fresh opaque id, so that a citizen cannot press what was not
    offered.
    """
    offers: list[Offer] = []
    shown: list[Button] = []
    for position, button in enumerate(reply.buttons, start=1):
        if isinstance(button.payload, Command):
            offer = Offer(secrets.token_urlsafe(16), position, button.title, button.payload)
            offers.append(offer)
            shown.append(button.model_copy(update={"payload": offer.id}))
        else:
            shown.append(button)
    return reply.model_copy(update={"buttons": shown}), offers


def pick(text: str, offers: list[Offer]) -> Offer | None:
    """The offer that ``text`` names by its number or by its title, or None.

    ``offers`` are those of the newest replies. A number above the last offer picks nothing.
    """
    said = fold(text).strip(" .!?,")
    if match := _NUMBER.match(said):
        wanted = int(match.group(1))
        return next((offer for offer in offers if offer.position == wanted), None)
    return next((offer for offer in offers if fold(offer.title).strip(" .!?,") == said), None)
