"""An answer of a city API as a record, read strictly: what does not fit together is no answer at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from dossiers.codes import DossierCode, parse_code
from dossiers.hashing import Hasher
from dossiers.rows import BadRow, check_order, clean, last_four, read_date, read_procedure, read_status_cell
from dossiers.sources.base import DossierRecord, SourceBusy
from dossiers.sources.http_config import HttpConfig
from dossiers.sources.mappings import StatusMapping
from dossiers.statuses import Clock, Status, status_texts
from motcua.clock import HANOI
from motcua.clock import today as today_in_hanoi

_DATES = ("received_on", "due_on", "finished_on", "promised_on")
_MASKED = "*xX•.# "
_SKEW_DAYS = 1


@dataclass(frozen=True, slots=True)
class AnswerReader:
    """Reads the answers of one API; ``name`` is that of the source."""

    config: HttpConfig
    mapping: StatusMapping
    hasher: Hasher
    name: str

    def read(self, body: Any, wanted: DossierCode) -> DossierRecord | None:
        """The dossier in a JSON answer, None if the API says there is none. Raises SourceBusy.

        The telephone number is hashed here and goes no further.
        """
        found = _dossier(body, wanted, self.config)
        if found is None:
            return None
        said = {field: _text(_at(found, path), field) for field, path in self.config.fields.items()}
        code = parse_code(said["code"])
        if code is None or code.key != wanted.key:
            raise SourceBusy("another dossier's code in the answer")
        try:
            status, wording = self._status(said)
            dates = {field: _date(said.get(field, "")) for field in _DATES}
            check_order(dates)
            procedure = read_procedure(said.get("procedure", ""))
        except BadRow:
            raise SourceBusy("a status, date or procedure that cannot be") from None
        _check_end(status, dates)
        digits = _last_four(said.get("phone", ""))
        return DossierRecord(
            code=code,
            status=status,
            source=self.name,
            as_of=_moment(said.get("as_of", "")),
            status_text=wording,
            phone_hash=self.hasher.phone(code.canonical, digits) if digits else None,
            procedure=procedure,
            received_on=dates["received_on"],
            due_on=dates["due_on"],
            finished_on=dates["finished_on"],
            promised_on=dates["promised_on"],
            late_reason=clean(said.get("late_reason", "")),
            todo=clean(said.get("todo", "")),
            office=clean(said.get("office", ""))[:200],
        )

    def _status(self, said: dict[str, str]) -> tuple[Status, str]:
        """The status and its wording. Where number and wording contradict each other, the wording is quoted.

        Raises BadRow.
        """
        status, wording = read_status_cell(said["status"], self.mapping)
        beside = clean(said.get("status_text", ""))[:200]
        if not beside:
            return status, wording
        meant = self.mapping.read(beside)
        return (Status.UNKNOWN if meant not in (status, Status.UNKNOWN) else status), beside


def _dossier(body: Any, wanted: DossierCode, config: HttpConfig) -> dict[str, Any] | None:
    place = _at(body, config.record, must=True) if config.record else body
    if isinstance(place, list):
        codes = [parse_code(str(_at(one, config.fields["code"]))) for one in place if isinstance(one, dict)]
        matching = [one for one, code in zip(place, codes, strict=False) if code and code.key == wanted.key]
        if len(codes) != len(place) or len(matching) != min(1, len(place)):
            raise SourceBusy("a list in which the dossier is not once")
        place = matching[0] if matching else None
    if place is None or place == {}:
        return None
    if not isinstance(place, dict):
        raise SourceBusy("the dossier is no object")
    return place


def _at(value: Any, path: str, *, must: bool = False) -> Any:
    """What is at a path with dots; None where it ends early. Raises SourceBusy if it ``must`` be there."""
    for key in path.split("."):
        if not isinstance(value, dict) or (must and key not in value):
            if must:
                raise SourceBusy("the answer has another form")
            return None
        value = value.get(key)
    return value


def _text(value: Any, field: str) -> str:
    """A scalar as text. True is no status 1, and a list is no text."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise SourceBusy(f"{field} is of another kind")
    if isinstance(value, float):
        if not value.is_integer():
            raise SourceBusy(f"{field} is of another kind")
        value = int(value)
    return str(value).strip()[:2000]


def _date(text: str) -> date | None:
    """A date as files have it, or a moment with its zone, which is a day of Hanoi. Raises BadRow."""
    if not text:
        return None
    if "T" in text:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BadRow("no date") from None
        text = (moment.astimezone(HANOI) if moment.tzinfo else moment).date().isoformat()
    found = read_date(text, today_in_hanoi().year + 20)
    if found is None:
        raise BadRow("no date")
    return found


def _check_end(status: Status, dates: dict[str, date | None]) -> None:
    """An end that lies ahead, or the end of what has not been received yet, cannot be."""
    today = today_in_hanoi()
    received, finished = dates["received_on"], dates["finished_on"]
    if finished and (finished - today).days > _SKEW_DAYS:
        raise SourceBusy("an end in the future")
    if received and (received - today).days > _SKEW_DAYS:
        raise SourceBusy("received in the future")
    if finished and status is not Status.UNKNOWN and status_texts()[status].clock is Clock.RUNNING:
        raise SourceBusy("an end of what is under way")


def _moment(text: str) -> datetime:
    """When the API's data were so: what it says if that is a past moment, else now."""
    here = datetime.now(UTC)
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return here
    said = said if said.tzinfo else said.replace(tzinfo=HANOI)
    return min(said.astimezone(UTC), here)


def _last_four(text: str) -> str:
    """The last four digits of a number, also of one the API masks (******4521); "" if they are not there."""
    try:
        return last_four(text)
    except BadRow:
        shown = text.lstrip(_MASKED)
        return shown if len(shown) == 4 and shown.isascii() and shown.isdigit() else ""
