"""What a citizen submits through Zalo's form of contact details: only the ward is of use here.

The form brings a name, a telephone number and an address, in two sets of fields (shared facts on Zalo,
section 1.7). Name, number, birthday and gender are dropped before anything is stored: the assistant
addresses everybody as "anh/chị", writes to a Zalo id, and checks the owner of a dossier by digits asked for
when they are needed, so none of them would be used. Of the address only the code of the ward is kept, and
only if it names exactly one: a wrong ward would send somebody to the wrong office, an unknown one is asked
for when it matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.zalo.payload import words
from conversations import Resolution
from knowledge.ward_names import Means, find_wards
from knowledge.wards import Ward, hanoi
from motcua.reply import Button, Command, Kind, Reply

WHAT = "info"
_LONGEST = 300
_FIELDS = ("full_address", "address", "district", "city")
_AWAY = (Means.ELSEWHERE, Means.UNKNOWN)


def held_info(info: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of submitted details."""
    address = ", ".join(said for name in _FIELDS if (said := words(info.get(name)).strip()[:_LONGEST]))
    ward = ward_of(address)
    return {"what": WHAT} | ({"ward": ward.code} if ward else {})


def ward_of(address: str) -> Ward | None:
    """The one ward of today that an address names, by its present name or by one that went into it alone."""
    mentions = find_wards(address, office=True)
    if any(mention.means in _AWAY for mention in mentions):
        return None
    named = {
        mention.wards
        for mention in mentions
        if mention.means is Means.WARD or (mention.means is Means.OLD and mention.wards)
    }
    wards = named.pop() if len(named) == 1 else ()
    return wards[0] if len(wards) == 1 else None


def resolve_info(data: dict[str, Any]) -> Resolution:
    """The polite confirmation."""
    ward = hanoi().by_code.get(str(data.get("ward")))
    if ward is None:
        text = (
            "Cảm ơn anh/chị. Một Cửa không lưu họ tên, số điện thoại, địa chỉ anh/chị gửi. Khi cần biết "
            "nơi nộp hồ sơ, anh/chị nhắn tên phường, xã là được."
        )
        return Resolution(replies=[Reply(kind=Kind.SMALLTALK, text=text)])
    text = (
        f"Cảm ơn anh/chị. Một Cửa nhớ nơi ở của anh/chị là {ward.full_name} để chỉ đúng nơi nộp hồ sơ; họ "
        "tên, số điện thoại, địa chỉ không được lưu. Nếu chưa đúng, anh/chị nhắn lại tên phường, xã."
    )
    button = Button(
        title="Xem nơi nộp hồ sơ", payload=Command(intent="find_office", entities={"ward": ward.code})
    )
    return Resolution(replies=[Reply(kind=Kind.SMALLTALK, text=text, buttons=[button])], ward=ward.code)
