"""Which of the offers a message points at: "cái thứ hai", "số 1", "lấy cái dưới nhé".

A place word inside another question ("nộp ở đâu", "cả hai", "làm cho bà", "dưới 14 tuổi") points at none.
All patterns read normalised text (``vietnamese.normalise``).
"""

from __future__ import annotations

import re

_LEAD = (
    r"(?:(?:da|vang|u|ok|thi|la|y|o|lay|chon|xem|hoi|cai|so|thu|loai|muc|cau|dong|phan|option|dap an"
    r"|lua chon|truong hop|phuong an|(?:cho )?(?:em|toi|minh|anh|chi|bac|chau|con)) )*"
)
_TAIL = (
    r"(?: (?:a|anh|em|ban|chau|nhe|nha|nghen|di|do|ay|nay|thoi|luon|oi|o|phia|tu|tren|duoi|xuong|len|cung))*"
)
_PLACES = (
    ("1|mot|nhat|dau|dau tien", 0),
    ("2|hai|nhi|giua", 1),
    ("3|ba", 2),
    ("tren", 0),
    ("cuoi|sau|duoi", -1),
)
_ONLY = tuple((re.compile(rf"^{_LEAD}(?:{said}){_TAIL}$"), place) for said, place in _PLACES)
_POINTED = re.compile(
    r"(?<!khong )(?<!phai )\b(?:cai|so|muc|cau|loai) (?:so |thu )?(nhat|mot|hai|ba|[1-9])\b(?![.,/-])"
)
_NUMBER = {"nhat": 0, "mot": 0, "hai": 1, "ba": 2}
_BARE = re.compile(rf"^{_LEAD}\d{{1,2}}{_TAIL}$")


def place_of(said: str, count: int) -> int | None:
    """Which of ``count`` offers ``said`` points at, counted from 0; None when it points at none."""
    for pattern, place in _ONLY:
        if pattern.match(said) and -count <= place < count:
            return place % count
    pointed = {_NUMBER.get(word, int(word) - 1 if word.isdigit() else -1) for word in _POINTED.findall(said)}
    place = pointed.pop() if len(pointed) == 1 else -1
    return place if 0 <= place < count else None


def only_a_place(said: str) -> bool:
    """Whether ``said`` is a number or a place and nothing else, offered or not."""
    return bool(_BARE.match(said)) or any(pattern.match(said) for pattern, _ in _ONLY)
