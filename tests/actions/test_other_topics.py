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
from actions.handoff import on_duty
from actions.server import ACTIONS
from actions.turn import facet_of, read_turn
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


@pytest.mark.parametrize("intent", ["greet", "thank", "goodbye", "who_are_you", "stop_notices"])
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
    ("at", "duty"),
    [
        ("2026-11-18 08:00", True),
        ("2026-11-18 16:59", True),
        ("2026-11-18 17:00", False),
        ("2026-11-18 07:59", False),
        ("2026-11-20 12:00", True),
        ("2026-11-21 10:00", False),
        ("2026-11-22 10:00", False),
        ("2026-11-23 10:00", True),
    ],
)
def test_somebody_is_on_duty_monday_to_friday_from_8_to_17(at: str, duty: bool) -> None:
    assert on_duty(datetime.fromisoformat(at).replace(tzinfo=HANOI)) is duty


@pytest.mark.parametrize("at", ["2026-09-02 10:00", "2027-01-01 10:00", "2026-04-30 10:00"])
def test_nobody_is_on_duty_on_a_public_holiday(at: str) -> None:
    assert not on_duty(datetime.fromisoformat(at).replace(tzinfo=HANOI))


@pytest.mark.parametrize(
    ("at", "said"),
    [("2026-11-18 10:00", "Một Cửa đã ghi lại để cán bộ trả lời"), ("2026-11-21 10:00", "ngoài giờ trực")],
)
@pytest.mark.parametrize("intent", ["request_human", "complain", "delete_data"])
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
        talk.executor.register_action(action(Rooms(library, desk)))


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


def test_a_message_without_anything_is_a_fallback() -> None:
    turn = read_turn(Tracker.from_dict({"sender_id": "conversation-1", "latest_message": None}))
    assert (turn.text, turn.intent, turn.context) == ("", "nlu_fallback", Context())
