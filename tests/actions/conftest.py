"""A citizen who talks to the real actions, called as Rasa calls them, over a real database."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from rasa_sdk.executor import ActionExecutor

from actions.base import Rooms
from actions.server import ACTIONS
from conversations.duty import DutyTimes
from dossiers import DossierDesk
from knowledge import Library, Procedure, publish
from motcua import prepare
from motcua.context import Context
from motcua.db import Database
from motcua.reply import Command, Reply
from motcua.settings import ROOT, Settings

FISH = {"9.000001": "nước ngọt", "9.000002": "nước mặn"}


def rules() -> dict[str, str]:
    """The action of every intent that has a rule."""
    found: dict[str, str] = {}
    for path in (ROOT / "bot" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            asked, done = rule["steps"]
            found[asked["intent"]] = done["action"]
    return found


def intents() -> set[str]:
    """The intents of the domain."""
    return set(
        yaml.safe_load((ROOT / "bot" / "domain" / "intents.yml").read_text(encoding="utf-8"))["intents"]
    )


def fish(code: str) -> Procedure:
    """One of two procedures that differ in a word: together they are a close call."""
    water = FISH[code]
    facets = "documents steps place online result conditions form legal_basis delegate late linked"
    return Procedure.model_validate(
        {
            "code": code,
            "name": f"Đăng ký nuôi cá cảnh {water}",
            "official_name": f"Thủ tục đăng ký nuôi cá cảnh {water} tại nhà",
            "short_name": f"nuôi cá {water}",
            "sample_questions": [f"muốn nuôi cá cảnh {water} thì xin phép ai"],
            "field": "Thủy sản",
            "levels": ["xã"],
            "agency": "UBND phường/xã",
            "summary": f"Khai báo cá {water} tại phường trước khi nuôi.",
            "online_level": "chưa rõ",
            "ways": [{"kind": "trực tiếp", "time": {"unit": "trong ngày"}, "fee": {"kind": "hđnd quy định"}}],
            "time": f"Cá {water}: trong ngày.",
            "fee": f"Cá {water}: HĐND Thành phố quy định.",
            "unknown": facets.split(),
            "provenance": {"source": "Cổng", "checked_on": "2026-07-01", "checked_by": "Nhóm"},
        }
    )


@dataclass(frozen=True)
class Prepared:
    """What is made once: a database file with content, and the library over it."""

    file: Path
    library: Library
    key: str = "test"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("actions")
    settings = Settings(data_dir=folder, database_url="", secret_key=SecretStr("test"), demo=True)
    prepare.migrate_database(settings)
    prepare.load_content(settings)

    async def open_library() -> Library:
        database = Database(settings.database)
        async with database.write() as session:
            await publish(session, [fish(code) for code in FISH], "người soạn", "")
        library = Library(database)
        await library.refresh()
        await database.close()
        return library

    return Prepared(folder / "motcua.db", asyncio.run(open_library()))


@pytest.fixture
async def database(prepared: Prepared, tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copy(prepared.file, tmp_path / "motcua.db")
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'motcua.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def settings(prepared: Prepared, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, secret_key=SecretStr(prepared.key))


@pytest.fixture
def rooms(prepared: Prepared, database: Database, settings: Settings) -> Rooms:
    return Rooms(prepared.library, DossierDesk(database, settings), DutyTimes(database))


# A piece of a message: its words, and the intent and confidence of the classifier.
Said = tuple[str, str, float]


def _piece(said: Said) -> dict[str, Any]:
    text, intent, confidence = said
    return {"text": text, "intent": intent, "confidence": confidence}


@dataclass
class Talk:
    """A conversation. ``say`` is a typed message as the classifier understood it, ``press`` a button."""

    executor: ActionExecutor
    context: Context = field(default_factory=Context)
    rules: dict[str, str] = field(default_factory=rules)
    intents: set[str] = field(default_factory=intents)
    taken_for: str = ""
    draft: int | None = None
    """A change of the desk that is tried out."""

    async def say(
        self,
        text: str,
        intent: str,
        confidence: float = 0.9,
        *,
        then: tuple[str, ...] = (),
        cuts: tuple[tuple[Said, Said], ...] = (),
    ) -> list[Reply]:
        """``then`` are the next intents of the ranking, ``cuts`` the pieces the bot found in the message."""
        share = (1 - confidence) / (len(then) or 1)
        ranking = [{"name": intent, "confidence": confidence}]
        ranking += [{"name": name, "confidence": share} for name in then]
        pieces = [[_piece(left), _piece(right)] for left, right in cuts]
        return await self._turn(text, text, ranking, [], pieces)

    async def one(self, text: str, intent: str, confidence: float = 0.9, **more: Any) -> Reply:
        """Like ``say``, where one reply is expected."""
        (reply,) = await self.say(text, intent, confidence, **more)
        return reply

    async def press(self, command: Command) -> Reply:
        """A pressed button travels as its intent, with no text of its own."""
        entities = [
            {"entity": name, "value": value, "start": 0, "end": 1} for name, value in command.entities.items()
        ]
        said = f"/{command.intent}{json.dumps(command.entities)}"
        ranking = [{"name": command.intent, "confidence": 1.0}]
        (reply,) = await self._turn(said, "", ranking, entities)
        return reply

    async def _turn(
        self,
        message: str,
        text: str,
        ranking: list[dict[str, Any]],
        entities: list[dict[str, Any]],
        cuts: Sequence[object] = (),
    ) -> list[Reply]:
        metadata: dict[str, Any] = {"context": self.context.model_dump(mode="json"), "text": text}
        if self.draft is not None:
            metadata["draft"] = self.draft
        call = {
            "next_action": self.rules[ranking[0]["name"]],
            "sender_id": "conversation-1",
            "version": "3.6.21",
            "domain": {"intents": sorted(self.intents)},
            "tracker": {
                "sender_id": "conversation-1",
                "slots": {},
                "latest_message": {
                    "text": message,
                    "intent": ranking[0],
                    "intent_ranking": ranking,
                    "entities": entities,
                    "metadata": metadata,
                    **({"cuts": cuts} if cuts else {}),
                },
                "events": [],
                "paused": False,
                "followup_action": None,
                "active_loop": {},
                "latest_action_name": "action_listen",
            },
        }
        result = await self.executor.run(json.loads(json.dumps(call)))
        assert result is not None
        wire = json.loads(json.dumps(result.model_dump()))
        assert wire["events"] == []
        *said, context = [response["custom"] for response in wire["responses"]]
        self.context = Context.model_validate(context["context"])
        self.taken_for = context["intent"]
        replies = [Reply.model_validate(part["reply"]) for part in said]
        for button in (button for reply in replies for button in reply.buttons):
            assert button.url or (
                isinstance(button.payload, Command) and button.payload.intent in self.intents
            )
        return replies


def executor_over(rooms: Rooms) -> ActionExecutor:
    """rasa_sdk's executor with our actions, as the action server makes it."""
    executor = ActionExecutor()
    for action in ACTIONS:
        executor.register_action(action(rooms))
    return executor


@pytest.fixture
def talk(rooms: Rooms) -> Talk:
    return Talk(executor_over(rooms))
