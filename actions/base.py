"""The base of every action: read the turn, let the topic decide, write the result."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import DBAPIError

from actions import leave_message
from actions.turn import Turn, TurnResult, context_of, draft_of, intent_of, read_turn, write_result
from conversations.duty import DutyTimes
from dossiers import DossierDesk
from knowledge import Edition, Library
from knowledge.changes import ChangeError
from motcua.reply import Button, Command, Kind, Reply

log = structlog.get_logger(__name__)

HUMAN = Button(title="Gặp cán bộ", payload=Command(intent="request_human"))
_UNTRIED = "Bản sửa này chưa hỏi thử được. {why}"
_BROKEN = (
    "Xin lỗi anh/chị, Một Cửa gặp trục trặc với câu này. Anh/chị thử hỏi cách khác, hoặc để Một Cửa chuyển "
    "câu hỏi cho cán bộ."
)


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms that actions call."""

    library: Library
    dossiers: DossierDesk
    duty: DutyTimes


class RoomAction(Action):  # type: ignore[misc]
    """An action of one topic. Subclasses say ``action_name`` and write ``turn``."""

    action_name: str

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms

    def name(self) -> str:
        """The name Rasa calls the action by."""
        return self.action_name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One turn. A database that is away is raised, so that the turn is tried again later; any
        other failure would come back for ever, so it is logged and owned up to."""
        try:
            turn = read_turn(tracker, await self._edition(tracker))
            result = (
                await leave_message.take(turn, self.rooms.duty) or self.first(turn) or await self.turn(turn)
            )
        except (DBAPIError, OSError):
            raise
        except ChangeError as error:
            reply = Reply(kind=Kind.ERROR, text=_UNTRIED.format(why=error.said))
            result = TurnResult([reply], context_of(tracker))
        except Exception:
            log.exception("actions.failed", action=self.action_name)
            reply = Reply(kind=Kind.ERROR, text=_BROKEN, buttons=[HUMAN])
            result = TurnResult([reply], context_of(tracker))
        write_result(dispatcher, result, intent_of(tracker))
        return []

    async def _edition(self, tracker: Tracker) -> Edition:
        """What this turn knows; a draft that is tried out stands in it. Raises ChangeError."""
        draft = draft_of(tracker)
        return self.rooms.library.edition if draft is None else await self.rooms.library.trial(draft)

    def first(self, turn: Turn) -> TurnResult | None:
        """What goes before the topic, whatever the classifier made of the message; None when nothing does."""
        return None

    @abstractmethod
    async def turn(self, turn: Turn) -> TurnResult:
        """Decide what to say. Raises what the rooms raise."""
