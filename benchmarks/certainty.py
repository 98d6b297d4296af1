"""Learns how far a search result can be trusted: ``knowledge/certainty.json``.

``python -m benchmarks.certainty`` leaves a quarter of all questions out of the index in turn, and of the
messages that name no procedure; looks the left-out ones up; and fits a logistic regression of "the first hit
is right" on the evidence. Run it when the views, the judge or many questions change.
"""

from __future__ import annotations

import random

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from knowledge.certainty import LEARNT, parts
from knowledge.elsewhere import elsewhere
from knowledge.files import read_folder
from knowledge.learnt import Chance
from knowledge.schema import Procedure
from knowledge.search import Finding, Search, names_of

FOLDS = 4
# A message that fits several procedures is rarer among citizens than among these texts.
ALIKE_COUNTS = 0.5


def main() -> None:
    """Fit and print."""
    procedures = read_folder().procedures
    others = elsewhere()
    off = [*others.off_topic, *others.not_held, *others.follow_ups]
    alike = [text for group in others.ambiguous for text in group.texts]
    chance = random.Random(0)  # noqa: S311 - a fixed split, no secret
    drawn = {text: chance.randrange(FOLDS) for procedure in procedures for text in _questions(procedure)} | {
        text: chance.randrange(FOLDS) for text in (*off, *alike)
    }
    found: list[tuple[Finding, bool, float]] = []
    for fold in range(FOLDS):
        kept = [_without(procedure, {t for t, f in drawn.items() if f == fold}) for procedure in procedures]
        search = Search(kept, others.only(lambda text, fold=fold: drawn.get(text) != fold))
        for procedure in procedures:
            if fold == 0:  # called by name, which the index always knows
                for name in names_of(procedure):
                    named = search.look(name)
                    right = bool(named.hits) and named.hits[0].code == procedure.code
                    found.append((named, right, 1.0))
            for text in _questions(procedure):
                if drawn[text] == fold:
                    finding = search.look(text)
                    right = bool(finding.hits) and finding.hits[0].code == procedure.code
                    found.append((finding, right, 1.0))
        found += [(search.look(text), False, 0.5) for text in off if drawn[text] == fold]
        found += [(search.look(text), False, ALIKE_COUNTS) for text in alike if drawn[text] == fold]
        asked = [right for _, right, weight in found if weight == 1.0]
        print(f"fold {fold + 1}: {100 * sum(asked) / len(asked):.1f} % at rank 1 so far")
    used = [(list(parts(finding.evidence)), *rest) for finding, *rest in found if finding.hits]
    evidence, right, weight = (np.array(part) for part in zip(*used, strict=True))
    scale = StandardScaler().fit(evidence)
    fitted = LogisticRegression(C=10, max_iter=5000)
    fitted.fit(scale.transform(evidence), right, sample_weight=weight)
    weights = fitted.coef_[0] / scale.scale_
    Chance(float(fitted.intercept_[0] - weights @ scale.mean_), weights).write(LEARNT)
    sure = fitted.predict_proba(scale.transform(evidence))[:, 1]
    for bar in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        above = sure >= bar
        share, rightly = 100 * above.mean(), 100 * right[above].mean()
        print(f"certainty >= {bar}: {share:.1f} % of messages, {rightly:.1f} % of them right")


def _questions(procedure: Procedure) -> list[str]:
    return [*procedure.sample_questions, *(text for texts in procedure.questions.values() for text in texts)]


def _without(procedure: Procedure, left_out: set[str]) -> Procedure:
    return procedure.model_copy(
        update={
            "sample_questions": [text for text in procedure.sample_questions if text not in left_out],
            "questions": {
                facet: [text for text in texts if text not in left_out]
                for facet, texts in procedure.questions.items()
            },
        }
    )


if __name__ == "__main__":
    main()
