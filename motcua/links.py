"""Links and short codes that lead to one procedure, or to the office of one ward.

A printed sheet carries them: ``{public_url}/?thu-tuc=1.001193`` opens the web chat on a procedure,
``/?noi=00004`` on a ward. Zalo's links carry no text, so beside its QR code stands what to send: ``TT
1.001193`` or ``NOI 00004``. Whether such a procedure or ward exists is not known here: the answer says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urlencode, urlsplit

from motcua.reply import Command

_LONGEST_URL = 500
_SENT = re.compile(r"(tt|noi)\s*[:.\-]?\s*([0-9][0-9. ]{3,9}[0-9])\s*[.!]?", re.ASCII)
_DIGITS = re.compile(r"[0-9]{5}|[0-9]{7}", re.ASCII)


class Leads(StrEnum):
    """What a link leads to: its value is the name in the address of the web chat."""

    PROCEDURE = "thu-tuc"
    WARD = "noi"


_WORD = {Leads.PROCEDURE: "TT", Leads.WARD: "NOI"}
_SHAPE = {
    Leads.PROCEDURE: re.compile(r"[0-9]\.[0-9]{6}", re.ASCII),
    Leads.WARD: re.compile(r"[0-9]{5}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads. ``code`` is the official code of a procedure, or of a ward."""

    leads: Leads
    code: str

    def __post_init__(self) -> None:
        if not _SHAPE[self.leads].fullmatch(self.code):
            raise ValueError(f"no code of a {self.leads.name.lower()}: {self.code!r}")

    @property
    def command(self) -> Command:
        """What it asks of the bot."""
        if self.leads is Leads.PROCEDURE:
            return Command(intent="ask_overview", entities={"procedure": self.code})
        return Command(intent="find_office", entities={"ward": self.code})

    @property
    def short(self) -> str:
        """What is sent by hand: ``TT 1.001193``, ``NOI 00004``."""
        return f"{_WORD[self.leads]} {self.code}"

    def web(self, own_url: str) -> str:
        """The address that opens the web chat of ``own_url`` on it."""
        return f"{own_url.rstrip('/')}/?{urlencode({self.leads.value: self.code})}"


def zalo_url(oa_id: str) -> str:
    """The address that opens the chat with an Official Account (shared facts on Zalo, section 6)."""
    return f"https://zalo.me/{oa_id}"


def link_of(leads: Leads, code: str) -> Link | None:
    """The link with this code, or None when it is no such code."""
    try:
        return Link(leads, code)
    except ValueError:
        return None


def sent_link(text: str, own_url: str) -> Link | None:
    """The link that a message consists of: a short code in any spelling, or an address of ours. Never raises.

    ``TT 1.001193``, ``tt1001193``, ``Nơi: 00004``. A code inside a sentence is no link: the sentence says
    more.
    """
    said = text.strip()
    if len(said) > _LONGEST_URL:
        return None
    return _short(said) or _address(said, own_url)


def asked_link(query: Mapping[str, str]) -> Link | None:
    """The link in the query of the web chat's address."""
    found = [link_of(leads, query[leads]) for leads in Leads if leads in query]
    return found[0] if found else None


def _short(said: str) -> Link | None:
    plain = "".join(c for c in unicodedata.normalize("NFKD", said.lower()) if not unicodedata.combining(c))
    match = _SENT.fullmatch(plain)
    if not match:
        return None
    digits = match[2].replace(".", "").replace(" ", "")
    if not _DIGITS.fullmatch(digits):
        return None
    if match[1] == "tt":
        return link_of(Leads.PROCEDURE, f"{digits[0]}.{digits[1:]}")
    return link_of(Leads.WARD, digits)


def _address(said: str, own_url: str) -> Link | None:
    try:
        asked, own = urlsplit(said), urlsplit(own_url)
        query = parse_qs(asked.query, max_num_fields=20)
        same = asked.scheme in ("http", "https") and asked.hostname == own.hostname and asked.port == own.port
    except ValueError:
        return None
    if not same or not own.hostname or asked.path.rstrip("/") != own.path.rstrip("/"):
        return None
    return asked_link({name: values[0] for name, values in query.items()})
