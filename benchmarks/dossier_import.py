"""How long an import of many dossiers takes, how much memory it holds, and how long others wait to write.

``python -m benchmarks.dossier_import [--rows 100000] [--postgres] [--excel]`` works in a folder of its own.
Figures are in docs/performance.md; machines differ, so compare figures of one run only.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text

from dossiers import import_file
from motcua.db import Database
from motcua.settings import Settings
from tests.databases import postgres_server, with_tables
from tests.dossiers.files import write_csv, write_xlsx


async def _others(database: Database, waits: list[float]) -> None:
    """Another writer, as a citizen's turn is: how long each of its small transactions takes."""
    while True:
        started = time.perf_counter()
        async with database.write() as session:
            await session.execute(
                text("UPDATE dossier_source_states SET lease_by = 'x' WHERE source = 'none'")
            )
        waits.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.05)


async def measure(url: str, file: Path, folder: Path) -> None:
    """Import the file twice and print what it took."""
    settings = Settings(data_dir=folder, secret_key=SecretStr("benchmark"))
    async with with_tables(url) as database:
        second = Database(url)
        for name in ("first run", "second run"):
            waits: list[float] = []
            others = asyncio.create_task(_others(second, waits))
            started = time.perf_counter()
            report = await import_file(database, settings, file)
            took = time.perf_counter() - started
            others.cancel()
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            waits.sort()
            print(
                f"{name}: {took:.1f} s, {report.counts}, most memory {memory:.0f} MB, another writer "
                f"waits {waits[len(waits) // 2]:.0f} ms in the middle, {waits[-1]:.0f} ms at most"
            )
        await second.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--excel", action="store_true")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="motcua-import-")))
        file = folder / ("dossiers.xlsx" if arguments.excel else "dossiers.csv")
        (write_xlsx if arguments.excel else write_csv)(file, arguments.rows)
        url = f"sqlite+aiosqlite:///{folder / 'dossiers.db'}"
        if arguments.postgres:
            url = stack.enter_context(postgres_server())
        print(f"{arguments.rows} rows, {file.stat().st_size / 2**20:.1f} MB, {url.partition(':')[0]}")
        asyncio.run(measure(url, file, folder))


if __name__ == "__main__":
    main()
