"""The audit log: what can be recorded, and the page that shows it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from desk import audit
from desk.models import AuditEntry, Staff
from desk.roles import Role
from motcua.db import Database
from motcua.settings import ROOT
from tests.desk.conftest import BACH_MAI, ClientFor, Hire


async def test_what_has_no_words_cannot_be_recorded(database: Database, hire: Hire) -> None:
    who = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    with pytest.raises(KeyError):
        async with database.write() as session:
            await audit.record(session, who, "something_new")


def test_everything_the_code_records_has_words() -> None:
    recorded = set()
    for path in (ROOT / "desk").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        recorded |= set(re.findall(r"audit\.record\(\s*\w+,\s*[\w.()]+,\s*\"(\w+)\"", text))
    assert len(recorded) > 10
    assert recorded <= audit.LABELS.keys()


async def test_an_act_that_fails_leaves_no_entry(database: Database, hire: Hire) -> None:
    who = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])

    async def act() -> None:
        async with database.write() as session:
            await audit.record(session, who, "signed_in")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await act()
    async with database.read() as session:
        assert await audit.entries(session) == []


async def test_the_log_is_read_page_by_page_without_gaps(
    client: ClientFor, hire: Hire, database: Database
) -> None:
    admin = await hire("Quản trị", Role.ADMIN, whole_city=True)
    lan = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    async with database.write() as session:
        for number in range(120):
            who = lan if number % 2 else admin
            await audit.record(session, who, "invited", f"staff:{lan.id}", {"roles": ["lead"], "n": number})
    browser = await client(admin)
    seen, path = 0, "/ban/nhat-ky"
    for _ in range(5):
        page = (await browser.get(path)).text
        seen += page.count("Mời người mới: Lan</h2>")
        older = re.search(r'href="(\?truoc=\d+[^"]*)"', page)
        if not older:
            break
        path = "/ban/nhat-ky" + older[1].replace("&amp;", "&")
    assert seen == 120
    mine = (await browser.get(f"/ban/nhat-ky?nguoi={lan.id}&viec=invited")).text
    assert mine.count("Mời người mới: Lan</h2>") == 50
    assert "vai: Tổ trưởng" in mine
    for odd in ("truoc=x", "truoc=99999999999999999999", "viec=<b>", "nguoi=-1"):
        assert (await browser.get(f"/ban/nhat-ky?{odd}")).status == 200


async def test_what_somebody_did_stays_when_their_account_goes(database: Database, hire: Hire) -> None:
    who = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    async with database.write() as session:
        await audit.record(session, who, "signed_in")
        await session.delete(await session.get_one(Staff, who.id))
    async with database.read() as session:
        (row,) = (await session.scalars(select(AuditEntry))).all()
    assert (row.staff_id, row.who) == (None, "Lan")
