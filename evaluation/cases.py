"""Labelled questions: one JSON object a line, see nlu_data/evaluation/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from motcua.reply import Facet, Kind


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


class Need(BaseModel):
    """What one reply must say. A list holds alternatives; an empty one asks for nothing."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[list[Kind], BeforeValidator(_as_list)]
    procedure: Annotated[list[str], BeforeValidator(_as_list)] = []
    facet: Annotated[list[Facet], BeforeValidator(_as_list)] = []
    must_contain: list[str] = []
    candidates: list[str] = []


class Expectation(Need):
    """What one turn must say: this, and a further reply for each other need of the same message."""

    also: list[Need] = []

    @property
    def needs(self) -> list[Need]:
        """Every need of the message, in the order asked."""
        return [self, *self.also]


class Case(BaseModel):
    """A conversation of one or more turns, with what each must say."""

    model_config = ConfigDict(extra="forbid")

    id: str
    slice: str
    turns: list[str] = Field(min_length=1)
    expect: list[Expectation]
    note: str = ""

    @model_validator(mode="after")
    def _one_expectation_a_turn(self) -> Case:
        if len(self.turns) != len(self.expect):
            raise ValueError(f"{self.id}: {len(self.turns)} turns, {len(self.expect)} expectations")
        return self


def read_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises pydantic.ValidationError."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Case.model_validate_json(line) for line in lines if line.strip()]
