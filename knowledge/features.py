"""Texts as weighted features: folded words, one and two in a row, and runs of three to five characters.

A feature weighs the more, the fewer *procedures* use it. Rows have length one, so that a product of two
rows is their likeness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_WORD_SHARE = 0.5
_FLOOR = 0.3


def word_features(text: str) -> Iterator[str]:
    """Words, one and two in a row."""
    tokens = text.split()
    yield from tokens
    yield from (f"{first} {second}" for first, second in pairwise(tokens))


def character_features(text: str) -> Iterator[str]:
    """Runs of three to five characters; the ends of words are blanks."""
    padded = f" {text} "
    for size in (3, 4, 5):
        yield from (padded[at : at + size] for at in range(len(padded) - size + 1))


class Features:
    """Learns the features of the texts of all procedures, then turns any text into a row of them."""

    def __init__(self, texts: Sequence[str], owners: Sequence[int]) -> None:
        """``owners`` says which procedure each text belongs to."""
        self._views = [
            _View(word_features, _WORD_SHARE, 0, texts, owners),
        ]
        self._views.append(_View(character_features, 1 - _WORD_SHARE, self._views[0].size, texts, owners))
        self.size = sum(view.size for view in self._views)

    def row(self, text: str) -> tuple[Indices, Floats]:
        """The features of one text: their numbers and their weights."""
        parts = [view.row(text) for view in self._views]
        indices, weights = zip(*parts, strict=True)
        return np.concatenate(indices), np.concatenate(weights)

    def rows(self, texts: Iterable[str]) -> csr_matrix:
        """The features of many texts, one row each."""
        rows = [self.row(text) for text in texts]
        ends = np.cumsum([0, *(len(indices) for indices, _ in rows)])
        indices = np.concatenate([indices for indices, _ in rows]) if rows else np.empty(0, dtype=np.intp)
        weights = np.concatenate([weights for _, weights in rows]) if rows else np.empty(0)
        return csr_matrix((weights, indices, ends), shape=(len(rows), self.size))


class _View:
    """One way of reading a text, with its own weights and its own share of the length of a row."""

    def __init__(
        self,
        read: Callable[[str], Iterable[str]],
        share: float,
        offset: int,
        texts: Sequence[str],
        owners: Sequence[int],
    ) -> None:
        self._read, self._scale = read, np.sqrt(share)
        users: dict[str, set[int]] = {}
        for text, owner in zip(texts, owners, strict=True):
            for feature in read(text):
                users.setdefault(feature, set()).add(owner)
        procedures = len(set(owners))
        self.size = len(users)
        self._offset = offset
        self._numbers = {feature: at for at, feature in enumerate(users)}
        used_by = np.array([len(who) for who in users.values()])
        self._rarity = np.log((1 + procedures) / (1 + used_by)) + _FLOOR

    def row(self, text: str) -> tuple[Indices, Floats]:
        """Numbers and weights of the features of ``text`` that are known."""
        numbers = self._numbers
        counts = Counter(numbers[feature] for feature in self._read(text) if feature in numbers)
        found = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
        weights = (1 + np.log(often)) * self._rarity[found]
        length = np.linalg.norm(weights)
        return found + self._offset, weights * (self._scale / length) if length else weights
