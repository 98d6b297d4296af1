"""Trains one pipeline on the examples of nlu_data and reads labelled messages with it, to compare pipelines.

``python -m bot.compare PIPELINE.yml --every 3`` takes a JSON list of texts on standard input, trains on every
third example, and prints one JSON object: ``intents`` ([name, confidence] a text), ``train_s`` and
``parse_ms`` (median) in time of the processor, because the machine may be busy, and ``peak_mb``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import List, Tuple

import yaml

from bot.server import HERE, quiet
from bot.train import QUESTIONS, training_files


def main() -> None:
    """Train, read, print."""
    parser = argparse.ArgumentParser(description="Train and read with one pipeline")
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("--every", type=int, default=1, help="train on every so many-th example only")
    arguments = parser.parse_args()
    texts: List[str] = json.load(sys.stdin)
    quiet()
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        model = _train(arguments.pipeline, Path(folder), arguments.every)
        trained = time.process_time() - started
        intents, times = asyncio.run(_read(model, texts))
    result = {
        "intents": intents,
        "train_s": round(trained, 1),
        "parse_ms": round(median(times or [0.0]), 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(result))


def _train(pipeline: Path, folder: Path, every: int) -> str:
    from rasa.model_training import train_nlu  # noqa: PLC0415 - after quiet()

    examples = folder / "nlu.yml"
    merged = [
        entry
        for path in training_files()
        if path != QUESTIONS  # with them DIET alone would train for most of an hour
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", [])
    ]
    for entry in merged:
        entry["examples"] = "\n".join(entry["examples"].splitlines()[::every])
    examples.write_text(
        yaml.safe_dump({"version": "3.1", "nlu": merged}, allow_unicode=True), encoding="utf-8"
    )
    model = train_nlu(str(pipeline), str(examples), str(folder), domain=str(HERE / "domain"))
    if not model:
        raise SystemExit(f"training {pipeline.name} failed")
    return model


async def _read(model: str, texts: List[str]) -> Tuple[List[Tuple[str, float]], List[float]]:
    from rasa.core.agent import Agent  # noqa: PLC0415

    agent = Agent.load(model)
    intents: List[Tuple[str, float]] = []
    times: List[float] = []
    for text in texts:
        started = time.process_time()
        read = await agent.parse_message(text)
        times.append(1000 * (time.process_time() - started))
        intents.append((read["intent"]["name"], float(read["intent"]["confidence"])))
    return intents, times


if __name__ == "__main__":
    main()
