"""The ten dossier statuses of the national portal; their words are in ``statuses.yml``.

Local one-stop software uses other lists, so a status is mapped by its wording or its number
(``sources/mappings``). One that no mapping knows is kept as the source words it, never guessed.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from vietnamese import fold

_FILE = Path(__file__).with_name("statuses.yml")


class Status(IntEnum):
    """Codes 1-10 as the national portal numbers them; 0 is ours: the source says something we cannot map."""

    UNKNOWN = 0
    REGISTERED = 1
    ACCEPTED = 2
    NOT_ACCEPTED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10


class Clock(StrEnum):
    """Whose time it is: the office's, the citizen's, nobody's any more, or who knows."""

    RUNNING = "running"
    CITIZEN = "citizen"
    ENDED = "ended"
    UNKNOWN = "unknown"


class StatusText(BaseModel):
    """A status in words. ``state`` continues the sentence "Hồ sơ …: "."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    state: str
    next: str
    todo: str
    clock: Clock
    also: list[str]


@cache
def status_texts() -> dict[Status, StatusText]:
    """Every status with its words. Raises ValueError if the file misses one or has one too many."""
    raw = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    texts = {Status(code): StatusText.model_validate(entry) for code, entry in raw.items()}
    if set(texts) != set(Status):
        raise ValueError(f"{_FILE.name}: statuses missing")
    return texts


@cache
def _by_wording() -> dict[str, Status]:
    return {
        fold(wording): status
        for status, entry in status_texts().items()
        if status is not Status.UNKNOWN
        for wording in (entry.name, *entry.also)
    }


def read_status(text: str) -> Status | None:
    """The status that the national portal means by a number or a wording, or None if we do not know it."""
    said = spelt(text)
    if said.isascii() and said.isdigit():
        return Status(int(said)) if len(said) < 3 and 1 <= int(said) <= 10 else None
    return _by_wording().get(said)


def national_words() -> dict[str, Status]:
    """Every wording that means the same everywhere, as ``spelt`` writes it."""
    return dict(_by_wording())


@lru_cache(maxsize=4096)
def spelt(text: str) -> str:
    """A wording as mappings compare it: lower case, no diacritics, one space between words."""
    return " ".join(fold(text).split()).strip(" .")
