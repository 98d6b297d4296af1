"""The fitted list as replies: its questions, its buttons, and the list itself."""

from __future__ import annotations

from collections.abc import Callable

from knowledge import (
    Procedure,
    answer,
    ask_question,
    checklist_questions,
    fitted_list,
    resume_button,
)
from motcua.reply import Button, Command, Facet, Kind, ListSection
from tests.knowledge.family import PAPERS

Made = Callable[..., Procedure]


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
