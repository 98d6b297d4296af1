"""Personal numbers go, dossier codes stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.masking import (
    ACCOUNT,
    EMAIL,
    HIDDEN,
    IDENTITY,
    INSURANCE,
    PASSPORT,
    PHONE,
    hide_secret,
    mask,
)

PHONES = [
    "0912004521",
    "0912 004 521",
    "0912.004.521",
    "0912-004-521",
    "0912–004–521",
    "0912 00 45 21",
    "0912  004  521",
    "0912,004,521",
    "0912_004_521",
    "0912\u00a0004\u00a0521",
    "09 12 00 45 21",
    "0 9 1 2 0 0 4 5 2 1",
    "091200 4521",
    "+84912004521",
    "+84 912 004 521",
    "+84 (0)912 004 521",
    "+840912004521",
    "84912004521",
    "84 912 004 521",
    "0084 912 004 521",
    "0312345678",
    "0587654321",
    "0701234567",
    "0868123456",
    "０９１２００４５２１",
    "02438251234",
    "024 3825 1234",
    "024.38251234",
    "+84 24 3825 1234",
]
IDENTITIES = [
    "001199012345",
    "001 199 012 345",
    "001.199.012.345",
    "001-199-012-345",
    "0011 9901 2345",
    "001199 012345",
    "001205 012345",
    "0 0 1 1 9 9 0 1 2 3 4 5",
    "123456789012",
    "٠٠١١٩٩٠١٢٣٤٥",
    "012345678",
    "012 345 678",
    "012.345.678",
    "151234567",
]
AROUND = ["{}", "số {} ạ", "số định danh {}", "của bà Hồng {}.", "sđt:{}", "ĐT.{}", "Lan-{}", "({})"]
AROUND += ["cccd{}"]
KEPT = [
    "H26-231115-0001",
    "h26 231115 0001",
    "H26–231115–0001",
    "H26.231115.0001",
    "H26_231115_0001",
    "H26/231115/0001",
    "H262311150001",
    "H 262311150001",
    "H26-2311150001",
    "H26 23 11 15 0001",
    "H26.34.5-240607-0007",
    "H26.3.45.261102.0008",
    "000.00.19.H26-231115-0001",
    "000 00 19 H26 231115 0001",
    "0000019h262311150001",
    "G22.99-260105-0012",
    "1.001193.000.00.00.H26",
    "2.000620",
    "100.000.000.000 đồng",
    "1.200.000 đồng",
    "05-12-2023 15h30",
    "từ 05.12.2023 06.01.2024",
    "ngày 15/11/2023",
    "gọi 1022 hoặc 19001009",
    "số nhà 12 ngõ 345",
    "4521",
]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("number", PHONES)
def test_a_phone_number_in_any_spelling_is_masked(number: str, around: str) -> None:
    masked = mask(around.format(number))
    assert PHONE in masked
    assert not any(character.isdigit() for character in masked)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("number", IDENTITIES)
def test_an_identity_number_in_any_spelling_is_masked(number: str, around: str) -> None:
    assert mask(around.format(number)) == around.format(IDENTITY)


@pytest.mark.parametrize("text", KEPT)
def test_codes_amounts_and_dates_survive(text: str) -> None:
    assert mask(text) == text
    assert mask(f"tôi hỏi {text} nhé") == f"tôi hỏi {text} nhé"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("thẻ 9704366612345678", f"thẻ {ACCOUNT}"),
        ("4221 5113 4567 8901", ACCOUNT),
        ("4221-5113-4567-8901", ACCOUNT),
        ("số tài khoản 19036812345678", f"số tài khoản {ACCOUNT}"),
        ("stk 1903 6812 3456 78", f"stk {ACCOUNT}"),
        ("STK vietcombank: 1012345678 nhé", f"STK vietcombank: {ACCOUNT} nhé"),
        ("tai khoan techcombank cua em la 19.0368.1234", f"tai khoan techcombank cua em la {ACCOUNT}"),
        ("bhyt HN4010123456789", f"bhyt {INSURANCE}"),
        ("GD 4 01 0123456789", INSURANCE),
        ("số sổ BHXH 7912345678", f"số sổ BHXH {INSURANCE}"),
        ("hộ chiếu C1234567 còn hạn", f"hộ chiếu {PASSPORT} còn hạn"),
        ("nguyen.van-a+1@gmail.com", EMAIL),
        ("mail em là an@vnpt.com.vn, sđt 0912004521", f"mail em là {EMAIL}, sđt {PHONE}"),
        ("an@gov.vn.example.com", EMAIL),
    ],
)
def test_numbers_of_banks_insurance_passports_and_addresses_are_masked(text: str, left: str) -> None:
    assert mask(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "thủ tục 1.001193 và 2.000620",
        "tài khoản dịch vụ công để nộp 1.001193",
        "bhxh 1.002759 cần gì",
        "tài khoản 2.000.000 đồng",
        "nộp vào tài khoản 500000đ",
        "tài khoản H26-231115-0001",
        "đóng bảo hiểm xã hội từ 15.11.2023",
        "bhyt 1022 hay 19009068",
        "các năm 2022 2023 2024 2025",
        "gửi vanthu_bachmai@hanoi.gov.vn",
        "phòng B12, xe 29C12345",
        "mã 0000019h262311150001",
    ],
)
def test_what_only_looks_like_it_survives(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("number", ["091 2.004521", "09 1.2004521", "0.9.1 2.004521", "0912.004521"])
def test_the_end_of_a_phone_number_is_no_procedure(number: str) -> None:
    assert mask(f"sđt {number}") == f"sđt {PHONE}"


def test_a_letter_typed_for_the_first_nought_hides_nothing() -> None:
    assert mask("sđt o912004521") == f"sđt {PHONE}"


def test_every_number_of_a_message_is_masked() -> None:
    text = "0912004521-0987654321, cccd 001199012345 và 012345678, mã H26-231115-0001"
    assert mask(text) == f"{PHONE}-{PHONE}, cccd {IDENTITY} và {IDENTITY}, mã H26-231115-0001"


@given(st.text(alphabet="0123456789 .-–HhGađ+()\n\x00", max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.integers(0, 10**9 - 1), st.sampled_from(["001", "079", "096"]))
def test_no_identity_number_gets_through(number: int, province: str) -> None:
    assert mask(f"căn cước {province}{number:09} nhé") == f"căn cước {IDENTITY} nhé"


@pytest.mark.parametrize("number", ["0912004521", "0912 004 521", "+84 912 004 521", "0912.00.45.21"])
def test_the_last_four_digits_stay_when_they_were_asked_for(number: str) -> None:
    assert mask(f"số {number} ạ", keep_last_four=True) == "số 4521 ạ"
    assert mask("cccd 001199012345", keep_last_four=True) == f"cccd {IDENTITY}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("4521", HIDDEN),
        ("4 5 2 1", HIDDEN),
        ("45-21 nhé", f"{HIDDEN} nhé"),
        ("45.21.", f"{HIDDEN}."),
        ("4 số cuối là 4521", f"4 số cuối là {HIDDEN}"),
        ("bốn năm hai một ạ", f"{HIDDEN} ạ"),
        ("bon nam hai mot", HIDDEN),
        ("H26-231115-0001 4521", f"H26-231115-0001 {HIDDEN}"),
        ("H26-231115-0001-4521", f"H26-231115-0001-{HIDDEN}"),
        ("h26 231115 0001, sđt 4521.", f"h26 231115 0001, sđt {HIDDEN}."),
        ("h262311150001 4521", f"h262311150001 {HIDDEN}"),
        ("hồ sơ lấy sau năm ngày", "hồ sơ lấy sau năm ngày"),
    ],
)
def test_the_digits_that_open_a_dossier_are_hidden_in_any_spelling(text: str, left: str) -> None:
    assert hide_secret(text) == left


@pytest.mark.parametrize("text", ["H26-231115-00014521", "H2623111500014521", "không chín một hai 004521"])
def test_digits_glued_to_others_are_hidden_with_them(text: str) -> None:
    assert "4521" not in hide_secret(text)


def test_the_unit_of_a_code_is_no_secret() -> None:
    assert hide_secret("H26.99.9-260105-0005 là 4521") == "H26.99.9-260105-0005 là ••••"
    assert hide_secret("hồ sơ H26.34.5-240607-0007") == "hồ sơ H26.34.5-240607-0007"
