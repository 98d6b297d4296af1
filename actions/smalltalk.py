"""Greetings, thanks, who are you, off topic: one friendly line, what the bot can do, a few buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from actions.base import HUMAN, RoomAction
from actions.turn import Turn, TurnResult
from actions.unsure import everyday_buttons
from knowledge import Edition
from motcua.context import Context
from motcua.reply import Button, Command, Kind, Reply

_SAID: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("smalltalk.yml").read_text(encoding="utf-8"))
_LOOK_UP = Button(title="Tra cứu hồ sơ", payload=Command(intent="check_dossier"))


def friendly(intent: str, context: Context, buttons: list[Button] | None = None) -> TurnResult:
    """The friendly line for ``intent``; what is in hand stays in hand."""
    reply = Reply(kind=Kind.SMALLTALK, text=_SAID[intent], buttons=buttons or [])
    return TurnResult([reply], context.model_copy(update={"awaiting": None, "misses": 0}))


class ActionSmalltalk(RoomAction):
    """Greets, thanks, introduces itself."""

    action_name = "action_smalltalk"

    async def turn(self, turn: Turn) -> TurnResult:
        """See the class."""
        buttons: list[Button] = []
        if turn.intent in ("greet", "who_are_you"):
            buttons = [*everyday_buttons(turn.edition)[:3], _LOOK_UP]
        intent = turn.intent if turn.intent in _SAID else "greet"
        return friendly(intent, turn.context, buttons)


def off_topic(edition: Edition, context: Context) -> TurnResult:
    """One friendly line, what the bot can do, three buttons. What is in hand stays in hand."""
    buttons = [*everyday_buttons(edition)[:2], _LOOK_UP, HUMAN]
    reply = Reply(kind=Kind.OUT_OF_SCOPE, text=_SAID["out_of_scope"], buttons=buttons)
    return TurnResult([reply], context.model_copy(update={"awaiting": None, "misses": 0}))
