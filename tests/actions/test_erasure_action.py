"""“Xóa dữ liệu của tôi”: asked once, done only after a yes to that question."""

from __future__ import annotations

import pytest

from motcua.context import Awaiting, Context
from motcua.reply import Command, Effect, Kind, Reply
from tests.actions.conftest import Talk


def command(reply: Reply, title: str) -> Command:
    button = next(button for button in reply.buttons if button.title == title)
    assert isinstance(button.payload, Command)
    return button.payload


async def test_it_says_what_is_kept_how_long_and_asks_before_anything_goes(talk: Talk) -> None:
    reply = await talk.one("xóa dữ liệu của tôi", "delete_data")
    assert (reply.kind, reply.effect, reply.handoff_reason) == (Kind.CLARIFY, None, None)
    assert [button.title for button in reply.buttons] == ["Xóa hết", "Thôi", "Gặp cán bộ"]
    assert "180 ngày" in reply.text
    assert talk.context.awaiting is Awaiting.ERASE


async def test_after_the_button_everything_goes_and_nothing_is_remembered(talk: Talk) -> None:
    talk.context = Context(procedure="1.001193", ward="00070", misses=1)
    asked = await talk.one("xóa hết thông tin của em", "delete_data")
    reply = await talk.press(command(asked, "Xóa hết"))
    assert reply.effect is Effect.ERASE
    assert "hồ sơ anh/chị đã nộp" in reply.text
    assert talk.context == Context()


async def test_no_keeps_everything(talk: Talk) -> None:
    talk.context = Context(procedure="1.001193")
    asked = await talk.one("xóa đi", "delete_data")
    reply = await talk.press(command(asked, "Thôi"))
    assert reply.effect is None
    assert talk.context == Context(procedure="1.001193")
    await talk.one("xóa đi", "delete_data")
    assert (await talk.one("không", "deny")).effect is None
    assert talk.context == Context(procedure="1.001193")


async def test_a_plain_yes_counts_an_unsure_one_is_asked_again(talk: Talk) -> None:
    await talk.one("xóa dữ liệu", "delete_data")
    again = await talk.one("ừ thì", "affirm", 0.5)
    assert (again.kind, again.effect) == (Kind.CLARIFY, None)
    assert (await talk.one("đồng ý", "affirm", 0.95)).effect is Effect.ERASE


async def test_asking_once_more_is_no_yes(talk: Talk) -> None:
    await talk.one("xóa dữ liệu của tôi", "delete_data")
    assert (await talk.one("thế ai đọc được tin của tôi", "delete_data")).effect is None


@pytest.mark.parametrize("awaiting", [None, Awaiting.CHOICE, Awaiting.WARD])
async def test_an_old_button_asks_again(talk: Talk, awaiting: Awaiting | None) -> None:
    old = command(await talk.one("xóa dữ liệu", "delete_data"), "Xóa hết")
    talk.context = Context(awaiting=awaiting)
    assert (await talk.press(old)).effect is None
    assert talk.context.awaiting is Awaiting.ERASE
    assert (await talk.press(old)).effect is Effect.ERASE


async def test_yes_without_the_question_erases_nothing(talk: Talk) -> None:
    assert (await talk.one("đồng ý", "affirm", 0.99)).effect is None


async def test_every_turn_says_what_it_was_taken_for(talk: Talk) -> None:
    await talk.one("chào", "greet")
    assert talk.taken_for == "greet"
    await talk.one("xóa dữ liệu", "delete_data")
    assert talk.taken_for == "delete_data"
