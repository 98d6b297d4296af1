"""The source over HTTP against a real server that hangs, lies and breaks: never a wrong status."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from dossiers import (
    BadSource,
    Busy,
    DossierDesk,
    DossierSource,
    Found,
    Refused,
    SourceBusy,
    Status,
    UnknownStatus,
    import_bytes,
    open_sources,
    parse_code,
    unknown_statuses,
)
from dossiers.codes import DossierCode
from dossiers.sources import open_source
from motcua.clock import today
from motcua.db import Database
from motcua.settings import Settings
from tests.dossiers.sources.city_api import TOKEN, CityApi, city_api, dossier, write_config

CODE, OTHER = "H26-251110-0001", "H26-251110-0002"
TABLED = "H26-251110-0003"
CSV = f"mã hồ sơ,trạng thái,số điện thoại\n{TABLED},4,0912004521\n".encode()


def code(text_of_it: str = CODE) -> DossierCode:
    parsed = parse_code(text_of_it)
    assert parsed
    return parsed


@pytest.fixture
async def api(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> AsyncIterator[CityApi]:
    monkeypatch.setenv("CITY_API_TOKEN", TOKEN)
    async with city_api() as made:
        made.dossiers = {CODE: dossier(CODE), OTHER: dossier(OTHER, 10)}
        write_config(settings.data_dir, made)
        yield made


@pytest.fixture
async def source(api: CityApi, database: Database, settings: Settings) -> AsyncIterator[DossierSource]:
    opened = open_source("http", database, settings)
    yield opened
    await opened.close()


MOODS = [
    "hanging", "broken", "maintenance", "moved", "redirecting", "garbage", "deep", "endless", "lying",
    "strange",
]  # fmt: skip


@pytest.mark.parametrize("mood", MOODS)
async def test_an_api_that_cannot_be_trusted_is_busy(source: DossierSource, api: CityApi, mood: str) -> None:
    api.mood = mood
    with pytest.raises(SourceBusy) as busy:
        await source.find(code())
    assert CODE not in busy.value.reason
    assert TOKEN not in busy.value.reason
    if mood in ("hanging", "broken", "maintenance", "moved", "redirecting", "garbage"):
        assert not (await source.health()).ok


@pytest.mark.parametrize(
    "lie",
    [
        {"maHoSo": OTHER}, {"maHoSo": ""}, {"maHoSo": None}, {"trangThai": None}, {"trangThai": ""},
        {"trangThai": True}, {"trangThai": [4]}, {"trangThai": 4.5}, {"trangThai": "20/11/2025"},
        {"ngayNhan": "31/02/2025"}, {"ngayNhan": "hôm qua"}, {"ngayNhan": 45000},
        {"ngayHenTra": "01/01/1970"},
        {"ngayHenTra": "09/11/2025"}, {"ngayXong": "19/11/2025"}, {"ngayNhan": "10/11/2099"},
        {"trangThai": 9, "ngayXong": "20/11/2099", "ngayHenTra": None}, {"maThuTuc": "khai sinh"},
    ],
)  # fmt: skip
async def test_an_answer_that_does_not_fit_together_is_no_answer(
    source: DossierSource, api: CityApi, lie: dict[str, object]
) -> None:
    api.dossiers[CODE] |= lie
    with pytest.raises(SourceBusy):
        await source.find(code())


@pytest.mark.parametrize(
    ("said", "wording", "shown"),
    [
        (17, None, "trạng thái số 17"),
        (0, None, "trạng thái số 0"),
        ("-1x", None, "-1x"),
        (4, "Đã trả kết quả", "Đã trả kết quả"),
        (99, "Đang xử lý", "Đang xử lý"),
        ("Chờ Hội đồng", None, "Chờ Hội đồng"),
    ],
)
async def test_a_status_out_of_range_or_against_its_wording_is_quoted(
    source: DossierSource, api: CityApi, said: object, wording: str | None, shown: str
) -> None:
    api.dossiers[CODE] |= {"trangThai": said, "tenTrangThai": wording}
    record = await source.find(code())
    assert record
    assert (record.status, record.status_text) == (Status.UNKNOWN, shown)


async def test_unknown_statuses_are_reported_once_and_without_personal_numbers(
    source: DossierSource, api: CityApi, database: Database
) -> None:
    for one in (CODE, OTHER):
        api.dossiers[one]["trangThai"] = "Chờ gọi 0912 345 678"
        await source.find(code(one))
    assert await unknown_statuses(database) == [UnknownStatus("http", "Chờ gọi ‹số đã ẩn›", 1)]


async def test_a_moment_with_a_zone_is_a_day_of_hanoi(source: DossierSource, api: CityApi) -> None:
    api.dossiers[CODE]["ngayNhan"] = "2025-11-09T20:00:00Z"
    record = await source.find(code())
    assert record
    assert record.received_on == date(2025, 11, 10)


@pytest.mark.parametrize(
    ("phone", "opens"),
    [("0912004521", True), ("+84 912 004 521", True), ("******4521", True), ("4521", True), (912004521, True),
     ("0912***521", False), ("4521******", False), (None, False), ("", False), ("không có", False)],
)  # fmt: skip
async def test_the_second_factor_comes_from_the_record(
    source: DossierSource, api: CityApi, database: Database, settings: Settings, phone: object, opens: bool
) -> None:
    api.dossiers[CODE]["nguoiNop"] = {"dienThoai": phone}
    outcome = await DossierDesk(database, settings, [source]).lookup(CODE, "4521", "a")
    assert isinstance(outcome, Found) is opens


async def test_neither_phone_nor_answer_is_stored_or_logged(
    source: DossierSource,
    api: CityApi,
    database: Database,
    settings: Settings,
    capfd: pytest.CaptureFixture[str],
) -> None:
    desk = DossierDesk(database, settings, [source])
    assert isinstance(await desk.lookup(CODE, "4521", "a"), Found)
    api.mood = "lying"
    assert isinstance(await desk.lookup("H26-251110-0009", "4521", "a"), Busy)
    async with database.read() as session:
        assert list(await session.execute(text("SELECT * FROM dossiers"))) == []
        stored = str(list(await session.execute(text("SELECT * FROM dossier_attempts"))))
    said = "".join(capfd.readouterr())
    for secret in ("0912004521", "4521", CODE, "251110", "Người Mẫu", TOKEN):
        assert secret not in said
    for secret in ("0912004521", CODE, "Người Mẫu"):
        assert secret not in stored


async def test_a_failing_api_is_left_alone_and_asked_again_later(source: DossierSource, api: CityApi) -> None:
    api.mood = "broken"
    for _ in range(20):
        with pytest.raises(SourceBusy):
            await source.find(code())
    assert len(api.asked) == 5
    api.mood = "well"
    with pytest.raises(SourceBusy, match="left alone"):
        await source.find(code())
    await asyncio.sleep(0.35)
    assert await source.find(code())
    assert await source.find(code(OTHER))


async def test_a_hanging_api_gets_few_calls_and_nobody_queues(
    api: CityApi, database: Database, settings: Settings
) -> None:
    write_config(settings.data_dir, api, concurrency=3, failures=1000)
    source = open_source("http", database, settings)
    api.mood = "hanging"
    answers = await asyncio.gather(
        *(source.find(code(f"H26-251110-{n:04}")) for n in range(50)), return_exceptions=True
    )
    assert all(isinstance(answer, SourceBusy) for answer in answers)
    assert len(api.asked) == api.most_under_way == 3
    api.mood = "well"
    assert await source.find(code()), "a slot is given back"
    await source.close()


async def test_other_look_ups_proceed_while_the_api_hangs(
    api: CityApi, database: Database, settings: Settings
) -> None:
    await import_bytes(database, settings, CSV)
    write_config(settings.data_dir, api, timeout_s=15, concurrency=2, failures=1000)
    api.mood = "hanging"
    settings.dossiers.sources = "table,http"
    settings.dossiers.source_timeout_s = 0.5
    hanging = DossierDesk(database, settings)
    other = DossierDesk(database, settings, [open_source("table", database, settings)])
    waiting = [asyncio.create_task(hanging.lookup(CODE, "4521", f"asker {n}")) for n in range(2)]
    while api.under_way < 2:
        await asyncio.sleep(0)
    # While those two wait, a third citizen is told at once, and what needs no API is answered.
    assert isinstance(await hanging.lookup(TABLED, "4521", "b"), Found)
    assert await hanging.lookup(OTHER, "4521", "c") == Busy(("Thành phố Mẫu",))
    assert isinstance(await other.lookup(TABLED, "4521", "d"), Found)
    assert not any(task.done() for task in waiting)
    assert await asyncio.gather(*waiting) == [Busy(("Thành phố Mẫu",))] * 2
    await hanging.close()


async def test_busy_says_nothing_about_the_code_and_costs_no_try(
    api: CityApi, database: Database, settings: Settings
) -> None:
    await import_bytes(database, settings, CSV)
    settings.dossiers.sources = "table,http"
    desk = DossierDesk(database, settings)
    api.mood = "broken"
    known = [await desk.lookup(TABLED, "0000", "a") for _ in range(7)]
    unknown = [await desk.lookup("H26-251110-9999", "0000", "b") for _ in range(7)]
    assert known == unknown == [Busy(("Thành phố Mẫu",))] * 7
    assert isinstance(await desk.lookup(TABLED, "4521", "a"), Busy), "no guessing for free while it is away"
    api.mood = "well"
    await asyncio.sleep(0.35)
    assert await desk.lookup(TABLED, "0000", "a") == Refused(4), "nobody is locked out because it was away"
    await desk.close()


async def test_answers_are_kept_for_a_moment_and_no_more_than_so_many(
    api: CityApi, database: Database, settings: Settings
) -> None:
    write_config(settings.data_dir, api, cache_s=60, cache_size=2)
    source = open_source("http", database, settings)
    for _ in range(3):
        await source.find(code())
        assert await source.find(code("H26-251110-0009")) is None
    assert api.asked == [CODE, "H26-251110-0009"]
    for number in range(20, 30):
        await source.find(code(f"H26-251110-00{number}"))
    await source.find(code())
    assert api.asked.count(CODE) == 2
    await source.close()


async def test_an_old_answer_is_asked_for_again(api: CityApi, database: Database, settings: Settings) -> None:
    write_config(settings.data_dir, api, cache_s=0)
    source = open_source("http", database, settings)
    await source.find(code())
    api.dossiers[CODE]["trangThai"] = 10
    record = await source.find(code())
    assert record
    assert record.status is Status.RETURNED
    await source.close()


async def test_busy_is_not_kept(source: DossierSource, api: CityApi) -> None:
    api.mood = "broken"
    with pytest.raises(SourceBusy):
        await source.find(code())
    api.mood = "well"
    assert await source.find(code())


async def test_the_freshest_of_two_sources_is_told_and_says_as_of_when(
    api: CityApi, database: Database, settings: Settings
) -> None:
    csv = f"mã hồ sơ,trạng thái,số điện thoại\n{CODE},4,0912004521\n".encode()
    await import_bytes(database, settings, csv)
    settings.dossiers.sources = "table,http"
    tomorrow, last_year = today() + timedelta(days=1), "2025-01-01T08:00:00+07:00"
    for as_of, status in ((last_year, Status.PROCESSING), (f"{tomorrow}T00:00:00+07:00", Status.RETURNED)):
        api.dossiers[CODE] = dossier(CODE, 10, capNhat=as_of, nguoiNop=None)
        desk = DossierDesk(database, settings)
        outcome = await desk.lookup(CODE, "4521", "a")
        assert isinstance(outcome, Found)
        assert outcome.dossier.status is status, "the phone may come from the older of the two"
        assert outcome.dossier.source == ("http" if status is Status.RETURNED else "table")
        await desk.close()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"url": "http://city.example.vn/{code}"}, "https"),
        ({"url": "https://city.example.vn/"}, "code"),
        ({"fields": {"code": "a"}}, "status"),
        ({"fields": {"code": "a", "status": "b", "name": "c"}}, "name"),
        ({"headers": {"Authorization": "${NOT_SET_ANYWHERE}"}}, "NOT_SET_ANYWHERE"),
        ({"statuses": "nothing"}, "nothing"),
        ({"headers": {"Authorization": ["s3cret"]}}, "headers"),
    ],
)
def test_wrong_settings_are_told_without_the_secret(
    api: CityApi, database: Database, settings: Settings, more: dict[str, object], why: str
) -> None:
    write_config(settings.data_dir, api, **more)
    with pytest.raises(BadSource, match=why) as error:
        open_source("http", database, settings)
    assert "s3cret" not in str(error.value)


async def test_two_apis_are_two_names_of_one_module(
    api: CityApi, database: Database, settings: Settings
) -> None:
    write_config(settings.data_dir, api, "dat-dai", system="Sở Mẫu")
    settings.dossiers.sources = "http,dat-dai=http"
    opened = open_sources(database, settings)
    assert [(source.name, source.title) for source in opened] == [
        ("http", "Thành phố Mẫu"), ("dat-dai", "Sở Mẫu"),
    ]  # fmt: skip
    for source in opened:
        record = await source.find(code())
        assert record
        assert record.source == source.name
        await source.close()
