"""How names of places are spelled: the words of a message, folded, with their marks kept beside them.

``vietnamese.normalise`` writes shorthand out and drops what distinguishes “Bách Khoa” from “bạch khoa”; here
the marks, the capitals and the punctuation between words still matter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from vietnamese import fold
from vietnamese.telex import untelex

_WORD = re.compile(r"[^\W_]+")
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_ONLY_TONES = re.compile("[^\u0300\u0301\u0303\u0309\u0323]+")
_SHORT_Y = re.compile(r"^([bcdfghklmnpqrstvx]+)y$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a message.

    ``key`` is folded, ``exact`` keeps the marks in a form that does not depend on where the tone sits (hòa,
    hoà); ``marked`` says whether it has any. ``gap`` is what stands before it, without blanks and hyphens;
    ``starts``: first of a sentence.
    """

    typed: str
    key: str
    exact: str
    marked: bool
    title: bool
    gap: str
    starts: bool

    @property
    def joined(self) -> bool:
        """Whether only blanks or a hyphen part it from the word before."""
        return not self.gap


def words(text: str) -> list[Word]:
    """The words of ``text``. In a message all in capitals none counts as capitalised."""
    composed = unicodedata.normalize("NFC", text)
    shouted = composed.upper() == composed
    found: list[Word] = []
    end = 0
    for match in _WORD.finditer(composed):
        typed = match.group()
        between = composed[end : match.start()]
        end = match.end()
        key, exact = forms(typed)
        found.append(
            Word(
                typed=typed,
                key=key,
                exact=exact,
                marked=exact != key,
                title=typed[0].isupper() and not shouted,
                gap=between.strip(" \t-–"),
                starts=not found or any(mark in between for mark in ".!?\n"),
            )
        )
    return found


@lru_cache(maxsize=4096)
def forms(word: str) -> tuple[str, str]:
    """``word`` folded, and with its marks: letters first, tone last."""
    letters = unicodedata.normalize("NFD", word.lower())
    tone = _ONLY_TONES.sub("", letters)
    exact = _SHORT_Y.sub(r"\1i", unicodedata.normalize("NFC", letters.translate(_TONES))) + tone
    plain = fold(word)
    key = _SHORT_Y.sub(r"\1i", untelex(plain))
    return key, key if exact == plain else exact


def key_of(name: str) -> str:
    """The folded words of ``name``, as they stand in the index."""
    return " ".join(word.key for word in words(name))


def exact_of(name: str) -> tuple[str, ...]:
    """The words of ``name`` with their marks."""
    return tuple(word.exact for word in words(name))
