"""How long one turn takes, from the citizen's socket through gateway, Rasa and actions and back.

``python -m benchmarks.turn`` starts a stack of its own on an empty database, unless one runs. Figures are
in docs/performance.md; machines differ, so compare figures of one run only.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time

import aiohttp

from motcua.cli.ask import running_stack
from motcua.client import Chat
from motcua.settings import Settings, get_settings

QUESTIONS = (
    "làm giấy khai sinh cho con cần những gì",
    "lam giay khai sinh het bao nhieu tien",
    "thế bao lâu thì có",
    "đổi thẻ căn cước ở đâu",
    "vợ tôi mới sinh cháu, giờ phải làm gì ạ",
    "dang ky tam tru online dc k",
    "cảm ơn nhé",
    "hôm nay trời có mưa không",
)


async def one_client(settings: Settings, turns: int) -> list[float]:
    """Milliseconds of each turn of one citizen who asks one question after the other."""
    async with aiohttp.ClientSession() as http, Chat(http, settings.url, settings.operator_token) as chat:
        for question in QUESTIONS:
            await chat.say(question)
        return [(await chat.say(QUESTIONS[number % len(QUESTIONS)])).ms for number in range(turns)]


async def many_clients(settings: Settings, clients: int, turns: int) -> float:
    """Turns a second when ``clients`` citizens ask at once."""
    started = time.perf_counter()
    await asyncio.gather(*(one_client(settings, turns) for _ in range(clients)))
    return clients * (turns + len(QUESTIONS)) / (time.perf_counter() - started)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    arguments = parser.parse_args()
    settings = get_settings()
    with running_stack(settings):
        took = sorted(asyncio.run(one_client(settings, arguments.turns)))
        rate = asyncio.run(many_clients(settings, arguments.clients, arguments.turns // arguments.clients))
    p95 = took[int(len(took) * 0.95)]
    print(f"one client, {len(took)} turns: median {statistics.median(took):.1f} ms, p95 {p95:.1f} ms")
    print(f"{arguments.clients} clients: {rate:.0f} turns/s")


if __name__ == "__main__":
    main()
