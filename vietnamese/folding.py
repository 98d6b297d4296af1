"""Folding: lower case, no diacritics. Half of what citizens type has none to begin with."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_MARKS = dict.fromkeys(range(0x0300, 0x0370))


def fold(text: str) -> str:
    """``text`` in lower case, without diacritics (đ becomes d), white space folded to single blanks."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    plain = decomposed.translate(_MARKS).replace("đ", "d")
    return _SPACES.sub(" ", plain).strip()
