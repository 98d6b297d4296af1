"""A process of its own that wants a token: started by the tests, eight at a time.

Says ``ready``, waits for a line, and prints the generation of the token it was given.
"""

from __future__ import annotations

import asyncio
import sys

from channels.zalo import Transport, make_tokens
from motcua.db import Database
from motcua.settings import Settings


async def main() -> None:
    """Take everything from the environment, as the gateway does."""
    settings = Settings()
    database = Database(settings.database)
    async with Transport(settings.zalo.timeout_s) as transport:
        tokens = make_tokens(settings, database, transport)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        token = await tokens.current()
        print(token.generation, flush=True)
        await tokens.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
