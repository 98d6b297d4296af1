"""Two changes from one beginning, put together field by field."""

from __future__ import annotations

from typing import Any


def merged(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """``mine`` with what only ``theirs`` changed of ``base``, and the fields that both changed, differently.

    Of those it keeps mine. ``field_provenance`` is put together entry by entry.
    """
    whole, conflicts = _merged(base, mine, theirs)
    if "field_provenance" in conflicts:
        sides = [side.get("field_provenance") or {} for side in (base, mine, theirs)]
        whole["field_provenance"], inner = _merged(*sides)
        # A source goes with its field: if both changed that, it is among the conflicts already.
        if all(name in conflicts for name in inner):
            conflicts.remove("field_provenance")
    return whole, conflicts


def _merged(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    whole: dict[str, Any] = {}
    conflicts: list[str] = []
    for name in sorted(base.keys() | mine.keys() | theirs.keys()):
        old, here, there = base.get(name), mine.get(name), theirs.get(name)
        if here not in (old, there) and there != old:
            conflicts.append(name)
        chosen = there if here == old else here
        if chosen is not None:
            whole[name] = chosen
    return whole, conflicts
