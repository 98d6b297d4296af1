"""Checks the office files as an editor left them: each by its schema, then all together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.files import DoubleKey, _explain, _place
from knowledge.offices import City, Office, OfficeFile, OfficeKind, load
from knowledge.ward_index import read_words
from knowledge.wards import FOLDER, EarlierName, Share, Ward, WardKind, Wards, old_unit

WARDS, WARDS_PROPER, OLD_UNITS, DISTRICTS = 126, 51, 526, 30
_NAME_LISTS = ("ordinary", "loose", "people", "provinces")
_WORD_LISTS = ("not_after", "called", "place_words", "weak_place_words", "change_words")
_QUESTION_LISTS = ("hours", "phone", "address", "filing", "police", "one_stop", "other_offices")
_LISTS = frozenset((*_NAME_LISTS, *_WORD_LISTS, *_QUESTION_LISTS))


def check_offices(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the files of ``folder``, in Vietnamese, each with the file's name. Never raises."""
    problems: list[str] = []
    wards = _parsed(folder, "wards.yml", TypeAdapter(list[Ward]), problems) or []
    earlier = _parsed(folder, "earlier.yml", TypeAdapter(list[EarlierName]), problems) or []
    offices = _parsed(folder, "offices.yml", TypeAdapter(OfficeFile), problems)
    _parsed(folder, "city.yml", TypeAdapter(City), problems)
    problems += _word_problems(folder)
    if wards and offices:
        problems += _ward_problems(wards) + _office_problems(wards, offices.offices)
        known = Wards(wards, []).pieces
        for entry in earlier:
            problems += [
                f"earlier.yml: {entry.unit}: không có {into} ở {entry.district}"
                for into in entry.into
                if old_unit(into, entry.district) not in known
            ]
    return problems


def _parsed(folder: Path, name: str, adapter: TypeAdapter[Any], problems: list[str]) -> Any:
    try:
        return adapter.validate_python(load(folder / name))
    except (OSError, UnicodeDecodeError):
        problems.append(f"{name}: không mở được, hoặc tệp không phải chữ UTF-8")
    except DoubleKey as error:
        problems.append(f"{name}: mục '{error.key}' ghi hai lần ({_place(error)})")
    except yaml.YAMLError as error:
        problems.append(f"{name}: không đọc được YAML ({_place(error)})")
    except ValidationError as error:
        problems.extend(f"{name}: {_explain(dict(item))}" for item in error.errors())
    return None


def _word_problems(folder: Path) -> list[str]:
    try:
        lists = read_words(folder / "words.yml")
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError):
        return [
            "words.yml: không đọc được; mỗi mục là một danh sách, mỗi dòng vài tên cách nhau bằng dấu phẩy"
        ]
    missing = [f"words.yml: thiếu mục {name}" for name in sorted(_LISTS - lists.keys())]
    return missing + [f"words.yml: mẫu không có mục {name}" for name in sorted(lists.keys() - _LISTS)]


def _ward_problems(wards: list[Ward]) -> list[str]:
    """What the law says of the whole table."""
    table = Wards(wards, [])
    proper = sum(ward.kind is WardKind.WARD for ward in wards)
    counts = {
        "phường, xã": (len(table.by_code), WARDS),
        "phường": (proper, WARDS_PROPER),
        "đơn vị cũ": (len(table.units), OLD_UNITS),
        "quận, huyện, thị xã cũ": (len(table.districts), DISTRICTS),
    }
    problems = [
        f"wards.yml: có {count} {what}, phải là {right}"
        for what, (count, right) in counts.items()
        if count != right
    ]
    for unit, pieces in table.pieces.items():
        shares = [share for _, share in pieces]
        if (Share.WHOLE in shares) != (len(shares) == 1) or shares.count(Share.RESIDENTS) > 1:
            problems.append(f"wards.yml: {unit.full_name} ({unit.district}): các phần không khớp nhau")
    return problems


def _office_problems(wards: list[Ward], offices: list[Office]) -> list[str]:
    codes = {ward.code: ward.full_name for ward in wards}
    seen: set[tuple[str, str]] = set()
    problems: list[str] = []
    for office in offices:
        if office.ward not in codes:
            problems.append(f"offices.yml: không có phường, xã nào mã {office.ward}")
        if (office.ward, office.kind) in seen:
            problems.append(f"offices.yml: {codes.get(office.ward)} có hai mục '{office.kind}'")
        seen.add((office.ward, office.kind))
    missing = [name for code, name in codes.items() if (code, OfficeKind.ONE_STOP) not in seen]
    return problems + [f"offices.yml: thiếu mục 'một cửa' của {name}" for name in missing]
