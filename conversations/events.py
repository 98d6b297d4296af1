"""Who is watching a conversation in this process, and the wake-up calls of the workers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from conversations.contract import Event

_BACKLOG = 1000


class Watchers:
    """In-process publish and subscribe. An event only says "look": the database has the truth,
    so a watcher that is too slow may miss one and still miss nothing. ``forward`` takes events to the
    other gateways (``conversations.wake``)."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self.forward: Callable[[Event], None] | None = None

    @contextmanager
    def watch(self, conversation_id: str) -> Iterator[asyncio.Queue[Event]]:
        """A queue that receives the events of one conversation while the context is open."""
        queue: asyncio.Queue[Event] = asyncio.Queue(_BACKLOG)
        self._queues[conversation_id].add(queue)
        try:
            yield queue
        finally:
            self._queues[conversation_id].discard(queue)
            if not self._queues[conversation_id]:
                del self._queues[conversation_id]

    def publish(self, event: Event) -> None:
        """Hand ``event`` to everybody who watches its conversation, on any gateway. Never blocks."""
        self.deliver(event)
        if self.forward:
            self.forward(event)

    def deliver(self, event: Event) -> None:
        """Hand ``event`` to those who watch in this process."""
        for queue in self._queues.get(event.conversation_id, ()):
            if not queue.full():
                queue.put_nowait(event)


class Alarm:
    """Wakes a worker early; otherwise it looks by itself after its pause."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """There may be something to do."""
        self._event.set()

    async def wait(self, pause_s: float) -> None:
        """Return when rung, or after ``pause_s`` seconds."""
        # Not wait_for: in Python 3.11 it can swallow a cancellation that comes with the ring.
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._event.wait()
        self._event.clear()
