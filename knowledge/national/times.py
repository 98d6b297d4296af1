"""The processing time of one way, as the portal's table gives it."""

from __future__ import annotations

import re

from knowledge.national.text import NOTHING, one_line
from knowledge.schema import Duration, TimeUnit

_UNITS = {
    "ngày làm việc": TimeUnit.WORKING_DAYS,
    "ngày": TimeUnit.CALENDAR_DAYS,
    "giờ": TimeUnit.HOURS,
}
_COUNTED = re.compile(r"(\d+(?:[.,]\d+)?) (\w[\w ]*)")
_MOST = 400
_SHORTEST_SENTENCE = 10


def read_time(cell: str) -> tuple[Duration, str | None, str | None]:
    """The time in ``cell`` as data, as words for the citizen, and what is doubtful about it.

    A number without a unit gets none: it is kept in the note and never said. Without words the cell told
    nothing that could be told on.
    """
    text = one_line(cell)
    if text in ("", NOTHING):
        return Duration(unit=TimeUnit.UNKNOWN), None, None
    note = f"Cổng ghi “{text}”"
    if text.isdigit():
        unsettled = Duration(unit=TimeUnit.UNKNOWN, note=f"{note}, không ghi đơn vị")
        return unsettled, None, "thời hạn không có đơn vị, không đoán là ngày hay giờ"
    unsettled = Duration(unit=TimeUnit.UNKNOWN, note=note)
    counted = _COUNTED.fullmatch(text)
    if not counted:
        said = text if len(text) > _SHORTEST_SENTENCE else None
        return unsettled, said, "thời hạn viết bằng chữ"
    number, unit = counted[1], _UNITS.get(counted[2].lower())
    if not float(number.replace(",", ".")):
        return unsettled, None, "thời hạn bằng 0"
    if unit is None or not number.isdigit() or int(number) > _MOST:
        return unsettled, text.lower(), "thời hạn theo đơn vị hoặc số lẻ mà mẫu không có, để nguyên chữ"
    return Duration(amount=int(number), unit=unit), f"{int(number)} {unit}", None
