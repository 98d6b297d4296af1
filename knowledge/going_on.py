"""Whether a message goes on about the procedure in hand, or is about another, or about none.

"Bà ngoại đi thay được không" names nothing and goes on; "vợ tôi mất năm ngoái thì có phải mang giấy chứng tử
không" is full of words of another procedure and goes on all the same; "vay Home Credit cần giấy gì" does not.
``going_on.yml`` holds some 1,700 turns, each after an answer about one procedure. The judge learns what
follow-ups sound like from those that go on; ``benchmarks/going_on.py`` fits the rest (``going_on.json``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

from knowledge.judge import NO_MARGIN
from knowledge.learnt import Chance
from knowledge.search import Finding

LEARNT = Path(__file__).with_suffix(".json")
_FARTHEST = 1e-4
# "Thế còn X thì sao", "tiện thể": how people turn to something else.
_TURNS_AWAY = re.compile(
    r"(?:(?:a|the|vay|roi|o|e|um|thoi|ma)\b ?)*"
    r"(?:con(?! (?:phai|can|gi|khong|duoc|lai)\b)|tien the|tien day|nhan tien|ngoai ra|hoi them"
    r"|hoi (?:luon|cai|chuyen|viec)|cho (?:toi|em|minh|chau|bac|tui) hoi|mot (?:viec|chuyen)"
    r"|chuyen (?:nay|khac|nua))\b"
)
# What a procedure that is not among the hits is taken to score: nothing speaks for it.
_NOT_FOUND = NO_MARGIN - 0.2


def goes_on(finding: Finding, held: str, *, linked: bool) -> float:
    """How likely a message is about ``held``, between 0 and 1.

    ``finding`` is what the search made of it on its own; ``linked`` says whether its first hit goes with
    ``held``.
    """
    return _GOES_ON.of(parts(finding, held, linked=linked))


def parts(finding: Finding, held: str, *, linked: bool) -> Iterator[float]:
    """The evidence: how sure the search is of its first hit and whether that is ``held``, how far ``held`` is
    behind it, what speaks for a follow-up, for nothing and for another procedure, how long the message is."""
    best = finding.hits[0]
    own = finding.scores.get(held, _NOT_FOUND)
    likely = min(1 - _FARTHEST, max(_FARTHEST, finding.certainty))
    sure = math.log(likely / (1 - likely))
    same = float(best.code == held)
    verdict = finding.verdict
    yield from (sure, same, sure * same, best.score - own, own)
    yield from (
        verdict.full_follow_up,
        verdict.full_follow_up - best.score,
        verdict.off_topic,
        verdict.not_held,
    )
    yield from (finding.evidence[3], math.log1p(len(finding.words)), math.log1p(len(finding.said.split())))
    yield from (finding.evidence[5], float(linked), float(bool(_TURNS_AWAY.match(finding.said))))


_GOES_ON = Chance.read(LEARNT)
