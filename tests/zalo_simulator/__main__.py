"""``python -m tests.zalo_simulator``: Zalo on this machine, with a keyboard for a citizen.

Point the assistant at it with MOTCUA_ZALO_API_URL and MOTCUA_ZALO_OAUTH_URL and store the pair that
is printed. Each line typed is sent to the webhook as a message of one citizen; what the assistant
sends back is printed. ``/expire`` kills the access token, ``/fault NAME`` lets the next message fail.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import aiohttp
from aiohttp import web

from tests.zalo_simulator.console import Console
from tests.zalo_simulator.faults import Fault
from tests.zalo_simulator.server import make_app
from tests.zalo_simulator.world import World

_USER = "246845246845246845"


async def run(port: int, webhook: str) -> None:
    """Serve until the input ends."""
    world = World()
    runner = web.AppRunner(make_app(world))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    account = world.account
    print(f"listening on http://127.0.0.1:{port}")
    print(f"MOTCUA_ZALO_APP_ID={account.app_id} MOTCUA_ZALO_OA_ID={account.oa_id}")
    print(f"MOTCUA_ZALO_APP_SECRET={account.app_secret} MOTCUA_ZALO_OA_SECRET={account.oa_secret}")
    print(f"access token {world.access_token}, refresh token {world.refresh_token}", flush=True)
    citizen = world.add_citizen(_USER)
    async with aiohttp.ClientSession() as session:
        printer = asyncio.create_task(_print_new(world))
        console = Console(world, session, webhook)
        while line := await asyncio.to_thread(sys.stdin.readline):
            await _obey(line.strip(), world, console, citizen.id)
        printer.cancel()
    await runner.cleanup()


async def _obey(line: str, world: World, console: Console, user_id: str) -> None:
    if line == "/expire":
        world.expire_access()
    elif line.startswith("/fault "):
        try:
            world.faults.order("message", Fault(line.removeprefix("/fault ").strip()))
        except ValueError:
            print("faults:", ", ".join(Fault))
    elif line:
        try:
            print("webhook answered", await console.say(user_id, line), flush=True)
        except aiohttp.ClientError as error:
            print("webhook not reached:", type(error).__name__, flush=True)


async def _print_new(world: World) -> None:
    shown = 0
    while True:
        received = world.citizens[_USER].received
        for text in received[shown:]:
            print(f"<< {text}", flush=True)
        shown = len(received)
        await asyncio.sleep(0.1)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--webhook", default="http://127.0.0.1:8080/zalo/webhook")
    chosen = parser.parse_args()
    asyncio.run(run(chosen.port, chosen.webhook))


if __name__ == "__main__":
    main()
