"""A linear judge over the procedures: how much a message speaks for each, and against its neighbours.

It is trained whenever the index is built, over the questions of every procedure that has enough of them,
over messages that are off topic, over messages about procedures that are not held, and over follow-ups,
which name none. Imported procedures
have little more than a name; they are found by likeness alone.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.svm import LinearSVC

from knowledge.features import Floats, Indices

_ENOUGH = 8
_OFF_TOPIC, _NOT_HELD, _GONE, _FOLLOW_UP = -1, -2, -3, -4
# Margins are read to one decimal; a tighter fit takes ten times as long.
_TOLERANCE = 0.02
NO_MARGIN = -1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much speaks for each judged procedure (about 0 or more for its own texts, -1 for nothing).

    The same for a message that is off topic, for a procedure that is not held, and for a follow-up.
    """

    margins: dict[int, float]
    off_topic: float = NO_MARGIN
    not_held: float = NO_MARGIN
    follow_up: float = NO_MARGIN


class Judge:
    """Verdicts of one index."""

    def __init__(
        self,
        rows: csr_matrix,
        owners: Indices,
        off_topic: csr_matrix,
        not_held: csr_matrix,
        follow_ups: csr_matrix,
    ) -> None:
        """``rows`` belong to ``owners``, the other rows to no procedure."""
        known, counts = np.unique(owners, return_counts=True)
        judged = known[counts >= _ENOUGH]
        self._owners: list[int] = []
        if len(judged) < 3:
            return
        chosen = np.isin(owners, judged)
        elsewhere = [
            np.full(group.shape[0], label)
            for group, label in ((off_topic, _OFF_TOPIC), (not_held, _NOT_HELD), (follow_ups, _FOLLOW_UP))
        ]
        machine = LinearSVC(C=0.5, random_state=0, tol=_TOLERANCE)
        machine.fit(
            vstack([rows[chosen], off_topic, not_held, follow_ups]).tocsr(),
            np.concatenate([owners[chosen], *elsewhere]),
        )
        self._owners = [int(owner) for owner in machine.classes_]
        # Features by row: a message has a few hundred of them, and needs only theirs.
        self._weights = np.ascontiguousarray(machine.coef_.T.astype(np.float32))
        self._bias: Floats = machine.intercept_

    def verdict(self, indices: Indices, weights: Floats) -> Verdict:
        """What speaks for what in a message with these features."""
        if not self._owners:
            return Verdict({})
        found = weights @ self._weights[indices] + self._bias
        margins = dict(zip(self._owners, found.tolist(), strict=True))
        margins.pop(_GONE, None)
        off_topic, not_held, follow_up = (
            margins.pop(label, NO_MARGIN) for label in (_OFF_TOPIC, _NOT_HELD, _FOLLOW_UP)
        )
        return Verdict(margins, off_topic, not_held, follow_up)

    def moved(self, places: dict[int, int]) -> Judge:
        """The same judge, when procedures have got other numbers; one without a new number is not judged."""
        moved = copy(self)
        moved._owners = [owner if owner < 0 else places.get(owner, _GONE) for owner in self._owners]
        return moved
