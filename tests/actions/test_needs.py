"""Two needs in one message: both are answered, in the order asked, and only when there are two."""

from __future__ import annotations

from typing import Any

import pytest

from motcua.context import Context
from motcua.reply import Facet, Kind, Reply

Talk = Any  # tests/actions/conftest.py

DEATH, MARRIAGE = "1.000656", "1.000894"


def _about(replies: list[Reply]) -> list[tuple[str | None, Facet | None]]:
    assert all(reply.kind in (Kind.ANSWER, Kind.NO_ANSWER) for reply in replies)
    return [(reply.procedure, reply.facet) for reply in replies]


async def test_two_facets_of_one_procedure_are_both_answered_in_the_order_asked(talk: Talk) -> None:
    replies = await talk.say(
        "đăng ký kết hôn mất bao lâu với cả hết bao nhiêu tiền",
        "ask_time",
        cuts=((("đăng ký kết hôn mất bao lâu", "ask_time", 0.9), ("hết bao nhiêu tiền", "ask_fee", 0.8)),),
    )
    assert _about(replies) == [(MARRIAGE, Facet.TIME), (MARRIAGE, Facet.FEE)]
    assert talk.context == Context(procedure=MARRIAGE, facet=Facet.FEE)


async def test_two_facets_of_the_procedure_in_hand(talk: Talk) -> None:
    await talk.one("làm giấy khai tử cần giấy tờ gì", "ask_documents")
    replies = await talk.say(
        "nộp ở đâu và mất mấy ngày",
        "ask_place",
        cuts=((("nộp ở đâu", "ask_place", 0.9), ("mất mấy ngày", "ask_time", 0.9)),),
    )
    assert _about(replies) == [(DEATH, Facet.PLACE), (DEATH, Facet.TIME)]


async def test_two_procedures_are_both_answered_in_the_order_asked(talk: Talk) -> None:
    replies = await talk.say(
        "làm giấy khai tử cần giấy tờ gì rồi đăng ký kết hôn mất bao lâu",
        "ask_documents",
        cuts=(
            (
                ("làm giấy khai tử cần giấy tờ gì", "ask_documents", 0.9),
                ("đăng ký kết hôn mất bao lâu", "ask_time", 0.9),
            ),
        ),
    )
    assert _about(replies) == [(DEATH, Facet.DOCUMENTS), (MARRIAGE, Facet.TIME)]
    assert talk.context.procedure == MARRIAGE


async def test_a_question_at_the_end_is_about_both_procedures(talk: Talk) -> None:
    replies = await talk.say(
        "đăng ký khai tử với đăng ký kết hôn cần giấy tờ gì",
        "ask_documents",
        cuts=(
            (
                ("đăng ký khai tử", "ask_overview", 0.9),
                ("đăng ký kết hôn cần giấy tờ gì", "ask_documents", 0.9),
            ),
        ),
    )
    assert _about(replies) == [(DEATH, Facet.DOCUMENTS), (MARRIAGE, Facet.DOCUMENTS)]


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        (
            "đăng ký kết hôn, cần giấy tờ gì",
            ("đăng ký kết hôn", "ask_overview", 0.9),
            ("cần giấy tờ gì", "ask_documents", 0.9),
        ),
        (
            "đăng ký kết hôn cần giấy tờ gì, mang theo gì",
            ("đăng ký kết hôn cần giấy tờ gì", "ask_documents", 0.9),
            ("mang theo gì", "ask_documents", 0.9),
        ),
        (
            "đăng ký kết hôn cần giấy tờ gì, cảm ơn em",
            ("đăng ký kết hôn cần giấy tờ gì", "ask_documents", 0.9),
            ("cảm ơn em", "thank", 0.9),
        ),
        (
            "đăng ký kết hôn cần giấy tờ gì, tối nay rảnh",
            ("đăng ký kết hôn cần giấy tờ gì", "ask_documents", 0.9),
            ("tối nay rảnh", "ask_time", 0.4),
        ),
    ],
    ids=["name, question", "same facet", "thanks", "unsure half"],
)
async def test_one_need_with_a_comma_is_answered_once(
    talk: Talk, text: str, left: tuple[str, str, float], right: tuple[str, str, float]
) -> None:
    replies = await talk.say(text, "ask_documents", cuts=((left, right),))
    assert _about(replies) == [(MARRIAGE, Facet.DOCUMENTS)]


async def test_a_story_is_not_split_where_a_comma_passes_another_procedure(talk: Talk) -> None:
    said = "vợ chồng em đăng ký kết hôn năm ngoái, giờ làm giấy khai sinh cho con cần giấy tờ gì"
    left, right = said.split(", ")
    replies = await talk.say(
        said, "ask_documents", cuts=(((left, "ask_overview", 0.7), (right, "ask_documents", 0.9)),)
    )
    assert len(replies) == 1


async def test_two_facets_of_nobody_knows_what_are_asked_back_once(talk: Talk) -> None:
    replies = await talk.say(
        "mất bao lâu với hết bao nhiêu tiền",
        "ask_time",
        cuts=((("mất bao lâu", "ask_time", 0.9), ("hết bao nhiêu tiền", "ask_fee", 0.9)),),
    )
    assert [reply.kind for reply in replies] == [Kind.CLARIFY]


async def test_a_message_without_cuts_has_one_need(talk: Talk) -> None:
    replies = await talk.say("đăng ký kết hôn mất bao lâu với cả hết bao nhiêu tiền", "ask_time")
    assert _about(replies) == [(MARRIAGE, Facet.TIME)]


async def test_two_needs_are_seen_when_the_classifier_is_not_sure_of_the_whole(talk: Talk) -> None:
    replies = await talk.say(
        "đăng ký kết hôn mất bao lâu với cả hết bao nhiêu tiền",
        "nlu_fallback",
        0.3,
        then=("ask_time", "ask_fee"),
        cuts=((("đăng ký kết hôn mất bao lâu", "ask_time", 0.9), ("hết bao nhiêu tiền", "ask_fee", 0.9)),),
    )
    assert _about(replies) == [(MARRIAGE, Facet.TIME), (MARRIAGE, Facet.FEE)]


async def test_a_side_that_is_asked_in_so_many_words_counts_where_the_classifier_is_not_sure(
    talk: Talk,
) -> None:
    replies = await talk.say(
        "hai đứa tính cưới tháng sau, đăng ký kết hôn chỗ nào, bao lâu thì có giấy",
        "ask_time",
        cuts=(
            (
                ("hai đứa tính cưới tháng sau, đăng ký kết hôn chỗ nào", "ask_overview", 0.4),
                ("bao lâu thì có giấy", "ask_time", 0.9),
            ),
        ),
    )
    assert _about(replies) == [(MARRIAGE, Facet.PLACE), (MARRIAGE, Facet.TIME)]


BOTH = "đăng ký khai tử với đăng ký kết hôn, {} hết bao nhiêu tiền"


@pytest.mark.parametrize("joint", ["hai thứ đó", "cả hai cái", "2 thứ", "mỗi thứ"])
async def test_a_question_about_two_things_named_before_is_answered_for_both(talk: Talk, joint: str) -> None:
    said = BOTH.format(joint)
    left, right = "đăng ký khai tử", said.split(" với ")[1]
    replies = await talk.say(said, "ask_fee", cuts=(((left, "ask_overview", 0.4), (right, "ask_fee", 0.9)),))
    assert _about(replies) == [(DEATH, Facet.FEE), (MARRIAGE, Facet.FEE)]
