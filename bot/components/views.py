"""Ways of reading a message, and features made of them.

The text is folded and its shorthand written out (``vietnamese``), then read as words and as characters;
the words with their diacritics are views of their own, for those who do type them. What a message asks
stands at its end more often than not, so the last words are views too. Each view is weighted by rarity and
has length one before it gets its share.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Optional, Tuple

import numpy as np
from rasa.shared.nlu.constants import TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from vietnamese import normalise

# Every view of a message starts from the same text, and training reads thousands of them view by view.
# It is emptied after each batch of rows: nothing that a citizen wrote stays in this process.
_normalised = lru_cache(maxsize=20_000)(normalise)
View = Callable[[Message], Iterable[str]]
_WORD = re.compile(r"\w+")


def folded_words(message: Message) -> Iterable[str]:
    """Folded words, one and two in a row; where the message starts and ends counts."""
    tokens = ["^", *_normalised(message.get(TEXT) or "").split(), "$"]
    yield from tokens[1:-1]
    yield from _rows(tokens, 2)


def folded_characters(message: Message) -> Iterable[str]:
    """Runs of two to five characters of the folded text."""
    yield from _runs(f" {_normalised(message.get(TEXT) or '')} ")


def spoken_words(message: Message) -> Iterable[str]:
    """underthesea's words as typed, in lower case."""
    yield from (token.text.lower() for token in message.get(TEXT_TOKENS) or [])


def typed_words(message: Message) -> Iterable[str]:
    """Words as typed, in lower case, one and two in a row: what folding is compared with."""
    tokens = ["^", *(message.get(TEXT) or "").lower().split(), "$"]
    yield from tokens[1:-1]
    yield from _rows(tokens, 2)


def typed_characters(message: Message) -> Iterable[str]:
    """Runs of two to five characters as typed, in lower case."""
    yield from _runs(f" {' '.join((message.get(TEXT) or '').lower().split())} ")


def accented_words(message: Message) -> Iterable[str]:
    """Words as typed, one and two in a row, without punctuation: diacritics tell "còn" from "con"."""
    tokens = _WORD.findall((message.get(TEXT) or "").lower())
    yield from tokens
    yield from _rows(tokens, 2)


def distant_words(message: Message) -> Iterable[str]:
    """Pairs of folded words with one to three others between them: "mấy hôm (nữa) thì (mới) có"."""
    tokens = ["^", *_normalised(message.get(TEXT) or "").split(), "$"]
    for at, word in enumerate(tokens):
        yield from (f"{word}~{other}" for other in tokens[at + 2 : at + 5])


def last_words(count: int) -> View:
    """The last ``count`` folded words, one to three in a row."""

    def read(message: Message) -> Iterable[str]:
        tokens = [*_normalised(message.get(TEXT) or "").split(), "$"][-count:]
        yield from tokens
        yield from _rows(tokens, 2)
        yield from _rows(tokens, 3)

    return read


def _rows(tokens: List[str], size: int) -> Iterable[str]:
    yield from (" ".join(tokens[at : at + size]) for at in range(len(tokens) - size + 1))


def _runs(padded: str) -> Iterable[str]:
    for size in range(2, 6):
        yield from (padded[at : at + size] for at in range(len(padded) - size + 1))


VIEWS: Dict[str, View] = {
    "folded_words": folded_words,
    "folded_characters": folded_characters,
    "spoken_words": spoken_words,
    "typed_words": typed_words,
    "typed_characters": typed_characters,
    "accented_words": accented_words,
    "distant_words": distant_words,
    "last_5_words": last_words(5),
    "last_10_words": last_words(10),
}


class Features:
    """Rows of features of messages, from several views with a share each."""

    def __init__(self, shares: Dict[str, float], learnt: Optional[Dict[str, TfidfVectorizer]] = None) -> None:
        """``shares`` by name of the view; a share of 0 leaves it out. Raises ValueError if unknown."""
        if unknown := shares.keys() - VIEWS.keys():
            raise ValueError(f"unknown views: {sorted(unknown)}")
        self._shares = {view: share for view, share in shares.items() if share}
        self._learnt = learnt or {}
        self._lookup: Dict[str, Tuple[Dict[str, int], np.ndarray]] = {}

    def learn(self, messages: List[Message]) -> csr_matrix:
        """Learn the features of ``messages`` and how rare each is. Returns their rows."""
        self._learnt = {view: _vectorizer(view) for view in self._shares}
        self._lookup = {}
        parts = [self._learnt[view].fit_transform(messages) * share for view, share in self._shares.items()]
        return csr_matrix(hstack(parts))

    def rows(self, messages: List[Message]) -> csr_matrix:
        """One row a message: the same numbers as ``learn`` gives.

        Written out, because scikit-learn adds up the whole vocabulary for every single row.
        """
        columns: List[np.ndarray] = []
        weights: List[np.ndarray] = []
        ends = [0]
        for message in messages:
            end, width = ends[-1], 0
            for view, share in self._shares.items():
                known, rarity = self._known(view)
                counts = Counter(known[word] for word in VIEWS[view](message) if word in known)
                if counts:
                    at = np.fromiter(counts.keys(), np.int64, len(counts))
                    row = 1.0 + np.log(np.fromiter(counts.values(), np.float64, len(counts)))
                    row *= rarity[at]
                    columns.append(at + width)
                    weights.append(row * (share / np.sqrt(row @ row)))
                    end += len(counts)
                width += len(known)
            ends.append(end)
        _normalised.cache_clear()
        width = sum(len(self._known(view)[0]) for view in self._shares)
        none = [np.empty(0)]
        rows = csr_matrix(
            (np.concatenate(weights or none), np.concatenate(columns or none).astype(np.int64), ends),
            shape=(len(messages), width),
        )
        rows.sort_indices()
        return rows

    def _known(self, view: str) -> Tuple[Dict[str, int], np.ndarray]:
        """The words of a view with their columns, and how rare each is."""
        if view not in self._lookup:
            learnt = self._learnt[view]
            self._lookup[view] = (learnt.vocabulary_, learnt.idf_)
        return self._lookup[view]

    def save(self, folder: Path) -> None:
        """Write what was learnt into ``folder``."""
        for view, learnt in self._learnt.items():
            words = sorted(learnt.vocabulary_, key=learnt.vocabulary_.get)
            (folder / f"{view}.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
            np.save(folder / f"{view}.npy", learnt.idf_, allow_pickle=False)

    @classmethod
    def load(cls, shares: Dict[str, float], folder: Path) -> Features:
        """What ``save`` wrote."""
        learnt = {}
        for view, share in shares.items():
            if share:
                words = json.loads((folder / f"{view}.json").read_text(encoding="utf-8"))
                learnt[view] = _vectorizer(view, {word: number for number, word in enumerate(words)})
                learnt[view].idf_ = np.load(folder / f"{view}.npy", allow_pickle=False)
        return cls(shares, learnt)


def _vectorizer(view: str, vocabulary: Optional[Dict[str, int]] = None) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer=VIEWS[view], sublinear_tf=True, min_df=1, vocabulary=vocabulary)
