"""Reading a dump of the national portal: JSON lines, plain or compressed."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from motcua.clock import HANOI

CODE = "ma_thu_tuc"
NAME = "ten_thu_tuc"
URL = "detail_url"
_CODE = re.compile(r"\d\.\d{6}")
_UUID7 = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
_GZIP = b"\x1f\x8b"


class DumpRefused(ValueError):
    """The file as a whole cannot be read; nothing was imported. The message is Vietnamese."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it stands on, counted from 1, and its fields by the portal's own names."""

    line: int
    fields: dict[str, str]

    @property
    def code(self) -> str:
        """The procedure's code."""
        return self.fields[CODE]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no record, and why, in Vietnamese."""

    line: int
    reason: str


@dataclass(slots=True)
class Dump:
    """What a file holds."""

    records: list[Record] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)

    def newest_day(self) -> date | None:
        """The newest day that the file itself tells.

        The portal's links carry the moment their record was made (UUID version 7), so that the dump cannot
        be older than the youngest of them. None when no link is of that kind.
        """
        days = [made for record in self.records if (made := _made_on(record.fields.get(URL, "")))]
        return max(days, default=None)


def read_dump(path: Path) -> Dump:
    """Read JSON lines, plain or gzip. Raises OSError if it cannot be opened, DumpRefused if it is no dump."""
    raw = path.read_bytes()
    if raw.startswith(_GZIP):
        try:
            raw = gzip.decompress(raw)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DumpRefused("Tệp nén hỏng hoặc tải chưa hết; tải lại rồi nhập lại.") from error
    dump = read_lines(raw.split(b"\n"))
    if not dump.records:
        raise DumpRefused("Tệp không có bản ghi nào của Cổng Dịch vụ công (mỗi dòng một bản ghi JSON).")
    return dump


def read_lines(lines: Iterable[bytes]) -> Dump:
    """Read records; a line that is none is named with its number and left out."""
    dump = Dump()
    first: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = Record(number, _fields(line))
            if record.code in first:
                raise _NotARecord(f"trùng mã {record.code} với dòng {first[record.code]}")
        except _NotARecord as error:
            dump.bad.append(BadLine(number, str(error)))
        else:
            first[record.code] = number
            dump.records.append(record)
    return dump


class _NotARecord(ValueError):
    pass


def _fields(line: bytes) -> dict[str, str]:
    try:
        content = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _NotARecord("không phải chữ UTF-8") from None
    except (ValueError, RecursionError):
        raise _NotARecord("không phải JSON") from None
    if not isinstance(content, dict):
        raise _NotARecord("không phải một bản ghi JSON ({…})")
    fields = {str(name): _as_text(value) for name, value in content.items() if value is not None}
    fields = {name: text for name, text in fields.items() if text.strip()}
    if CODE not in fields:
        raise _NotARecord(f"không có mã thủ tục ({CODE})")
    fields[CODE] = fields[CODE].strip()
    if not _CODE.fullmatch(fields[CODE]):
        raise _NotARecord(f"mã thủ tục viết sai dạng: “{fields[CODE][:20]}” (đúng là 1.001193)")
    if NAME not in fields:
        raise _NotARecord(f"{fields[CODE]}: không có tên thủ tục ({NAME})")
    return fields


def _as_text(value: Any) -> str:
    # Lone surrogates are legal in JSON and cannot be stored.
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "ignore").decode()


def _made_on(url: str) -> date | None:
    found = _UUID7.search(url)
    if not found:
        return None
    made = datetime.fromtimestamp(int(found[1] + found[2], 16) / 1000, UTC)
    return made.astimezone(HANOI).date()
