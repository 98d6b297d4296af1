"""A linear judge over the procedures: how much a message speaks for each, and against its neighbours.

It is trained whenever the index is built, over the questions of every procedure that has enough of them
and over messages that name no procedure. Imported procedures have little more than a name; they are found
by likeness alone.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.svm import LinearSVC

from knowledge.features import Floats, Indices

_ENOUGH = 8
_ELSEWHERE = -1
# The verdict is read to one decimal; a tighter fit takes ten times as long.
_TOLERANCE = 0.02


class Judge:
    """Verdicts of one index."""

    def __init__(self, rows: csr_matrix, owners: Indices, elsewhere: csr_matrix) -> None:
        """``rows`` belong to ``owners``; the rows of ``elsewhere`` to no procedure."""
        known, counts = np.unique(owners, return_counts=True)
        judged = known[counts >= _ENOUGH]
        self._owners: list[int] = []
        if len(judged) < 3:
            return
        chosen = np.isin(owners, judged)
        labels = np.concatenate([owners[chosen], np.full(elsewhere.shape[0], _ELSEWHERE)])
        machine = LinearSVC(C=1.0, random_state=0, tol=_TOLERANCE)
        machine.fit(vstack([rows[chosen], elsewhere]).tocsr(), labels)
        self._owners = [int(owner) for owner in machine.classes_]
        # Features by row: a message has a hundred of them, and needs only theirs.
        self._weights = np.ascontiguousarray(machine.coef_.T)
        self._bias: Floats = machine.intercept_

    def verdicts(self, indices: Indices, weights: Floats) -> dict[int, float]:
        """How much speaks for each judged procedure: 0 nothing, about 1 as much as for its own texts."""
        if not self._owners:
            return {}
        margins = weights @ self._weights[indices] + self._bias
        return {
            owner: max(0.0, 1.0 + float(margin))
            for owner, margin in zip(self._owners, margins, strict=True)
            if owner != _ELSEWHERE
        }
