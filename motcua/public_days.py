"""Days off and make-up days that the ``holidays`` package does not know, from files an operator may edit.

``public_days.yml`` beside this module is shipped; a file of the same name and form in the data directory
comes after it and wins, so that an update of the program keeps what the operator wrote.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from motcua.settings import get_settings

_SHIPPED = Path(__file__).with_suffix(".yml")


class PublicDaysError(ValueError):
    """A file of days is not readable. The message is for the operator and names the file."""


class _Day(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    name: str = Field(min_length=1)
    source: str = Field(min_length=1)


class _Days(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    closed: list[_Day] = []
    open: list[_Day] = []


@cache
def exceptions() -> dict[date, bool]:
    """Days that differ from the package: whether offices work on them. Raises PublicDaysError."""
    return read_days(_SHIPPED) | read_days(get_settings().data_dir / _SHIPPED.name)


def read_days(path: Path) -> dict[date, bool]:
    """The days of one file; empty if there is none.

    Raises PublicDaysError for a file that is no such list, a day without its source, or a day that is named
    twice: a date counted wrongly would be promised to citizens.
    """
    if not path.exists():
        return {}
    try:
        days = _Days.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise PublicDaysError(f"{path}: {error}") from error
    listed = [(entry.day, False) for entry in days.closed] + [(entry.day, True) for entry in days.open]
    twice = sorted({day for day, _ in listed if sum(day == other for other, _ in listed) > 1})
    if twice:
        raise PublicDaysError(f"{path}: named twice: {', '.join(map(str, twice))}")
    return dict(listed)
