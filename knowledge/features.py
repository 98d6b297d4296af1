"""Texts as weighted features: words, pairs of words, runs of characters, words with their diacritics.

A feature weighs the more, the fewer texts use it; each view has length one before it gets its share. Rows are
what the judge learns from, and the product of two rows is their likeness.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

# Pairs grow with the square of the words; nobody names a procedure with more words than this.
_MOST_PAIRED = 30
_SMALL = 200
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Said:
    """A text, read once: as ``typed``, folded and written out in ``full``, and the ``content`` left of that
    when its question words are gone."""

    typed: str
    full: str
    content: str


def words(said: Said) -> Iterator[str]:
    """Folded words, one and two in a row. Question words stay: in stories "mẹ", "mới" and "muốn" count."""
    tokens = said.full.split()
    yield from tokens
    yield from (f"{first} {second}" for first, second in pairwise(tokens))


def pairs(said: Said) -> Iterator[str]:
    """Two content words anywhere, in the order of the alphabet: "cuoc" and "mat" in any sentence."""
    tokens = sorted(set(said.content.split()))[:_MOST_PAIRED]
    yield from (f"{first}&{second}" for first, second in combinations(tokens, 2))


def characters(said: Said) -> Iterator[str]:
    """Runs of three to five characters; the ends of the text are blanks."""
    padded = f" {said.full} "
    for size in (3, 4, 5):
        yield from (padded[at : at + size] for at in range(len(padded) - size + 1))


def accented(said: Said) -> Iterator[str]:
    """Words as typed, one and two in a row: for those who type diacritics, "mất" is not "mặt"."""
    tokens = _WORD.findall(said.typed.lower())
    yield from tokens
    yield from (f"{first} {second}" for first, second in pairwise(tokens))


# Shares found by cross-validation over the questions of the procedures (docs/evaluation.md).
VIEWS: tuple[tuple[Callable[[Said], Iterable[str]], float], ...] = (
    (words, 0.7),
    (pairs, 0.5),
    (characters, 0.7),
    (accented, 0.5),
)
# A row is as long as the shares say; likeness is counted between 0 and 1.
_LENGTH = float(np.sqrt(sum(share**2 for _, share in VIEWS)))


class Features:
    """Learns the features of many texts, then turns any text into a row of them."""

    def __init__(self) -> None:
        self._views: list[tuple[TfidfVectorizer, float]] = []

    def learn(self, texts: Sequence[Said]) -> csr_matrix:
        """Learn from ``texts``. Returns their rows, of length one at most.

        A feature that only one text has says nothing about any other, and is left out of a large index.
        """
        least = 2 if len(texts) > _SMALL else 1
        self._views = [
            (
                TfidfVectorizer(analyzer=read, sublinear_tf=True, min_df=least, dtype=np.float32),
                share / _LENGTH,
            )
            for read, share in VIEWS
        ]
        parts = [vectorizer.fit_transform(texts) * share for vectorizer, share in self._views]
        return csr_matrix(hstack(parts))

    def rows(self, texts: Sequence[Said]) -> csr_matrix:
        """The rows of further texts."""
        return csr_matrix(hstack([vectorizer.transform(texts) * share for vectorizer, share in self._views]))

    def row(self, said: Said) -> tuple[Indices, Floats]:
        """The features of one text: their numbers and their weights.

        What ``transform`` of scikit-learn gives, read straight from its tables, in a tenth of the time.
        """
        numbers: list[Indices] = []
        weights: list[Floats] = []
        offset = 0
        for (read, _), (vectorizer, share) in zip(VIEWS, self._views, strict=True):
            known = vectorizer.vocabulary_
            counts = Counter(number for number in map(known.get, read(said)) if number is not None)
            found = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
            often = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
            weighed = (1 + np.log(often)) * vectorizer.idf_[found]
            length = np.linalg.norm(weighed)
            numbers.append(found + offset)
            weights.append(weighed * (share / length) if length else weighed)
            offset += len(known)
        return np.concatenate(numbers), np.concatenate(weights)
