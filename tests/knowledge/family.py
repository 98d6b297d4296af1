"""A made-up procedure with papers for every case, for the tests of the fitted list."""

from __future__ import annotations

from typing import Any

PAPERS = [
    {"name": "Tờ khai", "action": "nộp"},
    {"name": "Căn cước", "action": "xuất trình"},
    {"name": "Cam đoan", "action": "nộp", "cases": ["chua-cuoi"]},
    {"name": "Giấy mua hồ", "action": "nộp", "cases": ["ho-mua"]},
    {"name": "Giấy thuê hồ", "action": "nộp", "cases": ["ho-thue"]},
    {"name": "Giấy ủy quyền", "action": "nộp", "cases": ["uy-quyen"]},
    {"name": "Giấy cư trú", "action": "xuất trình", "cases": ["cu-tru"]},
    {"name": "Phiếu gửi", "action": "nộp", "cases": ["buu-chinh"]},
]
CASES = {
    "chua-cuoi": "Bố mẹ chưa đăng ký kết hôn",
    "ho-mua": "Hồ mua",
    "ho-thue": "Hồ thuê",
    "uy-quyen": "Nhờ người khác đi thay",
    "cu-tru": "Hệ thống không tra được nơi cư trú",
    "buu-chinh": "Gửi qua bưu chính",
}
MARRIED = {
    "ask": "Bố mẹ đã đăng ký kết hôn chưa ạ?",
    "options": [{"say": "Rồi"}, {"say": "Chưa", "cases": ["chua-cuoi"]}],
}
POND = {
    "ask": "Hồ của ai ạ?",
    "options": [{"say": "Hồ mua", "cases": ["ho-mua"]}, {"say": "Hồ thuê", "cases": ["ho-thue"]}],
}
THIRD = {"ask": "Cá lớn không ạ?", "options": [{"say": "Lớn"}, {"say": "Bé"}]}
SOMEBODY = {"allowed": "được", "text": "Nhờ ai cũng được, có giấy ủy quyền."}


def ways(*kinds: str) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "time": {"unit": "trong ngày"}, "fee": {"kind": "hđnd quy định"}} for kind in kinds
    ]
