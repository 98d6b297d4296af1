"""Shorthand: abbreviations, teencode and regional words, written out as most people write them.

The table (``shorthand.yml``) works on folded words, so one line serves every way of typing the
diacritics; its last section is for words that carry their meaning in the diacritics (``mô``: đâu).
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Dict, List

import yaml

from vietnamese.folding import fold
from vietnamese.telex import untelex

# BaseLoader: every key stays a string, also those YAML would read as yes and no.
_TABLE: Dict[str, Dict[str, str]] = yaml.load(  # noqa: S506 - our own file, and no objects
    Path(__file__).with_name("shorthand.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)
_WORDS, _PHRASES, _ACCENTED = _TABLE["words"], _TABLE["phrases"], _TABLE["accented"]
_LONGEST = max(len(key.split()) for key in _PHRASES)
_WORD = re.compile(r"\d+(?:[.,\-/]\d+)*|[^\W\d_]+\d*|\d+[^\W\d_]+", re.UNICODE)
_DRAWN_OUT = re.compile(r"([aeiouy])\1+$|(?<=..)([a-z])\2{2,}$")


def words(text: str) -> List[str]:
    """The folded words of ``text``, in order; punctuation is gone, numbers stay whole."""
    spoken = unicodedata.normalize("NFC", text.lower())
    return [_plain(word) for word in _WORD.findall(spoken)]


def _plain(word: str) -> str:
    folded = fold(_ACCENTED.get(word, word))
    if folded in _WORDS:
        return folded
    return untelex(_DRAWN_OUT.sub(r"\1\2", folded))


def expand(tokens: List[str]) -> List[str]:
    """``tokens`` (folded words) with every known shorthand written out; others stay as they are."""
    written: List[str] = []
    at = 0
    while at < len(tokens):
        for size in range(min(_LONGEST, len(tokens) - at), 1, -1):
            phrase = _PHRASES.get(" ".join(tokens[at : at + size]))
            if phrase is not None:
                written.extend(phrase.split())
                at += size
                break
        else:
            written.extend(_WORDS.get(tokens[at], tokens[at]).split())
            at += 1
    return written


def normalise(text: str) -> str:
    """``text`` folded and written out: what search and understanding compare."""
    return " ".join(expand(words(text)))
