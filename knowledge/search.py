"""Which procedure a message is about: hybrid lexical search over names and sample questions.

Two views of the same folded text, words (one and two in a row) and characters (three to five), each
weighted by how few *procedures* use a feature, and compared by cosine. A linear judge, trained over
the questions of every procedure that has enough of them whenever the index is built, says in addition
how much a message speaks for a procedure and against its neighbours. Words that ask ("bao nhiêu",
"giấy tờ", "ở đâu") say which facet is meant and nothing about the procedure; they are left out
(``question_words.yml``), and a message made of nothing else names no procedure at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from knowledge.schema import Procedure
from vietnamese import normalise

_WORD_SHARE = 0.5
_SECOND_SHARE = 0.25
_JUDGE_SHARE = 0.5
_STRANGE_SHARE = 0.8
_ENOUGH_TO_JUDGE = 8

Floats = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure that may be meant.

    ``score`` is the likeness to its nearest texts (0 to 1.25) plus what the judge adds (0 to about 1);
    ``best`` is the text that matched. ``case`` is set when
    that text is a question of the procedure's special case of this number, ``closeness`` (0 to 1)
    says how near it is.
    """

    code: str
    score: float
    best: str
    closeness: float
    case: int | None = None


class QuestionWords:
    """Words and phrases that ask rather than name, from ``question_words.yml``."""

    def __init__(self, path: Path = Path(__file__).with_name("question_words.yml")) -> None:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        self._words = {word for line in raw["words"] for word in line.split()}
        self._phrases = _longest_first(raw["phrases"])
        self._names = _longest_first(raw["names"])

    def strip(self, text: str) -> str:
        """``text`` (normalised) without its question words, in order."""
        tokens = text.split()
        kept: list[str] = []
        at = 0
        while at < len(tokens):
            if name := _starting_at(tokens, at, self._names):
                kept.extend(name)
                at += len(name)
                continue
            if phrase := _starting_at(tokens, at, self._phrases):
                at += len(phrase)
                continue
            if tokens[at] not in self._words:
                kept.append(tokens[at])
            at += 1
        return " ".join(kept)


