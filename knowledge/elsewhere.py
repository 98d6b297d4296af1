"""Messages that are about no one procedure of the catalogue.

Off topic, about procedures that are not held, follow-ups, and messages that two or three procedures fit
alike. The search has to know them too, or it finds a procedure for "máy photo hết giấy", the nearest one for
a procedure that is not there, and one of two for "làm lại bằng lái xe". The first are the bot's own training
examples, the others stand in ``uncatalogued.yml``, ``going_on.yml`` and ``ambiguous.yml``; the search works
without them, only less carefully.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.labelled_turns import labelled_turns
from knowledge.question_words import QuestionWords
from motcua.settings import ROOT
from vietnamese import normalise

_FOLDER = ROOT / "nlu_data"
_UNCATALOGUED = Path(__file__).with_name("uncatalogued.yml")
_ASKING = QuestionWords()
_NEXT_TO_NOTHING = 3
_AMBIGUOUS = Path(__file__).with_name("ambiguous.yml")


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Procedures that cannot be told apart by any of the ``texts``."""

    codes: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What an index must not mistake for one procedure.

    ``off_topic`` messages, messages about procedures that are ``not_held``, ``follow_ups``, which are about
    whatever is in hand, ``full_follow_ups``, which are so only when something is in hand, and ``ambiguous``
    ones.
    """

    off_topic: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    full_follow_ups: tuple[str, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()

    def only(self, keep: Callable[[str], bool]) -> Elsewhere:
        """The same without the texts that ``keep`` refuses."""
        return Elsewhere(
            tuple(filter(keep, self.off_topic)),
            tuple(filter(keep, self.not_held)),
            tuple(filter(keep, self.follow_ups)),
            tuple(filter(keep, self.full_follow_ups)),
            tuple(Ambiguous(group.codes, tuple(filter(keep, group.texts))) for group in self.ambiguous),
        )


@lru_cache
def elsewhere() -> Elsewhere:
    """All that is shipped. Raises OSError, yaml.YAMLError, KeyError, ValueError."""
    return Elsewhere(
        messages_off_topic(), messages_not_held(), follow_ups(), full_follow_ups(), ambiguous_groups()
    )


@lru_cache
def messages_off_topic() -> tuple[str, ...]:
    """The examples of every intent that is not a question about a procedure."""
    files = [*sorted((_FOLDER / "dialogue").glob("*.yml")), _FOLDER / "out_of_scope.yml"]
    return tuple(
        line.removeprefix("- ")
        for path in files
        if path.exists()
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in entry["examples"].splitlines()
    )


@lru_cache
def messages_not_held() -> tuple[str, ...]:
    """Messages about procedures that the shipped catalogue does not hold."""
    topics = yaml.safe_load(_UNCATALOGUED.read_text(encoding="utf-8"))
    return tuple(text for topic in topics for text in topic["examples"])


@lru_cache
def follow_ups() -> tuple[str, ...]:
    """Messages that go on about the procedure in hand and name next to nothing."""
    return tuple(text for text in _going_on() if _words_of_its_own(text) <= _NEXT_TO_NOTHING)


@lru_cache
def full_follow_ups() -> tuple[str, ...]:
    """Those that go on though they have words of their own ("cà vẹt tui còn nguyên")."""
    return tuple(text for text in _going_on() if _words_of_its_own(text) > _NEXT_TO_NOTHING)


def _going_on() -> list[str]:
    return [turn.text for turn in labelled_turns() if turn.goes_on]


def _words_of_its_own(text: str) -> int:
    return len(_ASKING.strip(normalise(text)).split())


@lru_cache
def ambiguous_groups() -> tuple[Ambiguous, ...]:
    """The groups of ``ambiguous.yml``."""
    groups = yaml.safe_load(_AMBIGUOUS.read_text(encoding="utf-8"))
    return tuple(Ambiguous(tuple(group["codes"]), tuple(group["texts"])) for group in groups)
