"""What an imported procedure is called."""

from __future__ import annotations

import re
from collections import defaultdict

from knowledge.national.text import one_line
from knowledge.schema import Procedure
from knowledge.shorten import squeeze
from vietnamese import normalise

# "Thủ tục hải quan" is a name of its own, "Thủ tục cấp …" is not.
_LEADING = re.compile(
    r"^thủ tục:?\s+(?!hải quan|đối với|hành chính|điện tử|pháp lý|thanh toán|kết nối)", re.IGNORECASE
)
_SHORT = 80


def everyday_name(official: str) -> str:
    """The official name in sentence case, without "Thủ tục" before it."""
    name = one_line(official).strip(" .;,–-")
    if name.isupper():
        name = name.lower()
    name = _LEADING.sub("", name).strip(" .;,–-") or name
    return name[:1].upper() + name[1:]


def short_name(name: str) -> str:
    """A name for a narrow place: without what stands in brackets, cut in the middle."""
    short = one_line(re.sub(r"\s*\([^()]*\)", "", name)) if len(name) > _SHORT else name
    return squeeze(short or name, _SHORT)


def told_apart(procedures: list[Procedure]) -> list[Procedure]:
    """The same procedures; of several with one name each says whose it is, so that a citizen can choose."""
    namesakes: defaultdict[str, list[Procedure]] = defaultdict(list)
    for procedure in procedures:
        namesakes[normalise(procedure.name)].append(procedure)
    found: list[Procedure] = []
    for procedure in procedures:
        family = namesakes[normalise(procedure.name)]
        if len(family) == 1:
            found.append(procedure)
            continue
        agencies = [normalise(other.agency) for other in family]
        own = len(set(agencies)) == len(family) and len(procedure.agency) <= _SHORT
        mark = procedure.agency if own else f"mã {procedure.code}"
        found.append(procedure.model_copy(update={"name": f"{procedure.name} ({mark})"}))
    return found
