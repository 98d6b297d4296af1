"""Dossier codes in every spelling, and numbers that are none."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers import CodeProblem, DossierCode, find_code, parse_code

OLD, SHORT, NEW = "000.00.19.H26-231115-0001", "H26-231115-0001", "H26.34.5-240607-0007"
LETTERED = "000.A0.01.H26-210212-9090"

SPELLINGS = [
    (SHORT, SHORT),
    ("h26-231115-0001", SHORT),
    ("H26 231115 0001", SHORT),
    ("h26 231115 0001", SHORT),
    ("ho so h26 231115 0001 den dau roi", SHORT),
    ("mã hồ sơ: H26-231115-0001", SHORT),
    ("ma ho so h26-231115-0001", SHORT),
    ("MHS:H26-231115-0001.", SHORT),
    ("H26–231115–0001", SHORT),
    ("H26—231115—0001", SHORT),
    ("H26 - 231115 - 0001", SHORT),
    ("H26_231115_0001", SHORT),
    ("H26/231115/0001", SHORT),
    ("H26.231115.0001", SHORT),
    ("H26231115-0001", SHORT),
    ("H26-2311150001", SHORT),
    ("H262311150001", SHORT),
    ("h262311150001 xong chưa", SHORT),
    ("H 26 231115 0001", SHORT),
    ("H 2 6 2 3 1 1 1 5 0 0 0 1", SHORT),
    ("H-26-231115-0001", SHORT),
    ("H26 23 11 15 0001", SHORT),
    ("H26 23 11 15 00 01", SHORT),
    ("H26 231115 0 0 0 1", SHORT),
    ("H26\n231115\n0001", SHORT),
    ("\uff2826-231115-\uff10001", SHORT),
    ("H26-231115-OOO1", SHORT),
    ("(H26-231115-0001)", SHORT),
    ("“H26-231115-0001”", SHORT),
    ("H26-231115-0001ạ", SHORT),
    ("H26-231115-0001 được không", SHORT),
    ("H26-231115-0001, tôi nộp ngày 15/11/2023", SHORT),
    ("nộp hôm 20/11, mã H26-231115-0001", SHORT),
    ("số 0912345678 mã H26-231115-0001", SHORT),
    ("thủ tục 1.000948 mã H26-231115-0001", SHORT),
    ("hát hai sáu gạch ngang hai ba mười một mười lăm gạch ngang không không không một", SHORT),
    ("hát hai mươi sáu hai ba một một một năm không không không một", SHORT),
    ("hat hai sau hai ba mot mot mot nam khong khong khong mot", SHORT),
    ("hat hai muoi sau gach hai ba muoi mot muoi lam gach khong khong khong mot", SHORT),
    ("hờ hai sáu trừ hai ba một một một lăm trừ ba số không một", SHORT),
    ("hát hai sáu hai ba một một một năm không không không một không", SHORT),
    ("hát 26 231115 0001", SHORT),
    ("hát hai sáu 231115 0001", SHORT),
    (OLD, OLD),
    ("000.00.19.h26-231115-0001", OLD),
    ("000 00 19 H26 231115 0001", OLD),
    ("0000019H26-231115-0001", OLD),
    ("0000019h262311150001", OLD),
    ("000-00-19-H26-231115-0001", OLD),
    ("000. 00. 19. H26 - 231115 - 0001", OLD),
    ("OOO.OO.19.H26-231115-0001", "000.00.19.H26-231115-0001"),
    ("tra giúp mã 000.00.19.H26-231115-0001 với ạ", OLD),
    ("không không không chấm không không chấm một chín chấm hát hai sáu gạch hai ba một một một lăm gạch "
     "ngang không không không một nhờ cháu", OLD),
    (LETTERED, LETTERED),
    ("000a001h26-210212-9090", LETTERED),
    ("000 A0 01 H26 210212 9090", LETTERED),
    ("ba số không chấm a không chấm không một chấm hát hai sáu gạch hai một không hai một hai gạch "
     "chín không chín không", LETTERED),
    (NEW, NEW),
    ("h26.34.5-240607-0007 nhé em", NEW),
    ("H26 34 5 240607 0007", NEW),
    ("H26 . 34 . 5 - 240607 - 0007", NEW),
    ("h26345 240607 0007", NEW),
    ("H26345-240607-0007", NEW),
    ("hát hai sáu chấm ba tư chấm năm gạch ngang hai bốn không sáu không bảy gạch ba số không bảy", NEW),
    ("00.19.H26-231115-0001", "00.19.H26-231115-0001"),
    ("H26-231115-12345", "H26-231115-12345"),
    ("H26.1.2.3-231115-0001", "H26.1.2.3-231115-0001"),
    ("000.00.04.H51-200221-0001", "000.00.04.H51-200221-0001"),
    ("G22.99-260105-0012", "G22.99-260105-0012"),
    ("g15 260105 0012", "G15-260105-0012"),
]  # fmt: skip

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
def test_a_code_is_read_in_any_spelling(text: str, canonical: str) -> None:
    code = find_code(text).code
    assert code is not None
    assert code.canonical == canonical


def test_the_table_holds_more_than_sixty_spellings() -> None:
    assert len({text for text, _ in SPELLINGS}) > 60


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


@pytest.mark.parametrize("text", ["H26 ", "1 2 ", "H26-2 ", "hát hai sáu ", "000.00.19.", "H26-231115-"])
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


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    find_code(text)


@given(st.text(alphabet="0123456789 .-/Hh26GmươimộtkhôngO", max_size=60))
def test_no_code_like_text_breaks_the_reader(text: str) -> None:
    reading = find_code(text)
    assert (reading.code is None) != (reading.problem is None)
    if reading.code:
        assert parse_code(reading.code.canonical) == reading.code
