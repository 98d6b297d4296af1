"""What a change rests on: one piece of evidence, written to every field that was changed.

The stamps of a first submission are taken off before a second one, so that only what an editor wrote by hand
counts as written by hand.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from knowledge.changes.errors import Invalid, Problem
from knowledge.files import explain
from knowledge.schema import Provenance

META = frozenset({"code", "provenance", "field_provenance", "imported", "review_by", "unknown"})
"""Fields that say nothing to a citizen by themselves, and need no source."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the new content comes from."""

    source: str
    decision: str | None = None
    url: str | None = None
    sureness: str = "chắc chắn"
    note: str | None = None

    def provenance(self, checked_on: date, checked_by: str) -> dict[str, Any]:
        """As it stands in a procedure. Raises Invalid, with paths below ``evidence``."""
        given = {name: value for name, value in asdict(self).items() if value}
        try:
            made = Provenance.model_validate({**given, "checked_on": checked_on, "checked_by": checked_by})
        except ValidationError as error:
            found = [explain(dict(item)) for item in error.errors()]
            raise Invalid([Problem(f"evidence.{path}", said) for path, said in found]) from error
        return made.model_dump(mode="json", exclude_defaults=True)


def changed_fields(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Top-level fields that differ, in the order of their names."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def stamped(
    content: dict[str, Any], before: dict[str, Any], provenance: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """``content`` with ``provenance`` where it belongs, and the stamp to keep (see :func:`unstamped`)."""
    stamp: dict[str, Any] = {"provenance": provenance, "fields": [], "record": None, "imported": False}
    if not before and not content.get("provenance"):
        stamp["record"] = "added"
        return {**content, "provenance": provenance}, stamp
    made, own = dict(content), dict(content.get("field_provenance") or {})
    earlier: dict[str, Any] = before.get("field_provenance") or {}
    touched = [name for name in changed_fields(before, content) if name not in META] if before else []
    if before.get("imported") and content.get("imported"):
        stamp["imported"] = bool(made.pop("imported"))
        if content.get("provenance") == before.get("provenance"):
            stamp["record"], made["provenance"] = before.get("provenance"), provenance
        return made, stamp
    for name in touched:
        if own.get(name) == earlier.get(name):
            own[name] = provenance
            stamp["fields"].append(name)
    return _with_fields(made, own), stamp


def unstamped(
    content: dict[str, Any], before: dict[str, Any], stamp: dict[str, Any] | None
) -> dict[str, Any]:
    """``content`` as its editors wrote it: without the stamps of an earlier submission."""
    if not stamp:
        return content
    made, own = dict(content), dict(content.get("field_provenance") or {})
    provenance = stamp["provenance"]
    earlier: dict[str, Any] = before.get("field_provenance") or {}
    for name in stamp["fields"]:
        if own.get(name) == provenance:
            own.pop(name)
            if name in earlier:
                own[name] = earlier[name]
    if stamp["record"] and made.get("provenance") == provenance:
        del made["provenance"]
        if stamp["record"] != "added":
            made["provenance"] = stamp["record"]
    if stamp["imported"]:
        made["imported"] = True
    return _with_fields(made, own)


def _with_fields(content: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in content.items() if name != "field_provenance"}
    return {**made, "field_provenance": own} if own else made
