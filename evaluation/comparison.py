"""Other ways of understanding, measured on the same messages: pipelines for intents, rankings for procedures.

Only first turns are compared: what a pipeline makes of a message on its own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rank_bm25 import BM25Okapi
from sklearn.feature_extraction.text import TfidfVectorizer

from evaluation.cases import Case
from knowledge.elsewhere import elsewhere
from knowledge.schema import Procedure
from knowledge.search import Search, documents_of
from motcua.reply import Kind
from motcua.settings import ROOT
from vietnamese import normalise

PIPELINES = {
    "stock: whitespace, counts, DIET, fallback 0.8": "benchmarks/pipelines/stock_diet.yml",
    "ours": "config.yml",
    "ours without underthesea": "benchmarks/pipelines/without_underthesea.yml",
    "ours without folding": "benchmarks/pipelines/without_folding.yml",
}
# Each pipeline learns from every fifth example: with all of them DIET alone takes more than half an hour.
EVERY = 5
_KIND_OF = {
    "check_dossier": Kind.STATUS,
    "find_office": Kind.OFFICE,
    "request_human": Kind.HANDOFF,
    "complain": Kind.HANDOFF,
    "delete_data": Kind.CLARIFY,
    "out_of_scope": Kind.OUT_OF_SCOPE,
    "nlu_fallback": Kind.CLARIFY,
}
_FORMS = ("accented", "unaccented", "teencode", "typo")


def compare_pipelines(cases: Sequence[Case]) -> list[list[str]]:
    """A line a pipeline: kind, facet, facet by written form, off topic refused; seconds of the processor to
    train, milliseconds of it a message; memory."""
    chosen = [case for case in cases if len(case.turns) == 1 and not case.expect[0].also]
    rows = []
    for name, pipeline in PIPELINES.items():
        read = _read(ROOT / pipeline, [case.turns[0] for case in chosen])
        pairs = list(zip(chosen, (intent for intent, _ in read["intents"]), strict=True))
        facets = [
            (case, intent)
            for case, intent in pairs
            if Kind.ANSWER in case.expect[0].kind and case.expect[0].facet
        ]
        off = [intent for case, intent in pairs if case.expect[0].kind == [Kind.OUT_OF_SCOPE]]
        rows.append(
            [
                name,
                _share(kind_of(intent) in case.expect[0].kind for case, intent in pairs),
                _share(_is_facet(case, intent) for case, intent in facets),
                *(
                    _share(_is_facet(case, intent) for case, intent in facets if case.slice == form)
                    for form in _FORMS
                ),
                _share(intent == "out_of_scope" for intent in off),
                f"{read['train_s']:.0f} s",
                f"{read['parse_ms']:.1f} ms",
                f"{read['peak_mb']} MB",
            ]
        )
    return rows


PIPELINE_COLUMNS = [
    "pipeline",
    "kind",
    "facet",
    *(f"facet, {form}" for form in _FORMS),
    "off topic",
    "training",
    "a message",
    "peak",
]
SEARCH_COLUMNS = ["search", "at 1", "at 3", *(f"at 1, {form}" for form in (*_FORMS, "story"))]


def compare_searches(cases: Sequence[Case], procedures: Sequence[Procedure]) -> list[list[str]]:
    """A line a search: the right procedure first, among three, and first by written form."""
    chosen = [
        case
        for case in cases
        if case.expect[0].procedure and Kind.ANSWER in case.expect[0].kind and not case.expect[0].also
    ]
    rows = []
    for name, rank in _searches(procedures).items():
        ranked = [(case, rank(case.turns[0])) for case in chosen]
        rows.append(
            [
                name,
                _share(_found(case, codes, 1) for case, codes in ranked),
                _share(_found(case, codes, 3) for case, codes in ranked),
                *(
                    _share(_found(case, codes, 1) for case, codes in ranked if case.slice == form)
                    for form in (*_FORMS, "story")
                ),
            ]
        )
    return rows


def kind_of(intent: str) -> Kind:
    """The kind of reply an intent leads to, when nothing else goes wrong."""
    return Kind.ANSWER if intent.startswith("ask_") else _KIND_OF.get(intent, Kind.SMALLTALK)


def _searches(procedures: Sequence[Procedure]) -> dict[str, Callable[[str], list[str]]]:
    documents = documents_of(procedures)
    owners = [procedures[document.owner].code for document in documents]
    texts = [normalise(document.text) for document in documents]
    bm25 = BM25Okapi([text.split() for text in texts])
    grams = TfidfVectorizer(analyzer="char", ngram_range=(3, 5), sublinear_tf=True)
    rows = grams.fit_transform(texts)
    hybrid = Search(procedures, elsewhere())
    return {
        "BM25 over words": lambda text: _best(bm25.get_scores(normalise(text).split()), owners),
        "character n-grams": lambda text: _best(
            (rows @ grams.transform([normalise(text)]).T).toarray().ravel(), owners
        ),
        "hybrid with judge": lambda text: [hit.code for hit in hybrid.find(text)],
    }


def _best(scores: Iterable[float], owners: Sequence[str]) -> list[str]:
    """The owners of the best scores, each once."""
    ordered = sorted(zip(scores, owners, strict=True), key=lambda pair: -pair[0])
    return list(dict.fromkeys(owner for _, owner in ordered))[:3]


def _read(pipeline: Path, texts: list[str]) -> dict[str, Any]:
    """What one pipeline makes of the texts, in the bot's own environment."""
    done = subprocess.run(  # noqa: S603 - our own program, a path from PIPELINES
        [
            str(ROOT / "bot" / ".venv" / "bin" / "python"),
            "-m",
            "bot.compare",
            str(pipeline),
            "--every",
            str(EVERY),
        ],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    read: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return read


def _is_facet(case: Case, intent: str) -> bool:
    return intent.removeprefix("ask_") in case.expect[0].facet


def _found(case: Case, codes: Sequence[str], first: int) -> bool:
    return any(code in case.expect[0].procedure for code in codes[:first])


def _share(marks: Iterable[bool]) -> str:
    counted = list(marks)
    return f"{100 * sum(counted) / len(counted):.1f} %" if counted else "–"
