"""The way to Rasa: one message in, typed replies and the new context out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import ValidationError

from conversations.guards import neutral
from motcua.context import Context
from motcua.reply import Command, Reply


class BotUnavailable(Exception):
    """Rasa or the actions did not answer; the turn is to be tried again. Holds no message text."""


@dataclass(frozen=True, slots=True)
class BotAnswer:
    """What the bot made of a message."""

    replies: list[Reply]
    context: Context


class Bot:
    """A client of Rasa's REST channel. ``timeout_s`` bounds one turn."""

    def __init__(self, session: aiohttp.ClientSession, url: str, timeout_s: float) -> None:
        self._session = session
        self._url = f"{url}/webhooks/rest/webhook"
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def ask(
        self, conversation_id: str, text: str, command: Command | None, context: Context
    ) -> BotAnswer:
        """Run one turn. A pressed button travels as the intent it stands for.

        Raises BotUnavailable when no complete answer came: no connection, a timeout, or no reply at
        all, which is how Rasa answers when its action server is away.
        """
        said = _intent_message(command) if command else neutral(text)
        payload = {
            "sender": conversation_id,
            "message": said,
            "metadata": {"context": context.model_dump(mode="json"), "text": "" if command else text},
        }
        try:
            async with self._session.post(self._url, json=payload, timeout=self._timeout) as response:
                if response.status != 200:
                    raise BotUnavailable(f"status {response.status}")
                parts = await response.json()
        except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError) as error:
            raise BotUnavailable(type(error).__name__) from error
        return _read_answer(parts, context)


def _intent_message(command: Command) -> str:
    return f"/{command.intent}{json.dumps(command.entities, ensure_ascii=False)}"


def _read_answer(parts: Any, context: Context) -> BotAnswer:
    replies: list[Reply] = []
    try:
        for part in parts:
            custom = part.get("custom") or {}
            if "reply" in custom:
                replies.append(Reply.model_validate(custom["reply"]))
            if "context" in custom:
                context = Context.model_validate(custom["context"])
    except (ValidationError, AttributeError, TypeError) as error:
        raise BotUnavailable("answer does not follow the contract") from error
    if not replies:
        raise BotUnavailable("no reply")
    return BotAnswer(replies, context)
