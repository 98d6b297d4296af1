"""What has to be there before the stack starts: model, schema, knowledge, demo dossiers."""

from __future__ import annotations

import asyncio
import fcntl
import subprocess

from dossiers import DEMO_FILE, import_file
from knowledge import Procedure, publish
from knowledge.checks import check_together
from knowledge.files import read_folder
from motcua import migrate
from motcua.db import Database
from motcua.settings import ROOT, Settings

BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
AUTHOR = "Nhóm nội dung Một Cửa"


class PreparationError(Exception):
    """Something the stack needs is missing or wrong. The message is for the operator."""


def train_model() -> None:
    """Train when the model's inputs changed. Raises PreparationError."""
    if not BOT_PYTHON.exists():
        raise PreparationError("bot/.venv is missing: run `scripts/setup.sh run`")
    models = ROOT / "bot" / "models"
    models.mkdir(exist_ok=True)
    with (models / ".training").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two that start at once must not write one model
        done = subprocess.run(
            [str(BOT_PYTHON), "-m", "bot.train"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        raise PreparationError(f"training failed:\n{done.stderr[-3000:]}")


def migrate_database(settings: Settings) -> None:
    """Bring the schema up to date."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database)


def load_content(settings: Settings) -> list[str]:
    """Publish the shipped procedures that changed, and the demo dossiers. Returns the codes changed."""
    reading = read_folder()
    problems = reading.problems + check_together(reading.procedures)
    if problems:
        raise PreparationError(
            "knowledge/procedures does not pass `motcua knowledge check`:\n" + "\n".join(problems)
        )
    return asyncio.run(_load(settings, reading.procedures))


async def _load(settings: Settings, procedures: list[Procedure]) -> list[str]:
    database = Database(settings.database)
    try:
        async with database.write() as session:
            changed = await publish(
                session, procedures, AUTHOR, "nội dung đi kèm bản cài đặt", keep_others=True
            )
        if settings.demo:
            await import_file(database, settings, DEMO_FILE, source="demo", demo=True)
        return changed
    finally:
        await database.close()
