"""A day of one Official Account in a minute: what citizens write, and how badly it is delivered.

Everything is drawn from one seed, so that a day can be played again.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.zalo_simulator.console import Console
from tests.zalo_simulator.delivery import Delivery
from tests.zalo_simulator.faults import Fault
from tests.zalo_simulator.world import Citizen, Entry, World


@dataclass(frozen=True)
class Plan:
    """How much happens. Shares are of all messages; ``seconds`` is how long citizens go on writing."""

    citizens: int = 300
    messages: int = 2000
    seconds: float = 60.0
    duplicates: float = 0.06
    swapped: float = 0.05
    timeouts: int = 12
    unclear: int = 12
    refused: int = 6
    rate_limited_at: int = 500
    seed: int = 20260301


@dataclass(frozen=True)
class Incident:
    """Something that happens once a share of the messages was written and the last incident is over.

    ``act`` returns when it is over.
    """

    share: float
    name: str
    act: Callable[[], Awaitable[None]]


@dataclass
class Written:
    """A message of a citizen."""

    user_id: str
    message_id: str
    text: str
    at: float


class Day:
    """Plays the day against one webhook."""

    def __init__(self, world: World, console: Console, questions: Sequence[str], plan: Plan) -> None:
        self.world, self.plan = world, plan
        self._console, self._questions = console, questions
        self._random = random.Random(plan.seed)  # noqa: S311
        self.delivery = Delivery(console)
        self.written: list[Written] = []
        world.sent_listeners.append(self._echo)

    def prepare_faults(self) -> None:
        """Decide which calls of the OA API will fail, and how."""
        plan, faults = self.plan, {}
        early, late = plan.rate_limited_at // 4, int(plan.messages * 0.95)
        numbers = self._random.sample(range(early, late), plan.timeouts + plan.unclear + plan.refused)
        kinds: list[Fault | int] = [
            *self._take((Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE), plan.timeouts),
            *self._take(
                (Fault.ERROR_500_AFTER, Fault.CUT_AFTER, Fault.ERROR_500_BEFORE, Fault.HTML_AFTER),
                plan.unclear,
            ),
            *self._take((-200,), plan.refused),
        ]
        faults = dict(zip(numbers, kinds, strict=True))
        faults |= {plan.rate_limited_at: -32, plan.rate_limited_at + 1: Fault.TOO_MANY}
        self.world.faults.order_at("message", faults)

    async def play(self, incidents: Sequence[Incident] = ()) -> None:
        """Write and deliver everything; returns when Zalo has nothing left to deliver."""
        plan = self.plan
        writers = self._writers()
        moments = sorted(self._random.uniform(0, plan.seconds) for _ in writers)
        began, held = time.monotonic(), {}
        trouble = asyncio.create_task(self._trouble(incidents))
        for user_id, moment in zip(writers, moments, strict=True):
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            event = self._write(user_id)
            if user_id in held:
                self.delivery.counts["out of order"] += 1
                self._deliver(event)
                self._deliver(held.pop(user_id))
            elif self._random.random() < plan.swapped:
                held[user_id] = event
            else:
                self._deliver(event)
        for event in held.values():
            self._deliver(event)
        await trouble
        await self.delivery.settle()

    async def _trouble(self, incidents: Sequence[Incident]) -> None:
        for incident in incidents:
            while len(self.written) < incident.share * self.plan.messages:
                await asyncio.sleep(0.05)
            self.delivery.counts[incident.name] += 1
            await incident.act()

    def _take(self, kinds: Sequence[Fault | int], count: int) -> list[Fault | int]:
        return [kinds[n % len(kinds)] for n in range(count)]

    def _writers(self) -> list[str]:
        """Who writes each message: everybody at least once, some a lot."""
        users = [f"9{n:017d}" for n in range(self.plan.citizens)]
        weights = [self._random.paretovariate(2.0) for _ in users]
        more = self._random.choices(users, weights, k=self.plan.messages - len(users))
        writers = users + more
        self._random.shuffle(writers)
        return writers

    def _write(self, user_id: str) -> dict[str, object]:
        citizen = self.world.citizens.get(user_id) or self.world.add_citizen(user_id)
        citizen.interacted_at = time.time()
        text = self._random.choice(self._questions)
        entry = Entry(secrets.token_hex(10), 1, text, time.time())
        citizen.entries.append(entry)
        self.written.append(Written(user_id, entry.message_id, text, entry.at))
        return self._console.event(user_id, message={"text": text, "msg_id": entry.message_id})

    def _deliver(self, event: dict[str, object]) -> None:
        self.delivery.start(event, "message")
        if self._random.random() < self.plan.duplicates:
            self.delivery.counts["duplicates"] += 1
            self.delivery.start(event, "message")

    def _echo(self, citizen: Citizen, entry: Entry) -> None:
        self.delivery.start(self._console.echo(citizen.id, entry), "echo")
