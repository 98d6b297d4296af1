"""Brings the database to the newest schema."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from motcua.settings import ROOT


def alembic_config(url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up to ``revision``. Raises what the database raises."""
    command.upgrade(alembic_config(url), revision)
