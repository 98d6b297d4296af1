"""Learns how likely a message goes on about the procedure in hand: ``knowledge/going_on.json``.

``python -m benchmarks.going_on`` leaves a fifth of the follow-ups out of the judge in turn, looks all turns
of ``knowledge/going_on.yml`` up, and fits a logistic regression of "it is about the procedure in hand". Run
it after ``benchmarks.certainty``. It prints how well that does on turns it was not fitted on.
"""

from __future__ import annotations

import random

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from knowledge.elsewhere import elsewhere
from knowledge.files import read_folder
from knowledge.going_on import LEARNT, parts
from knowledge.labelled_turns import ANY, labelled_turns
from knowledge.learnt import Chance
from knowledge.search import Search

FOLDS = 5
SOME = 4
_BARS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def main() -> None:
    """Fit and print."""
    procedures = read_folder().procedures
    linked = {procedure.code: {link.code for link in procedure.linked} for procedure in procedures}
    chance = random.Random(0)  # noqa: S311 - a fixed split, no secret
    drawn = {turn: chance.randrange(FOLDS) for turn in labelled_turns()}
    evidence: list[list[float]] = []
    stays: list[bool] = []
    for fold in range(FOLDS):
        out = {turn.text for turn, number in drawn.items() if number == fold}
        search = Search(procedures, elsewhere().only(lambda text, out=out: text not in out))
        for turn in (turn for turn, number in drawn.items() if number == fold):
            finding = search.look(turn.text)
            held = chance.sample(sorted(linked), SOME) if turn.held == ANY else [turn.held]
            for code in held if finding.hits else ():
                first = finding.hits[0].code in linked[code]
                evidence.append(list(parts(finding, code, linked=first)))
                stays.append(turn.goes_on)
    rows, right = np.array(evidence), np.array(stays)
    machine = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, max_iter=5000))
    likely = cross_val_predict(machine, rows, right, cv=10, method="predict_proba")[:, 1]
    print(f"{len(right)} turns, area under the curve {roc_auc_score(right, likely):.3f}")
    for bar in _BARS:
        above = likely >= bar
        print(
            f"chance >= {bar}: {100 * right[above].mean():.1f} % of them go on, "
            f"{100 * above[right].mean():.1f} % of those that do are among them"
        )
    machine.fit(rows, right)
    scale, fitted = machine[0], machine[1]
    weights = fitted.coef_[0] / scale.scale_
    Chance(float(fitted.intercept_[0] - weights @ scale.mean_), weights).write(LEARNT)


if __name__ == "__main__":
    main()
