"""Procedure files: the shipped content and the exchange format."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from knowledge.schema import Procedure
from motcua.settings import ROOT

# What pydantic finds, by its own name for it, in the words of who wrote the file.
_SAID = {
    "missing": "thiếu mục này",
    "extra_forbidden": "mẫu không có mục này (sai tên mục?)",
    "string_type": "phải là chữ (mã, số thì đặt trong ngoặc kép)",
    "string_too_short": "đang để trống",
    "string_pattern_mismatch": "viết sai dạng",
    "enum": "phải là một trong: {expected}",
    "literal_error": "phải là một trong: {expected}",
    "too_short": "phải có ít nhất một dòng",
    "list_type": "phải là danh sách, mỗi dòng bắt đầu bằng dấu gạch ngang",
    "dict_type": "phải là các cặp 'mục: nội dung'",
    "model_type": "phải là các cặp 'mục: nội dung'",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "không được quá {le}",
    "date_type": "phải là ngày, viết năm-tháng-ngày",
    "date_parsing": "phải là ngày, viết năm-tháng-ngày",
    "date_from_datetime_parsing": "phải là ngày, viết năm-tháng-ngày",
    "date_from_datetime_inexact": "phải là ngày, không kèm giờ",
    "value_error": "{error}",
}

SHIPPED = ROOT / "knowledge" / "procedures"
# libyaml reads ten times as fast; without it PyYAML reads the same.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Reading:
    """What was read from a folder. ``problems`` name the file and, in Vietnamese, what is wrong."""

    procedures: list[Procedure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_folder(folder: Path = SHIPPED) -> Reading:
    """Read every ``*.yml`` of a folder. A file that cannot be read is a problem, not an exception."""
    reading = Reading()
    for path in sorted(folder.glob("*.yml")):
        try:
            procedure = parse(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            reading.problems.append(f"{path.name}: không mở được, hoặc tệp không phải chữ UTF-8")
        except DoubleKey as error:
            reading.problems.append(f"{path.name}: mục '{error.key}' ghi hai lần ({_place(error)})")
        except yaml.YAMLError as error:
            reading.problems.append(f"{path.name}: không đọc được YAML ({_place(error)})")
        except ValidationError as error:
            reading.problems.extend(f"{path.name}: {_explain(dict(item))}" for item in error.errors())
        except ValueError:  # YAML takes 2027-02-30 for a day, and finds that there is none
            reading.problems.append(f"{path.name}: có ngày không có trong lịch (như 30/02)")
        else:
            if path.stem != procedure.code:
                reading.problems.append(f"{path.name}: tên tệp phải là mã thủ tục {procedure.code}")
            reading.procedures.append(procedure)
    return reading


def parse(text: str) -> Procedure:
    """The procedure a file's text says. Raises yaml.YAMLError, DoubleKey, ValidationError, ValueError."""
    content = yaml.load(text, _NoTwice)  # noqa: S506 - a SafeLoader
    return Procedure.model_validate(content)


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"dòng {mark.line + 1}" if mark else "không rõ dòng"


def _explain(item: dict[str, object]) -> str:
    where, said = explain(item)
    return f"{where or 'cả tệp'}: {said}"


def explain(item: dict[str, object]) -> tuple[str, str]:
    """One of pydantic's errors: the dotted path of what it is about, and what is wrong, in Vietnamese."""
    location = item["loc"]
    where = ".".join(str(part) for part in location) if isinstance(location, tuple) else ""
    kind, context = str(item["type"]), item.get("ctx")
    facts = context if isinstance(context, dict) else {}
    return where, _SAID.get(kind, "giá trị không hợp lệ").format_map(facts).replace("' or '", "' hoặc '")


class DoubleKey(yaml.MarkedYAMLError):
    """A key stands twice in one place; YAML would quietly keep the second."""

    def __init__(self, key: object, mark: yaml.Mark) -> None:
        super().__init__(problem="duplicate key", problem_mark=mark)
        self.key = key


class _NoTwice(_Loader):  # type: ignore[valid-type,misc]
    """Safe YAML in which no key may stand twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Raises DoubleKey."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise DoubleKey(key.value, key.start_mark)
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping
