"""Telex keys typed with the input method off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese import fold, normalise
from vietnamese.telex import is_syllable, untelex


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("xacs nhaanj", "xác nhận"),
        ("ddawng kys", "đăng ký"),
        ("giaays khai sinh", "giấy khai sinh"),
        ("tajm trus", "tạm trú"),
        ("thuwowngf trus", "thường trú"),
        ("keets hoon", "kết hôn"),
        ("hooj khaaur", "hộ khẩu"),
        ("thur tujc", "thủ tục"),
        ("giaasy towf", "giấy tờ"),
        ("cawn cuwowcs", "căn cước"),
        ("leej phis", "lệ phí"),
        ("nhieeuf tieenf", "nhiều tiền"),
        ("quyeenf suwr dungj ddaats", "quyền sử dụng đất"),
        ("truwcj tuyeens", "trực tuyến"),
    ],
)
def test_telex_slips_are_read(typed: str, meant: str) -> None:
    assert normalise(typed) == fold(meant)


@pytest.mark.parametrize(
    "word",
    ["zalo", "vneid", "visa", "email", "facebook", "app", "qr", "pdf", "scan", "xe", "ok", "ab", "s"],
)
def test_other_words_are_no_telex(word: str) -> None:
    assert untelex(word) == word


@pytest.mark.parametrize(
    "word",
    [
        "khai",
        "sinh",
        "nghieng",
        "thuong",
        "quyen",
        "khuya",
        "ngoeo",
        "uy",
        "gi",
        "yeu",
        "huou",
        "xoay",
        "gin",
    ],
)
def test_syllables_are_known_and_left_alone(word: str) -> None:
    assert is_syllable(word)
    assert untelex(word) == word


@pytest.mark.parametrize("word", ["", "bcd", "dk", "visa", "zalo", "khaiy", "sinhh", "passport"])
def test_what_no_vietnamese_syllable_looks_like(word: str) -> None:
    assert not is_syllable(word)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=12))
def test_a_word_is_changed_only_into_a_syllable(word: str) -> None:
    read = untelex(word)
    assert read == word or is_syllable(read)
    assert untelex(read) == read