class Search:
    """An index over procedures. Built once, then read by any number of questions at once."""

    def __init__(self, procedures: Sequence[Procedure]) -> None:
        self._asking = QuestionWords()
        self._codes = [procedure.code for procedure in procedures]
        documents = _documents(procedures)
        texts = [document.text for document in documents]
        self._texts = texts
        self._owners = np.array([document.owner for document in documents])
        self._cases = [document.case for document in documents]
        self._words = CountVectorizer(analyzer=_word_features)
        self._chars = CountVectorizer(analyzer=_char_features)
        self._empty = not texts
        if self._empty:
            return
        stripped = [self._asking.strip(normalise(text)) for text in texts]
        self._known = {word for text in stripped for word in text.split()}
        word_counts = self._words.fit_transform(stripped)
        char_counts = self._chars.fit_transform(stripped)
        self._word_weights = self._rarity(word_counts)
        self._char_weights = self._rarity(char_counts)
        self._matrix = self._weigh(word_counts, char_counts)
        self._judge = _Judge(self._matrix, self._owners)

    def content(self, text: str) -> str:
        """What is left of ``text`` when its question words are gone: what may name a procedure."""
        return self._asking.strip(normalise(text))

    def knows(self, word: str) -> bool:
        """Whether any procedure uses this folded word."""
        return word in self._known

    def find(self, text: str, limit: int = 5) -> list[Hit]:
        """The most likely procedures, best first; empty when ``text`` names nothing."""
        stripped = self.content(text)
        if not stripped or self._empty:
            return []
        query = self._weigh(self._words.transform([stripped]), self._chars.transform([stripped]))
        explained = self._explained(stripped)
        scores = explained * np.asarray((self._matrix @ query.T).todense()).ravel()
        verdicts = {owner: explained * said for owner, said in self._judge.verdicts(query).items()}
        return self._by_procedure(scores, verdicts)[:limit]

    def _explained(self, stripped: str) -> float:
        """How much of a message is made of words that any procedure uses, between 0 and 1.

        Without it "lý lịch tư pháp" would be a perfect match for whatever else is "tư".
        """
        words = stripped.split()
        strange = sum(word not in self._known for word in words)
        return float(np.sqrt(1 - _STRANGE_SHARE * strange / len(words)))

    def _by_procedure(self, scores: Floats, verdicts: dict[int, float]) -> list[Hit]:
        best_first = np.argsort(-scores)[:200]
        seen: dict[int, list[tuple[float, int]]] = {}
        for row in best_first:
            if scores[row] <= 0.02:
                break
            seen.setdefault(int(self._owners[row]), []).append((float(scores[row]), int(row)))
        hits = [
            Hit(
                self._codes[owner],
                found[0][0]
                + _SECOND_SHARE * (found[1][0] if len(found) > 1 else 0.0)
                + _JUDGE_SHARE * verdicts.get(owner, 0.0),
                self._texts[found[0][1]],
                closeness=found[0][0],
                case=self._cases[found[0][1]],
            )
            for owner, found in seen.items()
        ]
        return sorted(hits, key=lambda hit: -hit.score)

    def _rarity(self, counts: csr_matrix) -> Floats:
        """Inverse document frequency with the procedure, not the text, as the document."""
        procedures = csr_matrix(
            (np.ones(len(self._owners)), (self._owners, np.arange(len(self._owners)))),
            shape=(len(self._codes), len(self._owners)),
        )
        frequency = np.asarray(((procedures @ counts) > 0).sum(axis=0)).ravel()
        weights: Floats = np.log((1 + len(self._codes)) / (1 + frequency)) + 0.3
        return weights

    def _weigh(self, words: csr_matrix, chars: csr_matrix) -> csr_matrix:
        parts = []
        for counts, weights, share in (
            (words, self._word_weights, _WORD_SHARE),
            (chars, self._char_weights, 1 - _WORD_SHARE),
        ):
            damped = counts.astype(float)
            damped.data = 1 + np.log(damped.data)
            parts.append(normalize(damped @ diags(weights)) * np.sqrt(share))
        return csr_matrix(hstack(parts))


def _longest_first(phrases: Iterable[str]) -> list[list[str]]:
    return sorted((phrase.split() for phrase in phrases), key=len, reverse=True)


def _starting_at(tokens: list[str], at: int, phrases: list[list[str]]) -> list[str] | None:
    return next((phrase for phrase in phrases if tokens[at : at + len(phrase)] == phrase), None)


class _Judge:
    """One linear classifier over the procedures with enough texts to tell them from each other.

    Imported procedures have little more than a name; they are found by likeness alone.
    """

    def __init__(self, matrix: csr_matrix, owners: Floats) -> None:
        known, counts = np.unique(owners, return_counts=True)
        judged = known[counts >= _ENOUGH_TO_JUDGE]
        self._machine: LinearSVC | None = None
        if len(judged) > 2:
            rows = np.isin(owners, judged)
            self._machine = LinearSVC(C=1.0, random_state=0).fit(matrix[rows], owners[rows])

    def verdicts(self, query: csr_matrix) -> dict[int, float]:
        """For each judged procedure how much speaks for it: 0 nothing, 1 as much as its own texts, or more."""
        if self._machine is None:
            return {}
        margins = self._machine.decision_function(query)[0]
        return {
            int(owner): max(0.0, 1.0 + float(margin))
            for owner, margin in zip(self._machine.classes_, margins, strict=True)
        }


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


def _word_features(text: str) -> Iterable[str]:
    tokens = text.split()
    yield from tokens
    yield from (f"{first} {second}" for first, second in zip(tokens, tokens[1:], strict=False))


def _char_features(text: str) -> Iterable[str]:
    padded = f" {text} "
    for size in (3, 4, 5):
        yield from (padded[at : at + size] for at in range(len(padded) - size + 1))
