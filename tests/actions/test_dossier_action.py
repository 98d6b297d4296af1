"""Where is my dossier, asked through the actions: code, digits, answer, and questions in between."""

from __future__ import annotations

from typing import Any

import pytest

from motcua.context import Awaiting, Context
from motcua.reply import Facet, Kind

Talk = Any  # tests/actions/conftest.py
CODE = "H26.99.9-260105-0001"


async def test_code_digits_and_the_answer(talk: Talk) -> None:
    asked = await talk.one("hồ sơ của tôi đến đâu rồi", "check_dossier")
    assert (asked.kind, talk.context.awaiting) == (Kind.STATUS, Awaiting.DOSSIER_CODE)
    protected = await talk.one(f"mã đây {CODE}", "check_dossier")
    assert (protected.dossier, talk.context.awaiting) == (None, Awaiting.DOSSIER_SECRET)
    told = await talk.one("4521", "give_number")
    assert told.dossier
    assert told.dossier.code == CODE
    assert told.dossier.label == "Đang xử lý"
    assert "hồ sơ mẫu" in told.text
    assert talk.context == Context(procedure="1.004873", opened_dossiers=[CODE])


async def test_code_and_digits_in_one_message(talk: Talk) -> None:
    told = await talk.one(f"{CODE} 4521", "check_dossier")
    assert told.dossier


async def test_wrong_digits_say_nothing_about_the_dossier(talk: Talk) -> None:
    await talk.one(CODE, "check_dossier")
    refused = await talk.one("0000", "give_number")
    assert refused.dossier is None
    assert "Đang xử lý" not in refused.text
    assert "còn 4 lần" in refused.text
    assert talk.context.awaiting is Awaiting.DOSSIER_SECRET


async def test_a_question_in_between_is_answered_and_the_code_is_kept(talk: Talk) -> None:
    await talk.one(CODE, "check_dossier")
    reply = await talk.one("à đăng ký kết hôn mất bao nhiêu tiền", "ask_fee")
    assert (reply.kind, reply.facet) == (Kind.ANSWER, Facet.FEE)
    assert talk.context.dossier_code == CODE
    assert (await talk.one("4521", "check_dossier")).dossier


async def test_a_number_out_of_the_blue_is_no_dossier(talk: Talk) -> None:
    reply = await talk.one("4521", "give_number")
    assert reply.dossier is None
    assert reply.kind in (Kind.CLARIFY, Kind.NO_ANSWER)


async def test_what_is_no_number_after_all_is_answered_as_a_question(talk: Talk) -> None:
    await talk.one("tra cứu hồ sơ", "check_dossier")
    reply = await talk.one("đăng ký kết hôn", "give_number", then=("ask_fee",))
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.ANSWER, "1.000894", Facet.FEE)
    assert talk.context.awaiting is None


@pytest.mark.parametrize(
    "said", ["h26 99 9 260105 0001", "H26.99.9 - 260105 - 0001", "hs h26.99.9-260105-0001 ạ"]
)
async def test_a_code_may_be_spelt_in_many_ways(talk: Talk, said: str) -> None:
    await talk.one(said, "check_dossier")
    assert talk.context.dossier_code == CODE
