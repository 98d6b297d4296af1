"""The ages people tell, in the forms in which they write them."""

from __future__ import annotations

import pytest

from vietnamese import ages


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bé nhà em mới 3t, làm cccd cho nó", {3}),
        ("chau no 15 tuoi chua co the", {15}),
        ("con trai mười lăm tuổi", {15}),
        ("bà cụ sáu mươi ba tuổi", {63}),
        ("năm nay ông bảy mươi tuổi", {70}),
        ("cháu lên 6", {6}),
        ("con mới sinh hôm kia", {0}),
        ("bé 8 tháng", {0}),
        ("em nó 4 tháng tuổi", {0}),
        ("mẹ 40 tuổi con 5 tuổi", {40, 5}),
        ("con học lớp 3", {8, 9}),
        ("cháu học mầm non", {4}),
        ("em 17t rồi", {17}),
    ],
)
def test_ages_are_read(text: str, told: set[int]) -> None:
    assert ages(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "mấy tuổi thì làm thẻ",
        "hộ chiếu còn hạn 8 tháng",
        "sinh năm 2012",
        "thứ 6 t7 có làm không",
        "t2-t6 mấy giờ mở cửa",
        "xây lên 2 tầng",
        "mất 15 ngày à",
        "lớp 15 người",
        "giấy khai sinh cũ 150 tuổi rồi",
        "",
    ],
)
def test_what_is_no_age_is_not(text: str) -> None:
    assert ages(text) == frozenset()
