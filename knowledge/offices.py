"""Offices: where dossiers are received, whom to call, who helps those who cannot come or cannot file online.

The records are ``knowledge/offices/offices.yml`` and ``city.yml``, kept by hand. What nobody has a source for
is left out, and the answer says so and names the city's numbers. They are read once a process.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, StringConstraints, model_validator

from knowledge.files import _NoTwice
from knowledge.schema import Line, Part, Provenance
from knowledge.wards import FOLDER, Ward, WardCode

Https = Annotated[str, StringConstraints(pattern=r"^https://")]
HOTLINES = "{hotlines}"


class OfficeKind(StrEnum):
    """What an office is to somebody who files."""

    ONE_STOP = "một cửa"
    COMMITTEE = "trụ sở UBND"
    POLICE = "công an"


class Office(Part):
    """A place of a ward. What has no source stays empty; ``provenance`` where it is not the file's own."""

    ward: WardCode
    kind: OfficeKind
    address: Line | None = None
    hours: Line | None = None
    phones: list[Line] = []
    website: Https | None = None
    lat: float | None = Field(default=None, ge=20.5, le=21.5)
    lon: float | None = Field(default=None, ge=105.2, le=106.1)
    note: Line | None = None
    provenance: Provenance | None = None

    @model_validator(mode="after")
    def _facts_have_a_source(self) -> Self:
        if (self.address or self.hours or self.phones) and not self.provenance:
            raise ValueError(
                "có địa chỉ, giờ làm việc hoặc điện thoại thì phải ghi provenance của chính mục này"
            )
        return self


class OfficeFile(Part):
    """``offices.yml``."""

    provenance: Provenance
    offices: list[Office]


class Hotline(Part):
    """A number that answers for the whole city, or the country."""

    number: Line
    note: Line | None = None
    provenance: Provenance

    @property
    def said(self) -> str:
        """``024.1022 (nhánh 7, 8)``."""
        return f"{self.number} ({self.note})" if self.note else self.number


class Portal(Part):
    """A page of the city."""

    name: Line
    url: Https


class Help(Part):
    """People or places that help to file. ``text`` is what a citizen reads, ``asked_by`` what leads to it."""

    name: Line
    text: Line
    asked_by: list[Line] = Field(min_length=1)
    provenance: Provenance


class City(Part):
    """``city.yml``."""

    hotlines: list[Hotline] = Field(min_length=1)
    national_hotline: Hotline
    portal: Portal
    help: list[Help]

    @property
    def numbers(self) -> str:
        """The city's numbers in one phrase."""
        said = [hotline.said for hotline in self.hotlines]
        return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} hoặc {said[-1]}"


@dataclass(frozen=True, slots=True)
class Offices:
    """The office records of the city."""

    by_ward: dict[str, dict[OfficeKind, Office]]
    city: City

    def of(self, ward: Ward, kind: OfficeKind = OfficeKind.ONE_STOP) -> Office | None:
        """The record of one place of ``ward``, if there is one."""
        return self.by_ward.get(ward.code, {}).get(kind)


def read_offices(folder: Path = FOLDER) -> Offices:
    """The records in ``folder``. Raises OSError, yaml.YAMLError, or pydantic's ValidationError."""
    by_ward: dict[str, dict[OfficeKind, Office]] = {}
    for office in OfficeFile.model_validate(load(folder / "offices.yml")).offices:
        by_ward.setdefault(office.ward, {})[office.kind] = office
    return Offices(by_ward, City.model_validate(load(folder / "city.yml")))


@lru_cache
def shipped_offices() -> Offices:
    """The shipped records, read once."""
    return read_offices()


def load(path: Path) -> Any:
    """The YAML of ``path``, in which no key stands twice. Raises OSError, yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), _NoTwice)  # noqa: S506 - a SafeLoader
