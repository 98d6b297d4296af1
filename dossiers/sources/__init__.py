"""The systems that know dossiers, opened by the names in ``MOTCUA_DOSSIERS_SOURCES``.

An entry is the name of a module here (``table``), of any other module with its dots, or
``name=module`` to open one module several times under several names (``dat-dai=http``).
"""

from __future__ import annotations

import re
from importlib import import_module

from dossiers.sources.base import (
    BadSource,
    DossierRecord,
    DossierSource,
    Health,
    SourceBusy,
    SourcePlace,
)
from motcua.db import Database
from motcua.settings import Settings

__all__ = [
    "BadSource",
    "DossierRecord",
    "DossierSource",
    "Health",
    "SourceBusy",
    "SourcePlace",
    "open_source",
    "open_sources",
]

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")


def open_sources(database: Database, settings: Settings) -> list[DossierSource]:
    """The sources of these settings, in the order they are named. Raises BadSource."""
    entries = [entry.strip() for entry in settings.dossiers.sources.split(",") if entry.strip()]
    sources = [open_source(entry, database, settings) for entry in entries]
    names = [source.name for source in sources]
    if not sources or len(names) != len(set(names)):
        raise BadSource("MOTCUA_DOSSIERS_SOURCES must name at least one source, and none twice")
    return sources


def open_source(entry: str, database: Database, settings: Settings) -> DossierSource:
    """The source of one entry of the settings. Raises BadSource."""
    name, _, module = entry.partition("=")
    module = module or name
    if not _NAME.fullmatch(name):
        raise BadSource(f"{name!r} cannot be the name of a dossier source")
    path = module if "." in module else f"{__name__}.{module}"
    try:
        opened: DossierSource = import_module(path).open_source(SourcePlace(name, database, settings))
    except (ModuleNotFoundError, AttributeError) as error:
        raise BadSource(f"dossier source {entry!r}: {error}") from error
    return opened
