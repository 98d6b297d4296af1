"""Messages that name no procedure: off topic, small talk, answers to questions.

The search has to know them too, or it finds a procedure for "máy photo hết giấy". They are the bot's own
training examples; the search works without them, only less carefully.
"""

from __future__ import annotations

from functools import lru_cache

import yaml

from motcua.settings import ROOT

_FOLDER = ROOT / "nlu_data"


@lru_cache
def messages_elsewhere() -> tuple[str, ...]:
    """The examples of every intent that is not a question about a procedure."""
    files = [*sorted((_FOLDER / "dialogue").glob("*.yml")), _FOLDER / "out_of_scope.yml"]
    return tuple(
        line.removeprefix("- ")
        for path in files
        if path.exists()
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in entry["examples"].splitlines()
    )
