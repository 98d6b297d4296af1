"""The wards near a position. Positions of wards are the middle of their areas, so this is a guess, and is
said to be one; a position that is nearer to the middle of a commune of another province counts as outside
Hanoi.

Nothing here keeps a position: it comes in and wards go out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from pydantic import Field, TypeAdapter

from knowledge.offices import load
from knowledge.schema import Line, Part
from knowledge.wards import FOLDER, UnitName, Ward, hanoi

FAR_KM = 20.0
"""Farther than this from the middle of every ward, a position has nothing to do with Hanoi."""

_EARTH_KM = 6371.0
_MOST = 4
_AS_NEAR = 1.3
_Found = tuple[float, Ward]


class Neighbour(Part):
    """A ward or commune of a province beside Hanoi; ``lat`` and ``lon`` are the middle of its area in "
    "degrees."""

    name: UnitName
    province: Line
    lat: float = Field(ge=20.0, le=22.0)
    lon: float = Field(ge=104.5, le=107.0)

    def __hash__(self) -> int:
        return hash((self.name, self.province))


@dataclass(frozen=True, slots=True)
class Nearby:
    """What lies near a position.

    ``wards`` are Hanoi's, nearest first, none when all are far. ``elsewhere`` is the place of another
    province that is nearer than all of them. ``unsure``: on this side or on that of Hanoi's border is hard
    to say.
    """

    wards: tuple[Ward, ...]
    elsewhere: Neighbour | None = None
    unsure: bool = False

    @property
    def inside(self) -> bool:
        """Whether the position most likely is in Hanoi."""
        return bool(self.wards) and self.elsewhere is None


def nearby(lat: float, lon: float) -> Nearby:
    """What lies near a position in degrees (WGS 84). Never raises for finite numbers."""
    ours = sorted(
        (
            (distance_km(lat, lon, ward.lat, ward.lon), ward)
            for ward in hanoi().wards
            if ward.lat and ward.lon
        ),
        key=_distance,
    )
    wards = tuple(ward for km, ward in ours[:_MOST] if km <= FAR_KM)
    if not wards:
        return Nearby(())
    away, neighbour = min(
        ((distance_km(lat, lon, there.lat, there.lon), there) for there in neighbours()),
        key=lambda found: found[0],
    )
    near = ours[0][0]
    return Nearby(
        wards,
        elsewhere=neighbour if away < near else None,
        unsure=max(away, near) < _AS_NEAR * min(away, near),
    )


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Kilometres between two positions in degrees, along the earth (haversine)."""
    north, east = radians(other_lat - lat), radians(other_lon - lon)
    half = sin(north / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))


@lru_cache
def neighbours() -> tuple[Neighbour, ...]:
    """The shipped table of what lies around Hanoi, read once. Raises OSError, yaml.YAMLError, "
    "ValidationError."""
    return tuple(TypeAdapter(list[Neighbour]).validate_python(load(FOLDER / "neighbours.yml")))


def _distance(found: _Found) -> float:
    return found[0]
