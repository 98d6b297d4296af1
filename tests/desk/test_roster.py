"""The roster pages: who may put whom where, and presence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from conversations.duty_models import DutyPerson, Presence, Shift, ShiftDay
from conversations.models import Conversation, Ticket
from desk import duty
from desk.models import AuditEntry
from desk.people import Person
from desk.roles import Role
from motcua.clock import today
from motcua.db import Database, now
from tests.desk.conftest import BA_DINH, BACH_MAI, ClientFor, Hire

EVERY_DAY = [("weekday", str(day)) for day in range(7)]


@pytest.fixture
async def lead(hire: Hire) -> Person:
    return await hire("Tổ trưởng Mai", Role.LEAD, wards=[BACH_MAI])


@pytest.fixture
async def lan(hire: Hire) -> Person:
    return await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])


def shift(person: Person, ward: str = BACH_MAI, starts: str = "8:00", ends: str = "11:30") -> dict[str, Any]:
    return {"person": person.id, "ward": ward, "starts": starts, "ends": ends, "shown": BACH_MAI}


async def count(database: Database, table: type[Any]) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_weekly_shift_puts_somebody_on_duty(
    client: ClientFor, lead: Person, lan: Person, database: Database
) -> None:
    browser = await client(lead)
    page = await browser.post("/ban/lich-truc/ca", EVERY_DAY, **shift(lan, starts="00:00", ends="24:00"))
    assert "Đã thêm ca trực" in page.text
    # A public holiday, if today is one, has no weekly shifts: a single day does count.
    await browser.post(
        "/ban/lich-truc/ngay", day=today().isoformat(), works="on", **shift(lan, starts="00:00", ends="24:00")
    )
    async with database.read() as session:
        assert [one.name for one in await duty.on_duty(session, BACH_MAI, now())] == ["Lan"]
        assert await duty.on_duty(session, BA_DINH, now()) == []
        found = await duty.availability(session, BACH_MAI, now())
    assert found.open
    page = await browser.get("/ban/lich-truc")
    assert "Đang có người trực" in page.text


async def test_a_double_click_adds_one_shift(
    client: ClientFor, lead: Person, lan: Person, database: Database
) -> None:
    browser = await client(lead)
    day = (today() + timedelta(days=3)).isoformat()
    for _ in range(2):
        await browser.post("/ban/lich-truc/ca", [("weekday", "0")], **shift(lan))
        await browser.post("/ban/lich-truc/ngay", day=day, works="on", **shift(lan))
    assert await count(database, Shift) == 1
    assert await count(database, ShiftDay) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"starts": "11:00", "ends": "8:00"}, "sau giờ bắt đầu"),
        ({"starts": "8:00", "ends": "8:10"}, "15 phút"),
        ({"starts": "25:00", "ends": "26:00"}, "ví dụ 8:00"),
        ({"starts": "", "ends": ""}, "ví dụ 8:00"),
        ({"ward": BA_DINH}, None),
        ({"ward": "tat-ca"}, "cả thành phố"),
        ({"ward": "xxxxx"}, None),
        ({"person": "999"}, None),
        ({"person": "x"}, None),
        ({"weekday": ""}, "một ngày trong tuần"),
    ],
)
async def test_what_makes_no_sense_is_said_and_changes_nothing(
    client: ClientFor, lead: Person, lan: Person, database: Database, fields: dict[str, Any], said: str | None
) -> None:
    browser = await client(lead)
    days = [] if "weekday" in fields else [("weekday", "0")]
    fields = {key: value for key, value in fields.items() if key != "weekday"}
    page = await browser.post("/ban/lich-truc/ca", days, **(shift(lan) | fields))
    assert page.status == (422 if said else 404)
    assert said is None or said in page.text
    assert await count(database, Shift) == 0


@pytest.mark.parametrize("day", ["", "hôm nay", "2020-01-01", "2099-01-01"])
async def test_a_single_day_is_soon(
    client: ClientFor, lead: Person, lan: Person, database: Database, day: str
) -> None:
    page = await (await client(lead)).post("/ban/lich-truc/ngay", day=day, works="on", **shift(lan))
    assert page.status == 422
    assert await count(database, ShiftDay) == 0


async def test_a_lead_rosters_nobody_of_another_ward(
    client: ClientFor, hire: Hire, lead: Person, database: Database
) -> None:
    stranger = await hire("Người Ba Đình", Role.VOLUNTEER, wards=[BA_DINH])
    both = await hire("Hai phường", Role.VOLUNTEER, wards=[BACH_MAI, BA_DINH])
    editor = await hire("Biên tập", Role.EDITOR, wards=[BACH_MAI])
    browser = await client(lead)
    days = [("weekday", "0")]
    assert (await browser.post("/ban/lich-truc/ca", days, **shift(stranger))).status == 404
    assert (await browser.post("/ban/lich-truc/ca", days, **shift(both, BA_DINH))).status == 404
    page = await browser.post("/ban/lich-truc/ca", days, **shift(editor))
    assert "không giữ vai" in page.text
    assert await count(database, Shift) == 0
    admin = await client(await hire("Quản trị", Role.ADMIN, whole_city=True))
    await admin.post("/ban/lich-truc/ca", days, **shift(stranger, BA_DINH))
    async with database.read() as session:
        (row,) = (await session.scalars(select(Shift))).all()
    assert (await browser.post(f"/ban/lich-truc/ca/{row.id}/bo", shown=BACH_MAI)).status == 404
    assert await count(database, Shift) == 1


async def test_shifts_are_taken_off_once(
    client: ClientFor, lead: Person, lan: Person, database: Database
) -> None:
    browser = await client(lead)
    await browser.post("/ban/lich-truc/ca", [("weekday", "0")], **shift(lan))
    day = (today() + timedelta(days=3)).isoformat()
    await browser.post("/ban/lich-truc/ngay", day=day, works="off", **shift(lan))
    async with database.read() as session:
        weekly = (await session.scalars(select(Shift.id))).one()
        single = (await session.scalars(select(ShiftDay))).one()
    assert (single.works, single.ward) == (False, None)
    for _ in range(2):
        assert (await browser.post(f"/ban/lich-truc/ca/{weekly}/bo", shown=BACH_MAI)).status == 200
        assert (await browser.post(f"/ban/lich-truc/ngay/{single.id}/bo", shown=BACH_MAI)).status == 200
    assert (await count(database, Shift), await count(database, ShiftDay)) == (0, 0)
    async with database.read() as session:
        what = (await session.scalars(select(AuditEntry.what).order_by(AuditEntry.id))).all()
    assert list(what) == ["shift_added", "shift_added", "shift_removed", "shift_removed"]


async def test_presence_is_ones_own(client: ClientFor, lan: Person, lead: Person, database: Database) -> None:
    browser = await client(lan)
    for presence in ("away", "reassign", "on"):
        page = await browser.post("/ban/lich-truc/toi", presence=presence, person=lead.id)
        assert page.status == 200
        async with database.read() as session:
            assert await duty.presence_of(session, lan.id, now()) == Presence(presence)
    assert (await browser.post("/ban/lich-truc/toi", presence="gone")).status == 400
    assert await count(database, DutyPerson) == 1


async def test_away_and_reassigning_gives_back_what_one_holds(
    client: ClientFor, lan: Person, lead: Person, database: Database
) -> None:
    async with database.write() as session:
        for number, holder in enumerate((lan, lan, lead)):
            name = str(number) * 32
            session.add(
                Conversation(
                    id=name, channel="web", address_key=name, context={}, holder="staff", ward=BACH_MAI
                )
            )
            await session.flush()
            session.add(
                Ticket(
                    conversation_id=name,
                    reason="request_human",
                    ward=BACH_MAI,
                    claimed_by=str(holder.id),
                    claimed_name=holder.name,
                    claimed_at=now(),
                    owner_seen_at=now(),
                )
            )
    browser = await client(lan)
    await browser.post("/ban/lich-truc/toi", presence="away")
    assert await holders(database) == [str(lan.id), str(lan.id), str(lead.id)]
    await browser.post("/ban/lich-truc/toi", presence="reassign")
    assert await holders(database) == [None, None, str(lead.id)]


async def holders(database: Database) -> list[str | None]:
    async with database.read() as session:
        return list(await session.scalars(select(Ticket.claimed_by).order_by(Ticket.id)))


async def test_any_week_can_be_asked_for(client: ClientFor, lan: Person) -> None:
    browser = await client(lan)
    for week in ("2026-11-23", "x", "0001-01-01", "9999-12-31", ""):
        assert (await browser.get(f"/ban/lich-truc?tuan={week}&phuong=xxxxx")).status == 200


async def test_somebody_without_a_ward_is_told(client: ClientFor, hire: Hire) -> None:
    page = await (await client(await hire("Mới", Role.LEAD))).get("/ban/lich-truc")
    assert "chưa thuộc phường, xã nào" in page.text
