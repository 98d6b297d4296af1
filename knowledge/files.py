"""Procedure files: the shipped content and the exchange format."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import ValidationError

from knowledge.schema import Procedure
from motcua.settings import ROOT
from vietnamese import normalise

SHIPPED = ROOT / "knowledge" / "procedures"


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
            procedure = Procedure.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except yaml.YAMLError as error:
            reading.problems.append(f"{path.name}: không đọc được YAML ({_place(error)})")
        except ValidationError as error:
            reading.problems.extend(f"{path.name}: {_explain(dict(item))}" for item in error.errors())
        else:
            if path.stem != procedure.code:
                reading.problems.append(f"{path.name}: tên tệp phải là mã thủ tục {procedure.code}")
            reading.procedures.append(procedure)
    return reading


def check_together(procedures: list[Procedure]) -> list[str]:
    """What no file can know alone: codes given twice, and names or questions that two procedures claim."""
    problems: list[str] = []
    owner: dict[str, str] = {}
    codes: set[str] = set()
    for procedure in procedures:
        if procedure.code in codes:
            problems.append(f"{procedure.code}: mã có ở hai tệp")
        codes.add(procedure.code)
        said = [procedure.name, procedure.official_name, *procedure.other_names, *procedure.sample_questions]
        for phrase in {normalise(text): text for text in said}.items():
            other = owner.setdefault(phrase[0], procedure.code)
            if other != procedure.code:
                problems.append(f"{procedure.code}: “{phrase[1]}” đã là tên hoặc câu hỏi mẫu của {other}")
    return problems


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"dòng {mark.line + 1}" if mark else "không rõ dòng"


def _explain(item: dict[str, object]) -> str:
    location = item["loc"]
    where = ".".join(str(part) for part in location) if isinstance(location, tuple) else ""
    return f"{where or 'cả tệp'}: {item['msg']}"
