"""Short answers to a question with options, as people type them, and questions that are none."""

from __future__ import annotations

import pytest

from vietnamese import short_answer
from vietnamese.short_answers import SKIP, STOP, WAY, WHO

YES_NO = {"yes": "Rồi", "no": "Chưa đăng ký"}
PEOPLE = {"self": "Tôi tự đi nộp", "other": "Nhờ người khác đi thay"}
WAYS = {"direct": "Nộp tại quầy", "online": "Nộp trực tuyến", "post": "Gửi qua bưu điện"}
HOUSES = {
    "own": "Nhà thuộc sở hữu của mình",
    "family": "Về ở nhà người thân (vợ chồng, cha mẹ, con…)",
    "rent": "Nhà thuê, mượn hoặc ở nhờ",
    "none": "Không trường hợp nào",
}


@pytest.mark.parametrize(
    "said",
    [
        "rồi",
        "rồi ạ",
        "có",
        "có rồi",
        "dạ rồi em",
        "đăng ký rồi",
        "vâng ạ",
        "ừ",
        "rui",
        "co roi a",
        "1",
        "số 1",
    ],
)
def test_yes_in_many_ways(said: str) -> None:
    assert short_answer(said, YES_NO) == "yes"


@pytest.mark.parametrize(
    "said",
    ["chưa", "chưa ạ", "chua", "chx", "chưa đăng ký", "chưa có", "không", "k", "hông", "ko ạ", "2", "câu 2"],
)
def test_no_in_many_ways(said: str) -> None:
    assert short_answer(said, YES_NO) == "no"


@pytest.mark.parametrize("said", ["rồi", "chưa", "có", "không"])
def test_yes_and_no_mean_nothing_where_the_options_are_others(said: str) -> None:
    assert short_answer(said, PEOPLE, WHO) is None
    assert short_answer(said, WAYS, WAY) is None


def test_no_is_the_only_option_that_says_no() -> None:
    assert short_answer("không ạ", HOUSES) == "none"
    assert short_answer("có", HOUSES) is None
    assert short_answer("không", {"a": "Không còn", "b": "Chưa có", "c": "Còn"}) is None


@pytest.mark.parametrize(
    "said",
    [
        "tự đi",
        "tui tự đi",
        "tôi",
        "em đi",
        "em tự đi ạ",
        "hai vợ chồng cùng đi",
        "chính tôi đi nộp",
        "một mình tôi",
    ],
)
def test_who_files_is_the_asker(said: str) -> None:
    assert short_answer(said, PEOPLE, WHO) == "self"


@pytest.mark.parametrize(
    "said",
    ["nhờ chồng", "nhờ ck đi", "mẹ em đi", "chồng", "bà nội cháu", "ông ngoại đi nộp", "chị gái", "em gái em",
     "anh tôi", "con tôi đi thay", "người nhà", "nho vo di", "uỷ quyền cho bạn", "thuê dịch vụ"],
)  # fmt: skip
def test_who_files_is_somebody_else(said: str) -> None:
    assert short_answer(said, PEOPLE, WHO) == "other"


def test_a_service_is_told_apart_where_it_is_offered() -> None:
    assert short_answer("thuê dịch vụ", {**PEOPLE, "service": "Thuê bên dịch vụ"}, WHO) == "service"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("online", "online"),
        ("nộp onl nha", "online"),
        ("trên mạng", "online"),
        ("qua VNeID", "online"),
        ("ở quầy", "direct"),
        ("ra phường", "direct"),
        ("trực tiếp ạ", "direct"),
        ("bưu điện", "post"),
        ("gui buu dien", "post"),
        ("cái cuối", "post"),
        ("cái thứ hai", "online"),
        ("Nộp tại quầy", "direct"),
    ],
)
def test_how_to_file(said: str, key: str) -> None:
    assert short_answer(said, WAYS, WAY) == key


@pytest.mark.parametrize(
    "said",
    [
        "bỏ qua",
        "bỏ qua câu này",
        "không biết",
        "ko bít nữa",
        "hổng biết",
        "tôi không nhớ rõ",
        "câu sau",
        "sao cũng được",
        "3",
    ],
)
def test_a_question_is_skipped(said: str) -> None:
    assert short_answer(said, YES_NO) == SKIP
    assert short_answer(said, PEOPLE, WHO) == SKIP


@pytest.mark.parametrize(
    "said", ["thôi", "thôi khỏi", "thui", "thôi, xem cả danh sách", "cho xem hết đi", "không làm nữa", "4"]
)
def test_the_form_is_left(said: str) -> None:
    assert short_answer(said, YES_NO) == STOP


@pytest.mark.parametrize(
    "said",
    ["lệ phí bao nhiêu", "nhờ chồng được không", "online được không", "chưa đăng ký thì sao", "6", "",
     "mẹ em đi được không?", "nộp trực tuyến mất bao lâu", "ủy quyền cần gì", "thôi cho hỏi lệ phí",
     "ra phường nào", "vợ tôi mới sinh",
     "không biết nộp ở đâu", "khai sinh cho con nhỏ", "gửi bưu điện mất bao lâu thì tới ạ em hỏi chút"],
)  # fmt: skip
@pytest.mark.parametrize("options", [(YES_NO, ""), (PEOPLE, WHO), (WAYS, WAY)], ids=["yes/no", "who", "way"])
def test_a_question_of_its_own_is_no_answer(said: str, options: tuple[dict[str, str], str]) -> None:
    assert short_answer(said, *options, loose=True) is None


@pytest.mark.parametrize(("said", "key"), [("thuê", "rent"), ("ở nhờ", "rent"), ("người thân ạ", "family")])
def test_words_of_one_option_are_an_answer_only_when_asked_to_be_loose(said: str, key: str) -> None:
    assert short_answer(said, HOUSES, loose=True) == key
    assert short_answer(said, HOUSES) is None


@pytest.mark.parametrize("said", ["nhà", "ạ", "nhà tôi", "giấy tờ nhà", "con nhỏ"])
def test_words_of_several_options_or_of_none_are_no_answer(said: str) -> None:
    assert short_answer(said, HOUSES, loose=True) is None


def test_small_is_not_asking_a_favour() -> None:
    assert short_answer("con nhỏ", PEOPLE, WHO) is None
    assert short_answer("nhờ con", PEOPLE, WHO) == "other"


def test_the_first_words_of_an_option_stand_for_it_when_no_other_begins_so() -> None:
    asked = {"0": "Chưa, đây là lần đầu", "1": "Rồi, nay muốn xét lại", "2": "Có kết luận giám định"}
    assert short_answer("rồi ạ", asked) == "1"
    assert short_answer("chưa", asked) == "0"
    houses = {"0": "Không", "1": "Có, đất đã có sổ", "2": "Có, đất chưa có sổ"}
    assert short_answer("có", houses) is None
    assert short_answer("không", houses) == "0"


def test_a_relative_named_in_one_option_is_that_option() -> None:
    asked = {"0": "Cha, mẹ, ông bà hoặc người thân của bé", "1": "Nhờ người ngoài đi thay"}
    assert short_answer("mẹ em đi", asked, loose=True) == "0"
    assert short_answer("nhờ ông bà", asked, loose=True) is None
