"""Text of the portal's pages: cleaning, without changing what it says."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

NOTHING: Final = "Không có thông tin"
# Bullets of Word's symbol font, and marks that are not seen.
_MARKS = (
    ("\uf0fc", "-"),
    ("\uf0a7", "-"),
    ("\uf0d8", "-"),
    ("\uf0b7", "-"),
    ("\xa0", " "),
    ("\t", " "),
    ("\r", "\n"),
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff\ud800-\udfff]"
)
_BLANKS = re.compile(r" {2,}")
_ENDS = re.compile(r"[.;:!?]$")
_ENUMERATED = re.compile(r"^[a-zđ]{1,2}[.)]")
_BULLET = re.compile(r"^(?:[-–+*•]\s*)+")


def composed(text: str) -> str:
    """``text`` in NFC, with ordinary blanks and bullets and nothing that is not seen."""
    for mark, plain in _MARKS:
        text = text.replace(mark, plain)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def paragraphs(text: str) -> list[str]:
    """The lines of ``text`` without empty ones; a sentence that was broken for paper is one line again."""
    found: list[str] = []
    for raw in composed(text).split("\n"):
        line = _BLANKS.sub(" ", raw).strip()
        if not line:
            continue
        goes_on = line[0].islower() and not _ENUMERATED.match(line)
        if found and goes_on and not _ENDS.search(found[-1]):
            found[-1] += f" {line}"
        else:
            found.append(line)
    return found


def block(text: str) -> str:
    """``text`` with its lines kept."""
    return "\n".join(paragraphs(text))


def one_line(text: str) -> str:
    """``text`` in a single line."""
    return " ".join(composed(text).split())


def capital(text: str) -> str:
    """``text`` with a capital letter first; the letter of "a)" is no word."""
    return text if _ENUMERATED.match(text) else text[:1].upper() + text[1:]


def without_bullet(text: str) -> str:
    """``text`` without a dash, plus or star before it."""
    return _BULLET.sub("", text).strip()


def says_nothing(text: str | None) -> bool:
    """Whether the portal put nothing, or its "Không có thông tin", where content could be."""
    return not text or one_line(text).strip(" .") in ("", NOTHING)
