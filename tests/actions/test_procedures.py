"""Questions about procedures: by facet, in a row, close calls and the choice among them."""

from __future__ import annotations

from typing import Any

import pytest

from motcua.context import Awaiting, Context
from motcua.reply import Command, Facet, Kind, Reply

Talk = Any  # tests/actions/conftest.py

BIRTH, DEATH, MARRIAGE = "1.001193", "1.000656", "1.000894"
FISH = ["9.000001", "9.000002"]


@pytest.mark.parametrize("facet", list(Facet))
async def test_a_question_is_answered_by_its_facet(talk: Talk, facet: Facet) -> None:
    reply = await talk.one("đăng ký kết hôn", f"ask_{facet}")
    assert (reply.procedure, reply.facet) == (MARRIAGE, facet)
    assert reply.kind in (Kind.ANSWER, Kind.NO_ANSWER)
    assert reply.sources
    assert talk.context == Context(procedure=MARRIAGE, facet=facet)


async def test_a_follow_up_stays_with_the_procedure_in_hand(talk: Talk) -> None:
    await talk.one("làm giấy khai tử cho bố cần giấy tờ gì", "ask_documents")
    reply = await talk.one("thế hết bao nhiêu tiền", "ask_fee")
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.ANSWER, DEATH, Facet.FEE)
    reply = await talk.one("bao lau co", "ask_time")
    assert (reply.procedure, reply.facet) == (DEATH, Facet.TIME)


async def test_another_procedure_named_in_full_takes_its_place(talk: Talk) -> None:
    await talk.one("làm giấy khai tử cần giấy tờ gì", "ask_documents")
    reply = await talk.one("muốn nuôi cá cảnh nước mặn thì bao lâu mới xong", "ask_time")
    assert (reply.procedure, reply.facet) == (FISH[1], Facet.TIME)


@pytest.mark.parametrize(
    "text", ["còn khai tử thì sao", "thế còn đăng ký khai tử thì thế nào", "con khai tu thi sao"]
)
async def test_what_about_another_keeps_the_facet(talk: Talk, text: str) -> None:
    await talk.one("đăng ký kết hôn mất bao lâu", "ask_time")
    reply = await talk.one(text, "ask_overview")
    assert (reply.procedure, reply.facet) == (DEATH, Facet.TIME)


async def test_a_question_without_a_procedure_asks_which(talk: Talk) -> None:
    reply = await talk.one("lệ phí bao nhiêu vậy ạ", "ask_fee")
    assert (reply.kind, reply.facet, reply.procedure) == (Kind.CLARIFY, Facet.FEE, None)
    assert reply.buttons
    assert talk.context.awaiting is Awaiting.CHOICE
    reply = await talk.one("đăng ký kết hôn", "ask_overview")
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.ANSWER, MARRIAGE, Facet.FEE)


async def test_twice_without_an_answer_offers_a_human(talk: Talk) -> None:
    first = await talk.one("xyz qwrt", "ask_fee")
    second = await talk.one("zzz vvv", "ask_fee")
    human = Command(intent="request_human")
    assert human not in [button.payload for button in first.buttons]
    assert second.kind is Kind.NO_ANSWER
    assert human in [button.payload for button in second.buttons]
    assert talk.context.misses == 2
    await talk.one("đăng ký kết hôn", "ask_fee")
    assert talk.context.misses == 0


async def _offered(talk: Talk) -> Reply:
    reply: Reply = await talk.one("đăng ký nuôi cá cảnh mất bao lâu", "ask_time")
    return reply


async def test_a_close_call_asks_back_and_never_guesses(talk: Talk) -> None:
    reply = await _offered(talk)
    assert (reply.kind, reply.procedure, reply.sources) == (Kind.CLARIFY, None, [])
    assert set(FISH) <= set(reply.candidates)
    assert [button.payload for button in reply.buttons][: len(reply.candidates)] == [
        Command(intent="ask_time", entities={"procedure": code}) for code in reply.candidates
    ]
    assert talk.context.awaiting is Awaiting.CHOICE
    assert talk.context.candidates == reply.candidates
    assert talk.context.facet is Facet.TIME
    for number, button in enumerate(reply.buttons[:2], start=1):
        assert f"{number}. {button.title}" in reply.text


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("1", 0),
        ("2", 1),
        ("số 2", 1),
        ("cái đầu", 0),
        ("cai dau tien", 0),
        ("cái thứ hai", 1),
        ("cái thứ nhất ạ", 0),
        ("cái cuối", -1),
        ("cái dưới", -1),
        ("cái trên", 0),
        ("lấy cái thứ 2 nhé", 1),
    ],
)
async def test_a_choice_by_place_answers_the_question_that_was_asked(
    talk: Talk, said: str, place: int
) -> None:
    offered = await _offered(talk)
    reply = await talk.one(said, "choose")
    assert (reply.kind, reply.facet) == (Kind.ANSWER, Facet.TIME)
    assert reply.procedure == offered.candidates[place]
    assert talk.context == Context(procedure=reply.procedure, facet=Facet.TIME)


