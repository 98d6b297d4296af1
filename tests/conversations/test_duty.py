"""Who is on duty, when somebody will be, and what a citizen is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import duty
from conversations.duty_models import DutyPerson, Presence, Shift, ShiftDay
from motcua.clock import HANOI
from motcua.db import Database
from tests.databases import with_tables

WARD, OTHER = "00292", "00004"
LAN, BINH = 1, 2
MORNING, AFTERNOON = (480, 690), (810, 1020)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with with_tables(f"sqlite+aiosqlite:///{tmp_path / 'duty.db'}") as opened:
        async with opened.write() as session:
            session.add_all([DutyPerson(person_id=LAN), DutyPerson(person_id=BINH)])
        yield opened


async def put(database: Database, *rows: Shift | ShiftDay) -> None:
    async with database.write() as session:
        session.add_all(rows)


def weekly(person: int = LAN, ward: str | None = WARD, days: str = "01234", hours: tuple[int, int] = MORNING):  # type: ignore[no-untyped-def]
    return [
        Shift(person_id=person, ward=ward, weekday=int(day), starts=hours[0], ends=hours[1]) for day in days
    ]


def single(  # type: ignore[no-untyped-def]
    day: str, *, works: bool, person: int = LAN, ward: str | None = WARD, hours: tuple[int, int] = MORNING
):
    return ShiftDay(
        person_id=person,
        ward=ward,
        day=date.fromisoformat(day),
        starts=hours[0],
        ends=hours[1],
        works=works,
    )


async def here(database: Database, when: str, ward: str | None = WARD) -> list[int]:
    async with database.read() as session:
        return await duty.on_duty_ids(session, ward, at(when))


async def next_one(database: Database, when: str, ward: str | None = WARD) -> datetime | None:
    async with database.read() as session:
        return await duty.next_shift(session, ward, at(when))


async def told(database: Database, when: str, ward: str | None = WARD) -> duty.Availability:
    async with database.read() as session:
        return await duty.availability(session, ward, at(when), team="tổ xung kích số phường Bạch Mai")


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("2026-11-23 07:59", []),
        ("2026-11-23 08:00", [LAN]),
        ("2026-11-23 11:29", [LAN]),
        ("2026-11-23 11:30", []),
        ("2026-11-28 09:00", []),  # a Saturday
        ("2027-01-01 09:00", []),  # a Friday, and New Year
    ],
)
async def test_a_weekly_shift_counts_on_its_days_except_holidays(
    database: Database, when: str, found: list[int]
) -> None:
    await put(database, *weekly())
    assert await here(database, when) == found
    assert await here(database, when, ward=None) == found
    assert await here(database, when, ward=OTHER) == []


async def test_a_weekend_shift_counts_unless_it_is_a_holiday(database: Database) -> None:
    await put(database, *weekly(days="56"))
    assert await here(database, "2026-11-28 09:00") == [LAN]
    assert await here(database, "2027-02-07 09:00") == []  # a Sunday in Tết


async def test_a_shift_for_the_city_serves_every_ward(database: Database) -> None:
    await put(database, *weekly(ward=None), *weekly(BINH))
    assert await here(database, "2026-11-23 09:00", OTHER) == [LAN]
    assert await here(database, "2026-11-23 09:00", WARD) == [LAN, BINH]


async def test_a_single_day_adds_even_on_a_holiday_and_takes_away(database: Database) -> None:
    await put(database, *weekly(), single("2027-01-01", works=True), single("2026-11-26", works=False))
    assert await here(database, "2027-01-01 09:00") == [LAN]
    assert await here(database, "2026-11-26 09:00") == []
    assert await here(database, "2026-11-25 09:00") == [LAN]


async def test_an_hour_off_is_cut_out_of_the_middle(database: Database) -> None:
    await put(database, *weekly(), single("2026-11-23", works=False, hours=(540, 600), ward=None))
    assert [
        await here(database, f"2026-11-23 {clock}") for clock in ("08:59", "09:00", "09:59", "10:00")
    ] == [
        [LAN],
        [],
        [],
        [LAN],
    ]
    assert await next_one(database, "2026-11-23 09:30") == at("2026-11-23 10:00")


async def test_who_is_away_is_not_on_duty_until_they_are_back(database: Database) -> None:
    await put(database, *weekly(hours=(480, 1020)))
    for presence in (Presence.AWAY, Presence.REASSIGN):
        async with database.write() as session:
            await duty.set_presence(session, LAN, presence, at("2026-11-23 13:00"))
        assert await here(database, "2026-11-23 12:59") == []
        assert await next_one(database, "2026-11-23 12:00") == at("2026-11-23 13:00")
        assert await here(database, "2026-11-23 13:00") == [LAN]
    async with database.write() as session:
        await duty.set_presence(session, LAN, Presence.ON)
    assert await here(database, "2026-11-23 12:59") == [LAN]


async def test_an_absence_without_an_end_ends_at_midnight(database: Database) -> None:
    async with database.write() as session:
        await duty.set_presence(session, LAN, Presence.AWAY)
        row = await session.get_one(DutyPerson, LAN)
        assert row.until is not None
        local = row.until.astimezone(HANOI)
        assert local.time() == time()
        assert timedelta() < row.until - duty.now() <= timedelta(days=1)
        assert await duty.presence_of(session, LAN, duty.now()) is Presence.AWAY
        assert await duty.presence_of(session, LAN, row.until) is Presence.ON
        assert await duty.presence_of(session, 99, duty.now()) is Presence.ON


async def test_the_next_shift_is_found_over_a_holiday(database: Database) -> None:
    await put(database, *weekly(days="4"), *weekly(BINH, days="0", hours=AFTERNOON))
    assert await next_one(database, "2026-11-23 09:00") == at("2026-11-23 13:30")
    assert await next_one(database, "2026-11-23 14:00") == at("2026-11-23 14:00")
    assert await next_one(database, "2026-12-31 09:00") == at("2027-01-04 13:30")  # Friday is New Year
    assert await next_one(database, "2026-11-23 09:00", OTHER) is None


async def test_who_left_is_not_counted_and_comes_back_with_the_shifts(database: Database) -> None:
    await put(database, *weekly())
    async with database.write() as session:
        await duty.set_active(session, LAN, False)
    assert await here(database, "2026-11-23 09:00") == []
    async with database.write() as session:
        await duty.set_active(session, LAN, True)
    assert await here(database, "2026-11-23 09:00") == [LAN]


@pytest.mark.parametrize(
    ("when", "is_open", "next_at", "words"),
    [
        ("2026-11-23 10:00", True, None, "hiện chưa hẹn được giờ"),
        ("2026-11-23 16:59", True, None, "hiện chưa hẹn được giờ"),
        ("2026-11-18 17:00", False, "2026-11-19 08:00", "ngay đầu giờ sáng mai"),
        ("2026-11-23 17:00", False, "2026-11-25 08:00", "từ 8:00 thứ Tư 25/11"),
        ("2026-11-23 06:00", False, "2026-11-23 08:00", "từ 8:00 sáng nay"),
        ("2026-11-20 18:00", False, "2026-11-23 08:00", "từ 8:00 thứ Hai 23/11"),
        ("2026-09-02 10:00", False, "2026-09-03 08:00", "ngay đầu giờ sáng mai"),
    ],
)
async def test_without_a_roster_office_hours_count(
    database: Database, when: str, is_open: bool, next_at: str | None, words: str
) -> None:
    found = await told(database, when)
    assert (found.open, found.rostered) == (is_open, False)
    assert found.next_at == (at(next_at) if next_at else None)
    assert words in found.words
    assert ("ngoài giờ trực (thứ Hai–Sáu 8:00–17:00)" in found.words) is not is_open


@pytest.mark.parametrize(
    ("when", "is_open", "words"),
    [
        ("2026-11-23 10:00", True, "Đang có người trực"),
        ("2026-11-23 12:00", False, "Hiện chưa có ai trực. Anh/chị để lại câu hỏi"),
        ("2026-11-23 12:00", False, "từ 13:30 chiều nay tại đây"),
        ("2026-11-18 20:00", False, "ngay đầu giờ sáng mai"),
        ("2026-11-27 20:00", False, "Bây giờ ngoài giờ trực. "),
        ("2026-11-27 20:00", False, "từ 8:00 thứ Hai 30/11"),
    ],
)
async def test_with_a_roster_the_roster_counts(
    database: Database, when: str, is_open: bool, words: str
) -> None:
    await put(database, *weekly(), *weekly(BINH, hours=AFTERNOON))
    found = await told(database, when)
    assert (found.open, found.rostered) == (is_open, True)
    assert words in found.words
    assert "tổ xung kích số phường Bạch Mai" in found.words


async def test_a_roster_that_ends_promises_no_day(database: Database) -> None:
    await put(database, single("2026-11-23", works=True))
    found = await told(database, "2026-11-23 08:30")
    assert found.open
    async with database.write() as session:
        await duty.set_presence(session, LAN, Presence.AWAY, at("2026-12-24 00:00"))
    found = await told(database, "2026-11-23 08:30")
    assert (found.open, found.next_at) == (False, None)
    assert "trả lời khi có người trực" in found.words


times = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda span: span[0] < span[1])


@given(times, st.lists(times, max_size=4))
def test_what_is_cut_out_is_gone_and_the_rest_stays(
    span: tuple[int, int], off: list[tuple[int, int]]
) -> None:
    left = duty._without(*span, off)
    minutes = {minute for start, end in left for minute in range(start, end)}
    gone = {minute for start, end in off for minute in range(start, end)}
    assert minutes == set(range(*span)) - gone
    assert all(start < end for start, end in left)
