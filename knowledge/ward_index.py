"""The index behind ``ward_names``: every name a ward, an old unit, a district or a province goes by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.ward_spelling import Word, exact_of, key_of, words
from knowledge.wards import FOLDER, OldUnit, Ward, Wards, hanoi

_LONGEST = 6
_NUMBERED = re.compile(r"^(.*) ([12])$")
_ROMAN = {"1": "i", "2": "ii"}
# One district before it became two; people still say it.
_ALSO_DISTRICTS = {"Từ Liêm": ("quận Bắc Từ Liêm", "quận Nam Từ Liêm")}
DISTRICT_KINDS = ("quận", "huyện", "thị xã")


@dataclass(frozen=True, slots=True)
class Target:
    """What a name stands for: exactly one of ``ward``, ``unit``, ``district``, ``province`` is set.

    ``written`` is the name as it is written, ``exact`` how it is spelled, ``kind`` what stands before it.
    """

    written: str
    exact: tuple[str, ...]
    kind: str
    ward: Ward | None = None
    unit: OldUnit | None = None
    district: str | None = None
    province: str | None = None


@dataclass(slots=True)
class Name:
    """A folded name and all it may stand for. ``size`` is in words; words.yml says what the flags mean."""

    size: int
    targets: list[Target] = field(default_factory=list)
    ordinary: bool = False
    loose: bool = False
    person: bool = False


@dataclass(frozen=True, slots=True)
class Phrases:
    """Short phrases to be looked for beside a name; a word that is typed with marks must have theirs."""

    by_key: dict[str, frozenset[tuple[str, ...]]]

    def end_at(self, said: list[Word], end: int) -> bool:
        """Whether one of the phrases stands right before place ``end``."""
        return any(end >= size and self.match(said[end - size : end]) for size in (1, 2))

    def match(self, said: list[Word]) -> bool:
        """Whether ``said`` is one of the phrases."""
        forms = self.by_key.get(" ".join(word.key for word in said), frozenset())
        return any(
            all(not word.marked or word.exact == part for word, part in zip(said, form, strict=True))
            for form in forms
        )


@dataclass(frozen=True, slots=True)
class Index:
    """Names by their folded words, and the word lists of ``words.yml``."""

    wards: Wards
    names: dict[str, Name]
    starts: frozenset[str]
    not_after: Phrases
    called: Phrases
    places: Phrases
    weak_places: Phrases
    changes: tuple[str, ...]

    def longest_at(self, said: list[Word], at: int) -> Name | None:
        """The longest name that begins at place ``at``; only blanks or hyphens part its words."""
        if at >= len(said) or said[at].key not in self.starts:
            return None
        size = 1
        while size < _LONGEST and at + size < len(said) and said[at + size].joined:
            size += 1
        for length in range(size, 0, -1):
            key = " ".join(word.key for word in said[at : at + length])
            if name := self.names.get(key):
                return name
        return None


@lru_cache
def shipped_index() -> Index:
    """The index of the shipped tables, made once."""
    return make_index(hanoi(), read_words())


def read_words(path: Path = FOLDER / "words.yml") -> dict[str, list[str]]:
    """The word lists; a line of the file holds several, parted by commas. Raises OSError, YAMLError."""
    content: dict[str, list[Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        name: [part.strip() for line in lines for part in str(line).split(",") if part.strip()]
        for name, lines in content.items()
    }


def make_index(wards: Wards, lists: dict[str, list[str]]) -> Index:
    """The index of ``wards`` under the care that ``lists`` ask for."""
    names: dict[str, Name] = {}
    for written, target in _targets(wards, lists["provinces"]):
        key = key_of(written)
        names.setdefault(key, Name(size=len(key.split()))).targets.append(target)
    for flag in ("ordinary", "loose", "people"):
        for written in lists[flag]:
            if name := names.get(key_of(written)):
                setattr(name, flag.replace("people", "person"), True)
    return Index(
        wards=wards,
        names=names,
        starts=frozenset(key.split()[0] for key in names),
        not_after=_phrases(lists["not_after"]),
        called=_phrases(lists["called"]),
        places=_phrases(lists["place_words"]),
        weak_places=_phrases(lists["weak_place_words"]),
        changes=tuple(f" {key_of(phrase)} " for phrase in lists["change_words"]),
    )


def short_district(district: str) -> str:
    """``quận Đống Đa`` without its kind."""
    kind = next(kind for kind in DISTRICT_KINDS if district.startswith(f"{kind} "))
    return district.removeprefix(f"{kind} ")


def _targets(wards: Wards, provinces: list[str]) -> list[tuple[str, Target]]:
    """Every spelling of every name, and what it stands for."""
    found = [
        (spelling, Target(written, exact_of(spelling), ward.kind, ward=ward))
        for ward in wards.wards
        for spelling, written in _ways_to_say(ward.name)
    ]
    # Half of a double name may be a unit that ended before: that one is meant then.
    ended = {unit.name for unit in wards.earlier}
    found += [
        (spelling, Target(written, exact_of(spelling), unit.kind, unit=unit))
        for unit in wards.units
        for spelling, written in _ways_to_say(unit.name)
        if spelling == unit.name or spelling not in ended
    ]
    taken = {(str(ward.kind), key_of(ward.name)) for ward in wards.wards}
    taken |= {(unit.kind, key_of(unit.name)) for unit in wards.units}
    found += [
        (unit.name, Target(unit.name, exact_of(unit.name), unit.kind, unit=unit))
        for unit in wards.earlier
        if (unit.kind, key_of(unit.name)) not in taken
    ]
    for district in wards.districts:
        name = short_district(district)
        kind = district.removesuffix(f" {name}")
        found.append((name, Target(name, exact_of(name), kind, district=district)))
    for name, districts in _ALSO_DISTRICTS.items():
        found += [
            (name, Target(name, exact_of(name), kind, district=district))
            for district in districts
            for kind in ("quận", "huyện")
        ]
    return found + [(name, Target(name, exact_of(name), "tỉnh", province=name)) for name in provinces]


def _ways_to_say(name: str) -> list[tuple[str, str]]:
    """Spellings of ``name``, each with what it is then called.

    ``Mỹ Đình 1`` is also Mỹ Đình I and, as people say, Mỹ Đình; a double name is also each of its halves.
    """
    if match := _NUMBERED.match(name):
        return [(name, name), (f"{match[1]} {_ROMAN[match[2]]}", name), (match[1], match[1])]
    halves = name.split(" - ")
    return [(name, name), *((half, half) for half in halves if len(halves) > 1)]


def _phrases(phrases: list[str]) -> Phrases:
    by_key: dict[str, set[tuple[str, ...]]] = {}
    for phrase in phrases:
        by_key.setdefault(key_of(phrase), set()).add(tuple(word.exact for word in words(phrase)))
    return Phrases({key: frozenset(forms) for key, forms in by_key.items()})
