"""A day of filing in a question about time: the answer names the day of the result."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from actions import procedures
from motcua.clock import HANOI
from motcua.reply import Facet, Kind

Talk = Any  # tests/actions/conftest.py
RESIDENCE, BIRTH, MARRIAGE = "1.004222", "1.001193", "1.000894"


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Monday, 16 November 2026, nine o'clock."""
    monkeypatch.setattr(procedures, "hanoi_now", lambda: datetime(2026, 11, 16, 9, 0, tzinfo=HANOI))


@pytest.mark.parametrize(
    ("said", "dates"),
    [
        ("nộp hôm nay thì bao giờ lấy", ("thứ Hai 16/11/2026", "chậm nhất thứ Năm 26/11/2026")),
        ("nộp thứ 6 này thì hôm nào có", ("thứ Sáu 20/11/2026", "chậm nhất thứ Tư 02/12/2026")),
        ("mai tôi nộp thì đến ngày nào", ("thứ Ba 17/11/2026", "chậm nhất thứ Sáu 27/11/2026")),
        ("chu nhat nop thi bao gio lay", ("Chủ nhật 22/11/2026", "tính từ thứ Hai 23/11/2026")),
        ("nộp 30/4", ("thứ Sáu 30/04/2027", "tính từ thứ Ba 04/05/2027")),
    ],
)
async def test_the_date_is_counted_for_the_procedure_in_hand(
    talk: Talk, said: str, dates: tuple[str, ...]
) -> None:
    await talk.one("đăng ký thường trú mất bao lâu", "ask_time")
    reply = await talk.one(said, "ask_time")
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.ANSWER, RESIDENCE, Facet.TIME)
    first = reply.text.splitlines()[0]
    assert all(date in first for date in dates), first
    assert reply.sources


async def test_the_procedure_may_be_named_in_the_same_message(talk: Talk) -> None:
    reply = await talk.one("đăng ký thường trú nộp hôm nay thì bao giờ lấy", "ask_time")
    assert reply.procedure == RESIDENCE
    assert "chậm nhất thứ Năm 26/11/2026" in reply.text


async def test_without_a_filing_day_the_answer_is_as_before(talk: Talk) -> None:
    reply = await talk.one("đăng ký thường trú mất bao lâu", "ask_time")
    assert "2026" not in reply.text


@pytest.mark.parametrize("intent", ["ask_result", "ask_steps", "ask_late", "ask_overview"])
async def test_the_day_is_meant_though_the_classifier_took_another_side(talk: Talk, intent: str) -> None:
    await talk.one("đăng ký thường trú mất bao lâu", "ask_time")
    reply = await talk.one("mai tôi nộp thì đến ngày nào lấy được", intent)
    assert reply.facet is Facet.TIME
    assert "27/11/2026" in reply.text


@pytest.mark.parametrize(
    ("said", "intent"), [("mai tôi nộp ở đâu", "ask_place"), ("mai nộp cần gì", "ask_documents")]
)
async def test_a_filing_day_in_another_question_changes_nothing(talk: Talk, said: str, intent: str) -> None:
    await talk.one("đăng ký thường trú mất bao lâu", "ask_time")
    reply = await talk.one(said, intent)
    assert f"ask_{reply.facet}" == intent
    assert "2026" not in reply.text


async def test_after_three_in_the_afternoon_the_same_day_is_over(talk: Talk) -> None:
    await talk.one("làm giấy khai sinh bao lâu", "ask_time")
    reply = await talk.one("nộp sau 3 giờ chiều mai thì sao", "ask_time")
    assert "thứ Tư 18/11/2026" in reply.text.splitlines()[0]


async def test_a_time_nobody_knows_is_not_counted(talk: Talk) -> None:
    await talk.one("đăng ký kết hôn mất bao lâu", "ask_time")
    reply = await talk.one("nộp hôm nay thì bao giờ lấy", "ask_time")
    assert reply.procedure == MARRIAGE
    assert reply.text.startswith("Chưa tính được ngày")
    assert "2026" not in reply.text.splitlines()[0]


async def test_a_pressed_button_names_no_day(talk: Talk) -> None:
    fee = await talk.one("đăng ký thường trú mất bao nhiêu tiền", "ask_fee")
    button = next(button for button in fee.buttons if button.payload.intent == "ask_time")
    assert "2026" not in (await talk.press(button.payload)).text
