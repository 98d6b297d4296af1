"""What Rasa's process writes to its log: nothing that a citizen wrote."""

import socket
import subprocess
import sys

from bot.server import HERE

_A_TURN_THAT_FAILS = """
import asyncio
from bot.server import log_without_texts
log_without_texts()
import aiohttp
from rasa.core.channels.rest import RestInput
from sanic import Sanic

async def fail(message):
    raise ValueError("broken")

async def main():
    app = Sanic("failing")
    app.blueprint(RestInput().blueprint(fail), url_prefix="/webhooks/rest")
    server = await app.create_server("127.0.0.1", PORT, return_asyncio_server=True)
    await server.startup()
    await server.start_serving()
    url = "http://127.0.0.1:PORT/webhooks/rest/webhook"
    async with aiohttp.ClientSession() as http:
        async with http.post(url, json={"sender": "an", "message": "mã của tôi là 4521"}) as answer:
            print("status", answer.status)
    server.close()

asyncio.run(main())
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_turn_that_fails_is_logged_without_its_text():
    done = subprocess.run(
        [sys.executable, "-c", _A_TURN_THAT_FAILS.replace("PORT", str(free_port()))],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    log = done.stdout + done.stderr
    assert "rest.message.received.failure" in log, log
    assert "4521" not in log
