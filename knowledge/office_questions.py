"""What a message asks about an office, and which office of a ward takes a procedure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from knowledge.offices import Help, shipped_offices
from knowledge.schema import Level, Procedure
from knowledge.ward_index import read_words
from knowledge.ward_spelling import key_of
from knowledge.wards import Ward

_ONLINE_ONLY = ("Nộp trực tuyến", "Làm liên thông")


class Desk(StrEnum):
    """Who receives dossiers in a ward."""

    ONE_STOP = "bộ phận một cửa"
    POLICE = "Công an"

    def of(self, ward: Ward) -> str:
        """``bộ phận một cửa phường Bạch Mai``."""
        return f"{self} {ward.full_name}"


class Wanted(StrEnum):
    """What somebody wants to know about an office; ``WHERE`` is which one it is."""

    WHERE = "where"
    ADDRESS = "address"
    HOURS = "hours"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Question:
    """What a message asks about offices.

    ``desk`` if one of a ward is named, ``other`` the name of an office that is not a ward's, ``help`` the
    people or the rule it asks for.
    """

    wanted: Wanted
    desk: Desk | None = None
    other: str | None = None
    help: Help | None = None


def read_question(text: str) -> Question:
    """What ``text`` asks about offices. Never raises."""
    said = f" {key_of(text)} "
    lists, helps = _phrases()

    def has(name: str) -> str | None:
        return next((phrase for key, phrase in lists[name] if key in said), None)

    wanted = Wanted.WHERE
    if has("hours"):
        wanted = Wanted.HOURS
    elif has("phone"):
        wanted = Wanted.PHONE
    elif has("address") and not has("filing"):
        wanted = Wanted.ADDRESS
    desk = Desk.ONE_STOP if has("one_stop") else Desk.POLICE if has("police") else None
    helping = next((entry for entry, keys in helps if any(key in said for key in keys)), None)
    return Question(wanted, desk, has("other_offices"), helping)


def desk_of(procedure: Procedure) -> Desk | None:
    """Where in the ward ``procedure`` is filed; None when it is filed elsewhere or in several places."""
    beyond = set(procedure.levels) - {Level.COMMUNE, Level.OTHER}
    if beyond or not procedure.place or procedure.place.startswith(_ONLINE_ONLY):
        return None
    agency = procedure.agency.lower()
    if agency.startswith("công an phường/xã"):
        return Desk.POLICE
    return Desk.ONE_STOP if "ubnd phường/xã" in agency else None


@lru_cache
def _phrases() -> tuple[dict[str, list[tuple[str, str]]], list[tuple[Help, list[str]]]]:
    """The phrases of questions and of help, folded, each between blanks."""
    lists = {
        name: [(f" {key_of(phrase)} ", phrase) for phrase in phrases]
        for name, phrases in read_words().items()
    }
    helps = [
        (entry, [f" {key_of(phrase)} " for line in entry.asked_by for phrase in line.split(", ")])
        for entry in shipped_offices().city.help
    ]
    return lists, helps
