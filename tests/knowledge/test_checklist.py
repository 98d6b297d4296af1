"""The list of papers fitted to a case: which questions, and what the answers make of the list."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from knowledge import (
    Procedure,
    answer,
    ask_question,
    checklist_questions,
    fitted_list,
    next_question,
    resume_button,
)
from knowledge.checklist import MOST_QUESTIONS, fit
from knowledge.files import read_folder
from motcua.reply import Button, Command, Facet, Kind, ListSection, Reply

Made = Callable[..., Procedure]
SHIPPED = [procedure for procedure in read_folder().procedures if checklist_questions(procedure)]

PAPERS = [
    {"name": "Tờ khai", "action": "nộp"},
    {"name": "Căn cước", "action": "xuất trình"},
    {"name": "Cam đoan", "action": "nộp", "cases": ["chua-cuoi"]},
    {"name": "Giấy mua hồ", "action": "nộp", "cases": ["ho-mua"]},
    {"name": "Giấy thuê hồ", "action": "nộp", "cases": ["ho-thue"]},
    {"name": "Giấy ủy quyền", "action": "nộp", "cases": ["uy-quyen"]},
    {"name": "Giấy cư trú", "action": "xuất trình", "cases": ["cu-tru"]},
    {"name": "Phiếu gửi", "action": "nộp", "cases": ["buu-chinh"]},
]
CASES = {
    "chua-cuoi": "Bố mẹ chưa đăng ký kết hôn",
    "ho-mua": "Hồ mua",
    "ho-thue": "Hồ thuê",
    "uy-quyen": "Nhờ người khác đi thay",
    "cu-tru": "Hệ thống không tra được nơi cư trú",
    "buu-chinh": "Gửi qua bưu chính",
}
MARRIED = {
    "ask": "Bố mẹ đã đăng ký kết hôn chưa ạ?",
    "options": [{"say": "Rồi"}, {"say": "Chưa", "cases": ["chua-cuoi"]}],
}
POND = {
    "ask": "Hồ của ai ạ?",
    "options": [{"say": "Hồ mua", "cases": ["ho-mua"]}, {"say": "Hồ thuê", "cases": ["ho-thue"]}],
}
THIRD = {"ask": "Cá lớn không ạ?", "options": [{"say": "Lớn"}, {"say": "Bé"}]}
SOMEBODY = {"allowed": "được", "text": "Nhờ ai cũng được, có giấy ủy quyền."}


def ways(*kinds: str) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "time": {"unit": "trong ngày"}, "fee": {"kind": "hđnd quy định"}} for kind in kinds
    ]


@pytest.fixture
def family(made: Made) -> Made:
    """A procedure with papers for every case; what is given replaces its parts."""

    def make(**changes: Any) -> Procedure:
        parts: dict[str, Any] = {
            "cases": CASES,
            "documents": PAPERS,
            "checklist": [MARRIED],
            "delegation": SOMEBODY,
            "ways": ways("trực tiếp", "trực tuyến", "bưu chính"),
            "online": "Nộp trên Cổng, đính kèm ảnh chụp.",
            "place": "Nộp tại một cửa phường.",
            **changes,
        }
        return made(**{key: value for key, value in parts.items() if value is not None})

    return make


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


def _commands(buttons: list[Button]) -> list[Command]:
    return [button.payload for button in buttons if isinstance(button.payload, Command)]


def test_a_question_can_be_answered_skipped_and_left_by_button(family: Made) -> None:
    procedure = family()
    question = checklist_questions(procedure)[0]
    reply = ask_question(procedure, question, {})
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.CLARIFY, procedure.code, Facet.DOCUMENTS)
    assert [button.title for button in reply.buttons] == [
        "Rồi",
        "Chưa",
        "Bỏ qua câu này",
        "Thôi, xem cả danh sách",
    ]
    at = {"procedure": procedure.code, "question": "q1"}
    assert _commands(reply.buttons) == [
        Command(intent="answer_checklist", entities={**at, "answer": answer})
        for answer in ("0", "1", "skip", "stop")
    ]


def test_the_first_question_says_what_comes_and_for_which_procedure(family: Made) -> None:
    procedure = family()
    first, second = checklist_questions(procedure)[:2]
    opening = ask_question(procedure, first, {}).text
    assert "nhiều nhất 3 câu" in opening
    assert procedure.name in opening
    assert opening.endswith("Câu 1/3: Bố mẹ đã đăng ký kết hôn chưa ạ?")
    assert ask_question(procedure, second, {"q1": "0"}).text == "Câu 2/3: Ai đi nộp ạ?"
    assert "chọn" in ask_question(procedure, second, {"q1": "0"}, again=True).text


def test_a_long_answer_fits_on_its_button(made: Made) -> None:
    label = "Người " + "rất rất dài " * 12
    procedure = made(cases={"dai": label}, documents=[{"name": "Giấy", "action": "nộp", "cases": ["dai"]}])
    button = ask_question(procedure, checklist_questions(procedure)[0], {}).buttons[0]
    assert len(button.title) <= 100


def test_the_list_as_a_reply(family: Made) -> None:
    procedure = family()
    reply = fitted_list(procedure, {"q1": "1", "who": "other", "way": "online"})
    assert reply.text.splitlines() == [
        "Lập theo câu trả lời của anh/chị: Bố mẹ đã đăng ký kết hôn chưa – chưa; nhờ người khác đi thay; "
        "nộp trực tuyến.",
        "Nộp:",
        "✓ Tờ khai",
        "✓ Cam đoan",
        "✓ Giấy ủy quyền",
        "Xuất trình:",
        "✓ Căn cước",
        "Người đi thay: Nhờ ai cũng được, có giấy ủy quyền.",
        "Nộp trực tuyến: Nộp trên Cổng, đính kèm ảnh chụp.",
        "Thêm, chỉ khi gặp trường hợp sau:",
        "• Hồ mua: Giấy mua hồ",
        "• Hồ thuê: Giấy thuê hồ",
        "• Hệ thống không tra được nơi cư trú: Giấy cư trú",
    ]
    assert (reply.kind, reply.facet, reply.procedure) == (Kind.ANSWER, Facet.DOCUMENTS, procedure.code)
    assert reply.sources
    assert reply.card
    assert reply.card.title == "Giấy tờ cho trường hợp của anh/chị – Đăng ký nuôi cá cảnh"
    ticked = [section for section in reply.card.sections if isinstance(section, ListSection)][:2]
    assert [section.kind for section in ticked] == ["checklist", "checklist"]


def test_at_the_counter_the_list_says_where_and_what_to_bring(family: Made) -> None:
    text = fitted_list(family(), {"q1": "0", "who": "self", "way": "direct"}).text
    assert "Xuất trình (mang theo để cán bộ xem):" in text
    assert "Nơi nộp: Nộp tại một cửa phường." in text
    assert "anh/chị tự đi nộp; nộp tại quầy." in text
    assert "Người đi thay" not in text


def test_nothing_answered_is_said_so(family: Made) -> None:
    text = fitted_list(family(), {"q1": None, "who": None, "way": None}).text
    assert text.startswith("Anh/chị chưa chọn trường hợp nào")
    assert "• Bố mẹ chưa đăng ký kết hôn: Cam đoan" in text


def test_the_finished_list_can_be_made_once_more(family: Made) -> None:
    buttons = fitted_list(family(), {}).buttons
    assert buttons[-1].title == "Trả lời lại từ đầu"
    assert buttons[-1].payload == Command(intent="ask_checklist", entities={"procedure": "9.000001"})
    assert len({button.title for button in buttons}) == len(buttons)


def test_answers_about_papers_offer_the_list_where_it_can_be_fitted(family: Made, made: Made) -> None:
    offer = Command(intent="ask_checklist", entities={"procedure": "9.000001"})

    def offered(procedure: Procedure, facet: Facet) -> bool:
        return offer in _commands(answer(procedure, facet).buttons)

    assert offered(family(), Facet.DOCUMENTS)
    assert offered(family(), Facet.OVERVIEW)
    assert not offered(family(), Facet.FEE)
    assert not offered(made(documents=PAPERS[:2]), Facet.DOCUMENTS)


def test_a_list_that_was_left_can_be_taken_up_by_button() -> None:
    entities = {"procedure": "9.000001", "answer": "resume"}
    button = resume_button("9.000001")
    assert (button.title, button.payload) == (
        "Làm tiếp danh sách",
        Command(intent="answer_checklist", entities=entities),
    )


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
