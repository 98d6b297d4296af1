"""Which procedure a question is about, given what the conversation already has in hand.

Better one question back than a guess: the answer is FOUND only when the search is certain enough. The limits
were set on questions that the index had not seen; docs/evaluation.md keeps the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from knowledge.going_on import goes_on
from knowledge.library import Edition
from knowledge.schema import SpecialCase
from knowledge.search import Finding, Hit
from knowledge.umbrellas import says_no_more, umbrella
from knowledge.variants import other_age, wrong_variant
from motcua.reply import Facet
from vietnamese import fold

# How likely the first hit has to be right to be answered.
SURE = 0.5
# How likely a message has to go on about the procedure in hand to be answered so, and how unlikely to be
# taken for a question of its own; between the two it is asked which is meant.
STAYS, LEAVES = 0.65, 0.3
# Another procedure named so plainly is what the message is about, whatever is in hand: none of the turns of
# going_on.yml whose first hit is as certain goes on.
NAMED_PLAINLY = 0.97
# How much has to speak for procedures that cannot be told apart, for just these to be offered.
ALIKE = -0.5
# However certain, two that are this near each other are asked back.
LEAST_LEAD = 0.08
# The same for what goes with a procedure, when the second is what goes with the first.
SURE_WHICH_LINKED = 0.3
# Below this an answer names what else may have been meant.
PLAIN = 0.8
# How much more has to speak for a procedure than for none, for it to be offered at all.
GRIP = -0.5
FEW = 3
SHORT, LONG = 4, 8
# How far behind the first the procedure in hand may be for a message that asks for no side to be about it.
BARELY_BEHIND = 0.3
# How far behind the first a hit may be and still be offered beside it.
BESIDE = 0.6
CASE_CLOSE = 0.5
CASE_VERY_CLOSE = 0.7
MOST_CANDIDATES = 3
UMBRELLA_LEAD = 0.35
# How much has to speak for one of the procedures offered, and how much more than for the next.
PICKED, PICKED_LEAD = -0.7, 0.2

# "Còn tạm trú thì sao": the first word joins on and names nothing. A child ("con tôi", "con gái") does.
_JOINS_ON = re.compile(
    r"(?:(?:the|vay|roi) )?con (?!(?:toi|em|minh|anh|chi|gai|trai|nha|cua|nuoi|rieng|duoi|ruot|de|nho|tui)\b)"
)


# A procedure's code as the portal prints it, also with the suffix of a unit behind it; not inside of code.
_CODE = re.compile(r"(?<![\d.\"'])\d\.\d{6}(?!\d)")


class Outcome(StrEnum):
    """How a question was settled."""

    FOUND = "found"
    IN_HAND = "in_hand"
    CLOSE = "close"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Resolution:
    """``code`` for FOUND and IN_HAND, ``candidates`` (best first) for CLOSE.

    ``beside`` are other codes that may have been meant by a FOUND that is not plain; ``certainty`` is how
    likely the first hit was right; ``off_topic`` is set for a NONE that is no question about a procedure at
    all.
    """

    outcome: Outcome
    code: str | None = None
    candidates: tuple[str, ...] = ()
    case: SpecialCase | None = None
    beside: tuple[str, ...] = ()
    certainty: float = 0.0
    off_topic: bool = False


def resolve(
    edition: Edition, text: str, in_hand: str | None, facet: Facet, offered: Sequence[str] = ()
) -> Resolution:
    """Settle which procedure ``text`` asks about; ``facet`` is what it seems to want to know, ``offered`` are
    the procedures that were asked back just before."""
    if typed := _typed_code(edition, text):
        return Resolution(Outcome.FOUND, typed, certainty=1.0)
    held = in_hand if in_hand in edition.procedures else None
    finding = edition.search.look(_without_joint(text) if held else text)
    found = (
        _several_called_so(edition, text, finding, held)
        or _of_offered(edition, finding, offered)
        or _called(edition, finding, facet)
        or _in_hand(edition, finding, held, facet)
        or (
            _nothing_else(_by_certainty(edition, text, finding, facet), finding, held)
            if finding.hits
            else Resolution(Outcome.NONE)
        )
    )
    return _of_age(edition, text, found, held)


def _of_age(edition: Edition, text: str, found: Resolution, held: str | None) -> Resolution:
    """``found``, with the procedure for the age that ``text`` tells of in place of one for another age."""
    unfit = other_age(text, edition.procedures)
    meant = held if found.outcome is Outcome.NONE else found.code
    if meant in unfit:
        beside = tuple(code for code in found.beside if code != unfit[meant])
        return Resolution(Outcome.FOUND, unfit[meant], beside=beside, certainty=found.certainty)
    fit = tuple(dict.fromkeys(unfit.get(code, code) for code in found.candidates))
    decided = fit[0] if len(fit) == 1 < len(found.candidates) else unfit.get(held or "")
    if decided in fit:
        return Resolution(Outcome.FOUND, decided, certainty=found.certainty)
    return replace(found, candidates=fit, beside=tuple(code for code in found.beside if code not in unfit))


def _nothing_else(found: Resolution, finding: Finding, held: str | None) -> Resolution:
    """The procedure in hand after all, when a word or two lead nowhere: "nộp thứ sáu sau 3 giờ"."""
    if held and found.outcome is Outcome.NONE and len(finding.words) < FEW:
        return Resolution(Outcome.IN_HAND, held)
    return found


def _several_called_so(edition: Edition, text: str, finding: Finding, held: str | None) -> Resolution | None:
    """Asked back: an everyday name of several procedures, none of which is in hand or stands out."""
    hits = finding.hits
    word_for_word = bool(hits) and hits[0].closeness == 1.0 and hits[0].case is not None
    named = None if word_for_word else umbrella(edition.procedures, text)
    if named is None or held in named.codes:
        return None
    if (
        hits
        and hits[0].code in named.codes
        and not other_age(text, edition.procedures).keys().isdisjoint(named.codes)
    ):
        return None
    plain = _leads(hits, named.codes) or (named.told and finding.certainty >= PLAIN)
    bare = says_no_more(edition.procedures, finding, named)
    asked = bare or (not named.alone and not plain)
    return Resolution(Outcome.CLOSE, candidates=named.codes) if asked else None


def _called(edition: Edition, finding: Finding, facet: Facet) -> Resolution | None:
    """The procedure whose name is all that the message says beside its question: "khai sinh mất bao lâu"."""
    hits = finding.hits
    if not hits or finding.called != hits[0].code:
        return None
    case = _special_case(edition, hits[0], facet)
    return Resolution(Outcome.FOUND, finding.called, case=case, certainty=max(finding.certainty, PLAIN))


def _of_offered(edition: Edition, finding: Finding, offered: Sequence[str]) -> Resolution | None:
    """One of the procedures that were offered, or the same question again; None for anything else."""
    if picked := _picked(finding, offered):
        return Resolution(Outcome.FOUND, picked, certainty=finding.certainty)
    if offered and _goes_on_about_any(edition, finding, offered):
        return Resolution(Outcome.CLOSE, candidates=tuple(offered), certainty=finding.certainty)
    return None


def _in_hand(edition: Edition, finding: Finding, held: str | None, facet: Facet) -> Resolution | None:
    """The procedure in hand, or the question whether it is meant; None when the message leaves it."""
    if not held:
        return None
    hits = finding.hits
    if not hits:
        return Resolution(Outcome.IN_HAND, held, certainty=finding.certainty)
    if hits[0].code != held and finding.certainty >= NAMED_PLAINLY:
        return None
    chance = goes_on(finding, held, linked=hits[0].code in _linked_to(edition, held))
    if chance >= STAYS and not _may_be_new(finding, held, facet):
        case = _special_case(edition, hits[0], facet) if hits[0].code == held else None
        return Resolution(Outcome.IN_HAND, held, case=case, certainty=finding.certainty)
    if chance > LEAVES:
        others = [code for code in _beside(hits) if code != held]
        candidates = (*others[: MOST_CANDIDATES - 1], held)
        return Resolution(Outcome.CLOSE, candidates=candidates, certainty=finding.certainty)
    return None


def _by_certainty(edition: Edition, text: str, finding: Finding, facet: Facet) -> Resolution:
    """What the search alone says; nothing is in hand, or it has been left."""
    hits, best, certainty = finding.hits, finding.hits[0], finding.certainty
    if pair := wrong_variant(text, best.code, edition.procedures):
        plain_meant = pair[1] == best.code and hits[1:2] and hits[1].code == pair[0]
        if plain_meant:
            return Resolution(Outcome.FOUND, pair[0], beside=pair[1:], certainty=certainty)
        return Resolution(Outcome.CLOSE, candidates=pair, certainty=certainty)
    # "Mất giấy": a word or two that several procedures share, and none is asked for by them alone.
    vague = best.score < 0 and len(finding.words) <= FEW and finding.evidence[0] < UMBRELLA_LEAD
    if certainty >= SURE and finding.evidence[0] >= LEAST_LEAD and not vague:
        beside = _beside(hits)[1:] if certainty < PLAIN else ()
        case = _special_case(edition, best, facet)
        return Resolution(Outcome.FOUND, best.code, case=case, beside=beside, certainty=certainty)
    if (
        facet is Facet.LINKED
        and certainty >= SURE_WHICH_LINKED
        and hits[1:2]
        and hits[1].code in _linked_to(edition, best.code)
    ):
        return Resolution(Outcome.FOUND, best.code, beside=(hits[1].code,), certainty=certainty)
    if finding.grip < GRIP:
        return Resolution(Outcome.NONE, off_topic=finding.off_topic and len(finding.words) >= FEW)
    alike = finding.alike if finding.verdict.ambiguous >= ALIKE else ()
    return Resolution(Outcome.CLOSE, candidates=alike or _beside(hits), certainty=certainty)


def _typed_code(edition: Edition, text: str) -> str | None:
    """The procedure whose code stands in the text, today's or one that it replaced; None but for one."""
    typed = set(_CODE.findall(text))
    found = (
        {
            procedure.code
            for procedure in edition.procedures.values()
            if typed & {procedure.code, *procedure.replaces}
        }
        if typed
        else set()
    )
    return found.pop() if len(found) == 1 else None


