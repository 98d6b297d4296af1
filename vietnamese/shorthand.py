"""Shorthand: abbreviations, teencode and regional words, written out as most people write them.

The table (``shorthand.yml``) works on folded words, so one line serves every way of typing the
diacritics. Its other sections are for words where the diacritics decide: ``accented`` means something
only with them (``mô``: đâu), ``bare`` only without (``hong``: không, but ``hồng`` stays).
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import AbstractSet, Any, Dict, FrozenSet, List

import yaml

from vietnamese.folding import fold
from vietnamese.telex import is_syllable, untelex

# BaseLoader: every key stays a string, also those YAML would read as yes and no.
_FILE = Path(__file__).with_name("shorthand.yml").read_text(encoding="utf-8")
_TABLE: Dict[str, Any] = yaml.load(_FILE, Loader=yaml.BaseLoader)  # noqa: S506 - our own file, no objects
_WORDS: Dict[str, str] = _TABLE["words"]
_PHRASES: Dict[str, str] = _TABLE["phrases"]
_ACCENTED: Dict[str, str] = _TABLE["accented"]
_BARE: FrozenSet[str] = frozenset(_TABLE["bare"])
_PAIRS: FrozenSet[str] = frozenset(_TABLE["pairs"])
_LONGEST = max(len(key.split()) for key in _PHRASES)
_WORD = re.compile(r"\d+(?:[.,\-/]\d+)*|[^\W\d_]+\d*")
_DRAWN_OUT = re.compile(r"([aeiouy])\1+$|(?<=[a-z])([a-z])\2{2,}$")
# No Vietnamese syllable ends in a vowel and g: the n before it has been missed ("thườg"); but for these.
_MISSED_N = re.compile(r"(?<=[aeiouy])g$")
_WITHOUT_N: FrozenSet[str] = frozenset(["tag", "blog", "vlog"])
# Two words run together have at least so many letters; shorter ones are names ("momo").
_JOINED = 6
_NONE: FrozenSet[int] = frozenset()


def words(text: str) -> List[str]:
    """The folded words of ``text``, in order; punctuation is gone, numbers stay whole."""
    return [part for word in map(_plain, _spoken(text)) if word for part in _apart(word)]


def _spoken(text: str) -> List[str]:
    """The words of ``text`` as typed, in lower case; regional ones as most people write them."""
    typed = _WORD.findall(unicodedata.normalize("NFC", text.lower()))
    return [
        word if _in_pair(typed, at) else _ACCENTED.get(word, word)  # "mô" is đâu, but not in "mô tô"
        for at, word in enumerate(typed)
    ]


def _in_pair(typed: List[str], at: int) -> bool:
    return any(" ".join(typed[start : start + 2]) in _PAIRS for start in (at, at - 1) if start >= 0)


def _plain(word: str) -> str:
    folded = fold(word)
    if folded in _WORDS:
        return folded
    plain = untelex(_DRAWN_OUT.sub(r"\1\2", folded))
    whole = _MISSED_N.sub("ng", plain)
    return whole if whole != plain and plain not in _WITHOUT_N and is_syllable(whole) else plain


def _apart(word: str) -> List[str]:
    """Two syllables that lost the blank between them ("chođúng"), when there is only one way to part them."""
    if len(word) < _JOINED or not word.isalpha() or word in _WORDS or is_syllable(word):
        return [word]
    ways = [
        [word[:at], word[at:]]
        for at in range(2, len(word) - 1)
        if is_syllable(word[:at]) and is_syllable(word[at:])
    ]
    return ways[0] if len(ways) == 1 else [word]


def expand(tokens: List[str], whole: AbstractSet[int] = _NONE) -> List[str]:
    """``tokens`` (folded words) with every known shorthand written out; others stay as they are.

    A token whose place is in ``whole`` is a word of its own and no shorthand; phrases still count.
    """
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
            token = tokens[at]
            written.extend([token] if at in whole else _WORDS.get(token, token).split())
            at += 1
    return written


def normalise(text: str) -> str:
    """``text`` folded and written out: what search and understanding compare."""
    tokens: List[str] = []
    whole = set()
    for word in _spoken(text):
        plain = _plain(word)
        if not plain:
            continue
        if plain in _BARE and fold(word) != word:
            whole.add(len(tokens))
        tokens.extend(_apart(plain))
    return " ".join(expand(tokens, whole))
