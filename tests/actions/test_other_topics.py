"""Small talk, off topic, unsure, a human, the office; and what happens when a room fails."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor
from sqlalchemy.exc import DBAPIError

from actions import handoff
from actions.base import Rooms
from actions.server import ACTIONS
from actions.turn import facet_of, read_turn
from conversations.duty import DutyTimes
from conversations.duty_models import DutyPerson, Shift
from dossiers import DossierDesk
from knowledge import Library
from motcua.clock import HANOI
from motcua.context import Awaiting, Context
from motcua.db import Database
from motcua.reply import Command, Facet, Kind
from motcua.settings import ROOT, Settings

Talk = Any  # tests/actions/conftest.py
HUMAN = Command(intent="request_human")
SAID = yaml.safe_load((ROOT / "actions" / "smalltalk.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("intent", ["greet", "thank", "goodbye", "who_are_you"])
async def test_small_talk_is_friendly_and_keeps_what_is_in_hand(talk: Talk, intent: str) -> None:
    talk.context = Context(procedure="1.001193", facet=Facet.FEE, misses=1)
    reply = await talk.one("…", intent)
    assert (reply.kind, reply.text) == (Kind.SMALLTALK, SAID[intent])
    assert talk.context == Context(procedure="1.001193", facet=Facet.FEE)


@pytest.mark.parametrize("intent", ["greet", "who_are_you"])
async def test_a_greeting_shows_what_the_bot_can_do(talk: Talk, intent: str) -> None:
    payloads = [button.payload for button in (await talk.one("xin chào", intent)).buttons]
    assert Command(intent="check_dossier") in payloads
    assert len(payloads) == 4


async def test_off_topic_gets_one_line_and_ways_on(talk: Talk) -> None:
    reply = await talk.one("hôm nay Hà Nội có mưa không", "out_of_scope", 0.95)
    assert (reply.kind, reply.procedure, reply.sources) == (Kind.OUT_OF_SCOPE, None, [])
    assert HUMAN in [button.payload for button in reply.buttons]


async def test_a_procedure_named_plainly_is_not_off_topic_when_the_classifier_wavers(talk: Talk) -> None:
    reply = await talk.one("đăng ký kết hôn", "out_of_scope", 0.4, then=("ask_fee",))
    assert (reply.kind, reply.procedure, reply.facet) == (Kind.ANSWER, "1.000894", Facet.FEE)
    assert talk.context == Context(procedure="1.000894", facet=Facet.FEE)
    sure = await talk.one("đăng ký kết hôn", "out_of_scope", 0.9)
    assert sure.kind is Kind.OUT_OF_SCOPE


async def test_unsure_but_the_procedure_is_plain(talk: Talk) -> None:
    reply = await talk.one("đăng ký kết hôn", "nlu_fallback", 0.3, then=("ask_time",))
    assert (reply.kind, reply.procedure) == (Kind.ANSWER, "1.000894")


@pytest.mark.parametrize("text", ["qwrt zxcv", "😀", "...", "ok", "a" * 1000])
async def test_unsure_and_nothing_named_is_no_answer(talk: Talk, text: str) -> None:
    reply = await talk.one(text, "nlu_fallback", 0.3, then=("ask_time",))
    assert reply.kind in (Kind.NO_ANSWER, Kind.CLARIFY)
    assert HUMAN in [button.payload for button in reply.buttons]
    assert talk.context.procedure is None


async def test_nonsense_with_a_procedure_in_hand_is_not_answered(talk: Talk) -> None:
    await talk.one("đăng ký kết hôn mất bao lâu", "ask_time")
    reply = await talk.one("qwrt zxcv", "nlu_fallback", 0.3)
    assert reply.kind in (Kind.NO_ANSWER, Kind.CLARIFY)
    assert talk.context.procedure == "1.000894"


async def test_where_is_the_office_names_who_knows(talk: Talk) -> None:
    reply = await talk.one("một cửa ở đâu", "find_office")
    assert reply.kind is Kind.OFFICE
    assert "1022" in reply.text
    assert reply.buttons[0].url


@pytest.mark.parametrize(
    ("at", "said"),
    [("2026-11-18 10:00", "Một Cửa đã ghi lại để cán bộ trả lời"), ("2026-11-21 10:00", "ngoài giờ trực")],
)
@pytest.mark.parametrize("intent", ["request_human", "complain"])
async def test_a_human_is_called_and_the_hours_are_told(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, intent: str, at: str, said: str
) -> None:
    monkeypatch.setattr(handoff, "hanoi_now", lambda: datetime.fromisoformat(at).replace(tzinfo=HANOI))
    talk.context = Context(procedure="1.001193", awaiting=Awaiting.CHOICE, candidates=["1.001193"], misses=2)
    reply = await talk.one("gặp người thật", intent)
    assert (reply.kind, reply.handoff_reason, reply.procedure) == (Kind.HANDOFF, intent, "1.001193")
    assert said in reply.text
    assert "1022" in reply.text
    assert (talk.context.awaiting, talk.context.misses) == (None, 0)


def _over(library: Library, desk: DossierDesk, talk: Talk) -> None:
    talk.executor = ActionExecutor()
    for action in ACTIONS:
        talk.executor.register_action(action(Rooms(library, desk, DutyTimes(library._db))))


async def test_a_room_that_fails_is_owned_up_to_and_the_context_is_kept(
    talk: Talk, rooms: Rooms, database: Database
) -> None:
    _over(Library(database), rooms.dossiers, talk)  # not loaded: every use raises LookupError
    before = Context(procedure="1.001193", facet=Facet.FEE, awaiting=Awaiting.CHOICE, candidates=["1.001193"])
    for text, intent in [("khai sinh", "ask_fee"), ("xin chào", "greet"), ("thời tiết", "out_of_scope")]:
        talk.context = before
        reply = await talk.one(text, intent)
        assert (reply.kind, talk.context) == (Kind.ERROR, before)
        assert [button.payload for button in reply.buttons] == [HUMAN]
        assert "LookupError" not in reply.text


async def test_a_database_that_is_away_is_raised_so_that_the_turn_is_tried_again(
    talk: Talk, rooms: Rooms, tmp_path: Path
) -> None:
    away = Database(f"sqlite+aiosqlite:///{tmp_path / 'no-folder' / 'motcua.db'}")
    desk = DossierDesk(away, Settings(data_dir=tmp_path, secret_key=SecretStr("test")))
    _over(rooms.library, desk, talk)
    with pytest.raises(DBAPIError):
        await talk.say("H26.99.9-260105-0001 4521", "check_dossier")
    await away.close()


@pytest.mark.parametrize(
    ("intent", "facet"),
    [("ask_fee", Facet.FEE), ("ask_legal_basis", Facet.LEGAL_BASIS), ("ask_nothing", None), ("fee", None)],
)
def test_intents_are_read_as_facets(intent: str, facet: Facet | None) -> None:
    assert facet_of(intent) is facet


def test_a_message_without_anything_is_a_fallback(rooms: Rooms) -> None:
    tracker = Tracker.from_dict({"sender_id": "conversation-1", "latest_message": None})
    turn = read_turn(tracker, rooms.library.edition)
    assert (turn.text, turn.intent, turn.context) == ("", "nlu_fallback", Context())


async def test_the_roster_of_the_ward_decides_what_is_promised(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = datetime(2026, 11, 16, 10, 0, tzinfo=HANOI)
    async with database.write() as session:
        session.add(DutyPerson(person_id=1))
        await session.flush()
        session.add(Shift(person_id=1, ward="00292", weekday=0, starts=480, ends=690))
    talk.context = Context(ward="00292")
    monkeypatch.setattr(handoff, "hanoi_now", lambda: monday)
    reply = await talk.one("gặp cán bộ", "request_human")
    assert "Đang có người trực" in reply.text
    assert "tổ xung kích số phường Bạch Mai" in reply.text
    monkeypatch.setattr(handoff, "hanoi_now", lambda: monday.replace(hour=14))
    reply = await talk.one("gặp cán bộ", "request_human")
    assert "Hiện chưa có ai trực" in reply.text
    assert "từ 8:00 thứ Hai 23/11" in reply.text
    (leave,) = [button.payload for button in reply.buttons if button.title == "Để lại câu hỏi"]
    assert isinstance(leave, Command)
    assert "viết việc cần hỏi" in (await talk.press(leave)).text
    assert talk.context.awaiting is Awaiting.MESSAGE
    # Whatever it is about: they have chosen a person, so it is kept and not answered.
    reply = await talk.one("đăng ký kết hôn mất bao nhiêu tiền", "ask_fee")
    assert (reply.kind, reply.procedure) == (Kind.HANDOFF, None)
    assert "đã giữ câu hỏi" in reply.text
    assert (await talk.one("đăng ký kết hôn mất bao nhiêu tiền", "ask_fee")).kind is Kind.ANSWER


async def test_who_does_not_leave_a_question_after_all_is_not_held_to_it(talk: Talk) -> None:
    talk.context = Context(awaiting=Awaiting.MESSAGE)
    assert (await talk.one("thôi", "deny")).kind is not Kind.HANDOFF
    talk.context = Context(awaiting=Awaiting.MESSAGE)
    pressed = Command(intent="ask_fee", entities={"procedure": "1.000894"})
    assert (await talk.press(pressed)).kind is Kind.ANSWER
