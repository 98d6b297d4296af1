"""Search: what citizens type finds its procedure, and what names none finds none."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import hstack

from knowledge import Procedure
from knowledge.elsewhere import Elsewhere, elsewhere, messages_not_held, messages_off_topic
from knowledge.files import read_folder
from knowledge.resolution import CASE_CLOSE, CASE_VERY_CLOSE, GRIP, SURE
from knowledge.search import QuestionWords, Search
from vietnamese import fold, normalise

SHIPPED = read_folder().procedures
SAMPLES = [(procedure.code, question) for procedure in SHIPPED for question in procedure.sample_questions]


@lru_cache
def index() -> Search:
    """The index as the library builds it; once, for it takes some seconds."""
    return Search(SHIPPED, elsewhere())


def _first(text: str) -> str | None:
    hits = index().find(text)
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
            hit = index().find(question)[0]
            assert hit.code == procedure.code, question
            same = index().content(hit.best) == index().content(question)
            assert hit.case == number or same, "another text may only win when it says the same"
            assert hit.closeness >= CASE_CLOSE, "near enough to be answered as that case"


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
    assert index().find(text) == []


def test_words_that_nobody_uses_find_nothing() -> None:
    assert index().find("qwrtpl zxvbnm") == []


def test_no_procedure_is_found_twice_and_the_best_comes_first() -> None:
    hits = index().find("đăng ký khai sinh khai tử kết hôn")
    assert len({hit.code for hit in hits}) == len(hits) > 1
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_number_of_hits_is_limited() -> None:
    assert len(index().find("đăng ký kết hôn", limit=2)) == 2


def test_an_index_over_nothing_finds_nothing() -> None:
    assert Search([]).find("khai sinh") == []


def test_an_index_over_one_procedure_works() -> None:
    assert Search(SHIPPED[:1]).find(SHIPPED[0].name)[0].code == SHIPPED[0].code


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    finding = index().look(text)
    assert 0 <= finding.certainty <= 1
    for hit in finding.hits:
        assert 0 <= hit.closeness < 1.0001
        assert np.isfinite(hit.score)


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


def test_a_question_of_a_special_case_is_near_enough_whatever_the_classifier_makes_of_it() -> None:
    far = [
        (procedure.code, question)
        for procedure in SHIPPED
        for case in procedure.special_cases
        for question in case.questions
        if index().find(question)[0].closeness < CASE_VERY_CLOSE
    ]
    assert far == []


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("khai sinh", {"1.001193"}),
        ("làm khai sinh", {"1.001193"}),
        ("đăng ký khai sinh", {"1.001193"}),
        ("giấy khai sinh", {"1.001193", "1.004884"}),
        ("khai tử", {"1.000656"}),
        ("kết hôn", {"1.000894"}),
        ("thường trú", {"1.004222"}),
        ("tạm trú", {"1.004194"}),
    ],
)
def test_a_bare_everyday_name_finds_its_procedure(said: str, codes: set[str]) -> None:
    assert _first(said) in codes


def test_every_short_name_finds_something() -> None:
    assert [procedure.short_name for procedure in SHIPPED if not index().find(procedure.short_name)] == []


def test_a_question_word_for_word_is_more_certain_than_an_odd_one() -> None:
    exact = index().look("làm giấy khai tử cần giấy tờ gì").certainty
    odd = index().look("ông nội mất rồi giờ tính sao với phường").certainty
    assert 0 <= odd < exact <= 1
    assert exact >= SURE


@pytest.mark.parametrize("name", ["khai tử", "đăng ký kết hôn", "đăng ký thường trú"])
def test_strange_words_lower_the_certainty_and_the_score(name: str) -> None:
    plain, strange = index().look(name), index().look(f"{name} blorpt qwrtpl")
    assert plain.hits[0].code == strange.hits[0].code
    assert strange.certainty < plain.certainty
    assert strange.hits[0].score < plain.hits[0].score


def test_nothing_found_is_not_certain_at_all() -> None:
    finding = index().look("cần giấy tờ gì")
    assert (finding.hits, finding.certainty) == ([], 0.0)
    assert finding.grip < GRIP


@pytest.mark.parametrize(
    "text",
    [
        "mai trời có mưa không",
        "giá vàng hôm nay thế nào",
        "tối nay ăn gì ngon",
        "bóng đá tối nay ai thắng",
        "máy in nhà tôi kẹt mực rồi",
    ],
)
def test_a_message_off_topic_gives_no_grip(text: str) -> None:
    finding = index().look(text)
    assert finding.grip < GRIP
    assert finding.certainty < SURE
    assert not finding.hits or finding.off_topic


@pytest.mark.parametrize(
    "text",
    [
        "đăng ký nhãn hiệu hàng hóa cho công ty",
        "xin visa du lịch sang Nhật",
        "thành lập công ty cổ phần cần những gì",
        "xin giấy phép lao động cho chuyên gia nước ngoài",
    ],
)
def test_a_procedure_that_is_not_held_gives_no_grip(text: str) -> None:
    finding = index().look(text)
    assert finding.grip < GRIP
    assert finding.certainty < SURE


def test_most_of_what_is_learnt_as_elsewhere_gives_no_grip() -> None:
    for messages, most in ((messages_off_topic(), 0.05), (messages_not_held(), 0.1)):
        chosen = messages[::10]
        gripped = [text for text in chosen if index().look(text).grip >= GRIP]
        assert len(gripped) <= most * len(chosen), gripped


@pytest.mark.parametrize(
    "text", ["đăng ký kết hôn cần gì", "kết hôn kết hôn kết hôn", "qwrt zxv", "😀", "a" * 80, ""]
)
def test_a_row_is_what_scikit_learn_makes_of_the_text(text: str) -> None:
    features, said = index()._features, index()._read(text)
    wanted = hstack([vectorizer.transform([said]) * share for vectorizer, share in features._views])
    numbers, weights = features.row(said)
    row = np.zeros(wanted.shape[1])
    row[numbers] = weights
    assert len(set(numbers.tolist())) == len(numbers)
    np.testing.assert_allclose(row, wanted.toarray().ravel(), atol=1e-6)


def test_an_index_of_three_procedures_works_with_and_without_what_is_elsewhere() -> None:
    few = SHIPPED[:3]
    for others in (Elsewhere(), Elsewhere(("trời hôm nay đẹp quá",), ("xin visa du lịch sang Nhật",))):
        small = Search(few, others)
        for procedure in few:
            finding = small.look(procedure.name)
            assert finding.hits[0].code == procedure.code
            assert finding.certainty > 0.5
        assert small.find("qwrtpl zxvbnm") == []


def test_an_empty_index_with_messages_elsewhere_finds_nothing() -> None:
    finding = Search([], elsewhere()).look("làm giấy khai sinh")
    assert (finding.hits, finding.certainty, finding.words) == ([], 0.0, ["giay", "khai", "sinh"])


def test_a_grown_index_finds_what_is_new_and_all_that_was_there(made: Callable[..., Procedure]) -> None:
    grown = index().grown([*SHIPPED, made()])
    assert grown.find("xin phép nuôi cá cảnh")[0].code == "9.000001"
    assert not grown.says_the_same(index())
    for code, question in SAMPLES[::40]:
        assert grown.find(question)[0].code == code
        assert grown.look(question).evidence == pytest.approx(index().look(question).evidence, abs=0.05)


def test_a_grown_index_forgets_what_is_gone() -> None:
    gone = SHIPPED[0]
    grown = index().grown(SHIPPED[1:])
    for question in [gone.name, *gone.sample_questions]:
        assert gone.code not in [hit.code for hit in grown.find(question, 50)]
    for code, question in SAMPLES[::40]:
        assert code == gone.code or grown.find(question)[0].code == code


def test_the_judge_has_no_say_against_a_procedure_it_never_heard_of(made: Callable[..., Procedure]) -> None:
    name = "Cấp lại giấy chứng nhận quyền sử dụng đất bị mất"
    changes = {"name": name, "official_name": name, "short_name": name, "sample_questions": [name]}
    asked = "xin cấp lại giấy chứng nhận quyền sử dụng đất bị mất"
    assert index().look(asked).certainty < SURE
    found = index().grown([*SHIPPED, made(**changes)]).look(asked)
    assert found.hits[0].code == "9.000001"
    assert not found.hits[0].judged
    assert found.certainty >= SURE
