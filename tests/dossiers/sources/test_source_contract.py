"""The contract of dossier sources, kept by every one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from dossiers import DossierDesk, DossierSource, Found, Refused, Status, parse_code
from dossiers.codes import DossierCode
from dossiers.hashing import Hasher
from motcua.db import Database, now
from motcua.settings import Settings
from tests.dossiers.sources.city_api import TOKEN
from tests.dossiers.sources.contract import (
    KNOWN,
    PHONELESS,
    STAGES,
    UNKNOWN,
    UNMAPPED,
    WORDING,
    Place,
    registered,
)


def code_of(text: str) -> DossierCode:
    code = parse_code(text)
    assert code
    return code


def test_every_source_that_exists_is_held_to_the_contract() -> None:
    assert sorted(registered()) == sorted(STAGES)


@pytest.fixture(params=sorted(STAGES))
async def source(
    request: pytest.FixtureRequest,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[DossierSource]:
    monkeypatch.setenv("CITY_API_TOKEN", TOKEN)
    async with STAGES[request.param](Place(database, settings)) as opened:
        yield opened


async def test_a_known_dossier_is_told_as_the_system_has_it(
    source: DossierSource, settings: Settings
) -> None:
    record = await source.find(code_of(KNOWN))
    assert record
    assert (record.code.canonical, record.status, record.source) == (KNOWN, Status.PROCESSING, source.name)
    assert (record.procedure, record.office) == ("1.004873", "UBND phường Mẫu")
    assert (record.received_on, record.due_on) == (date(2025, 11, 10), date(2025, 11, 20))
    assert record.phone_hash == Hasher(settings).phone(KNOWN, "4521")
    assert record.as_of <= now()


async def test_an_unknown_dossier_is_none(source: DossierSource) -> None:
    assert await source.find(code_of(UNKNOWN)) is None
    assert await source.alike(code_of(UNKNOWN)) == []


async def test_a_status_without_a_mapping_is_quoted_and_not_guessed(source: DossierSource) -> None:
    record = await source.find(code_of(UNMAPPED))
    assert record
    assert (record.status, record.status_text) == (Status.UNKNOWN, WORDING)


async def test_a_dossier_without_phone_has_no_second_factor(source: DossierSource) -> None:
    record = await source.find(code_of(PHONELESS))
    assert record
    assert (record.status, record.phone_hash) == (Status.DONE, None)


async def test_nothing_of_a_person_is_in_a_record(source: DossierSource) -> None:
    record = await source.find(code_of(KNOWN))
    assert record
    assert "4521" not in repr(record)
    assert "0912" not in repr(record)
    assert record.phone_hash
    assert record.phone_hash not in repr(record)


async def test_health_is_told_and_good(source: DossierSource) -> None:
    health = await source.health()
    assert health.ok, health.detail


async def test_the_desk_opens_its_dossiers_with_the_right_digits_only(
    source: DossierSource, database: Database, settings: Settings
) -> None:
    desk = DossierDesk(database, settings, [source])
    assert await desk.lookup(KNOWN, "0000", "a") == Refused(4)
    assert await desk.lookup(PHONELESS, "4521", "b") == Refused(4)
    outcome = await desk.lookup(KNOWN, "4521", "a")
    assert isinstance(outcome, Found)
    assert outcome.dossier.source == source.name
    assert outcome.dossier.as_of
