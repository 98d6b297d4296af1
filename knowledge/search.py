"""Which procedure a message is about: likeness to names and questions, and a judge over both.

Likeness is the cosine of features (``knowledge.features``); the judge (``knowledge.judge``) weighs procedures
against each other. How far the two can be trusted for one message is put in a single number, the certainty,
whose weights were learnt on questions that the index had not seen (``benchmarks/certainty.py``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, vstack

from knowledge.certainty import certainty
from knowledge.elsewhere import Elsewhere
from knowledge.features import Features, Floats, Indices, Said
from knowledge.judge import NO_MARGIN, Judge, Others, Verdict
from knowledge.question_words import QuestionWords
from knowledge.schema import Procedure
from vietnamese import normalise

_LIKENESS_SHARE = 0.4
_SECOND_SHARE = 0.25
# What stands in for a margin where nothing was judged: a name said word for word is as good as one of 0.3.
_UNJUDGED_SLOPE, _UNJUDGED_FLOOR = 2.0, -1.6
_EXACTLY = 0.5
_STRANGE_SHARE = 0.8
_NOTHING_ALIKE = 0.02
_NEAREST = 200
_BEST_JUDGED = 4
# How near its own name a procedure that was not judged has to be called.
_NAMED = 0.5
# Likeness leaves out what more than this share of all texts has ("cần", "giấy"); a small index leaves
# out nothing.
_COMMON, _FEW = 0.04, 400
# Among how many of the nearest texts the share of the first hit is taken.
_AROUND = 30


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure that may be meant.

    ``score`` puts hits in order: the judge's margin (-1 nothing, 0 and more as its own texts) and the
    likeness to its nearest texts. ``best`` is the text that matched; ``case`` is set when that text is a
    question of the procedure's special case of this number, ``closeness`` (0 to 1) says how near it is.
    ``judged`` is whether the judge knows the procedure.
    """

    code: str
    score: float
    best: str
    closeness: float
    case: int | None = None
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What a search found: ``hits``, best first, and the ``words`` of the message that may name a procedure.

    ``evidence`` says how far the first hit can be trusted: its lead over the second, the margin for no
    procedure at all, its score, the share of strange words, the logarithm of the number of words, its share
    among the nearest texts, the margin for several that cannot be told apart.
    ``off_topic`` says which kind of nothing is likelier: no procedure, or one that is not held.
    ``scores`` are those of all that anything speaks for, by code; ``said`` is the message, normalised;
    ``alike`` are the codes that cannot be told apart by such a message, if it is one; ``called`` is the
    procedure whose name is all that the message says beside its question.
    """

    hits: list[Hit]
    words: list[str]
    evidence: tuple[float, ...] = ()
    off_topic: bool = False
    verdict: Verdict = field(default_factory=lambda: Verdict({}))
    scores: dict[str, float] = field(default_factory=dict)
    said: str = ""
    alike: tuple[str, ...] = ()
    called: str | None = None

    @property
    def grip(self) -> float:
        """How much more speaks for the first hit than for no procedure; below -0.5 next to nothing does."""
        return self.evidence[2] - self.evidence[1] if self.hits else -2.0

    @property
    def certainty(self) -> float:
        """How likely the first hit is right, between 0 and 1."""
        return certainty(self.evidence) if self.hits else 0.0


@dataclass(frozen=True, slots=True)
class Document:
    """A text by which a procedure is found: a name, a question, or a question of its special ``case``."""

    text: str
    owner: int
    case: int | None = None


class Search:
    """An index over procedures. Built once, then read by any number of questions at once."""

    def __init__(self, procedures: Sequence[Procedure], elsewhere: Elsewhere | None = None) -> None:
        """``elsewhere`` is what the judge must not mistake for one of the procedures."""
        elsewhere = elsewhere or Elsewhere()
        texts, owners = self._take(procedures, {})
        held = set(self._codes)
        groups = [group for group in elsewhere.ambiguous if held.issuperset(group.codes)]
        self._groups: list[tuple[str, ...]] = [group.codes for group in groups]
        others = [
            [self._read(text) for text in group]
            for group in (
                elsewhere.off_topic,
                elsewhere.not_held,
                elsewhere.follow_ups,
                elsewhere.full_follow_ups,
                [text for group in groups for text in group.texts],
            )
        ]
        self._unlearnt: set[str] = set()
        self._features = Features()
        if texts:
            learnt = self._features.learn([*texts, *chain.from_iterable(others)])
            ends = list(accumulate(map(len, (texts, *others))))
            rows, off_topic, not_held, bare, full, alike = (
                learnt[start:end] for start, end in pairwise([0, *ends])
            )
            self._by_feature = _telling(rows)
            of_group = [number for number, group in enumerate(groups) for _ in group.texts]
            self._judge = Judge(
                rows,
                owners,
                Others(off_topic, not_held, bare, full, alike, np.array(of_group, dtype=np.intp)),
            )

    def grown(self, procedures: Sequence[Procedure]) -> Search:
        """An index over ``procedures`` that learns nothing anew, and so is there at once.

        Texts that are new are found by likeness, with the features and the judge of this index; the judge has
        no say against a procedure whose nearest text it has not seen.
        """
        if not self._documents:
            return Search(procedures)
        other = object.__new__(Search)
        texts, _ = other._take(procedures, self._said)
        place = {code: number for number, code in enumerate(other._codes)}
        known = {document.text: number for number, document in enumerate(self._documents)}
        fresh = [text for text in texts if text.typed not in known]
        rows = csr_matrix(
            vstack([self._by_feature.tocsr(), self._features.rows(fresh)]) if fresh else self._by_feature
        )
        after = iter(range(len(self._documents), len(self._documents) + len(fresh)))
        order = [known[text.typed] if text.typed in known else next(after) for text in texts]
        other._unlearnt = self._unlearnt | {text.typed for text in fresh}
        other._features = self._features
        # What has been withdrawn is not offered any more.
        other._groups = [codes if place.keys() >= set(codes) else () for codes in self._groups]
        other._by_feature = csc_matrix(rows[order])
        other._judge = self._judge.moved(
            {number: place[code] for number, code in enumerate(self._codes) if code in place}
        )
        return other

    def says_the_same(self, other: Search) -> bool:
        """Whether both are made of the same texts of the same procedures."""
        return self._codes == other._codes and self._documents == other._documents

    def _take(self, procedures: Sequence[Procedure], read: dict[str, Said]) -> tuple[list[Said], Indices]:
        """Take in the texts of ``procedures``; ``read`` are texts that have been read before."""
        self._asking = QuestionWords()
        self._codes = [procedure.code for procedure in procedures]
        self._documents = documents_of(procedures)
        texts = [read.get(document.text) or self._read(document.text) for document in self._documents]
        owners = np.array([document.owner for document in self._documents], dtype=np.intp)
        self._said = {text.typed: text for text in texts}
        self._first = {
            document.owner: number for number, document in reversed(list(enumerate(self._documents)))
        }
        self._known = {word for text in texts for word in text.content.split()}
        self._exact: dict[str, set[int]] = {}
        for text, owner in zip(texts, owners.tolist(), strict=True):
            self._exact.setdefault(text.content, set()).add(owner)
        self._called: dict[str, set[tuple[str, str]]] = {}
        for procedure in procedures:
            for name in names_of(procedure):
                if called := self.content(name):
                    self._called.setdefault(called, set()).add((procedure.code, normalise(name)))
        return texts, owners

    def content(self, text: str) -> str:
        """What is left of ``text`` when its question words are gone: what may name a procedure."""
        return self._asking.strip(normalise(text))

    def knows(self, word: str) -> bool:
        """Whether any procedure uses this folded word."""
        return word in self._known

    def find(self, text: str, limit: int = 5) -> list[Hit]:
        """The most likely procedures, best first; empty when ``text`` names nothing."""
        return self.look(text, limit).hits

    def look(self, text: str, limit: int = 5) -> Finding:
        """The most likely procedures, and how likely the first is right.

        Words that no procedure uses count against every hit: without that "lý lịch tư pháp" would be a
        perfect match for whatever else is "tư".
        """
        said = self._read(text)
        words = said.content.split()
        if not any(word in self._known for word in words):
            return Finding([], words)
        indices, weights = self._features.row(said)
        verdict = self._judge.verdict(indices, weights)
        strange = sum(word not in self._known for word in words) / len(words)
        explained = math.sqrt(1 - _STRANGE_SHARE * strange)
        likeness = self._likeness(indices, weights)
        nearest = _highest(likeness, _NEAREST)
        hits = self._ranked(likeness, nearest, verdict.margins, said, explained)
        if not hits:
            return Finding([], words)
        lead = hits[0].score - (hits[1].score if len(hits) > 1 else NO_MARGIN)
        nothing = max(verdict.off_topic, verdict.not_held, verdict.follow_up)
        if not hits[0].judged and hits[0].closeness >= _NAMED:
            nothing = NO_MARGIN  # that it is none of those the judge knows says nothing about this one
        share = self._share(hits[0].code, likeness, nearest[:_AROUND])
        evidence = (lead, nothing, hits[0].score, strange, math.log1p(len(words)), share, verdict.ambiguous)
        return Finding(
            hits[:limit],
            words,
            evidence,
            verdict.off_topic >= verdict.not_held,
            verdict,
            {hit.code: hit.score for hit in hits},
            said.full,
            self._groups[verdict.group] if verdict.group is not None else (),
            self._name(said),
        )

    def _read(self, text: str) -> Said:
        full = normalise(text)
        return Said(text, full, self._asking.strip(full))

    def _name(self, said: Said) -> str | None:
        """The procedure that is called exactly so; "chiều" is no name, though "hộ" asks nothing either."""
        names = self._called.get(said.content, set())
        called = {code for code, name in names if f" {name} " in f" {said.full} "}
        return called.pop() if len(called) == 1 else None

    def _named(self, said: Said) -> int | None:
        """The procedure that is called exactly so, or asked for in just these words."""
        owners = self._exact.get(said.content, set())
        return next(iter(owners)) if len(owners) == 1 else None

    def _likeness(self, indices: Indices, weights: Floats) -> Floats:
        """The cosine with every document: the documents of each feature, added up."""
        columns = self._by_feature
        starts, ends = columns.indptr[indices], columns.indptr[indices + 1]
        places = [slice(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        if not places:
            return np.zeros(len(self._documents))
        documents = np.concatenate([columns.indices[place] for place in places])
        shared = np.concatenate([columns.data[place] for place in places])
        shared *= np.repeat(weights, ends - starts)
        added = np.bincount(documents, weights=shared, minlength=len(self._documents))
        return np.asarray(added, dtype=np.float64)

    def _share(self, code: str, likeness: Floats, rows: list[int]) -> float:
        """How much of the likeness of the nearest texts is that of this procedure's, between 0 and 1."""
        owner = self._codes.index(code)
        own = sum(float(likeness[row]) for row in rows if self._documents[row].owner == owner)
        return own / (float(likeness[rows].sum()) or 1.0)

    def _ranked(
        self,
        likeness: Floats,
        rows: list[int],
        margins: dict[int, float],
        said: Said,
        explained: float,
    ) -> list[Hit]:
        named = self._named(said)
        nearest: dict[int, list[int]] = {}
        for row in rows:
            if likeness[row] <= _NOTHING_ALIKE:
                break
            nearest.setdefault(self._documents[row].owner, []).append(row)
        # What many procedures are asked for by ("khai sinh") is no likeness to any; the judge still knows it.
        judged = sorted(margins, key=lambda owner: -margins[owner])[:_BEST_JUDGED]
        for owner in [*judged, *([] if named is None else [named])]:
            nearest.setdefault(owner, [self._first[owner]])
        hits = []
        for owner, own in nearest.items():
            best = self._documents[own[0]]
            closeness = float(likeness[own[0]])
            second = float(likeness[own[1]]) if len(own) > 1 else 0.0
            alike = _LIKENESS_SHARE * (closeness + _SECOND_SHARE * second)
            judged_so = owner in margins and best.text not in self._unlearnt
            margin = margins.get(owner, NO_MARGIN)
            if not judged_so:
                margin = max(margin, _UNJUDGED_SLOPE * closeness * explained + _UNJUDGED_FLOOR)
            score = margin + alike + (_EXACTLY if owner == named else 0.0)
            if self._said[best.text].content == said.content:
                closeness = 1.0  # likeness leaves common features out, so that it need not be one
            hits.append(Hit(self._codes[owner], score, best.text, closeness, best.case, judged_so))
        return sorted(hits, key=lambda hit: -hit.score)


