"""What one socket is sent: the transcript after its cursor, read from the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from channels.web import protocol
from conversations import Conversations
from conversations.contract import Author, EventKind, StoredMessage
from motcua.reply import Kind

log = structlog.get_logger(__name__)

_PAGE = 200
_LOOK_WHILE_WAITING_S = 2.0
_LOOK_OTHERWISE_S = 15.0


class Feed:
    """Sends what happens in a conversation, once and in order.

    What is sent comes from the database. An event of the conversation says when to look; in case
    another gateway runs the turn, or an event is lost, the feed also looks by itself. ``broken`` is
    called when it cannot go on.
    """

    def __init__(
        self,
        conversations: Conversations,
        send: Callable[[dict[str, Any]], Awaitable[None]],
        broken: Callable[[], Awaitable[object]],
    ) -> None:
        self._conversations, self._send, self._broken = conversations, send, broken
        self._cursor: int | None = None  # last message sent; None before the first hello
        self._unanswered: set[int] = set()
        self._done_turns: set[int] = set()
        self.conversation: str | None = None
        self._follower: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()

    async def close(self) -> None:
        """Stop following."""
        if self._follower:
            self._follower.cancel()
            await asyncio.gather(self._follower, return_exceptions=True)

    async def welcome(self, found: str | None, after: int, frame: dict[str, Any]) -> None:
        """Send ``frame`` with the transcript of conversation ``found`` after message ``after``."""
        async with self._looking:
            messages = await self._transcript(found, after) if found else []
            self._cursor = messages[-1].id if messages else after
            await self._send({**frame, "messages": [protocol.message_wire(message) for message in messages]})
        if found:
            self.follow(found)

    def follow(self, conversation_id: str) -> None:
        """Send what happens in the conversation from now on."""
        if self.conversation == conversation_id:
            return
        if self._follower:
            self._follower.cancel()
        self.conversation = conversation_id
        self._follower = asyncio.create_task(self._followed(conversation_id))

    def expect(self, turn: int) -> None:
        """A message was accepted: its answer is waited for."""
        if turn not in self._done_turns:
            self._unanswered.add(turn)

    async def done_if_answered(self, turn: int) -> None:
        """Replies are stored in one transaction with the end of the turn: one of them proves it."""
        messages = await self._after(self.conversation or "", turn)
        if any(answers(message) == turn for message in messages):
            await self._done(turn)

    async def _followed(self, conversation_id: str) -> None:
        try:
            with self._conversations.watch(conversation_id) as events:
                await self._look(conversation_id)  # what happened before we watched
                while True:
                    pause = _LOOK_WHILE_WAITING_S if self._unanswered else _LOOK_OTHERWISE_S
                    try:
                        # Not wait_for: in Python 3.11 it may swallow a cancellation, and we never end.
                        async with asyncio.timeout(pause):
                            event = await events.get()
                    except TimeoutError:
                        await self._look(conversation_id)
                        continue
                    if event.kind is EventKind.TYPING and event.author is Author.CITIZEN:
                        continue  # their own
                    if event.kind is EventKind.TYPING:
                        await self._send({"type": "typing", "author": event.author.value})
                        continue
                    if event.kind is EventKind.ERASED:
                        await self._send({"type": "erased"})
                    await self._look(conversation_id)
                    if event.kind is EventKind.TURN_DONE and event.message_id is not None:
                        await self._done(event.message_id)
        except ConnectionError:
            pass
        except Exception:
            log.exception("web.follow_failed")
            await self._broken()  # the client comes back and asks again

    async def _look(self, conversation_id: str) -> None:
        """Send every message after the last one sent."""
        async with self._looking:
            if self._cursor is None:
                return
            answered: set[int | None] = set()
            for message in await self._after(conversation_id, self._cursor):
                await self._send({"type": "message", "message": protocol.message_wire(message)})
                self._cursor = message.id
                answered.add(answers(message))
        for turn in sorted(self._unanswered & answered):
            await self._done(turn)

    async def _done(self, turn: int) -> None:
        """Say once that a turn is done, however we came to know it."""
        self._unanswered.discard(turn)
        if turn not in self._done_turns:
            self._done_turns.add(turn)
            await self._send({"type": "done", "turn": turn})

    async def _after(self, conversation_id: str, after: int) -> list[StoredMessage]:
        return await all_after(self._conversations, conversation_id, after)

    async def _transcript(self, conversation_id: str, after: int) -> list[StoredMessage]:
        messages = await self._after(conversation_id, after)
        return messages if after else messages[-protocol.TRANSCRIPT :]


async def all_after(conversations: Conversations, conversation_id: str, after: int) -> list[StoredMessage]:
    """The whole transcript after a message, oldest first."""
    messages: list[StoredMessage] = []
    while True:
        page = await conversations.messages_after(conversation_id, after, _PAGE)
        messages += page
        if len(page) < _PAGE:
            return messages
        after = page[-1].id


def answers(message: StoredMessage) -> int | None:
    """The turn that this message proves to be done. "Please wait" is stored before the turn is."""
    if message.author is not Author.BOT or message.turn_id is None:
        return None
    waiting = message.reply is not None and message.reply.kind is Kind.ERROR
    return None if waiting else message.turn_id
