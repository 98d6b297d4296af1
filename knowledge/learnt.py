"""Chances that were learnt elsewhere: a logistic regression, kept as a constant and a weight a part."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_FARTHEST = 50.0


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely something is, from parts of evidence: ``weights`` are in the order of the parts."""

    constant: float
    weights: Sequence[float]

    @classmethod
    def read(cls, path: Path) -> Chance:
        """What a benchmark has written to ``path``. Raises OSError, ValueError, KeyError."""
        learnt = json.loads(path.read_text(encoding="utf-8"))
        return cls(learnt["constant"], learnt["weights"])

    def write(self, path: Path) -> None:
        """Keep it in ``path``, with four decimals. Raises OSError."""
        learnt = {
            "constant": round(self.constant, 4),
            "weights": [round(float(weight), 4) for weight in self.weights],
        }
        path.write_text(json.dumps(learnt) + "\n", encoding="utf-8")

    def of(self, parts: Iterable[float]) -> float:
        """Between 0 and 1. Raises ValueError when there are more or fewer parts than weights."""
        weighed = self.constant + sum(w * part for w, part in zip(self.weights, parts, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-_FARTHEST, min(_FARTHEST, weighed))))
