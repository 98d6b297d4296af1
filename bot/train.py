"""Trains the model when what it is made of has changed; otherwise does nothing.

``python -m bot.train`` hashes config.yml, nlu_data (not its evaluation set), the questions of the procedures,
what goes on after an answer, the domain, the rules and our components, and keeps the hash beside the model.
``--force`` trains anyway.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Dict, List

import yaml

from bot.server import HERE, MODEL, quiet

ROOT = HERE.parent
EVALUATION = ROOT / "nlu_data" / "evaluation"
PROCEDURES = ROOT / "knowledge" / "procedures"
GOING_ON = ROOT / "knowledge" / "going_on.yml"
QUESTIONS = HERE / "models" / "questions.yml"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def training_files() -> List[Path]:
    """What is trained on: every YAML of nlu_data but the evaluation set, the rules, and the questions of the
    procedures, which are written out anew."""
    data = [path for path in (ROOT / "nlu_data").rglob("*.yml") if EVALUATION not in path.parents]
    write_questions()
    return sorted([*data, *(HERE / "rules").glob("*.yml"), QUESTIONS])


def write_questions() -> None:
    """Write the labelled questions of the procedures, and what people go on with after an answer, as training
    examples, when they have changed."""
    examples: Dict[str, List[str]] = {}
    for path in sorted(PROCEDURES.glob("*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe one
        for facet, questions in ((content or {}).get("questions") or {}).items():
            examples.setdefault(f"ask_{facet}", []).extend(questions)
    for entry in yaml.load(GOING_ON.read_text(encoding="utf-8"), _LOADER):  # noqa: S506 - a safe one
        for facet, texts in (entry.get("goes_on") or {}).items():
            examples.setdefault(f"ask_{facet}", []).extend(texts)
        for turned in entry.get("turns_to") or ():
            intent = "correct" if turned.get("corrects") else f"ask_{turned['facet']}"
            examples.setdefault(intent, []).append(turned["text"])
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in sorted(examples.items())
    ]
    written = yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, width=10**6)
    QUESTIONS.parent.mkdir(exist_ok=True)
    if not QUESTIONS.exists() or QUESTIONS.read_text(encoding="utf-8") != written:
        QUESTIONS.write_text(written, encoding="utf-8")


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


def reuse_nothing() -> None:
    """Have Rasa train every component anew, without hashing all examples around each to see if it must,
    and read every file once.

    Training is started only when something has changed, and then everything depends on it; the hashes of ten
    thousand examples, taken a dozen times, were a third of the time. The files are asked for three times, and
    their examples copied and told apart by such hashes half a dozen times, before a component works on them.
    """
    from rasa.shared.nlu.constants import INTENT, TEXT
    from rasa.shared.nlu.training_data import loading
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    TrainingData.fingerprint = lambda self: uuid.uuid4().hex
    loading.load_data = lru_cache(maxsize=None)(loading.load_data)
    Message.__hash__ = lambda self: hash((self.get(TEXT), self.get(INTENT)))
    Message.__deepcopy__ = lambda self, memo: self


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

    reuse_nothing()
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
