"""Dossier codes in every spelling, and numbers that are none."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers import CodeProblem, DossierCode, find_code, parse_code

OLD, SHORT, NEW = "000.00.19.H26-231115-0001", "H26-231115-0001", "H26.34.5-240607-0007"
LETTERED = "000.A0.01.H26-210212-9090"

_TABLE = Path(__file__).with_name("spellings.tsv").read_text(encoding="utf-8").splitlines()
SPELLINGS = [
    (text.replace("\\n", "\n"), None if canonical == "-" else canonical)
    for canonical, text in (line.split("\t") for line in _TABLE if not line.startswith("#"))
]

NOT_CODES = [
    "1.000948",
    "thủ tục 1.001193.000.00.00.H26",
    "2.000620.000.00.00.H14",
    "0912345678",
    "0912 345 678",
    "+84 912 345 678",
    "090512 3456",
    "15/11/2023",
    "ngày 15-11-2023 lúc 9h30",
    "001085012345",
    "tôi ở tòa H26",
    "con tôi hai tuổi, sau năm ngày có được không",
    "hát hai bài",
    "1022",
    "",
    "💡",
]

PROBLEMS = [
    ("H26-231115", CodeProblem.INCOMPLETE),
    ("H26.34.5-240607-7", CodeProblem.INCOMPLETE),
    ("mã H26 0007", CodeProblem.INCOMPLETE),
    ("H26-231315-0001", CodeProblem.BAD_DATE),
    ("H26-230229-0001", CodeProblem.BAD_DATE),
    ("H26.34.5-240000-0007", CodeProblem.BAD_DATE),
    ("231115-0001", CodeProblem.NO_UNIT),
    ("lúc 9h30 231115 0001", CodeProblem.NO_UNIT),
    ("mã cuối là 231115 0001", CodeProblem.NO_UNIT),
]


@pytest.mark.parametrize(("text", "canonical"), SPELLINGS)
def test_a_code_is_read_in_any_spelling(text: str, canonical: str | None) -> None:
    code = find_code(text).code
    assert (code.canonical if code else None) == canonical


def test_the_table_holds_more_than_two_hundred_spellings() -> None:
    assert len({text for text, canonical in SPELLINGS if canonical}) > 200


@pytest.mark.parametrize("text", NOT_CODES)
def test_other_numbers_are_no_codes(text: str) -> None:
    reading = find_code(text)
    assert reading.code is None
    assert reading.problem is CodeProblem.NONE


@pytest.mark.parametrize(("text", "problem"), PROBLEMS)
def test_a_damaged_code_is_named_with_its_problem(text: str, problem: CodeProblem) -> None:
    reading = find_code(text)
    assert reading.code is None
    assert reading.problem is problem


def test_a_leap_day_is_a_real_date() -> None:
    code = find_code("H26-240229-0001").code
    assert code is not None
    assert code.date == date(2024, 2, 29)


def test_the_parts_of_a_code_are_told_apart() -> None:
    code = find_code(NEW).code
    assert code == DossierCode("H26.34.5", date(2024, 6, 7), "0007", "H26")
    assert (code.key, code.short, code.is_hanoi) == ("H263452406070007", "…240607-0007", True)


@pytest.mark.parametrize("text", ["000.00.04.H51-200221-0001", "G22.99-260105-0012"])
def test_codes_of_others_are_recognised_as_such(text: str) -> None:
    code = find_code(text).code
    assert code is not None
    assert not code.is_hanoi


def test_what_follows_the_code_is_kept_for_the_second_factor() -> None:
    assert find_code("H26-231115-0001 4521").rest == "4521"
    assert find_code("h26 23 11 15 0001 4521").rest == "4521"
    assert (
        "4521" in find_code("hát hai sáu hai ba một một một năm không không không một bốn năm hai một").rest
    )


def test_only_a_bare_code_parses_as_a_stored_one() -> None:
    assert parse_code(NEW) is not None
    assert parse_code(f"hồ sơ {NEW}") is None
    assert parse_code("") is None


GROUP = st.from_regex(r"[1-9][0-9]{0,2}", fullmatch=True)
DAYS = st.dates(date(2010, 1, 1), date(2049, 12, 31))
NUMBERS = st.from_regex(r"[0-9]{4,6}", fullmatch=True)
PROVINCES = st.from_regex(r"[HG][0-9]{2}", fullmatch=True)
NEW_UNITS = st.builds(
    lambda province, groups: (".".join([province, *groups]), province), PROVINCES, st.lists(GROUP, max_size=3)
)
OLD_UNITS = st.builds(
    lambda left, province: (f"{left}.{province}", province),
    st.from_regex(r"[0-9]{3}\.[0-9A-F][0-9]\.[0-9]{2}", fullmatch=True),
    PROVINCES,
)
CODES = st.builds(
    lambda unit, day, number: DossierCode(unit[0], day, number, unit[1]), NEW_UNITS | OLD_UNITS, DAYS, NUMBERS
)


@pytest.mark.parametrize("text", ["H26 ", "1 2 ", "H26-2 ", "hát hai sáu ", "000.00.19.", "H26-231115-",
                                  "ngày một ", "H26 ngày 15 tháng 11 năm ", "mot hai ", "l1"])  # fmt: skip
def test_a_long_message_is_read_in_no_time(text: str) -> None:
    long = (text * 1000)[:1000]
    started = time.perf_counter()
    find_code(long)
    assert time.perf_counter() - started < 0.2


@given(CODES)
def test_a_printed_code_reads_back_as_itself(code: DossierCode) -> None:
    assert parse_code(code.canonical) == code


@given(CODES, st.sampled_from([" ", " - ", "-", "–", " / "]), st.booleans())
def test_separators_and_case_do_not_matter(code: DossierCode, dash: str, lower: bool) -> None:
    written = code.canonical.replace("-", dash)
    read = find_code(f"mã hồ sơ {written.lower() if lower else written} ạ").code
    assert read == code


PLAIN_CODES = st.builds(
    lambda day, number: DossierCode("H26", day, number, "H26"),
    DAYS,
    st.from_regex(r"[0-9]{4}", fullmatch=True),
)


@given(PLAIN_CODES)
def test_a_code_without_any_separator_keeps_its_key(code: DossierCode) -> None:
    read = find_code(code.key.lower()).code
    assert read is not None
    assert read.key == code.key


@given(CODES)
def test_the_quick_way_reads_what_the_slow_one_does(code: DossierCode) -> None:
    assert find_code(code.canonical).code == parse_code(code.canonical) == code


_SAID = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
_FOLDED = ["khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin"]
_LETTER = {"H": "hát", "G": "gờ"}


def dictated(text: str, words: list[str]) -> str:
    """``text`` as somebody spells it out."""
    marks = {".": "chấm", "-": "gạch"}
    return " ".join(
        words[int(char)] if char.isdigit() else marks.get(char) or _LETTER.get(char) or char.lower()
        for char in text
    )


@given(CODES, st.sampled_from([_SAID, _FOLDED]))
def test_a_code_spelt_out_reads_back(code: DossierCode, words: list[str]) -> None:
    assert find_code(f"mã hồ sơ là {dictated(code.canonical, words)} ạ").code == code


@given(
    CODES,
    st.sampled_from(["{:%d/%m/%Y}", "{:%-d-%-m-%Y}", "{:%d tháng %m năm %Y}", "{:%-d thang %-m nam %Y}"]),
)
def test_a_code_with_its_day_in_words_reads_back(code: DossierCode, form: str) -> None:
    told = f"hồ sơ {code.unit}, ngày {form.format(code.date)} số {int(code.number)}"
    read = find_code(told).code
    assert read
    assert (read.unit, read.date, int(read.number)) == (code.unit, code.date, int(code.number))


@given(CODES)
def test_a_code_whose_dots_are_lost_keeps_its_key(code: DossierCode) -> None:
    read = find_code(code.canonical.replace(".", " ")).code
    assert read
    assert read.key == code.key


_SENTENCE = """
    tôi em cháu muốn hỏi làm giấy khai sinh cho con hết bao nhiêu tiền hồ sơ nộp ở phường nào mấy giờ mở cửa
    hôm qua gọi điện sổ đỏ tầng phòng nhà lô đất gồm và với thì ạ sau năm ba tư hai chín một mười số
