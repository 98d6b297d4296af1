"""What people write after an answer, labelled: ``going_on.yml``, to learn follow-ups from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from motcua.reply import Facet

ANY = "any"
"""What is held where it makes no difference."""
TURNS = Path(__file__).with_name("going_on.yml")


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """What somebody wrote after an answer about ``held`` (ANY: about whatever it was): about ``wanted``
    (None: about nothing that is held)."""

    held: str
    text: str
    wanted: str | None
    facet: Facet | None = None

    @property
    def goes_on(self) -> bool:
        """Whether it is about the procedure in hand."""
        return self.wanted == self.held


@lru_cache
def labelled_turns() -> tuple[LabelledTurn, ...]:
    """The turns of ``going_on.yml``. Raises OSError, yaml.YAMLError, KeyError, ValueError."""
    entries = yaml.load(TURNS.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe one
    return tuple(turn for entry in entries for turn in _turns(entry))


def _turns(entry: dict[str, Any]) -> Iterator[LabelledTurn]:
    held = str(entry["held"])
    for facet, texts in (entry.get("goes_on") or {}).items():
        yield from (LabelledTurn(held, text, held, Facet(facet)) for text in texts)
    for turned in entry.get("turns_to") or ():
        yield LabelledTurn(held, turned["text"], str(turned["procedure"]), Facet(turned["facet"]))
    yield from (LabelledTurn(held, text, None) for text in entry.get("leaves") or ())
