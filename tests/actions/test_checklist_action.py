"""The fitted list of papers in conversation: asked for, answered in any way, left, taken up again."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from actions.base import Rooms
from knowledge import Procedure, checklist_questions
from motcua.context import Awaiting, ChecklistState, Context
from motcua.reply import Command, Facet, Kind, Reply

Talk = Any  # tests/actions/conftest.py
BIRTH, MARRIAGE = "1.001193", "1.000894"
POND = Procedure.model_validate(
    {
        "code": "9.000009",
        "name": "Khai sinh cho cá",
        "official_name": "Thủ tục khai sinh cho cá",
        "short_name": "khai sinh cá",
        "sample_questions": ["khai sinh cho cá cần gì"],
        "field": "Thủy sản",
        "levels": ["xã"],
        "agency": "UBND phường/xã",
        "summary": "Khai báo cá con.",
        "online_level": "chưa rõ",
        "online": "Nộp trên Cổng.",
        "ways": [
            {"kind": kind, "time": {"unit": "trong ngày"}, "fee": {"kind": "hđnd quy định"}}
            for kind in ("trực tiếp", "trực tuyến")
        ],
        "cases": {"chua-cuoi": "Bố mẹ chưa đăng ký kết hôn", "uy-quyen": "Nhờ người khác đi thay"},
        "documents": [
            {"name": "Tờ khai", "action": "nộp"},
            {"name": "Giấy cam đoan", "action": "nộp", "cases": ["chua-cuoi"]},
            {"name": "Giấy ủy quyền", "action": "nộp", "cases": ["uy-quyen"]},
        ],
        "checklist": [
            {
                "ask": "Bố mẹ đã đăng ký kết hôn chưa ạ?",
                "options": [{"say": "Rồi"}, {"say": "Chưa", "cases": ["chua-cuoi"]}],
            }
        ],
        "delegation": {"allowed": "được", "text": "Nhờ ai cũng được."},
        "unknown": "steps time fee place result conditions form legal_basis late linked".split(),  # noqa: SIM905
        "provenance": {"source": "Cổng", "checked_on": "2026-07-01", "checked_by": "Nhóm"},
    }
)
START = Command(intent="ask_checklist", entities={"procedure": POND.code})


@pytest.fixture
def rooms(rooms: Rooms) -> Rooms:
    """The rooms with one procedure more, whose questions are written out."""
    library = copy.copy(rooms.library)
    edition = library.edition
    library._edition = replace(edition, procedures={**edition.procedures, POND.code: POND})
    return replace(rooms, library=library)


def titled(reply: Reply, title: str) -> Command:
    """What the button with this title does."""
    payload = next(button.payload for button in reply.buttons if button.title == title)
    assert isinstance(payload, Command)
    return payload


async def started(talk: Talk) -> Reply:
    reply: Reply = await talk.press(START)
    assert (reply.kind, reply.facet, reply.procedure) == (Kind.CLARIFY, Facet.DOCUMENTS, POND.code)
    assert talk.context.awaiting is Awaiting.CHECKLIST
    return reply


async def test_three_answers_by_button_and_the_list_is_there(talk: Talk) -> None:
    reply = await started(talk)
    assert "Bố mẹ đã đăng ký kết hôn chưa" in reply.text
    reply = await talk.press(titled(reply, "Chưa"))
    assert reply.text == "Câu 2/3: Ai đi nộp ạ?"
    reply = await talk.press(titled(reply, "Nhờ người khác đi thay"))
    assert "Nộp ở quầy hay trực tuyến" in reply.text
    reply = await talk.press(titled(reply, "Nộp trực tuyến"))
    assert (reply.kind, reply.facet, reply.procedure) == (Kind.ANSWER, Facet.DOCUMENTS, POND.code)
    assert {"✓ Tờ khai", "✓ Giấy cam đoan", "✓ Giấy ủy quyền"} <= set(reply.text.splitlines())
    assert reply.sources
    assert talk.context == Context(procedure=POND.code, facet=Facet.DOCUMENTS)


@pytest.mark.parametrize(
    ("said", "papers"),
    [
        (("chưa", "tự đi", "online"), ["Tờ khai", "Giấy cam đoan"]),
        (("rồi ạ", "nhờ chồng", "ở quầy"), ["Tờ khai", "Giấy ủy quyền"]),
        (("2", "1", "2"), ["Tờ khai", "Giấy cam đoan"]),
        (("cái thứ hai", "cái đầu", "cái cuối"), ["Tờ khai", "Giấy cam đoan"]),
        (("chua", "nho me di", "ra phuong"), ["Tờ khai", "Giấy cam đoan", "Giấy ủy quyền"]),
        (("bỏ qua", "không biết", "câu sau"), ["Tờ khai"]),
    ],
)
async def test_answers_in_words_and_numbers(talk: Talk, said: tuple[str, ...], papers: list[str]) -> None:
    await started(talk)
    for words in said:
        reply = await talk.one(words, "answer_checklist", 1.0)
    assert reply.kind is Kind.ANSWER
    assert [line[2:] for line in reply.text.splitlines() if line.startswith("✓ ")] == papers


async def test_what_was_skipped_is_listed_as_only_if(talk: Talk) -> None:
    reply = await started(talk)
    for _ in range(3):
        reply = await talk.press(titled(reply, "Bỏ qua câu này"))
    assert "• Bố mẹ chưa đăng ký kết hôn: Giấy cam đoan" in reply.text
    assert "• Nhờ người khác đi thay: Giấy ủy quyền" in reply.text


async def test_the_whole_list_instead(talk: Talk) -> None:
    reply = await started(talk)
    whole = await talk.press(titled(reply, "Thôi, xem cả danh sách"))
    assert (whole.kind, whole.facet) == (Kind.ANSWER, Facet.DOCUMENTS)
    assert "Thêm, nếu bố mẹ chưa đăng ký kết hôn" in whole.text
    assert "Làm tiếp danh sách" not in [button.title for button in whole.buttons]
    assert talk.context.checklist is None
    await started(talk)
    assert (await talk.one("thôi khỏi", "answer_checklist", 1.0)).text == whole.text
    assert talk.context.checklist is None


async def test_a_question_in_between_is_answered_and_the_list_is_taken_up_again(talk: Talk) -> None:
    reply = await started(talk)
    await talk.press(titled(reply, "Chưa"))
    between = await talk.one("à đăng ký kết hôn mất bao nhiêu tiền", "ask_fee")
    assert (between.kind, between.procedure, between.facet) == (Kind.ANSWER, MARRIAGE, Facet.FEE)
    assert talk.context.awaiting is None
    again = await talk.press(titled(between, "Làm tiếp danh sách"))
    assert again.text == "Câu 2/3: Ai đi nộp ạ?"
    assert talk.context.awaiting is Awaiting.CHECKLIST
    assert talk.context.procedure == POND.code
    await talk.one("tự đi", "answer_checklist", 1.0)
    done = await talk.one("tại quầy", "answer_checklist", 1.0)
    assert "✓ Giấy cam đoan" in done.text


@pytest.mark.parametrize(
    "said", ["làm tiếp danh sách", "quay lại lập tiếp danh sách giấy tờ đi", "ds đang dở"]
)
async def test_it_is_taken_up_again_in_words(talk: Talk, said: str) -> None:
    reply = await started(talk)
    await talk.press(titled(reply, "Rồi"))
    await talk.one("cảm ơn", "thank")
    await talk.one("đăng ký kết hôn mất bao nhiêu tiền", "ask_fee")
    assert (await talk.one(said, "ask_checklist")).text == "Câu 2/3: Ai đi nộp ạ?"


async def test_another_list_takes_the_place_of_the_first(talk: Talk) -> None:
    reply = await started(talk)
    await talk.press(titled(reply, "Chưa"))
    await talk.one("lập danh sách giấy tờ làm khai sinh cho nhà tôi", "ask_checklist")
    assert talk.context.checklist
    assert (talk.context.checklist.procedure, talk.context.checklist.answers) == (BIRTH, {})


async def test_no_answer_to_the_question_asks_it_again(talk: Talk) -> None:
    await started(talk)
    reply = await talk.one("bảy mươi hai", "answer_checklist", 1.0)
    assert reply.kind is Kind.CLARIFY
    assert "Anh/chị chọn giúp" in reply.text
    assert "Bố mẹ đã đăng ký kết hôn chưa" in reply.text
    assert talk.context.checklist.answers == {}


async def test_an_older_button_answers_its_own_question(talk: Talk) -> None:
    first = await started(talk)
    await talk.press(titled(first, "Rồi"))
    second = await talk.press(titled(first, "Chưa"))
    assert second.text == "Câu 2/3: Ai đi nộp ạ?"
    assert talk.context.checklist.answers == {"q1": "1"}


async def test_a_button_of_a_list_that_is_over_begins_it_with_that_answer(talk: Talk) -> None:
    first = await started(talk)
    await talk.press(titled(first, "Thôi, xem cả danh sách"))
    await talk.press(titled(first, "Chưa"))
    assert talk.context.checklist.answers == {"q1": "1"}


async def test_a_question_that_an_editor_has_changed_is_asked_anew(talk: Talk) -> None:
    gone = {"procedure": POND.code, "question": "q7", "answer": "4"}
    reply = await talk.press(Command(intent="answer_checklist", entities=gone))
    assert (reply.kind, talk.context.checklist.answers) == (Kind.CLARIFY, {})


async def test_a_procedure_withdrawn_in_the_middle_ends_the_list(talk: Talk) -> None:
    talk.context = Context(
        procedure="1.999999",
        awaiting=Awaiting.CHECKLIST,
        checklist=ChecklistState(procedure="1.999999", question="q1", options={"0": "Rồi", "1": "Chưa"}),
    )
    reply = await talk.one("chưa", "answer_checklist", 1.0)
    assert reply.kind in (Kind.CLARIFY, Kind.NO_ANSWER)
    assert talk.context.checklist is None


@pytest.mark.parametrize(
    "said",
    ["lập danh sách giấy tờ cho tôi", "nhà tôi cần đúng những gì", "xem giay to theo truong hop cua toi"],
)
async def test_asked_for_in_words_it_is_for_the_procedure_in_hand(talk: Talk, said: str) -> None:
    await talk.one("làm khai sinh cho con mất bao lâu", "ask_time")
    reply = await talk.one(said, "ask_checklist")
    assert (reply.kind, reply.procedure) == (Kind.CLARIFY, BIRTH)
    assert talk.context.checklist.procedure == BIRTH


@pytest.mark.parametrize(
    "said", ["lập danh sách giấy tờ làm khai sinh theo trường hợp nhà em", "checklist khai sinh cho con"]
)
async def test_a_procedure_named_with_it_is_the_one(talk: Talk, said: str) -> None:
    await talk.one("đăng ký kết hôn mất bao lâu", "ask_time")
    reply = await talk.one(said, "ask_checklist")
    assert (reply.kind, reply.procedure) == (Kind.CLARIFY, BIRTH)


async def test_without_a_procedure_it_is_asked_which_and_the_buttons_lead_to_the_list(talk: Talk) -> None:
    reply = await talk.one("lập danh sách giấy tờ cho tôi", "ask_checklist")
    assert (reply.kind, reply.procedure) == (Kind.CLARIFY, None)
    assert {button.payload.intent for button in reply.buttons} == {"ask_checklist"}
    reply = await talk.press(reply.buttons[0].payload)
    assert talk.context.checklist.procedure == reply.procedure


async def test_a_procedure_without_questions_shows_its_papers(talk: Talk) -> None:
    simple = next(
        code
        for code, procedure in sorted(talk_procedures(talk).items())
        if not checklist_questions(procedure) and Facet.DOCUMENTS not in procedure.unknown
    )
    reply = await talk.press(Command(intent="ask_checklist", entities={"procedure": simple}))
    assert (reply.kind, reply.facet, reply.procedure) == (Kind.ANSWER, Facet.DOCUMENTS, simple)
    assert talk.context.checklist is None


def talk_procedures(talk: Talk) -> dict[str, Procedure]:
    action = talk.executor.actions["action_start_checklist"].__self__
    found: dict[str, Procedure] = action.rooms.library.edition.procedures
    return found


async def test_an_answer_out_of_the_blue_is_an_ordinary_message(talk: Talk) -> None:
    reply = await talk.one("chưa", "answer_checklist", 1.0)
    assert reply.kind in (Kind.CLARIFY, Kind.NO_ANSWER)


async def test_what_else_is_remembered_survives_the_questions(talk: Talk) -> None:
    talk.context = Context(dossier_code="H26-260105-0001", ward="00004")
    reply = await started(talk)
    for _ in range(3):
        reply = await talk.press(titled(reply, "Bỏ qua câu này"))
    assert (talk.context.dossier_code, talk.context.ward) == ("H26-260105-0001", "00004")
    await talk.one("đăng ký kết hôn mất bao lâu", "ask_time")
    assert talk.context.ward == "00004"
