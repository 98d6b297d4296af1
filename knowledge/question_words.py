"""Words that ask rather than name: they say which facet is meant and nothing about the procedure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

_QUESTION_WORDS = Path(__file__).with_name("question_words.yml")


class QuestionWords:
    """Words and phrases that ask rather than name, from ``question_words.yml``."""

    def __init__(self, path: Path = _QUESTION_WORDS) -> None:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        self._words = {word for line in raw["words"] for word in line.split()}
        self._phrases = _by_first_word(raw["phrases"])
        self._names = _by_first_word(raw["names"])

    def strip(self, text: str) -> str:
        """``text`` (normalised) without its question words, in order."""
        tokens = text.split()
        kept: list[str] = []
        at = 0
        while at < len(tokens):
            if name := _starting_at(tokens, at, self._names):
                kept.extend(name)
                at += len(name)
                continue
            if phrase := _starting_at(tokens, at, self._phrases):
                at += len(phrase)
                continue
            if tokens[at] not in self._words:
                kept.append(tokens[at])
            at += 1
        return " ".join(kept)


Phrases = dict[str, list[list[str]]]


def _by_first_word(phrases: Iterable[str]) -> Phrases:
    """Phrases under their first word, the longest first."""
    found: Phrases = {}
    for words in sorted((phrase.split() for phrase in phrases), key=len, reverse=True):
        found.setdefault(words[0], []).append(words)
    return found


def _starting_at(tokens: list[str], at: int, phrases: Phrases) -> list[str] | None:
    known = phrases.get(tokens[at], ())
    return next((words for words in known if tokens[at : at + len(words)] == words), None)
