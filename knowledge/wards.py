"""Hanoi's wards and communes since 1 July 2025, and the units and districts they took over from.

The table is ``knowledge/offices/wards.yml`` (Resolution 1656/NQ-UBTVQH15): 126 wards and communes formed from
526 old units of 30 districts. ``earlier.yml`` adds names that had already ended when the old units did.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, StringConstraints, TypeAdapter

from knowledge.schema import Line, Part
from motcua.settings import ROOT

FOLDER = ROOT / "knowledge" / "offices"
WardCode = Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
UnitName = Annotated[str, StringConstraints(pattern=r"^(phường|xã|thị trấn) \S.*$")]
DistrictName = Annotated[str, StringConstraints(pattern=r"^(quận|huyện|thị xã) \S.*$")]
_MOST_OF = {"toàn bộ": 2, "toàn bộ dân": 2, "một phần": 1, "còn lại": 1, "chỉ đất": 0}
_SAME_NAME = 4
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class WardKind(StrEnum):
    """The two kinds of unit Hanoi has today."""

    WARD = "phường"
    COMMUNE = "xã"


class Share(StrEnum):
    """How much of an old unit went into a ward, in the words of the resolution."""

    WHOLE = "toàn bộ"
    PART = "một phần"
    REST = "còn lại"
    RESIDENTS = "toàn bộ dân"
    LAND = "chỉ đất"


class Piece(Part):
    """An old unit that went into a ward, whole or in part."""

    unit: UnitName
    district: DistrictName
    share: Share


class Ward(Part):
    """A ward or commune of today. ``code`` is the statistics office's, ``item`` the clause of the resolution;
    ``lat`` and ``lon`` are the middle of its area in degrees, not its office."""

    code: WardCode
    kind: WardKind
    name: Line
    item: int = Field(ge=1, le=126)
    lat: float | None = Field(default=None, ge=20.5, le=21.5)
    lon: float | None = Field(default=None, ge=105.2, le=106.1)
    formed_from: tuple[Piece, ...] = Field(min_length=1)

    def __hash__(self) -> int:
        return hash(self.code)

    @property
    def full_name(self) -> str:
        """``phường Bạch Mai``."""
        return f"{self.kind} {self.name}"


class EarlierName(Part):
    """A unit that ended before 2025, and the old units it may have gone into."""

    unit: UnitName
    district: DistrictName
    into: list[UnitName] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class OldUnit:
    """A unit that ended on 1 July 2025, or before (``ended_before``). ``name`` is without its kind."""

    kind: str
    name: str
    district: str
    ended_before: bool = False

    @property
    def full_name(self) -> str:
        """``phường Bách Khoa``."""
        return f"{self.kind} {self.name}"


class Wards:
    """The table, read from both of its sides."""

    def __init__(self, wards: list[Ward], earlier: list[EarlierName]) -> None:
        self.wards = tuple(wards)
        self.by_code = {ward.code: ward for ward in wards}
        self.pieces: dict[OldUnit, list[tuple[Ward, Share]]] = {}
        for ward in wards:
            for piece in ward.formed_from:
                unit = old_unit(piece.unit, piece.district)
                self.pieces.setdefault(unit, []).append((ward, piece.share))
        self.units = tuple(self.pieces)
        self.earlier = {
            old_unit(entry.unit, entry.district, ended_before=True): tuple(
                old_unit(into, entry.district) for into in entry.into
            )
            for entry in earlier
        }
        self.districts = tuple(sorted({unit.district for unit in self.units}))
        self._weight = {ward: self._weights(ward) for ward in self.wards}

    def now(self, unit: OldUnit) -> tuple[Ward, ...]:
        """Where the residents of ``unit`` belong today. Wards that got only land are left out."""
        if heirs := self.earlier.get(unit):
            return tuple(dict.fromkeys(ward for heir in heirs for ward in self.now(heir)))
        pieces = self.pieces[unit]
        if settled := [ward for ward, share in pieces if share is Share.RESIDENTS]:
            return tuple(settled)
        return tuple(ward for ward, share in pieces if share is not Share.LAND)

    def of_district(self, district: str) -> tuple[tuple[Ward, ...], tuple[Ward, ...]]:
        """The wards that lie mostly in the area of an old ``district``, and those with less of it."""
        mostly: list[Ward] = []
        partly: list[Ward] = []
        for ward, weight in self._weight.items():
            if district in weight:
                (mostly if weight[district] == max(weight.values()) else partly).append(ward)
        return tuple(mostly), tuple(partly)

    def _weights(self, ward: Ward) -> dict[str, int]:
        """How much of ``ward`` each old district gave, roughly; the unit of its own name counts most."""
        weight: dict[str, int] = {}
        for piece in ward.formed_from:
            unit = old_unit(piece.unit, piece.district)
            if ward in self.now(unit):
                more = _SAME_NAME if unit.name == ward.name else _MOST_OF[piece.share]
                weight[piece.district] = weight.get(piece.district, 0) + more
        return weight

    def districts_of(self, ward: Ward) -> frozenset[str]:
        """The old districts in which ``ward`` lies."""
        return frozenset(piece.district for piece in ward.formed_from)


def old_unit(full_name: str, district: str, *, ended_before: bool = False) -> OldUnit:
    """The unit that is called ``full_name``, kind first."""
    kind = next(kind for kind in ("phường", "xã", "thị trấn") if full_name.startswith(f"{kind} "))
    return OldUnit(kind, full_name.removeprefix(f"{kind} "), district, ended_before)


def read_wards(folder: Path = FOLDER) -> Wards:
    """The table in ``folder``. Raises OSError, yaml.YAMLError, or pydantic's ValidationError."""
    wards = TypeAdapter(list[Ward]).validate_python(_read(folder / "wards.yml"))
    earlier = TypeAdapter(list[EarlierName]).validate_python(_read(folder / "earlier.yml"))
    return Wards(wards, earlier)


@lru_cache
def hanoi() -> Wards:
    """The shipped table, read once."""
    return read_wards()


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
