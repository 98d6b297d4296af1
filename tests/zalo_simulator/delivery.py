"""How Zalo delivers events: twice at times, out of order, again when it got no 200 in time."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import aiohttp

from tests.zalo_simulator.console import Console

ANSWER_WITHIN_S = 20.0
"""Zalo allows two seconds. Here a whole day comes within minutes, on a machine that may be busy, and the time
a delivery waits for a free connection of ours counts as well."""

RETRY_AFTER_S = (1.0, 3.0, 10.0, 30.0, 60.0)
"""Zalo's five redeliveries, sixty times as fast at their end: a gateway is back within this time."""


class Delivery:
    """Delivers until the webhook says 200, and counts what happened."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tasks: set[asyncio.Task[None]] = set()
        self.counts: Counter[str] = Counter()
        self.first_taken: list[str] = []
        """Ids of messages in the order in which the webhook first said 200 to them."""
        self._taken: set[str] = set()

    def start(self, body: dict[str, Any], kind: str) -> asyncio.Task[None]:
        """Deliver an event, without waiting for it."""
        task = asyncio.create_task(self.deliver(body, kind))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def deliver(self, body: dict[str, Any], kind: str) -> None:
        """Deliver one event: five redeliveries at most, with the same bytes and signature."""
        raw, mac = self._console.sign(body)
        message_id = str(body.get("message", {}).get("msg_id"))
        for tries, wait_s in enumerate((*RETRY_AFTER_S, None)):
            status = await self._post(raw, mac, tries)
            self.counts[f"{kind}: {status or 'no answer'}"] += 1
            if status == 200:
                if kind == "message" and message_id not in self._taken:
                    self._taken.add(message_id)
                    self.first_taken.append(message_id)
                return
            if wait_s is not None:
                self.counts["redeliveries"] += 1
                await asyncio.sleep(wait_s)
        self.counts["given up"] += 1

    async def settle(self) -> None:
        """Wait for everything that is being delivered."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _post(self, raw: bytes, mac: str, tries: int) -> int | None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._console.deliver(raw, f"mac={mac}", tries or None)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None