def _without_joint(text: str) -> str:
    joint = _JOINS_ON.match(fold(text))
    return " ".join(text.split()[joint.group().count(" ") :]) if joint else text


def _picked(finding: Finding, offered: Sequence[str]) -> str | None:
    """The one of the procedures offered that a message plainly speaks for: "sổ gốc cũng cháy rồi".

    None when it speaks for none of them, for two alike, or more surely for another.
    """
    ranked = sorted(((finding.scores.get(code, -2.0), code) for code in offered), reverse=True)
    if len(ranked) < 2 or not finding.hits:
        return None
    (first, code), (second, _) = ranked[:2]
    elsewhere = finding.hits[0].code not in offered and finding.certainty >= SURE
    return code if first >= PICKED and first - second >= PICKED_LEAD and not elsewhere else None


def _goes_on_about_any(edition: Edition, finding: Finding, offered: Sequence[str]) -> bool:
    """Whether a message goes on without saying which of the procedures offered is meant: "bao lâu thì có"."""
    if not finding.hits:
        return True
    best = finding.hits[0].code
    known = [code for code in offered if code in edition.procedures]
    return (best not in known or finding.certainty < SURE) and any(
        goes_on(finding, code, linked=best in _linked_to(edition, code)) >= STAYS for code in known
    )


