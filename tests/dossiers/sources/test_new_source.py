"""A second dossier system is one new file and its name in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from dossiers import BadSource, Busy, DossierDesk, Found, Refused, import_bytes, open_sources
from motcua.db import Database
from motcua.settings import Settings

MODULE = '''
"""The dossiers of a land office."""
from dossiers.hashing import Hasher
from dossiers.sources.base import DossierRecord, DossierSource, Health, SourceBusy
from dossiers.statuses import Status
from motcua.db import now


class LandSource(DossierSource):
    title = "Văn phòng đăng ký đất đai Mẫu"

    def __init__(self, place):
        self.name = place.name
        self._hasher = Hasher(place.settings)

    async def find(self, code):
        if code.number == "0666":
            raise ValueError("0912004521 is in this error")
        if code.number == "0777":
            raise SourceBusy("closed for lunch")
        if code.number != "0001":
            return None
        phone = self._hasher.phone(code.canonical, "4521")
        return DossierRecord(code, Status.DONE, self.name, now(), phone_hash=phone)

    async def health(self):
        return Health(True, "fine")


def open_source(place):
    return LandSource(place)
'''


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database, settings: Settings
) -> DossierDesk:
    package = tmp_path / "district"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "land_office.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.dossiers.sources = "table,land=district.land_office"
    return DossierDesk(database, settings)


async def test_its_dossiers_are_found_beside_those_of_the_table(
    desk: DossierDesk, database: Database, settings: Settings
) -> None:
    csv = "mã hồ sơ,trạng thái,số điện thoại\nH26-251110-0002,4,0912004521\n".encode()
    await import_bytes(database, settings, csv)
    land = await desk.lookup("H26-251110-0001", "4521", "a")
    table = await desk.lookup("H26-251110-0002", "4521", "a")
    assert isinstance(land, Found)
    assert isinstance(table, Found)
    assert (land.dossier.source, table.dossier.source) == ("land", "table")
    assert await desk.lookup("H26-251110-0003", "4521", "a") == Refused(4)


@pytest.mark.parametrize("number", ["0666", "0777"])
async def test_what_breaks_in_it_is_busy_and_no_error_text_is_logged(
    desk: DossierDesk, capfd: pytest.CaptureFixture[str], number: str
) -> None:
    outcome = await desk.lookup(f"H26-251110-{number}", "4521", "a")
    assert outcome == Busy(("Văn phòng đăng ký đất đai Mẫu",))
    assert "0912004521" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "sources", ["", "none-such", "table,table", "dossiers.codes", "a b", "x=no.such.module"]
)
def test_settings_that_name_no_source_are_refused(
    database: Database, settings: Settings, sources: str
) -> None:
    settings.dossiers.sources = sources
    with pytest.raises(BadSource):
        open_sources(database, settings)
