"""How likely a search result is right, from the evidence for it.

A logistic regression over the parts of the evidence and their products: a lead means less in a long message,
and strange words count more where the judge is not sure. ``certainty.json`` holds what it learnt on questions
that the index had not seen; ``benchmarks/certainty.py`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from pathlib import Path

from knowledge.learnt import Chance

LEARNT = Path(__file__).with_name("certainty.json")


def certainty(evidence: Sequence[float]) -> float:
    """Between 0 and 1. Raises ValueError when the evidence has other parts than what was learnt."""
    return _RIGHT.of(parts(evidence))


def parts(evidence: Sequence[float]) -> Iterator[float]:
    """Each part of the evidence, then each product of two, a part with itself included."""
    yield from evidence
    yield from (first * second for first, second in combinations_with_replacement(evidence, 2))


_RIGHT = Chance.read(LEARNT)
