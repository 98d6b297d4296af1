"""Shorthand as citizens type it: abbreviations, teencode, the South and the Centre, drawn-out words."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vietnamese import expand, fold, normalise
from vietnamese.shorthand import words

FILE = Path(__file__).parents[2] / "vietnamese" / "shorthand.yml"
TABLE = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - our own file
PLAIN = ["khai", "sinh", "thuong", "tru", "ket", "hon", "giay", "xac", "nhan", "muon", "bao", "nhieu", "cu"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # the young, on a phone
        ("làm gks cho con cần j ạ", "lam giay khai sinh cho con can gi"),
        ("lm cccd mất bn tiền z", "lam can cuoc mat bao nhieu tien vay"),
        ("hs of e ntn r", "ho so of em nhu the nao roi"),
        ("đk kh ở đâu v", "dang ky khong o dau v"),
        ("dki ket hon can gto gi", "dang ky ket hon can giay to gi"),
        ("ko có sổ hk thì sao", "khong co so ho khau thi sao"),
        ("có đc ko", "co duoc khong"),
        ("có dc k", "co duoc khong"),
        ("khum bik lun", "khong biet luon"),
        ("mik mún hỏi xíu", "minh muon hoi xiu"),
        ("bgio ms có kq", "bao gio ms co kq"),
        ("vk ck mk ms cưới", "vo chong minh ms cuoi"),
        ("iu cầu gj", "yeu cau gi"),
        ("nhìu giấy tờ wá", "nhieu giay to wa"),
        ("nộp rùi mà", "nop roi ma"),
        ("ngta bảo thui", "nguoi ta bao thoi"),
        ("rep e vs", "tra loi em voi"),
        ("tks ad nhìu", "cam on ad nhieu"),
        # abbreviations of offices and papers
        ("UBND xã", "uy ban nhan dan xa"),
        ("nộp trên dvcqg đc ko", "nop tren dich vu cong quoc gia duoc khong"),
        ("xin xntthn", "xin xac nhan tinh trang hon nhan"),
        ("bhyt cho bé", "bao hiem y te cho be"),
        ("bhxh bhtn", "bao hiem xa hoi bao hiem that nghiep"),
        ("gpxd nhà 3 tầng", "giay phep xay dung nha 3 tang"),
        ("sang tên gcnqsdd", "sang ten giay chung nhan quyen su dung dat"),
        ("lltp số 2", "ly lich tu phap so 2"),
        ("mở hkd bán phở", "mo ho kinh doanh ban pho"),
        ("giấy vsattp", "giay an toan thuc pham"),
        ("đk kt3", "dang ky tam tru kt3"),
        ("cmnd cmt cũ", "chung minh nhan dan chung minh nhan dan cu"),
        ("sđt của phường", "so dien thoai cua phuong"),
        ("ca phường bao giờ làm việc", "cong an phuong bao gio lam viec"),
        ("căn cước công dân", "can cuoc"),
        # hk is "không" unless it can only be the household book
        ("nhập hk cho vợ", "nhap ho khau cho vo"),
        ("đk hk cho con", "dang ky ho khau cho con"),
        ("hk biết", "khong biet"),
        # the South
        ("làm giấy khai sanh hông biết cần gì", "lam giay khai sinh khong biet can gi"),
        ("tui mới sanh em bé", "toi moi sinh em be"),
        ("ổng bả đi dìa quê rồi", "ong ay ba ay di ve que roi"),
        ("có lẹ hông", "co nhanh khong"),
        ("mất bao lâu zậy", "mat bao lau vay"),
        ("dzô đây hỏi má", "vao day hoi me"),
        ("hong bik luôn", "khong biet luon"),
        # the Centre
        ("cần cái chi", "can cai gi"),
        ("đi mô nộp rứa", "di dau nop vay"),
        ("răng lâu rứa", "sao lau vay"),
        ("mần giấy ni", "lam giay nay"),
        ("nộp bao lăm tiền", "nop bao nhieu tien"),
        # English words
        ("làm passport free ko", "lam ho chieu mien phi khong"),
        ("nộp onl xong photo", "nop online xong ban sao"),
        ("fee bao nhiêu", "le phi bao nhieu"),
    ],
)
def test_people_are_read_as_they_write(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cảm ơn", "cam on"),
        ("cam on nhieu", "cam on nhieu"),
        ("làm ơn cho hỏi", "lam on cho hoi"),
        ("phường Hồng Hà", "phuong hong ha"),
        ("phuong hong ha", "phuong hong ha"),
        ("giấy bị hỏng", "giay bi hong"),
        ("nhà trong hẻm", "nha trong hem"),
        ("đăng ký tàu cá", "dang ky tau ca"),
        ("dang ky tau ca", "dang ky tau ca"),
        ("tiệm rửa xe", "tiem rua xe"),
        ("đánh giá rủi ro", "danh gia rui ro"),
        ("đăng ký xe mô tô", "dang ky xe mo to"),
        ("quy mô lớn", "quy mo lon"),
        ("xin biểu mẫu", "xin bieu mau"),
        ("bác sĩ răng hàm mặt", "bac si rang ham mat"),
        ("à nhầm", "a nham"),
        ("túi ni lông", "tui nay long"),
    ],
)
def test_real_words_are_not_taken_for_shorthand(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@pytest.mark.parametrize("key", sorted(TABLE["words"]))
def test_every_line_of_the_table_is_a_folded_word_that_is_written_out(key: str) -> None:
    assert fold(key) == key
    assert words(key) == [key], "a key that is cut or changed while reading can never be found"
    assert normalise(key) == TABLE["words"][key]


@pytest.mark.parametrize("key", sorted(TABLE["phrases"]))
def test_every_phrase_is_found_in_a_sentence(key: str) -> None:
    assert fold(key) == key
    assert f" {TABLE['phrases'][key]} " in f" {normalise(f'xyz {key} xyz')} "


@pytest.mark.parametrize("key", sorted(TABLE["accented"]))
def test_every_accented_word_is_found_in_both_unicode_forms(key: str) -> None:
    wanted = TABLE["accented"][key]
    assert normalise(key) == normalise(unicodedata.normalize("NFD", key)) == wanted


def test_lists_of_the_table_name_what_it_holds() -> None:
    assert set(TABLE["bare"]) <= set(TABLE["words"])
    for pair in TABLE["pairs"]:
        assert set(pair.split()) & set(TABLE["accented"]), pair


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("koooo", "khong"),
        ("rồiiiii", "roi"),
        ("alooooo", "alo"),
        ("lâu quáaaa", "lau qua"),
        ("đượcccc", "duoc"),
        ("dcccc", "duoc"),
        ("hongggg", "khong"),
        ("okkkk", "ok"),
        ("khônggggg", "khong"),
    ],
)
def test_drawn_out_words_are_cut_short(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@pytest.mark.parametrize("word", ["xoong", "boong"])
def test_two_vowels_inside_a_word_are_read_as_one(word: str) -> None:
    assert normalise(word) == word.replace("oo", "o")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("thủ tục 1.001193", "1.001193"),
        ("H26.34.5-240607-0007", "34.5-240607-0007"),
        ("gọi 0912.004.521", "0912.004.521"),
        ("ngày 20/11/2023", "20/11/2023"),
        ("nộp 20.000 đồng", "20.000"),
        ("nghị định 123/2015", "123/2015"),
        ("4521", "4521"),
        ("mẫu CT01", "ct01"),
    ],
)
def test_numbers_and_codes_stay_whole(typed: str, kept: str) -> None:
    assert kept in words(typed)
    assert kept in normalise(typed).split()


def test_hours_are_read_apart_from_their_letter() -> None:
    assert normalise("3h chiều") == "3 gio chieu"


def test_punctuation_and_pictures_are_no_words() -> None:
    assert words("khai sinh!!! ... (gấp) 😀😀 — ạ?") == ["khai", "sinh", "gap"]
    assert normalise("🙂") == normalise("") == normalise("?!") == normalise("ạ") == ""


def test_the_longest_phrase_wins() -> None:
    assert expand(["can", "cuoc", "cong", "dan", "x"]) == ["can", "cuoc", "x"]
    assert expand(["mat", "bao", "lam"]) == ["mat", "bao", "nhieu"]


def test_expand_keeps_what_it_does_not_know() -> None:
    assert expand([]) == []
    assert expand(["qwx", "ko"]) == ["qwx", "khong"]
    assert expand(["qwx", "ko"], {1}) == ["qwx", "ko"]


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    for word in normalise(text).split(" "):
        assert word or normalise(text) == ""


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạfjwz0123456789.-/ 😀\u0301\u0309"))
def test_nothing_accented_is_left_in_what_people_type(text: str) -> None:
    done = normalise(text)
    assert fold(done) == done


@given(st.text())
def test_unicode_form_and_case_do_not_matter(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert normalise(composed) == normalise(unicodedata.normalize("NFD", text))


@given(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=12))
def test_plain_words_are_left_alone(tokens: list[str]) -> None:
    assert normalise(" ".join(tokens)) == " ".join(tokens)


@pytest.mark.parametrize("key", sorted([*TABLE["words"], *TABLE["phrases"], *TABLE["accented"]]))
def test_what_is_written_out_stays_written_out(key: str) -> None:
    once = normalise(key)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("thườg trú", "thuong tru"),
        ("khôg", "khong"),
        ("phườg", "phuong"),
        ("bằg lái", "bang lai"),
        ("đăg", "dang"),
    ],
)
def test_an_n_missed_before_g_is_put_back(typed: str, meant: str) -> None:
    assert normalise(typed).startswith(meant)


@pytest.mark.parametrize("word", ["tag", "blog", "zigzag", "kg5", "gmail"])
def test_other_words_that_end_in_g_stay(word: str) -> None:
    assert normalise(f"xem {word} nhé").split()[1] == word


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chođúng", "cho dung"),
        ("đượckhông", "duoc khong"),
        ("khaisinh cho bé", "khai sinh cho be"),
        ("nhiêutiền", "nhieu tien"),
    ],
)
def test_two_words_run_together_are_parted(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@pytest.mark.parametrize("word", ["facebook", "viettel", "kethon", "honda", "thuong", "nghieng", "vneid"])
def test_one_word_is_not_parted(word: str) -> None:
    assert normalise(word) == word
