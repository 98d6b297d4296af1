"""Which procedure a question is about, given what the conversation already has in hand.

Better one question back than a guess: the answer is FOUND only when one procedure stands clear of
all others. The limits were set on the evaluation set; docs/evaluation.md keeps the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from knowledge.library import Edition
from knowledge.schema import SpecialCase
from knowledge.search import Hit
from motcua.reply import Facet
from vietnamese import normalise

SURE = 0.62
CLEAR_BY = 0.12
VERY_SURE = 1.1
FAINT = 0.32
SHORT = 4
LONG = 8
HELD_BONUS = 0.25
CASE_CLOSE = 0.55
CASE_VERY_CLOSE = 0.75
MOST_CANDIDATES = 3
UMBRELLA_LEAD = 0.2

_UMBRELLAS: list[tuple[list[str], list[str]]] = [
    ([normalise(name) for name in entry["names"]], entry["codes"])
    for entry in yaml.safe_load(Path(__file__).with_name("umbrellas.yml").read_text(encoding="utf-8"))
]


class Outcome(StrEnum):
    """How a question was settled."""

    FOUND = "found"
    IN_HAND = "in_hand"
    CLOSE = "close"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Resolution:
    """``code`` for FOUND and IN_HAND, ``candidates`` (best first) for CLOSE."""

    outcome: Outcome
    code: str | None = None
    candidates: tuple[str, ...] = ()
    case: SpecialCase | None = None


def resolve(edition: Edition, text: str, in_hand: str | None, facet: Facet) -> Resolution:
    """Settle which procedure ``text`` asks about; ``facet`` is what it seems to want to know."""
    held = in_hand if in_hand in edition.procedures else None
    content = edition.search.content(text).split()
    hits = edition.search.find(text)
    if held and len(content) <= SHORT:
        hits = _favour(hits, held)
    if several := umbrella(edition, text):
        ranked = [hit for hit in hits if hit.code in several]
        if held not in several and (len(ranked) < 2 or ranked[0].score - ranked[1].score < UMBRELLA_LEAD):
            return Resolution(Outcome.CLOSE, candidates=several)
    if not hits or hits[0].score < FAINT:
        return (
            Resolution(Outcome.IN_HAND, held) if held and len(content) <= LONG else Resolution(Outcome.NONE)
        )
    best = hits[0]
    if held and facet is Facet.LINKED and best.code in _linked_to(edition, held):
        return Resolution(Outcome.IN_HAND, held)
    lead = best.score - (hits[1].score if len(hits) > 1 else 0.0)
    if best.score >= SURE and (lead >= CLEAR_BY or (best.score >= VERY_SURE and lead >= CLEAR_BY / 2)):
        outcome = Outcome.IN_HAND if best.code == held else Outcome.FOUND
        return Resolution(outcome, best.code, case=_special_case(edition, best, facet))
    # A long message that fits nothing well is more likely a new story than a follow-up.
    if held and best.score < SURE and (len(content) <= LONG or best.code == held):
        return Resolution(Outcome.IN_HAND, held)
    close = [hit.code for hit in hits if hit.score >= max(FAINT, best.score - 0.3)]
    return Resolution(Outcome.CLOSE, candidates=tuple(close[:MOST_CANDIDATES]))


def umbrella(edition: Edition, text: str) -> tuple[str, ...]:
    """The procedures behind an everyday name in ``text`` that stands for several; most often none."""
    said = f" {normalise(text)} "
    for names, codes in _UMBRELLAS:
        known = tuple(code for code in codes if code in edition.procedures)
        if len(known) > 1 and any(f" {name} " in said for name in names):
            return known
    return ()


def _linked_to(edition: Edition, code: str) -> set[str]:
    return {link.code for link in edition.procedures[code].linked}


def _favour(hits: list[Hit], held: str) -> list[Hit]:
    """A short question most likely stays with the procedure in hand."""
    favoured = [
        Hit(hit.code, hit.score + HELD_BONUS, hit.best, hit.closeness, hit.case) if hit.code == held else hit
        for hit in hits
    ]
    return sorted(favoured, key=lambda hit: -hit.score)


def _special_case(edition: Edition, hit: Hit, facet: Facet) -> SpecialCase | None:
    if hit.case is None:
        return None
    case = edition.procedures[hit.code].special_cases[hit.case]
    needed = CASE_CLOSE if case.facet is facet else CASE_VERY_CLOSE
    return case if hit.closeness >= needed else None
