"""Which questions ask for the same: words and pieces of words, without accents, compared by their angle.

Small on purpose: the gateway groups a few questions a minute and must not load the machinery of the search
for that. Rare words count for more; which ones are rare, ``gap_words.yml`` and the questions at hand tell.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import yaml

from vietnamese import normalise

LIKE = 0.36
"""From here on two questions are taken for the same; measured in tests/conversations/test_gaps.py."""
_WORD = re.compile(r"[^\W_]+")
_WORDS = yaml.safe_load(Path(__file__).with_name("gap_words.yml").read_text(encoding="utf-8"))
_AROUND = frozenset(_WORDS["around"])
_COMMON: dict[int, list[str]] = _WORDS["common"]
_SIZE = 3
_MOST_FEATURES = 400


def features(text: str) -> Counter[str]:
    """What of a question is compared."""
    words = _WORD.findall(normalise(text))
    kept = [word for word in words if word not in _AROUND] or words
    found: Counter[str] = Counter(kept)
    found.update(f"{one} {other}" for one, other in itertools.pairwise(kept))
    for word in kept:
        found.update(_pieces(word))
    return Counter(dict(found.most_common(_MOST_FEATURES)))


def _pieces(word: str) -> list[str]:
    around = f" {word} "
    return [around[at : at + _SIZE] for at in range(len(around) - _SIZE + 1)]


def _background() -> Counter[str]:
    """In how many of a thousand questions each piece of the common words is."""
    seen: Counter[str] = Counter()
    for many, words in _COMMON.items():
        for word in words:
            seen[word] = many
            for piece in set(_pieces(word)):
                seen[piece] += many
    return Counter({piece: min(many, _MANY) for piece, many in seen.items()})


_MANY = 1000
_BACKGROUND = _background()


class Groups:
    """Groups by what stands for them: all features of their questions together."""

    def __init__(self) -> None:
        self._of: dict[int, Counter[str]] = {}
        self._with: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._seen = Counter(_BACKGROUND)
        self._lengths: dict[int, float] = {}
        self._many = _MANY

    def add(self, group: int, text: str) -> None:
        """A question of a group."""
        found = features(text)
        self._many += 1
        self._seen.update(found.keys())
        whole = self._of.setdefault(group, Counter())
        whole.update(found)
        for feature in found:
            self._with[feature][group] = whole[feature]
        # As rare as the words are now: later questions change that little, and every length with it.
        self._lengths[group] = self._length(whole)

    def nearest(self, text: str) -> tuple[int, float] | None:
        """The group most like a question, and how much (0 to 1); None when nothing is shared."""
        wanted = features(text)
        shared: defaultdict[int, float] = defaultdict(float)
        for feature, count in wanted.items():
            worth = count * self._weight(feature) ** 2
            for group, times in self._with.get(feature, {}).items():
                shared[group] += worth * times
        if not shared:
            return None
        own = self._length(wanted)
        best = max(shared, key=lambda group: (shared[group] / self._lengths[group], -group))
        return best, min(1.0, shared[best] / (own * self._lengths[best]))

    def _length(self, found: Counter[str]) -> float:
        return math.sqrt(sum((self._weight(feature) * count) ** 2 for feature, count in found.items()))

    def _weight(self, feature: str) -> float:
        return math.log((self._many + 2) / (self._seen[feature] + 1)) + 0.3


def grouped(texts: Iterable[str], like: float = LIKE) -> list[int]:
    """For each text the number of its group, as an incremental run would put them together."""
    groups = Groups()
    given: list[int] = []
    many = 0
    for text in texts:
        near = groups.nearest(text)
        number = near[0] if near and near[1] >= like else many
        many = max(many, number + 1)
        groups.add(number, text)
        given.append(number)
    return given
