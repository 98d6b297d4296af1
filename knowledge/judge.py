"""A linear judge over the procedures: how much a message speaks for each, and against its neighbours.

It is trained whenever the index is built, over the questions of every procedure that has enough of them,
and over messages that are about no one of them (``knowledge.elsewhere``). Imported procedures have little
more than a name; they are found by likeness alone.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.svm import LinearSVC

from knowledge.features import Floats, Indices

_ENOUGH = 8
_OFF_TOPIC, _NOT_HELD, _GONE, _FOLLOW_UP, _FULL_FOLLOW_UP = -1, -2, -3, -4, -5
# The first group of procedures that a message may be about alike; the next is one less, and so on.
_AMBIGUOUS = -10
# Margins are read to one decimal; a tighter fit takes ten times as long.
_TOLERANCE = 0.02
NO_MARGIN = -1.0
_LARGEST = 32_767


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much speaks for each judged procedure (about 0 or more for its own texts, -1 for nothing).

    The same for a message that is off topic, for a procedure that is not held, for a follow-up that names
    nothing, for any follow-up, also one with words of its own (``full_follow_up``), and for the likeliest
    ``group`` of procedures (its place) that a message is ``ambiguous`` between.
    """

    margins: dict[int, float]
    off_topic: float = NO_MARGIN
    not_held: float = NO_MARGIN
    follow_up: float = NO_MARGIN
    full_follow_up: float = NO_MARGIN
    ambiguous: float = NO_MARGIN
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Others:
    """Rows of what is about no one procedure; ``groups`` says of which group a row of ``ambiguous`` is."""

    off_topic: csr_matrix
    not_held: csr_matrix
    follow_ups: csr_matrix
    full_follow_ups: csr_matrix
    ambiguous: csr_matrix
    groups: Indices


class Judge:
    """Verdicts of one index."""

    def __init__(self, rows: csr_matrix, owners: Indices, others: Others) -> None:
        """``rows`` belong to ``owners``, the others to no procedure."""
        known, counts = np.unique(owners, return_counts=True)
        judged = known[counts >= _ENOUGH]
        self._owners: list[int] = []
        if len(judged) < 3:
            return
        chosen = np.isin(owners, judged)
        alone = (
            (others.off_topic, _OFF_TOPIC),
            (others.not_held, _NOT_HELD),
            (others.follow_ups, _FOLLOW_UP),
        )
        labels = [np.full(texts.shape[0], label) for texts, label in alone]
        known_rows = vstack([rows[chosen], *(texts for texts, _ in alone), others.ambiguous]).tocsr()
        machine = LinearSVC(C=0.5, random_state=0, tol=_TOLERANCE)
        machine.fit(known_rows, np.concatenate([owners[chosen], *labels, _AMBIGUOUS - others.groups]))
        self._owners = [int(owner) for owner in machine.classes_]
        weights, bias = machine.coef_, machine.intercept_
        if others.full_follow_ups.shape[0]:
            # Apart from the rest: their words are those of procedures, and must not speak against them.
            rest = vstack([rows[chosen], others.off_topic, others.not_held])
            going_on = vstack([others.follow_ups, others.full_follow_ups])
            apart = LinearSVC(C=0.5, random_state=0, tol=_TOLERANCE)
            apart.fit(vstack([rest, going_on]).tocsr(), np.repeat([0, 1], [rest.shape[0], going_on.shape[0]]))
            self._owners.append(_FULL_FOLLOW_UP)
            weights = np.vstack([weights, apart.coef_])
            bias = np.concatenate([bias, apart.intercept_])
        # Features by row: a message has a few hundred of them, and needs only theirs. As whole numbers of
        # 16 bits they take half the memory, and are turned into fractions as fast as they are read.
        self._step = float(np.abs(weights).max()) / _LARGEST
        self._weights = np.ascontiguousarray(np.rint(weights.T / self._step).astype(np.int16))
        self._bias: Floats = bias

    def verdict(self, indices: Indices, weights: Floats) -> Verdict:
        """What speaks for what in a message with these features."""
        if not self._owners:
            return Verdict({})
        found = (weights @ self._weights[indices].astype(np.float32)) * self._step + self._bias
        margins = dict(zip(self._owners, found.tolist(), strict=True))
        margins.pop(_GONE, None)
        off_topic, not_held, follow_up, full_follow_up = (
            margins.pop(label, NO_MARGIN) for label in (_OFF_TOPIC, _NOT_HELD, _FOLLOW_UP, _FULL_FOLLOW_UP)
        )
        groups = {label: margins.pop(label) for label in self._owners if label <= _AMBIGUOUS}
        group = max(groups, key=groups.__getitem__, default=None)
        return Verdict(
            margins,
            off_topic,
            not_held,
            follow_up,
            full_follow_up,
            NO_MARGIN if group is None else groups[group],
            None if group is None else _AMBIGUOUS - group,
        )

    def moved(self, places: dict[int, int]) -> Judge:
        """The same judge, when procedures have got other numbers; one without a new number is not judged."""
        moved = copy(self)
        moved._owners = [owner if owner < 0 else places.get(owner, _GONE) for owner in self._owners]
        return moved
