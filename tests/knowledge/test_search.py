"""Search: what citizens type finds its procedure, and what names none finds none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import Procedure
from knowledge.files import read_folder
from knowledge.search import QuestionWords, Search
from vietnamese import fold, normalise

SHIPPED = read_folder().procedures
INDEX = Search(SHIPPED)
SAMPLES = [(procedure.code, question) for procedure in SHIPPED for question in procedure.sample_questions]


def _first(text: str) -> str | None:
    hits = INDEX.find(text)
    return hits[0].code if hits else None


@pytest.mark.parametrize("procedure", SHIPPED, ids=lambda procedure: procedure.code)
def test_every_name_and_sample_question_finds_its_own_procedure_first(procedure: Procedure) -> None:
    texts = [procedure.name, procedure.official_name, *procedure.other_names, *procedure.sample_questions]
    wrong = {text: _first(text) for text in texts if _first(text) != procedure.code}
    assert wrong == {}


@pytest.mark.parametrize("procedure", SHIPPED, ids=lambda procedure: procedure.code)
def test_so_it_does_without_diacritics_and_in_capitals(procedure: Procedure) -> None:
    for text in procedure.sample_questions:
        assert _first(fold(text)) == procedure.code, text
        assert _first(text.upper()) == procedure.code, text


@pytest.mark.parametrize("procedure", SHIPPED, ids=lambda procedure: procedure.code)
def test_a_question_of_a_special_case_finds_its_procedure_and_its_case(procedure: Procedure) -> None:
    for number, case in enumerate(procedure.special_cases):
        for question in case.questions:
            hit = INDEX.find(question)[0]
            assert hit.code == procedure.code, question
            same = INDEX.content(hit.best) == INDEX.content(question)
            assert hit.case == number or same, "another text may only win when it says the same"
            assert hit.closeness > 0.9


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("lam giay khai sihn cho con", "1.001193"),
        ("dang ky ket hônn", "1.000894"),
        ("đăg kí kết hôn", "1.000894"),
        ("dk thuong chu", "1.004222"),
        ("đăng kí thườg trú", "1.004222"),
        ("làm gks cho bé", "1.001193"),
        ("ddawng kys keets hoon", "1.000894"),
        ("khaai tuwr cho oong", "1.000656"),
    ],
)
def test_typos_and_slips_still_find_it(typed: str, code: str) -> None:
    assert _first(typed) == code


@pytest.mark.parametrize(
    "text",
    [
        "cần giấy tờ gì",
        "mất bao nhiêu tiền",
        "bao lau thi xong",
        "nộp ở đâu vậy ạ",
        "co lam online dc ko",
        "thủ tục như thế nào",
        "em muốn hỏi ạ",
        "",
        "???",
        "😀",
    ],
)
def test_words_that_only_ask_find_nothing(text: str) -> None:
    assert INDEX.find(text) == []


def test_words_that_nobody_uses_find_nothing() -> None:
    assert INDEX.find("qwrtpl zxvbnm") == []


def test_no_procedure_is_found_twice_and_the_best_comes_first() -> None:
    hits = INDEX.find("đăng ký khai sinh khai tử kết hôn")
    assert len({hit.code for hit in hits}) == len(hits) > 1
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_number_of_hits_is_limited() -> None:
    assert len(INDEX.find("đăng ký", limit=2)) == 2


def test_an_index_over_nothing_finds_nothing() -> None:
    assert Search([]).find("khai sinh") == []


def test_an_index_over_one_procedure_works() -> None:
    assert Search(SHIPPED[:1]).find(SHIPPED[0].name)[0].code == SHIPPED[0].code


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    for hit in INDEX.find(text):
        assert 0 < hit.closeness < 1.0001
        assert hit.score > 0


def test_a_long_message_is_searched_too() -> None:
    assert _first("tôi muốn đăng ký kết hôn " * 400) == "1.000894"


@pytest.mark.parametrize(
    "name",
    ["căn cước", "thẻ căn cước", "đăng ký", "khai tử", "giấy báo tử", "bảo hiểm", "di chúc", "tạm vắng"],
)
def test_names_that_hold_a_question_word_are_kept_whole(name: str) -> None:
    assert QuestionWords().strip(normalise(f"cho tôi hỏi {name} thì cần gì")) == fold(name)


def test_question_phrases_are_left_out_and_order_is_kept() -> None:
    kept = QuestionWords().strip(normalise("giấy tờ gì để đăng ký kết hôn với người nước ngoài"))
    assert kept.split()[:4] == ["dang", "ky", "ket", "hon"]
    assert "to" not in kept.split()


def test_no_name_of_a_procedure_is_made_of_question_words_only() -> None:
    asking = QuestionWords()
    for procedure in SHIPPED:
        for name in (procedure.name, procedure.short_name, *procedure.other_names):
            assert asking.strip(normalise(name)), name
