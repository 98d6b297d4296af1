"""How likely a search result is right, from the evidence for it.

A logistic regression over the parts of the evidence and their products: a lead means less in a long message,
and strange words count more where the judge is not sure. ``certainty.json`` holds what it learnt on questions
that the index had not seen; ``benchmarks/certainty.py`` writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from pathlib import Path

LEARNT = Path(__file__).with_name("certainty.json")


def certainty(evidence: Sequence[float]) -> float:
    """Between 0 and 1. Raises ValueError when the evidence has other parts than what was learnt."""
    weighed = _CONSTANT + sum(weight * part for weight, part in zip(_WEIGHTS, parts(evidence), strict=True))
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, weighed))))


def parts(evidence: Sequence[float]) -> Iterator[float]:
    """Each part of the evidence, then each product of two, a part with itself included."""
    yield from evidence
    yield from (first * second for first, second in combinations_with_replacement(evidence, 2))


_LEARNT = json.loads(LEARNT.read_text(encoding="utf-8"))
_CONSTANT: float = _LEARNT["constant"]
_WEIGHTS: list[float] = _LEARNT["weights"]
