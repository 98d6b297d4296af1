"""A position that a citizen sent: the office of the nearest ward, said to be a guess.

The position itself is dropped as soon as it is read: what is stored until the answer is the codes of the
nearest wards, or that it lies outside Hanoi.
"""

from __future__ import annotations

from typing import Any

from conversations import Resolution
from knowledge.nearest import nearby
from knowledge.offices import shipped_offices
from knowledge.wards import Ward, hanoi
from motcua.reply import Button, Command, Kind, Reply

WHAT = "place"
_HUMAN = Button(title="Gặp cán bộ", payload=Command(intent="request_human"))
_ANOTHER = Button(
    title="Chọn phường, xã khác", payload=Command(intent="find_office", entities={"ward": "another"})
)
_OFFERED = 2


def held_place(latitude: float, longitude: float) -> dict[str, Any]:
    """What is kept of a position in degrees until it is answered."""
    near = nearby(latitude, longitude)
    kept: dict[str, Any] = {"what": WHAT, "wards": [ward.code for ward in near.wards], "unsure": near.unsure}
    if near.elsewhere:
        kept["elsewhere"] = f"{near.elsewhere.name}, {near.elsewhere.province}"
    return kept


def resolve_place(data: dict[str, Any]) -> Resolution:
    """The answer to a position."""
    wards = [ward for code in data.get("wards", []) if (ward := hanoi().by_code.get(code))]
    elsewhere, unsure = data.get("elsewhere"), bool(data.get("unsure"))
    if not wards or elsewhere:
        return _outside(wards, elsewhere, unsure)
    first = wards[0]
    lead = (
        f"Theo vị trí anh/chị gửi, gần nhất là {first.full_name} (áng chừng theo trung tâm phường, xã; nhà "
        "thuộc phường, xã nào thì nộp ở đó)."
    )
    if unsure:
        lead += " Nếu chỗ anh/chị đã sang tỉnh khác thì Một Cửa chưa có thông tin nơi nộp."
    others = [_button(ward) for ward in wards[1 : 1 + _OFFERED]]
    return Resolution(command=_office(first), lead=lead, buttons=[*others, _ANOTHER])


def _outside(wards: list[Ward], elsewhere: str | None, unsure: bool) -> Resolution:
    where = f"ở {elsewhere}, ngoài Hà Nội" if elsewhere else "ngoài Hà Nội"
    near = [_button(ward) for ward in wards[:_OFFERED]] if unsure else []
    text = (
        f"Vị trí anh/chị gửi có vẻ {where}; Một Cửa chỉ biết nơi nộp hồ sơ ở Hà Nội. Nếu nhà anh/chị ở "
        "Hà Nội, anh/chị nhắn tên phường, xã; ở tỉnh khác thì hỏi Cổng Dịch vụ công quốc gia: "
        f"{shipped_offices().city.national_hotline.number}."
    )
    return Resolution(replies=[Reply(kind=Kind.OFFICE, text=text, buttons=[*near, _ANOTHER, _HUMAN])])


def _office(ward: Ward) -> Command:
    return Command(intent="find_office", entities={"ward": ward.code})


def _button(ward: Ward) -> Button:
    return Button(title=ward.full_name[:1].upper() + ward.full_name[1:], payload=_office(ward))
