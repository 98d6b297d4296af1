"""A draft as a procedure that can be answered from, as far as it goes.

A draft may be half written. What the schema refuses is left out of a preview, piece by piece, and the rest is
shown; the list of what is wrong stands beside it.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from knowledge.schema import Procedure, facets_with_content
from motcua.reply import Facet

_ROUNDS = 200
_GAP = "…"
_FILLING: dict[str, Any] = {
    "code": "0.000000",
    "name": _GAP,
    "official_name": _GAP,
    "short_name": _GAP,
    "sample_questions": [_GAP],
    "field": _GAP,
    "levels": ["khác"],
    "agency": _GAP,
    "summary": _GAP,
    "online_level": "chưa rõ",
    "ways": [{"kind": "trực tiếp", "time": {"unit": "chưa rõ"}, "fee": {"kind": "chưa rõ"}}],
    "provenance": {"source": _GAP, "checked_on": "2000-01-01", "checked_by": _GAP},
}
"""What stands for a required field that is not there yet."""


def previewed(content: dict[str, Any]) -> Procedure | None:
    """The procedure that ``content`` describes where it is valid; None when nothing can be made of it."""
    mended = deepcopy(content)
    for _ in range(_ROUNDS):
        try:
            return Procedure.model_validate(mended)
        except ValidationError as error:
            places = [tuple(one["loc"]) for one in error.errors()]
            # From the back: taking one row out moves those after it.
            for place in sorted(set(places), key=_order, reverse=True):
                _mend(mended, place)
    return None


def _order(place: tuple[int | str, ...]) -> list[tuple[bool, int, str]]:
    return [(isinstance(part, int), part if isinstance(part, int) else 0, str(part)) for part in place]


def _mend(content: dict[str, Any], place: tuple[int | str, ...]) -> None:
    if not place:
        _mend_whole(content)
        return
    top = str(place[0])
    value = content.get(top)
    row = place[1] if len(place) > 1 else None
    if isinstance(value, list) and isinstance(row, int) and row < len(value) and len(value) > 1:
        del value[row]
        return
    if isinstance(value, dict) and row in value and top not in _FILLING and len(value) > 1:
        del value[str(row)]
        return
    content.pop(top, None)
    if top in _FILLING:
        content[top] = deepcopy(_FILLING[top])


def _mend_whole(content: dict[str, Any]) -> None:
    """What only shows when the parts are looked at together."""
    bare = Procedure.model_construct(**(dict.fromkeys(Procedure.model_fields) | content))
    said = facets_with_content(bare)
    content["unknown"] = [facet.value for facet in Facet if facet not in said]
    cases = content["cases"] if isinstance(content.get("cases"), dict) else {}
    used = {case for paper in content.get("documents", []) for case in paper.get("cases", [])}
    for question in content.get("checklist", []):
        used |= {case for option in question.get("options", []) for case in option.get("cases", [])}
    content["cases"] = {**dict.fromkeys(sorted(used - cases.keys()), _GAP), **cases}
    kept = content.get("field_provenance") or {}
    content["field_provenance"] = {name: kept[name] for name in kept if name in Procedure.model_fields}
    begins, ends = content.get("effective_from"), content.get("effective_to")
    if begins and ends and str(ends) < str(begins):
        del content["effective_to"]
