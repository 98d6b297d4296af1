"""Trains the model when what it is made of has changed; otherwise does nothing.

``python -m bot.train`` hashes config.yml, nlu_data (not its evaluation set), the domain, the rules and
our components, and keeps the hash beside the model. ``--force`` trains anyway.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import List

from bot.server import HERE, MODEL, quiet

ROOT = HERE.parent
EVALUATION = ROOT / "nlu_data" / "evaluation"


def training_files() -> List[Path]:
    """What is trained on: every YAML of nlu_data but the evaluation set, and the rules."""
    data = [path for path in (ROOT / "nlu_data").rglob("*.yml") if EVALUATION not in path.parents]
    return sorted([*data, *(HERE / "rules").glob("*.yml")])


def inputs() -> List[Path]:
    """Everything the model depends on."""
    code = [*(HERE / "components").glob("*.py"), *(ROOT / "vietnamese").glob("*.*")]
    return sorted(
        [
            ROOT / "config.yml",
            HERE / "requirements.txt",
            *training_files(),
            *(HERE / "domain").glob("*.yml"),
            *(path for path in code if path.suffix in (".py", ".yml")),
        ]
    )


def content_hash() -> str:
    """One hash over names and contents of all inputs."""
    total = hashlib.sha256()
    for path in inputs():
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def main() -> int:
    """Train if needed. Returns the exit code."""
    parser = argparse.ArgumentParser(description="Train Một Cửa's model when its inputs changed")
    parser.add_argument("--force", action="store_true")
    arguments = parser.parse_args()
    stamp = MODEL.with_suffix(".sha256")
    wanted = content_hash()
    if not arguments.force and MODEL.exists() and stamp.exists() and stamp.read_text() == wanted:
        print("model is up to date", file=sys.stderr)
        return 0
    quiet()
    stamp.unlink(missing_ok=True)

    from rasa.model_training import train

    result = train(
        domain=str(HERE / "domain"),
        config=str(ROOT / "config.yml"),
        training_files=[str(path) for path in training_files()],
        output=str(MODEL.parent),
        fixed_model_name=MODEL.name,
        force_training=True,
    )
    if result.code != 0 or not result.model:
        return 1
    stamp.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
