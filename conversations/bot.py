"""The way to Rasa: one message in, typed replies and the new context out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from conversations.guards import neutral
from motcua.context import Context
from motcua.reply import Command, Reply


class BotUnavailable(Exception):
    """There is no usable answer; the turn is to be tried again. Holds no message text.

    ``reachable`` tells a bot that stumbles over this message (status 500, an answer outside the
    contract) from one that is away (no connection, a timeout, no reply): waiting helps the second.
    """

    def __init__(self, why: str, *, reachable: bool = False) -> None:
        super().__init__(why)
        self.reachable = reachable


@dataclass(frozen=True, slots=True)
class BotAnswer:
    """What the bot made of a message. ``intent`` is what it was taken for, None where nobody asked Rasa."""

    replies: list[Reply]
    context: Context
    intent: str | None = None


class Bot:
    """A client of Rasa's REST channel. ``timeout_s`` bounds one turn."""

    def __init__(self, session: aiohttp.ClientSession, url: str, timeout_s: float) -> None:
        self._session = session
        self._url = f"{url}/webhooks/rest/webhook"
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def ask(
        self,
        conversation_id: str,
        text: str,
        command: Command | None,
        context: Context,
        *,
        draft: int | None = None,
    ) -> BotAnswer:
        """Run one turn. A pressed button travels as the intent it stands for.

        ``draft`` is a change of the desk to be answered from, as if it were in force; only the desk sets it.

        Raises BotUnavailable when no complete answer came: no connection, a timeout, or no reply at
        all, which is how Rasa answers when its action server is away.
        """
        said = _intent_message(command) if command else neutral(text)
        metadata: dict[str, Any] = {
            "context": context.model_dump(mode="json"),
            "text": "" if command else text,
        }
        if draft is not None:
            metadata["draft"] = draft
        payload = {"sender": conversation_id, "message": said, "metadata": metadata}
        try:
            async with self._session.post(self._url, json=payload, timeout=self._timeout) as response:
                if response.status != 200:
                    raise BotUnavailable(f"status {response.status}", reachable=response.status == 500)
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise BotUnavailable(type(error).__name__) from error
        return _read_answer(body, context)


def _intent_message(command: Command) -> str:
    return f"/{command.intent}{json.dumps(command.entities, ensure_ascii=False)}"


def _read_answer(body: bytes, context: Context) -> BotAnswer:
    replies: list[Reply] = []
    intent: str | None = None
    try:
        parts: Any = json.loads(body)
        if not isinstance(parts, list):
            raise TypeError("not a list")
        for part in parts:
            custom = part.get("custom") or {}
            if "reply" in custom:
                replies.append(Reply.model_validate(custom["reply"]))
            if "context" in custom:
                context = Context.model_validate(custom["context"])
            if "intent" in custom:
                intent = str(custom["intent"])
    except (ValueError, AttributeError, TypeError) as error:  # ValueError: JSON, UTF-8 and pydantic
        raise BotUnavailable("answer does not follow the contract", reachable=True) from error
    if not replies:
        raise BotUnavailable("no reply", reachable=bool(parts))
    return BotAnswer(replies, context, intent)
