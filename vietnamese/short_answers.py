"""Short answers to a question with a few options: "chưa ạ", "cái thứ hai", "nhờ chồng", "bỏ qua".

The bot decides with it whether a message is an answer at all, the actions which answer it is; both have
to read alike. What looks like a question of its own is no answer. The words are in ``short_answers.yml``.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any, Iterable, List, Mapping

import yaml

from vietnamese.shorthand import normalise

SKIP = "skip"
STOP = "stop"
# Who files, and how: the questions whose answers are known.
WHO = "who"
SELF, OTHER, SERVICE = "self", "other", "service"
WAY = "way"
DIRECT, ONLINE, POST = "direct", "online", "post"

_FILE = Path(__file__).with_name("short_answers.yml").read_text(encoding="utf-8")
_SAID: Any = yaml.load(_FILE, Loader=yaml.BaseLoader)  # noqa: S506 - our own file; "y" stays a string
_KNOWN: Mapping[str, Mapping[str, List[str]]] = {
    question: {key: [normalise(phrase) for phrase in phrases] for key, phrases in options.items()}
    for question, options in _SAID["known"].items()
}
_FIRST_WORDS = re.compile(r"[,;:(–]")
_LONGEST = 8
_FURTHER = 4
_NEGATIVE = ("chua", "khong")
_ORDER = {"nhat": 0, "mot": 0, "dau": 0, "dau tien": 0, "hai": 1, "ba": 2, "tu": 3, "nam": 4}
_ORDER.update({"cuoi": -1, "cuoi cung": -1})
_POINT = "cai|so|cau|muc|y|phuong an|lua chon|dap an|truong hop"
_PLACE = re.compile(
    rf"^(?:(?:{_POINT}|chon|o) )*(?:thu )?([1-9])$"
    rf"|^(?:(?:{_POINT}|thu) )+(nhat|mot|dau(?: tien)?|hai|ba|tu|nam)$"
    rf"|^(?:(?:{_POINT}) )*(dau tien|cuoi(?: cung)?)$"
)


def short_answer(
    text: str, options: Mapping[str, str], question: str = "", *, loose: bool = False
) -> str | None:
    """The key of the option that ``text`` chooses, ``SKIP``, ``STOP``, or None when it is no answer.

    ``options`` are the answers offered, in order, by their key; ``question`` names the question where its
    answers are known (``WHO``, ``WAY``). ``loose`` also takes a few words out of one option, which
    might as well be something else.
    """
    whole = normalise(text)
    said = _core(whole)
    if not whole:
        return None
    if full := _in_full(whole, said, options):
        return full
    if len(whole.split()) > _LONGEST:
        return None
    place = _by_place(said, list(options))
    if place or _asks(text, whole):
        return place
    return (
        _leave(whole, said)
        or _by_meaning(whole, text, options, question)
        or _yes_or_no(said, options)
        or (_by_words(said, text, options) if loose else None)
    )


def _in_full(whole: str, said: str, options: Mapping[str, str]) -> str | None:
    """An option said as it is written, or the first words of one: "Rồi" of "Rồi, nay muốn xét lại"."""
    for spelt in (options, {key: _FIRST_WORDS.split(option)[0] for key, option in options.items()}):
        found = [key for key, option in spelt.items() if normalise(option) in (whole, said)]
        if len(found) == 1:
            return found[0]
    return None


def _core(whole: str) -> str:
    """``whole`` without what is only polite."""
    words = whole.split()
    while len(words) > 1 and words[0] in _SAID["before"]:
        words = words[1:]
    while len(words) > 1 and words[-1] in _SAID["after"]:
        words = words[:-1]
    return " ".join(words)


def _asks(text: str, whole: str) -> bool:
    """Whether this is a question; "sao cũng được" is none, "không biết nộp ở đâu" is one."""
    for phrase in _SAID["skip"]:
        if f"{whole} ".startswith(f"{phrase} "):
            whole = whole[len(phrase) :]
            break
    return text.rstrip().endswith("?") or _holds(whole.strip(), _SAID["asking"])


def _by_place(said: str, keys: List[str]) -> str | None:
    """The numbers count what is offered: the options, then to skip, then to stop."""
    match = _PLACE.match(said)
    if not match:
        return None
    if match[1]:
        offered = [*keys, SKIP, STOP]
        return offered[int(match[1]) - 1] if int(match[1]) <= len(offered) else None
    place = _ORDER[match[2] or match[3]]
    return keys[place] if place < len(keys) else None


def _leave(whole: str, said: str) -> str | None:
    for what, key in ((_SAID["stop"], STOP), (_SAID["skip"], SKIP)):
        if _begins(whole, what) or _begins(said, what):
            return key
    return None


def _by_meaning(whole: str, text: str, options: Mapping[str, str], question: str) -> str | None:
    for key, phrases in _KNOWN.get(question, {}).items():
        if key in options and _holds(whole, [phrase for phrase in phrases if _as_typed(phrase, text)]):
            return key
    meant = _who(whole.split()) if question == WHO else None
    return meant if meant in options else None


def _who(words: List[str]) -> str | None:
    own = set(_SAID["oneself"])
    theirs = own.union(*(_SAID[name] for name in ("relatives", "either", "whose", "further")))
    named = any(word in _SAID["relatives"] for word in words) or any(
        word in _SAID["either"] and after in _SAID["whose"] for word, after in pairwise(words)
    )
    if named and set(words) <= theirs:
        return OTHER
    return SELF if set(words) <= own else None


def _as_typed(phrase: str, text: str) -> bool:
    """With diacritics, "nho" must have been typed "nhờ": neither "nhỏ" nor "nhớ"."""
    typed = set(re.findall(r"\w+", unicodedata.normalize("NFC", text.lower())))
    return phrase != "nho" or bool(typed & {"nhờ", "nho"})


def _yes_or_no(said: str, options: Mapping[str, str]) -> str | None:
    """Yes and no, where the options leave no doubt which of them each means."""
    negative = [key for key, option in options.items() if normalise(option).startswith(_NEGATIVE)]
    if len(negative) != 1:
        return None
    words = said.split()
    beside = {*_SAID["beside"], *normalise(options[negative[0]]).split()}
    if not set(words) <= beside | set(_SAID["yes"]):
        return None
    if words[0] in _NEGATIVE:
        return negative[0]
    positive = [key for key in options if key not in negative]
    sure = said in _SAID["yes"] or (words[-1] == "roi" and not set(words) & set(_NEGATIVE))
    return positive[0] if len(positive) == 1 and sure else None


def _by_words(said: str, text: str, options: Mapping[str, str]) -> str | None:
    """The one option that holds all the words of ``said`` that tell something."""
    silent = {*_SAID["before"], *_SAID["after"], *_SAID["beside"], *_SAID["oneself"]}
    words = set(said.split()) - silent
    holding = [key for key, option in options.items() if words <= set(normalise(option).split())]
    known = words and all(_as_typed(word, text) for word in words)
    return holding[0] if len(holding) == 1 and known else None


def _begins(said: str, phrases: Iterable[str]) -> bool:
    """Whether one of ``phrases`` begins ``said``; a single word has to be all of it."""
    return any(
        said == phrase
        or (
            " " in phrase
            and said.startswith(f"{phrase} ")
            and len(said.split()) <= len(phrase.split()) + _FURTHER
        )
        for phrase in phrases
    )


def _holds(said: str, phrases: Iterable[str]) -> bool:
    return any(f" {phrase} " in f" {said} " for phrase in phrases)
