"""Several gateways: what happens on one is told to those who watch on the others, through Valkey.

An event only says "look", and everybody also looks by themselves. So nothing waits for Valkey: an event is
dropped when the server is away, and the connection is tried again, less and less often.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable

import structlog
from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError

from conversations.contract import Author, Event, EventKind
from conversations.metrics import WAKE_LISTENING
from motcua.settings import Settings

log = structlog.get_logger(__name__)

_BACKLOG = 1000
_TIMEOUT_S = 3.0
_QUIET_S = 10.0
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_LOST = (ValkeyError, OSError, TimeoutError, asyncio.IncompleteReadError)


class Wake:
    """Sends the events of this gateway and hands those of the others to ``deliver``."""

    def __init__(self, settings: Settings, deliver: Callable[[Event], None]) -> None:
        self._url = settings.wake_url
        # A server may be shared; whoever knows our secret shares our events.
        self._channel = f"motcua:events:{settings.key('wake').hex()[:16]}"
        self._deliver = deliver
        self._origin = uuid.uuid4().hex
        self._queue: asyncio.Queue[Event] = asyncio.Queue(_BACKLOG)
        self.listening = False

    def publish(self, event: Event) -> None:
        """Have ``event`` told to the other gateways. Never blocks."""
        if self.listening and not self._queue.full():
            self._queue.put_nowait(event)

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        pause = _SHORTEST_PAUSE_S
        while True:
            try:
                async with (
                    Valkey.from_url(
                        self._url, socket_connect_timeout=_TIMEOUT_S, socket_timeout=_TIMEOUT_S
                    ) as client,
                    asyncio.TaskGroup() as both,
                ):
                    both.create_task(self._listen(client))
                    both.create_task(self._send(client))
            except* _LOST as group:
                lost = group.exceptions[0]
                log.warning("wake.lost", error=type(lost).__name__, retry_in_s=pause)
            if self.listening:
                pause = _SHORTEST_PAUSE_S
            self._heard(False)
            while not self._queue.empty():  # too late for these: everybody has looked by then
                self._queue.get_nowait()
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE_S, pause * 2)

    async def _listen(self, client: Valkey) -> None:
        async with client.pubsub() as subscription:
            await subscription.subscribe(self._channel)
            while True:
                heard = await subscription.get_message(timeout=_QUIET_S)
                if heard is None:
                    await subscription.ping()  # a server that vanished says nothing either
                elif heard["type"] == "subscribe":
                    self._heard(True)
                    log.info("wake.listening")
                elif heard["type"] == "message" and (event := self._read(heard["data"])):
                    self._deliver(event)

    async def _send(self, client: Valkey) -> None:
        while True:
            event = await self._queue.get()
            said = {
                "from": self._origin,
                "kind": event.kind,
                "conversation": event.conversation_id,
                "message": event.message_id,
                "author": event.author,
            }
            await client.publish(self._channel, json.dumps(said))

    def _read(self, data: bytes) -> Event | None:
        try:
            said = json.loads(data)
            if said["from"] == self._origin:
                return None
            return Event(
                EventKind(said["kind"]), str(said["conversation"]), said["message"], Author(said["author"])
            )
        except (ValueError, KeyError, TypeError):
            return None  # from another version

    def _heard(self, listening: bool) -> None:
        self.listening = listening
        WAKE_LISTENING.set(listening)
