"""Which procedure a message is about: likeness to names and sample questions, and a judge over both.

Likeness is the cosine of folded word and character features (``knowledge.features``); the judge
(``knowledge.judge``) weighs procedures against each other. Words that ask ("bao nhiêu", "giấy tờ", "ở
đâu") are left out first (``question_words.yml``), and a message made of nothing else names no procedure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.features import Features, Floats, Indices
from knowledge.judge import Judge
from knowledge.question_words import QuestionWords
from knowledge.schema import Procedure
from vietnamese import normalise

_SECOND_SHARE = 0.25
_JUDGE_SHARE = 0.5
_STRANGE_SHARE = 0.8
_EXACTLY = 0.5
_NOTHING_ALIKE = 0.02
_NEAREST = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure that may be meant.

    ``score`` is the likeness to its nearest texts (0 to 1.25) plus what the judge adds (0 to about 1);
    ``best`` is the text that matched. ``case`` is set when that text is a question of the procedure's
    special case of this number, ``closeness`` (0 to 1) says how near it is.
    """

    code: str
    score: float
    best: str
    closeness: float
    case: int | None = None


class Search:
    """An index over procedures. Built once, then read by any number of questions at once."""

    def __init__(self, procedures: Sequence[Procedure], elsewhere: Sequence[str] = ()) -> None:
        """``elsewhere`` are messages that name no procedure: what the judge must not mistake for one."""
        self._asking = QuestionWords()
        self._codes = [procedure.code for procedure in procedures]
        self._documents = _documents(procedures)
        owners = [document.owner for document in self._documents]
        texts = [self.content(document.text) for document in self._documents]
        self._known = {word for text in texts for word in text.split()}
        self._features = Features(texts, owners)
        rows = self._features.rows(texts)
        self._by_feature = rows.tocsc()
        none = self._features.rows(text for text in map(self.content, elsewhere) if text)
        self._exact: dict[str, set[int]] = {}
        for text, owner in zip(texts, owners, strict=True):
            self._exact.setdefault(text, set()).add(owner)
        self._judge = Judge(rows, np.array(owners, dtype=np.intp), none)

    def content(self, text: str) -> str:
        """What is left of ``text`` when its question words are gone: what may name a procedure."""
        return self._asking.strip(normalise(text))

    def knows(self, word: str) -> bool:
        """Whether any procedure uses this folded word."""
        return word in self._known

    def find(self, text: str, limit: int = 5) -> list[Hit]:
        """The most likely procedures, best first; empty when ``text`` names nothing."""
        content = self.content(text)
        if not content:
            return []
        indices, weights = self._features.row(content)
        explained = self._explained(content)
        verdicts = self._judge.verdicts(indices, weights)
        named = self._exact.get(content, set())
        if len(named) == 1:  # said exactly as one procedure is called, or is asked for
            verdicts = dict.fromkeys(named, max([1.0, *verdicts.values()]) + _EXACTLY)
        likeness = self._likeness(indices, weights)
        return self._ranked(likeness * explained, verdicts, explained)[:limit]

    def _likeness(self, indices: Indices, weights: Floats) -> Floats:
        """The cosine with every document, read feature by feature."""
        columns = self._by_feature
        likeness = np.zeros(len(self._documents))
        for index, weight in zip(indices, weights, strict=True):
            start, end = columns.indptr[index], columns.indptr[index + 1]
            likeness[columns.indices[start:end]] += weight * columns.data[start:end]
        return likeness

    def _explained(self, content: str) -> float:
        """How much of a message is made of words that any procedure uses, between 0 and 1.

        Without it "lý lịch tư pháp" would be a perfect match for whatever else is "tư".
        """
        words = content.split()
        strange = sum(word not in self._known for word in words)
        return float(np.sqrt(1 - _STRANGE_SHARE * strange / len(words)))

    def _ranked(self, likeness: Floats, verdicts: dict[int, float], explained: float) -> list[Hit]:
        nearest: dict[int, list[int]] = {}
        for row in np.argsort(-likeness)[:_NEAREST].tolist():
            if likeness[row] <= _NOTHING_ALIKE:
                break
            nearest.setdefault(self._documents[row].owner, []).append(row)
        hits = []
        for owner, rows in nearest.items():
            best = self._documents[rows[0]]
            second = float(likeness[rows[1]]) if len(rows) > 1 else 0.0
            closeness = float(likeness[rows[0]])
            judged = _JUDGE_SHARE * explained * verdicts.get(owner, 0.0)
            score = closeness + _SECOND_SHARE * second + judged
            hits.append(Hit(self._codes[owner], score, best.text, closeness, best.case))
        return sorted(hits, key=lambda hit: -hit.score)


@dataclass(frozen=True, slots=True)
class _Document:
    text: str
    owner: int
    case: int | None = None


def _documents(procedures: Sequence[Procedure]) -> list[_Document]:
    documents: list[_Document] = []
    for owner, procedure in enumerate(procedures):
        names = [procedure.name, procedure.official_name, procedure.short_name, *procedure.other_names]
        for text in dict.fromkeys([*names, *procedure.sample_questions]):
            documents.append(_Document(text, owner))
        for number, case in enumerate(procedure.special_cases):
            documents += [_Document(question, owner, number) for question in case.questions]
    return documents
