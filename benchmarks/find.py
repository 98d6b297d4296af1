"""How long it takes to find the procedure and the ward in a message.

``python -m benchmarks.find`` reads the procedures of the configured database and looks up every message of
the evaluation set. Figures are in docs/performance.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np

from evaluation import read_cases
from knowledge import Library
from knowledge.ward_names import find_wards
from motcua.db import Database
from motcua.settings import ROOT, get_settings


def main() -> None:
    """Measure and print."""
    cases = [case for file in (ROOT / "nlu_data" / "evaluation").glob("*.jsonl") for case in read_cases(file)]
    texts = [text for case in cases for text in case.turns]
    started = time.perf_counter()
    library = asyncio.run(_load())
    print(f"{len(library.edition.procedures)} procedures loaded in {time.perf_counter() - started:.1f} s")
    _measure("procedure", library.edition.search.look, texts)
    _measure("ward", find_wards, texts)


async def _load() -> Library:
    database = Database(get_settings().database)
    try:
        library = Library(database)
        await library.refresh()
        return library
    finally:
        await database.close()


def _measure(what: str, find: Callable[[str], object], texts: list[str]) -> None:
    for text in texts[:50]:
        find(text)
    times = []
    for text in texts:
        started = time.perf_counter()
        find(text)
        times.append(1000 * (time.perf_counter() - started))
    median, late = np.percentile(times, [50, 95])
    print(f"{what}: median {median:.2f} ms, p95 {late:.2f} ms, {len(times)} messages")


if __name__ == "__main__":
    main()