"""
_WORDS = st.sampled_from(_SENTENCE.split())
_NUMBERS = st.one_of(
    st.from_regex(r"0[35789][0-9]{8}", fullmatch=True),
    st.from_regex(r"\+84 [35789][0-9]{2} [0-9]{3} [0-9]{3}", fullmatch=True),
    st.from_regex(r"0[0-9]{11}", fullmatch=True),
    st.from_regex(r"[12]\.[0-9]{6}(\.000\.00\.00\.H26)?", fullmatch=True),
    st.dates(date(2000, 1, 1)).map("{:%d/%m/%Y}".format),
    st.dates(date(2000, 1, 1)).map("ngày {:%d tháng %m năm %Y}".format),
    st.integers(0, 9_999_999).map("{:,} đồng".format),
    st.from_regex(r"[0-2]?[0-9]h[0-5][0-9]", fullmatch=True),
    st.sampled_from(["tòa H26", "H26", "căn G15", "lô H14.2", "QĐ 26/QĐ-UBND", "1022", "19001009", "2025"]),
)


@given(st.lists(st.tuples(_NUMBERS, _WORDS, _WORDS), max_size=8))
def test_a_sentence_without_a_code_gives_none(parts: list[tuple[str, str, str]]) -> None:
    said = " ".join(f"{number} tại {first} {second} tại" for number, first, second in parts)
    assert find_code(said).code is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    find_code(text)


@given(st.text(alphabet="0123456789 .-/Hh26GmươimộtkhôngO", max_size=60))
def test_no_code_like_text_breaks_the_reader(text: str) -> None:
    reading = find_code(text)
    assert (reading.code is None) != (reading.problem is None)
    if reading.code:
        assert parse_code(reading.code.canonical) == reading.code
