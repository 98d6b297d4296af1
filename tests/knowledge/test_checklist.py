"""The list of papers fitted to a case: which questions, and what the answers make of the list."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from knowledge import (
    Procedure,
    ask_question,
    checklist_questions,
    fitted_list,
    next_question,
)
from knowledge.checklist import MOST_QUESTIONS, fit
from knowledge.files import read_folder
from motcua.reply import Reply
from tests.knowledge.family import CASES, MARRIED, PAPERS, POND, SOMEBODY, THIRD, ways

Made = Callable[..., Procedure]
SHIPPED = [procedure for procedure in read_folder().procedures if checklist_questions(procedure)]


def keys(procedure: Procedure) -> list[str]:
    return [question.key for question in checklist_questions(procedure)]


def papers(procedure: Procedure, **answers: str | None) -> set[str]:
    return {paper.name for paper in fit(procedure, answers).sure}


def still_open(procedure: Procedure, **answers: str | None) -> dict[str, list[str]]:
    return {label: [paper.name for paper in found] for label, found in fit(procedure, answers).open}


def test_the_written_question_comes_first_then_who_then_how(family: Made) -> None:
    assert [question.ask for question in checklist_questions(family())] == [
        "Bố mẹ đã đăng ký kết hôn chưa ạ?",
        "Ai đi nộp ạ?",
        "Nộp ở quầy hay trực tuyến ạ?",
    ]


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"checklist": [MARRIED, POND]}, ["q1", "q2", "who"]),
        ({"checklist": [MARRIED, POND, THIRD]}, ["q1", "q2", "who"]),
        ({"checklist": [MARRIED, POND, THIRD], "delegation": None}, ["q1", "q2", "q3"]),
        ({"checklist": [MARRIED, POND], "delegation": None}, ["q1", "q2", "way"]),
        ({"checklist": [MARRIED], "delegation": None, "ways": ways("trực tiếp")}, ["q1"]),
        ({"checklist": []}, ["case", "who", "way"]),
        ({"checklist": [], "cases": {}, "documents": PAPERS[:2]}, ["who", "way"]),
    ],
)
def test_no_more_than_three_questions(family: Made, changes: dict[str, Any], asked: list[str]) -> None:
    assert keys(family(**changes)) == asked


def test_who_files_is_asked_only_where_it_changes_something(family: Made, made: Made) -> None:
    nobody = {"allowed": "không", "text": "Phải tự đi."}
    unclear = {"allowed": "chưa rõ", "text": "Chưa rõ."}
    plain = {"cases": {}, "documents": PAPERS[:2], "checklist": []}
    assert "who" not in keys(family(delegation=nobody))
    assert "who" not in keys(family(delegation=None))
    assert "who" not in keys(family(delegation=unclear, **plain))
    assert "who" in keys(family(delegation=unclear))
    assert "who" in keys(family(**plain))


def test_who_files_is_not_asked_again_when_an_editor_wrote_the_question(family: Made) -> None:
    own = {
        "ask": "Anh/chị tự đi làm hay nhờ người khác ạ?",
        "options": [{"say": "Tự đi"}, {"say": "Nhờ người khác", "cases": ["uy-quyen"]}],
    }
    procedure = family(checklist=[MARRIED, own])
    assert keys(procedure) == ["q1", "who", "way"]
    who = checklist_questions(procedure)[1]
    assert (who.ask, [option.key for option in who.options]) == (own["ask"], ["self", "other"])
    assert papers(procedure, who="other") == {"Tờ khai", "Căn cước", "Giấy ủy quyền"}
    assert "Người đi thay: Nhờ ai cũng được" in fitted_list(procedure, {"who": "other"}).text


def test_a_relative_is_not_taken_for_a_stranger_where_the_options_tell_them_apart(family: Made) -> None:
    own = {
        "ask": "Ai đi ạ?",
        "options": [{"say": "Cha, mẹ, ông bà"}, {"say": "Nhờ người ngoài", "cases": ["uy-quyen"]}],
    }
    assert keys(family(checklist=[own])) == ["q1", "way"]


def test_an_answer_that_names_the_way_makes_the_last_question_needless(family: Made) -> None:
    own = {
        "ask": "Ai nộp ạ?",
        "options": [
            {"say": "Tôi tự nộp"},
            {"say": "Nhờ người khác", "cases": ["uy-quyen"]},
            {"say": "Gửi bưu điện", "cases": ["buu-chinh"]},
        ],
    }
    procedure = family(checklist=[own])
    way = checklist_questions(procedure)[-1]
    assert [option.key for option in way.options] == ["direct", "online"]
    assert next_question(procedure, {"who": "2"}) is None
    assert next_question(procedure, {"who": "self"}) == way
    assert "Phiếu gửi" in papers(procedure, who="2")
    online = [
        {"ask": "Cách nào ạ?", "options": [{"say": "Giấy"}, {"say": "Mạng", "cases": ["khai-truc-tuyen"]}]}
    ]
    cases = {**CASES, "khai-truc-tuyen": "Khai trực tuyến"}
    assert "way" not in keys(family(checklist=online, cases=cases))


def test_not_knowing_rules_nothing_out(family: Made) -> None:
    options = [{"say": "Hồ mua", "cases": ["ho-mua"]}, {"say": "Không rõ"}, {"say": "Không"}]
    procedure = family(checklist=[{"ask": "Hồ mua không ạ?", "options": options}])
    assert "Hồ mua" in still_open(procedure, q1="1")
    assert "Hồ mua" not in still_open(procedure, q1="2")


@pytest.mark.parametrize("kinds", [("trực tiếp",), ("trực tuyến",), ("trực tiếp", "bưu chính")])
def test_the_way_is_asked_only_where_counter_and_online_are_open(
    family: Made, kinds: tuple[str, ...]
) -> None:
    assert "way" not in keys(family(ways=ways(*kinds)))


def test_post_is_offered_only_where_it_is_a_way(family: Made) -> None:
    def offered(*kinds: str) -> list[str]:
        way = checklist_questions(family(ways=ways(*kinds)))[-1]
        return [option.key for option in way.options]

    assert offered("trực tiếp", "trực tuyến", "bưu chính") == ["direct", "online", "post"]
    assert offered("trực tiếp", "trực tuyến") == ["direct", "online"]


def test_without_a_written_question_the_labels_make_one_and_leave_out_what_nobody_can_know(
    family: Made,
) -> None:
    question = checklist_questions(family(checklist=[]))[0]
    assert [option.say for option in question.options] == [
        "Bố mẹ chưa đăng ký kết hôn",
        "Hồ mua",
        "Hồ thuê",
        "Không trường hợp nào",
    ]


def test_five_labels_at_most(made: Made) -> None:
    names = [f"truong-hop-{number}" for number in range(7)]
    procedure = made(
        cases={name: f"Trường hợp {name}" for name in names},
        documents=[{"name": f"Giấy {name}", "action": "nộp", "cases": [name]} for name in names],
    )
    question = checklist_questions(procedure)[0]
    assert len(question.options) == 6
    left = still_open(procedure, case="none")
    assert list(left) == ["Trường hợp truong-hop-5", "Trường hợp truong-hop-6"]


def test_a_list_that_cannot_be_fitted_has_no_questions(family: Made, made: Made) -> None:
    assert checklist_questions(made()) == ()
    assert checklist_questions(made(documents=PAPERS[:2])) == ()
    assert checklist_questions(family(imported=True)) == ()


def test_questions_are_asked_in_order_and_an_end_comes(family: Made) -> None:
    procedure = family()
    answers: dict[str, str | None] = {}
    asked = []
    while question := next_question(procedure, answers):
        asked.append(question.key)
        answers[question.key] = None
    assert asked == ["q1", "who", "way"]


def test_the_list_holds_the_papers_of_everybody_and_of_the_cases_chosen(family: Made) -> None:
    assert papers(family(), q1="1", who="self", way="direct") == {"Tờ khai", "Căn cước", "Cam đoan"}
    assert papers(family(), q1="0", who="other", way="post") == {
        "Tờ khai",
        "Căn cước",
        "Giấy ủy quyền",
        "Phiếu gửi",
    }


def test_what_was_answered_is_settled_and_the_rest_stays_open(family: Made) -> None:
    assert still_open(family(checklist=[MARRIED, POND]), q1="0", q2="1", who="self") == {
        "Hệ thống không tra được nơi cư trú": ["Giấy cư trú"],
        "Gửi qua bưu chính": ["Phiếu gửi"],
    }


def test_a_skipped_question_never_makes_the_list_too_short(family: Made) -> None:
    procedure = family(checklist=[MARRIED, POND])
    all_papers = {paper.name for paper in procedure.documents}
    skipped = fit(procedure, {"q1": None, "q2": None, "who": None})
    named = {paper.name for paper in skipped.sure} | {
        paper.name for _, found in skipped.open for paper in found
    }
    assert named == all_papers


def test_a_label_that_is_picked_rules_no_other_out(family: Made) -> None:
    procedure = family(checklist=[])
    assert papers(procedure, case="ho-mua", who="self", way="direct") == {
        "Tờ khai",
        "Căn cước",
        "Giấy mua hồ",
    }
    assert "Hồ thuê" in still_open(procedure, case="ho-mua", who="self", way="direct")
    assert list(still_open(procedure, case="none", who="self", way="direct")) == [
        "Hệ thống không tra được nơi cư trú"
    ]


def test_a_case_chosen_by_one_answer_is_not_ruled_out_by_another(family: Made) -> None:
    both = [
        POND,
        {
            "ask": "Hồ có giấy thuê không ạ?",
            "options": [{"say": "Có", "cases": ["ho-thue"]}, {"say": "Không"}],
        },
    ]
    procedure = family(checklist=both)
    assert "Giấy thuê hồ" in papers(procedure, q1="1", q2="1")
    assert "Giấy thuê hồ" in papers(procedure, q1="0", q2="0")


def test_a_service_and_what_goes_with_another_person(made: Made) -> None:
    procedure = made(
        cases={
            "nguoi-di-thay": "Nhờ một người",
            "thue-dich-vu": "Thuê công ty",
            "chua-dinh-danh": "Người ủy quyền chưa có VNeID",
        },
        documents=[
            {"name": f"Giấy {name}", "action": "nộp", "cases": [name]}
            for name in ("nguoi-di-thay", "thue-dich-vu", "chua-dinh-danh")
        ],
        delegation=SOMEBODY,
    )
    (who,) = checklist_questions(procedure)
    assert [option.key for option in who.options] == ["self", "other", "service"]
    assert papers(procedure, who="service") == {"Giấy thue-dich-vu"}
    assert still_open(procedure, who="service") == {"Người ủy quyền chưa có VNeID": ["Giấy chua-dinh-danh"]}
    assert (papers(procedure, who="self"), still_open(procedure, who="self")) == (set(), {})


def _every() -> Iterator[Any]:
    for procedure in SHIPPED:
        yield pytest.param(procedure, id=procedure.code)


@pytest.mark.parametrize("procedure", list(_every()))
def test_every_shipped_procedure_gives_a_list_for_every_case(procedure: Procedure) -> None:
    questions = checklist_questions(procedure)
    assert 1 <= len(questions) <= MOST_QUESTIONS
    everybody = {paper.name for paper in procedure.documents if not paper.cases}
    known = {paper.name for paper in procedure.documents}
    choices = [[*(option.key for option in question.options), None] for question in questions]
    for combination in itertools.product(*choices):
        answers = dict(zip([question.key for question in questions], combination, strict=True))
        fitted = fit(procedure, answers)
        assert everybody <= {paper.name for paper in fitted.sure} <= known
        reply = fitted_list(procedure, answers)
        assert Reply.model_validate(reply.to_wire()) == reply
        assert len(reply.text) < 2600, "more than two messages on Zalo"
    for question in questions:
        reply = ask_question(procedure, question, {})
        assert len(reply.buttons) == len(question.options) + 2
        assert len({button.title for button in reply.buttons}) == len(reply.buttons)
