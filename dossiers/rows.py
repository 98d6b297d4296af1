"""One row of a dossier file: header names, dates, telephone numbers, and what is wrong with them.

Column names are those of one-stop software and of people who type their own sheet. Names and
addresses of citizens may stand in a file; their columns are never read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dossiers.codes import CodeProblem, DossierCode, find_code, parse_code
from dossiers.sources.mappings import StatusMapping
from dossiers.statuses import Status
from motcua.working_days import add_working_days
from vietnamese import fold

_HEADERS = {
    "code": "ma ho so|so ho so|ma hs|so bien nhan|ma bien nhan|code|dossier code",
    "procedure": "ma thu tuc|ma tthc|ma thu tuc hanh chinh|procedure",
    "status": "trang thai|tinh trang|trang thai ho so|tinh trang ho so|status",
    "phone": "so dien thoai|dien thoai|sdt|so dt|dien thoai lien he|4 so cuoi dien thoai|phone",
    "received_on": "ngay tiep nhan|ngay nhan|ngay nop|received on",
    "due_on": "ngay hen tra|hen tra|ngay hen tra ket qua|ngay hen|due on",
    "finished_on": "ngay ket thuc|ngay xu ly xong|ngay co ket qua|ngay tra|ngay tra ket qua|finished on",
    "promised_on": "ngay hen lai|hen lai|ngay hen tra lai|promised on",
    "late_reason": "ly do|ly do tre|ly do tre hen|ly do hen lai|late reason",
    "todo": "viec can lam|yeu cau|noi dung bo sung|todo",
    "office": "noi giai quyet|co quan giai quyet|don vi giai quyet|don vi xu ly|noi xu ly|office",
}
_FIELD_OF = {name: field for field, names in _HEADERS.items() for name in names.split("|")}
_DATES = {
    "received_on": "ngày tiếp nhận",
    "due_on": "ngày hẹn trả",
    "finished_on": "ngày kết thúc",
    "promised_on": "ngày hẹn lại",
}
REQUIRED = {"code": "mã hồ sơ", "status": "trạng thái"}

_CODE_REASONS = {
    CodeProblem.NONE: "không đúng dạng mã hồ sơ",
    CodeProblem.INCOMPLETE: "thiếu ngày hoặc số thứ tự",
    CodeProblem.BAD_DATE: "ngày trong mã không có thật",
    CodeProblem.NO_UNIT: "thiếu mã đơn vị (H26…)",
}
_PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:0\d{11}|(?:\+?84|0)[ .\-]?[235789](?:[ .\-]?\d){8})(?!\d)")


# dd/MM/yyyy or yyyy-MM-dd; a time of day may follow.
_DATE = re.compile(
    r"(?:(?P<d>[0-9]{1,2})[/-](?P<m>[0-9]{1,2})[/-](?P<y>[0-9]{4})"
    r"|(?P<Y>[0-9]{4})-(?P<M>[0-9]{1,2})-(?P<D>[0-9]{1,2}))(?=$|[ T])"
)
_RELATIVE = re.compile(r"[+-][0-9]{1,3}")
_NUMBER = re.compile(r"[0-9]{1,4}")
_PHONE_MARKS = re.compile(r"[\s.\-()+]")
_PHONE = re.compile(r"[0-9]{4}|[0-9]{9,12}")
_FIRST_YEAR = 2010


class BadRow(ValueError):
    """A row that cannot be imported; the message is Vietnamese, for whoever prepared the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """A readable row. ``last_four`` is "" when the file gives no telephone number."""

    code: DossierCode
    status: Status
    status_text: str
    last_four: str
    procedure: str | None
    dates: dict[str, date | None]
    late_reason: str
    todo: str
    office: str


def field_of(header: str) -> str | None:
    """The field that a column holds, or None for a column we do not read."""
    name = re.sub(r"[^a-z0-9]+", " ", fold(header)).strip()
    return _FIELD_OF.get(name)


def read_row(cells: dict[str, str], *, mapping: StatusMapping, today: date, demo: bool) -> Row:
    """Read the cells of a row by field. Raises BadRow with the first thing that is wrong.

    A status that ``mapping`` lacks is kept in the source's words. ``demo`` allows dates such as "+5" or
    "-3": working days from ``today``.
    """
    code = _code(cells.get("code", ""))
    status, status_text = read_status_cell(cells.get("status", ""), mapping)
    dates = {field: _date(cells.get(field, ""), name, today, demo) for field, name in _DATES.items()}
    check_order(dates)
    return Row(
        code=code,
        status=status,
        status_text=status_text,
        last_four=last_four(cells.get("phone", "")),
        procedure=read_procedure(cells.get("procedure", "")),
        dates=dates,
        late_reason=clean(cells.get("late_reason", "")),
        todo=clean(cells.get("todo", "")),
        office=clean(cells.get("office", ""))[:200],
    )


