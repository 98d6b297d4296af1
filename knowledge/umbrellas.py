"""Everyday names that stand for several procedures: "làm căn cước", "sang tên" (``umbrellas.yml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge.schema import Procedure
from knowledge.search import Finding, names_of
from vietnamese import normalise

_UMBRELLAS: list[tuple[list[str], list[str], bool, list[str]]] = [
    (
        [normalise(name) for name in entry["names"]],
        entry["codes"],
        entry.get("alone", False),
        [normalise(word) for word in entry.get("beside", ())],
    )
    for entry in yaml.safe_load(Path(__file__).with_name("umbrellas.yml").read_text(encoding="utf-8"))
]


@dataclass(frozen=True, slots=True)
class Umbrella:
    """An everyday ``name`` of several procedures; ``alone``: only when a message says nothing else; ``told``:
    only because of what stands beside it."""

    name: str
    codes: tuple[str, ...]
    alone: bool
    told: bool = False


def umbrella(held: Mapping[str, Procedure], text: str) -> Umbrella | None:
    """The longest everyday name in ``text`` for several of the procedures ``held``; most often none."""
    said = f" {normalise(text)} "
    found = [
        Umbrella(name, known, alone, bool(beside))
        for names, codes, alone, beside in _UMBRELLAS
        if not beside or any(f" {word} " in said for word in beside)
        if len(known := tuple(code for code in codes if code in held)) > 1
        for name in names
        if f" {name} " in said
    ]
    return max(found, key=lambda named: len(named.name), default=None)


def says_no_more(held: Mapping[str, Procedure], finding: Finding, named: Umbrella) -> bool:
    """Whether the rest of a message leaves open which procedure of an everyday name is meant.

    "Gia hạn thì nộp trước mấy ngày" does; "sang tên xe" does not, since only one of the two is about cars.
    """
    rest = set(finding.words) - set(named.name.split())
    if not rest:
        return True
    if finding.hits and finding.hits[0].code not in named.codes:
        return False
    told = [rest & _words_of_names(held[code]) for code in named.codes]
    return all(words == told[0] for words in told)


def _words_of_names(procedure: Procedure) -> set[str]:
    return {word for name in names_of(procedure) for word in normalise(name).split()}
