"""Writes knowledge/offices/wards.yml: Hanoi's 126 wards and communes, and what each was formed from.

The law is ``knowledge/offices/resolution-1656.txt``. Codes, positions and the districts of the old units come
from the package vietnamadminunits 1.0.4 (MIT licence, Tran Ngoc Minh Hieu), which is only read here, once;
nothing at run time needs it. Its own table of what became what is compared with the law, and any difference
that is not in ``KNOWN`` stops the script.

    uv pip install --no-deps --target units vietnamadminunits==1.0.4
    .venv/bin/python -m scripts.make_offices units
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.ward_spelling import exact_of

FOLDER = Path(__file__).parents[1] / "knowledge" / "offices"
LAW = FOLDER / "resolution-1656.txt"
MADE = FOLDER / "wards.yml"
CITY = "thanhphohanoi"
# A strip of land without residents (clause 107), which the package leaves out.
KNOWN = {("xã Văn Khê", "huyện Mê Linh", "xã Ô Diên")}
HEADER = """\
# 126 phường, xã của Hà Nội từ 1/7/2025 và mỗi nơi gộp từ đâu. KHÔNG SỬA TAY: scripts/make_offices.py làm ra
# tệp này từ resolution-1656.txt. Địa chỉ, giờ làm việc, điện thoại ghi ở offices.yml.
# Nguồn: Nghị quyết 1656/NQ-UBTVQH15 (item: khoản của Điều 1). Mã, tọa độ và quận, huyện cũ: gói
# vietnamadminunits 1.0.4, giấy phép MIT, bản quyền (c) 2025 Tran Ngoc Minh Hieu.
"""

Key = tuple[str, str]
Row = tuple[str, str, str, Key]
Table = dict[str, dict[str, Any]]


@dataclass
class Clause:
    """A clause of article 1: today's ward and what it was formed from (unit, district or "", share)."""

    item: int
    ward: str
    parts: list[tuple[str, str, str]] = field(default_factory=list)


def spelled(name: str) -> str:
    """``name`` for comparison: case, punctuation and the place of the tone mark do not matter."""
    return " ".join(exact_of(name))


def read_law(path: Path) -> list[Clause]:
    """The clauses, in order. Raises ValueError for a line that is not one."""
    clauses = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        head, *groups = (part.strip() for part in line.split("|"))
        item, ward = head.split(". ", 1)
        clause = Clause(int(item), ward)
        for group in groups:
            share_and_kind, names = group.split(": ", 1)
            match = re.fullmatch(r"(.+) (phường|xã|thị trấn)", share_and_kind)
            if not match:
                raise ValueError(f"clause {item}: {share_and_kind}")
            for name in names.split(", "):
                unit, _, district = name.rstrip(")").partition(" (")
                clause.parts.append((f"{match[2]} {unit}", district, match[1]))
        clauses.append(clause)
    return clauses


def read_package(folder: Path) -> tuple[Table, dict[Key, str], dict[str, str], set[tuple[str, str, str]]]:
    """Today's wards by spelling; old units and districts by the package's keys; the package's own pairs."""
    data = folder / "vietnamadminunits" / "data"
    new, legacy, converter = (
        json.loads((data / name).read_text(encoding="utf-8"))
        for name in ("parser_from_2025.json", "parser_legacy.json", "converter_2025.json")
    )
    wards: Table = {}
    ward_of_key: dict[str, str] = {}
    for part in ("DICT_PROVINCE_WARD_NO_ACCENTED", "DICT_PROVINCE_WARD_ACCENTED"):
        for key, ward in new[part].get(CITY, {}).items():
            wards[spelled(ward["ward"])] = ward
            ward_of_key[key] = ward["ward"]
    districts = {
        key: district["district"] for key, district in legacy["DICT_PROVINCE_DISTRICT"][CITY].items()
    }
    units: dict[Key, str] = {}
    for part in ("DICT_PROVINCE_DISTRICT_WARD_NO_ACCENTED", "DICT_PROVINCE_DISTRICT_WARD_ACCENTED"):
        for district, inside in legacy[part].get(CITY, {}).items():
            units |= {(district, key): unit["ward"] for key, unit in inside.items()}
    pairs = set()
    for ward, olds in converter["DICT_PROVINCE_WARD_NO_DIVIDED"][CITY].items():
        pairs |= {(*old.split("_")[1:], ward_of_key[ward]) for old in olds}
    for old, news in converter["DICT_PROVINCE_WARD_DIVIDED"][CITY].items():
        pairs |= {(*old.split("_")[1:], ward_of_key[item["newWardKey"]]) for item in news}
    return wards, units, districts, pairs


def settle(clauses: list[Clause], units: dict[Key, str], districts: dict[str, str]) -> dict[int, list[Row]]:
    """For each clause its parts with the district filled in: (unit, district, share, package key)."""
    named: dict[str, list[Key]] = {}
    for key, unit in units.items():
        named.setdefault(spelled(unit), []).append(key)
    settled: dict[int, list[Row]] = {}
    for clause in clauses:
        rows: list[Row] = []
        for unit, district, share in clause.parts:
            found = [
                key
                for key in named.get(spelled(unit), [])
                if not district or spelled(districts[key[0]]).endswith(spelled(district))
            ]
            if len(found) != 1:
                raise ValueError(f"clause {clause.item}: {unit} {district}: {len(found)} units of that name")
            whole = districts[found[0][0]]
            rows.append((unit, whole[0].lower() + whole[1:], share, found[0]))
        settled[clause.item] = rows
    return settled


def compare(clauses: list[Clause], rows: dict[int, list[Row]], pairs: set[tuple[str, str, str]]) -> list[str]:
    """Where the package and the law disagree."""
    law = {(*key, spelled(clause.ward)) for clause in clauses for *_, key in rows[clause.item]}
    said = {(district, unit, spelled(ward)) for district, unit, ward in pairs}
    known = {
        (*key, spelled(clause.ward))
        for clause in clauses
        for unit, district, _, key in rows[clause.item]
        if (unit, district, clause.ward) in KNOWN
    }
    return [str(pair) for pair in sorted((law ^ said) - known)]


def written(clauses: list[Clause], rows: dict[int, list[Row]], wards: Table) -> str:
    """The YAML file."""
    lines = [HEADER]
    for clause in sorted(clauses, key=lambda clause: wards[spelled(clause.ward)]["wardCode"]):
        ward = wards[spelled(clause.ward)]
        kind, name = clause.ward.split(" ", 1)
        lines.append(f'- code: "{ward["wardCode"]}"\n  kind: {kind}\n  name: {name}\n  item: {clause.item}\n')
        lines.append(f"  lat: {ward['wardLat']}\n  lon: {ward['wardLon']}\n  formed_from:\n")
        for unit, district, share, _ in rows[clause.item]:
            lines.append(f"    - {{unit: {unit}, district: {district}, share: {share}}}\n")
    return "".join(lines)


def main() -> None:
    """Read the package in the folder of the first argument, and write the file."""
    wards, units, districts, pairs = read_package(Path(sys.argv[1]))
    clauses = read_law(LAW)
    rows = settle(clauses, units, districts)
    if differences := compare(clauses, rows, pairs):
        sys.exit("the package and the resolution disagree:\n" + "\n".join(differences))
    MADE.write_text(written(clauses, rows, wards), encoding="utf-8")
    print(f"{len(clauses)} wards from {len(units)} old units, {sum(map(len, rows.values()))} parts")


if __name__ == "__main__":
    main()