@pytest.mark.parametrize("intent", ["choose", "ask_overview", "nlu_fallback"])
@pytest.mark.parametrize(("said", "code"), [("cá nước mặn", FISH[1]), ("loai nuoc ngot", FISH[0])])
async def test_a_choice_by_name_is_understood(talk: Talk, intent: str, said: str, code: str) -> None:
    await _offered(talk)
    reply = await talk.one(said, intent)
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.ANSWER, code, Facet.TIME)


async def test_a_place_that_was_not_offered_is_no_choice(talk: Talk) -> None:
    await _offered(talk)
    reply = await talk.one("5", "choose")
    assert reply.kind is not Kind.ANSWER


async def test_a_choice_by_place_without_an_offer_is_no_choice(talk: Talk) -> None:
    reply = await talk.one("số 1", "choose")
    assert reply.kind is not Kind.ANSWER
    assert reply.procedure is None


async def test_another_question_instead_of_a_choice_is_answered(talk: Talk) -> None:
    await _offered(talk)
    reply = await talk.one("thôi cho hỏi đăng ký kết hôn bao nhiêu tiền", "ask_fee")
    assert (reply.procedure, reply.facet) == (MARRIAGE, Facet.FEE)


async def test_no_to_an_offer_says_so_and_offers_a_human_in_the_end(talk: Talk) -> None:
    await _offered(talk)
    reply = await talk.one("không phải cái nào", "deny")
    assert reply.kind is Kind.NO_ANSWER
    assert Command(intent="request_human") in [button.payload for button in reply.buttons]
    assert talk.context.candidates == []


async def test_yes_to_the_only_offer_is_a_choice(talk: Talk) -> None:
    talk.context = Context(awaiting=Awaiting.CHOICE, candidates=[DEATH], facet=Facet.FEE, misses=1)
    reply = await talk.one("đúng rồi", "affirm")
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.ANSWER, DEATH, Facet.FEE)


async def test_yes_to_several_offers_chooses_none(talk: Talk) -> None:
    await _offered(talk)
    assert (await talk.one("vâng", "affirm")).kind is Kind.SMALLTALK


async def test_yes_and_no_out_of_the_blue_are_small_talk(talk: Talk) -> None:
    assert (await talk.one("vâng", "affirm")).kind is Kind.SMALLTALK
    assert (await talk.one("không", "deny")).kind is Kind.SMALLTALK


@pytest.mark.parametrize(
    "said",
    [
        "không phải, ý tôi là khai tử",
        "à nhầm, khai tử cơ",
        "nhầm rồi, đăng ký khai tử",
        "ý em là khai tử",
        "khai tử chứ không phải kết hôn",
        "nham, khai tu chu ko phai ket hon",
        "không phải kết hôn mà là khai tử",
    ],
)
async def test_a_correction_asks_the_same_about_what_was_meant(talk: Talk, said: str) -> None:
    await talk.one("đăng ký kết hôn mất bao lâu", "ask_time")
    reply = await talk.one(said, "correct")
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.ANSWER, DEATH, Facet.TIME)


async def test_a_special_case_is_answered_in_its_own_words(talk: Talk) -> None:
    reply = await talk.one("quá 15 ngày mới đi khai tử có sao không", "ask_fee")
    assert (reply.kind, reply.procedure) == (Kind.ANSWER, DEATH)
    assert reply.text.startswith("Chưa rõ mức thu khi khai tử trễ")


async def test_a_button_needs_no_search(talk: Talk) -> None:
    reply = await talk.press(Command(intent="ask_fee", entities={"procedure": BIRTH}))
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.ANSWER, BIRTH, Facet.FEE)


async def test_a_button_beats_the_procedure_in_hand(talk: Talk) -> None:
    await talk.one("đăng ký kết hôn mất bao lâu", "ask_time")
    reply = await talk.press(Command(intent="ask_fee", entities={"procedure": BIRTH}))
    assert reply.procedure == BIRTH


async def test_a_button_of_a_withdrawn_procedure_is_no_answer_and_no_error(talk: Talk) -> None:
    reply = await talk.press(Command(intent="ask_overview", entities={"procedure": "1.999999"}))
    assert reply.kind is Kind.NO_ANSWER


async def test_every_button_of_an_answer_leads_to_an_answer(talk: Talk) -> None:
    reply = await talk.one("đăng ký kết hôn", "ask_overview")
    assert reply.buttons
    for button in reply.buttons:
        assert isinstance(button.payload, Command)
        begins_a_list = button.payload.intent == "ask_checklist"
        kind = (await talk.press(button.payload)).kind
        assert kind is (Kind.CLARIFY if begins_a_list else Kind.ANSWER)


async def test_a_procedure_in_hand_that_was_withdrawn_is_forgotten(talk: Talk) -> None:
    talk.context = Context(procedure="1.999999", facet=Facet.FEE)
    reply = await talk.one("bao lâu thì xong", "ask_time")
    assert reply.kind is Kind.CLARIFY