def _may_be_new(finding: Finding, held: str, facet: Facet) -> bool:
    """Whether a message may tell of another need, though nothing fits it well enough to say which.

    It asks for no side of a procedure, has words of its own, and the procedure in hand is not near them; or
    it is as long as stories are.
    """
    best = finding.hits[0]
    if best.code == held:
        return False
    if len(finding.words) > LONG:
        return True
    own = finding.scores.get(held)
    far = own is None or own < best.score - BARELY_BEHIND
    return facet is Facet.OVERVIEW and len(finding.words) > SHORT and far


def _beside(hits: list[Hit]) -> tuple[str, ...]:
    """The first hit and those not far behind it."""
    near = [hit.code for hit in hits if hit.score >= hits[0].score - BESIDE]
    return tuple(near[:MOST_CANDIDATES])


def _leads(hits: list[Hit], codes: tuple[str, ...]) -> bool:
    """Whether one of these procedures stands out from the others of them."""
    ranked = [hit.score for hit in hits if hit.code in codes]
    return len(ranked) > 1 and ranked[0] - ranked[1] >= UMBRELLA_LEAD


def _linked_to(edition: Edition, code: str) -> set[str]:
    return {link.code for link in edition.procedures[code].linked}


def _special_case(edition: Edition, hit: Hit, facet: Facet) -> SpecialCase | None:
    if hit.case is None:
        return None
    case = edition.procedures[hit.code].special_cases[hit.case]
    needed = CASE_CLOSE if case.facet is facet else CASE_VERY_CLOSE
    return case if hit.closeness >= needed else None