def read_status_cell(said: str, mapping: StatusMapping) -> tuple[Status, str]:
    """What a source says about the state: the status, and its wording if it has one beside the number.

    Raises BadRow for what is neither a wording nor a number of a status.
    """
    if not said:
        raise BadRow("thiếu trạng thái")
    number = _NUMBER.fullmatch(said) is not None
    if not number and (_DATE.match(said) or not any(char.isalpha() for char in said)):
        raise BadRow(f"“{_short(said)}” không phải trạng thái; xem lại có lệch cột không")
    status = mapping.read(said)
    if not number:
        return status, clean(said)[:200]
    return status, f"trạng thái số {int(said)}" if status is Status.UNKNOWN else ""


def _code(text: str) -> DossierCode:
    if not text:
        raise BadRow("thiếu mã hồ sơ")
    code = parse_code(text)
    if code is None:
        problem = find_code(text).problem or CodeProblem.NONE
        raise BadRow(f"mã hồ sơ “{_short(text)}”: {_CODE_REASONS[problem]}")
    if not code.is_hanoi:
        raise BadRow(f"mã hồ sơ “{_short(text)}” không phải của Hà Nội (H26)")
    return code


@lru_cache(maxsize=4096)
def read_date(text: str, latest: int) -> date | None:
    """A date as dd/MM/yyyy or yyyy-MM-dd, a time of day may follow; None if it is none, or none that a
    dossier can have: before 2010, or after the year ``latest``."""
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = match["y"] or match["Y"], match["m"] or match["M"], match["d"] or match["D"]
    try:
        read = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return read if _FIRST_YEAR <= read.year <= latest else None


def _date(text: str, name: str, today: date, demo: bool) -> date | None:
    if not text:
        return None
    if _RELATIVE.fullmatch(text):
        if demo:
            return add_working_days(today, int(text))
        raise BadRow(f"{name} “{text}”: ngày tương đối chỉ dùng cho hồ sơ mẫu")
    read = read_date(text, today.year + 20)
    if read:
        return read
    raise BadRow(f"{name} “{_short(text)}” không phải ngày có thật dạng dd/MM/yyyy hoặc yyyy-MM-dd")


def check_order(dates: dict[str, date | None]) -> None:
    """Raises BadRow if the dates of one dossier cannot all be true."""
    received, due = dates["received_on"], dates["due_on"]
    for field in ("due_on", "finished_on", "promised_on"):
        later = dates[field]
        if received and later and later < received:
            raise BadRow(f"{_DATES[field]} trước ngày tiếp nhận")
    if due and dates["promised_on"] and dates["promised_on"] < due:
        raise BadRow("ngày hẹn lại trước ngày hẹn trả")


def last_four(text: str) -> str:
    """The last four digits of a telephone number, or of a column that holds only those; "" if there is none.

    Raises BadRow for anything else.
    """
    digits = _PHONE_MARKS.sub("", text)
    if not digits:
        return ""
    if _PHONE.fullmatch(digits):
        # A spreadsheet drops the first nought: nine digits are a number too.
        return digits[-4:]
    raise BadRow("số điện thoại phải có 9 đến 12 chữ số, hoặc đúng 4 số cuối")


def read_procedure(text: str) -> str | None:
    """The code of a procedure, without the unit that may follow it; None if empty. Raises BadRow."""
    if not text:
        return None
    match = re.match(r"\d\.\d{6}(?!\d)", text)
    if not match:
        raise BadRow(f"mã thủ tục “{_short(text)}” không đúng dạng 1.001193")
    return match.group()


def clean(text: str) -> str:
    """Free text without identity and telephone numbers, which sources like to repeat in it."""
    return _PERSONAL_NUMBER.sub("‹số đã ẩn›", " ".join(text.split())) if text else ""


def _short(text: str) -> str:
    """A cell as an error quotes it: enough to find it, and no telephone number by accident."""
    quoted = clean(text)
    return quoted if len(quoted) <= 40 else quoted[:39] + "…"
