"""Folding: what is typed with diacritics and what is typed without must come out the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vietnamese import fold

VOWELS = {
    "a": "aàáảãạăằắẳẵặâầấẩẫậ",
    "e": "eèéẻẽẹêềếểễệ",
    "i": "iìíỉĩị",
    "o": "oòóỏõọôồốổỗộơờớởỡợ",
    "u": "uùúủũụưừứửữự",
    "y": "yỳýỷỹỵ",
    "d": "dđ",
}
EVERY_LETTER = [(letter, plain) for plain, letters in VOWELS.items() for letter in letters]


@pytest.mark.parametrize(("letter", "plain"), EVERY_LETTER)
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("upper", [False, True])
def test_every_vietnamese_letter_folds_in_every_unicode_form(
    letter: str, plain: str, form: str, upper: bool
) -> None:
    typed = unicodedata.normalize(form, letter.upper() if upper else letter)  # type: ignore[arg-type]
    assert fold(typed) == plain


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Đăng ký khai sinh cho trẻ", "dang ky khai sinh cho tre"),
        ("ĐĂNG KÝ THƯỜNG TRÚ", "dang ky thuong tru"),
        ("quyền sử dụng đất", "quyen su dung dat"),
        ("nghiêng ngoằn ngoèo khuỷu", "nghieng ngoan ngoeo khuyu"),
        ("  hai\t khoảng \n\n trắng\u00a0 ", "hai khoang trang"),
        ("123/2015/NĐ-CP", "123/2015/nd-cp"),
        ("", ""),
        (" \n ", ""),
        ("cảm ơn 😀", "cam on 😀"),
    ],
)
def test_sentences_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_marks_typed_in_another_order_fold_the_same() -> None:
    assert fold("e\u0302\u0323") == fold("e\u0323\u0302") == "e"


def test_old_and_new_places_of_a_tone_fold_the_same() -> None:
    assert fold("hòa giải thủy sản") == fold("hoà giải thuỷ sản") == "hoa giai thuy san"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_text_fold_the_same(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert fold(composed) == fold(decomposed)


@given(st.text(alphabet=[letter for letter, _ in EVERY_LETTER] + list("bcghklmnpqrstvx ")))
def test_vietnamese_folds_to_plain_letters(text: str) -> None:
    assert fold(text).isascii()
    assert fold(text) == fold(text.upper())
