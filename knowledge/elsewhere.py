"""Messages that name no procedure of the catalogue: off topic, small talk, answers, other procedures.

The search has to know them too, or it finds a procedure for "máy photo hết giấy", and the nearest one for a
procedure that is not there. The first are the bot's own training examples, the others stand in
``uncatalogued.yml``; the search works without them, only less carefully.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from motcua.settings import ROOT

_FOLDER = ROOT / "nlu_data"
_UNCATALOGUED = Path(__file__).with_name("uncatalogued.yml")


@lru_cache
def messages_off_topic() -> tuple[str, ...]:
    """The examples of every intent that is not a question about a procedure."""
    files = [*sorted((_FOLDER / "dialogue").glob("*.yml")), _FOLDER / "out_of_scope.yml"]
    return tuple(
        line.removeprefix("- ")
        for path in files
        if path.exists()
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in entry["examples"].splitlines()
    )


@lru_cache
def messages_not_held() -> tuple[str, ...]:
    """Messages about procedures that the shipped catalogue does not hold."""
    topics = yaml.safe_load(_UNCATALOGUED.read_text(encoding="utf-8"))
    return tuple(text for topic in topics for text in topic["examples"])
