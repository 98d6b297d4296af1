"""What a procedure says only for a while: fees that are reduced, and sentences between two days."""

from __future__ import annotations

from datetime import date

from knowledge import wording
from knowledge.schema import DatedNote, FeeKind, Procedure, Reduced, Way
from motcua.reply import Facet, Section, TextSection


def fee_of(way: Way, day: date) -> str:
    """What one way costs on ``day``, in a few words, with what it costs for a while."""
    usual = wording.way_fee(way.fee)
    return f"{usual}; {_reduced(way.reduced)}" if way.reduced and way.reduced.holds(day) else usual


def reductions(procedure: Procedure, day: date) -> list[Section]:
    """A sentence for every way whose fee is reduced on ``day``; one for all when it is the same for all."""
    held = [(way, way.reduced) for way in procedure.ways if way.reduced and way.reduced.holds(day)]
    said = [f"{_reduced(reduced)} ({reduced.decision})" for _, reduced in held]
    if len(held) == len(procedure.ways) and len(set(said)) == 1:
        return [TextSection(text=f"Hiện {said[0]}.")]
    return [TextSection(text=f"Nộp {way.kind}: {text}.") for (way, _), text in zip(held, said, strict=True)]


def notes(procedure: Procedure, facet: Facet, day: date) -> list[Section]:
    """What is said of ``facet`` on ``day`` besides."""
    return [
        TextSection(text=_note(note)) for note in procedure.dated if note.facet is facet and note.holds(day)
    ]


def _reduced(reduced: Reduced) -> str:
    cost = wording.lower_first(wording.way_fee(reduced.fee))
    said = cost if reduced.fee.kind is FeeKind.FREE else f"giảm còn {cost}"
    return f"{said} đến hết ngày {reduced.ends:%d/%m/%Y}"


def _note(note: DatedNote) -> str:
    return f"{note.text.rstrip('.')} ({note.decision})." if note.decision else note.text
