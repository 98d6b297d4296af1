"""What every source of dossiers must keep. Each gets the same dossiers in its own way (``Stage``)."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import dossiers.sources
from dossiers import import_bytes
from dossiers.drop import DropWatcher
from dossiers.sources import DossierSource, open_source
from motcua.db import Database
from motcua.settings import Settings
from tests.dossiers.sources.city_api import city_api, dossier, write_config

KNOWN, UNMAPPED, PHONELESS, UNKNOWN = (
    "000.00.19.H26-251110-0001", "H26.34.5-251110-0002", "H26-251110-0003", "H26-251110-9999",
)  # fmt: skip
WORDING = "Chờ Hội đồng họp"
_CSV = (
    "mã hồ sơ,trạng thái,số điện thoại,mã thủ tục,ngày tiếp nhận,ngày hẹn trả,nơi giải quyết\n"
    f"{KNOWN},4,0912004521,1.004873,10/11/2025,20/11/2025,UBND phường Mẫu\n"
    f"{UNMAPPED},{WORDING},0912004521,,,,\n"
    f"{PHONELESS},9,,,,,\n"
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a source may use in a test."""

    database: Database
    settings: Settings


Stage = Callable[[Place], AbstractAsyncContextManager[DossierSource]]


@asynccontextmanager
async def table(place: Place) -> AsyncIterator[DossierSource]:
    await import_bytes(place.database, place.settings, _CSV.encode())
    yield open_source("table", place.database, place.settings)


@asynccontextmanager
async def drop(place: Place) -> AsyncIterator[DossierSource]:
    folder: Path = place.settings.data_dir / "drop"
    place.settings.dossiers.drop = folder
    place.settings.dossiers.drop_settle_s = 0
    place.settings.database_url = place.database.engine.url.render_as_string(hide_password=False)
    watcher = DropWatcher(place.database, place.settings)
    await watcher.look()
    (folder / "export.csv").write_text(_CSV, encoding="utf-8")
    await watcher.look()
    assert await watcher.look() == 1
    yield open_source("drop", place.database, place.settings)


@asynccontextmanager
async def http(place: Place) -> AsyncIterator[DossierSource]:
    async with city_api() as api:
        api.dossiers = {
            KNOWN: dossier(KNOWN),
            UNMAPPED: dossier(UNMAPPED, WORDING),
            PHONELESS: dossier(PHONELESS, "9", nguoiNop=None),
        }
        write_config(place.settings.data_dir, api)
        source = open_source("http", place.database, place.settings)
        yield source
        await source.close()


STAGES: dict[str, Stage] = {"table": table, "drop": drop, "http": http}


def registered() -> list[str]:
    """Every module of the package that is a source."""
    found = []
    for module in pkgutil.iter_modules(dossiers.sources.__path__):
        path = f"{dossiers.sources.__name__}.{module.name}"
        if hasattr(__import__(path, fromlist=["open_source"]), "open_source"):
            found.append(module.name)
    return found