def _telling(rows: csr_matrix) -> csc_matrix:
    """The documents of each feature; none where it says little because too many have it."""
    used = np.bincount(rows.indices, minlength=rows.shape[1])
    kept = (used <= max(_FEW, _COMMON * rows.shape[0])).astype(rows.dtype)
    telling = csc_matrix(rows.multiply(kept))
    telling.eliminate_zeros()
    return telling


def _highest(values: Floats, most: int) -> list[int]:
    """The places of the highest values, highest first."""
    chosen = np.argpartition(-values, most)[:most] if len(values) > most else np.arange(len(values))
    places: list[int] = chosen[np.argsort(-values[chosen], kind="stable")].tolist()
    return places


def names_of(procedure: Procedure) -> list[str]:
    """What a procedure is called."""
    return [procedure.name, procedure.official_name, procedure.short_name, *procedure.other_names]


def documents_of(procedures: Sequence[Procedure]) -> list[Document]:
    """Every text of every procedure; ``owner`` is its place in ``procedures``."""
    documents: list[Document] = []
    for owner, procedure in enumerate(procedures):
        names = names_of(procedure)
        asked = [text for texts in procedure.questions.values() for text in texts]
        for text in dict.fromkeys([*names, *procedure.sample_questions, *asked]):
            documents.append(Document(text, owner))
        for number, case in enumerate(procedure.special_cases):
            documents += [Document(question, owner, number) for question in case.questions]
    return documents
