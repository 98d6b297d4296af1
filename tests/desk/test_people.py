"""People: who sees whom, who may change whom, and what it does."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy import select

from conversations import duty as rosters
from desk import duty, staffing
from desk.models import AuditEntry
from desk.people import Person, person
from desk.roles import Role
from desk.staffing import Post, StaffingRefused
from motcua.db import Database
from tests.desk.conftest import BA_DINH, BACH_MAI, ClientFor, Hire

V, L, E, R, A = Role


def post(
    *roles: Role, wards: tuple[str, ...] = (BACH_MAI,), name: str = "Người Mới"
) -> list[tuple[str, Any]]:
    """The fields of the form."""
    return [
        ("full_name", name),
        *(("role", role.value) for role in roles),
        *(("ward", ward) for ward in wards),
    ]


@pytest.fixture
async def lead(hire: Hire) -> Person:
    return await hire("Tổ trưởng Mai", L, V, wards=[BACH_MAI], account="mai")


@pytest.fixture
async def admin(hire: Hire) -> Person:
    return await hire("Quản trị Hà", A, whole_city=True, account="ha")


async def test_an_invited_person_can_enter_with_the_link_that_is_shown_once(
    client: ClientFor, admin: Person, database: Database
) -> None:
    browser = await client(admin)
    page = await browser.post("/ban/nhan-su/moi", post(V, L), account="Nga.Le")
    link = re.search(r'class="once">[^<]*(/ban/moi/[^<]+)<', page.text)
    assert link
    other = await client()
    assert "Người Mới" in (await other.get(link[1])).text
    page = await browser.get(f"/ban/nhan-su/{await id_of(database, 'nga.le')}")
    assert "/ban/moi/" not in page.text
    assert "Chưa vào lần nào" in page.text


async def id_of(database: Database, account: str) -> int:
    async with database.read() as session:
        return await staffing.id_of(session, account) or 0


@pytest.mark.parametrize(
    ("fields", "account", "said"),
    [
        (post(V), "có dấu", "không dấu"),
        (post(V), "a", "2–40"),
        (post(V), "<b>x</b>", "không dấu"),
        (post(V), "mai", "đã có người dùng"),
        (post(), "moi", "ít nhất một vai"),
        (post(V, wards=()), "moi", "ít nhất một phường"),
        (post(V, wards=("99999",)), "moi", "Không có phường"),
        (post(V, name=" "), "moi", "họ tên"),
        (post(V, name="x" * 81), "moi", "họ tên"),
    ],
)
async def test_what_is_wrong_with_an_invitation_is_said_and_nothing_is_lost(
    client: ClientFor, admin: Person, lead: Person, fields: list[tuple[str, Any]], account: str, said: str
) -> None:
    browser = await client(admin)
    page = await browser.post("/ban/nhan-su/moi", fields, account=account)
    assert page.status == 422
    assert said in page.text
    if ("role", "volunteer") in fields:
        assert re.search(r'value="volunteer" checked', page.text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (post(A), "Tổ trưởng chỉ mời được tình nguyện viên"),
        (post(V, L), "Tổ trưởng chỉ mời được tình nguyện viên"),
        (post(V, wards=(BACH_MAI, BA_DINH)), "phường, xã của mình"),
        ([*post(V), ("whole_city", "1")], "phường, xã của mình"),
    ],
)
async def test_a_lead_gives_no_more_than_volunteers_in_the_own_wards(
    client: ClientFor, lead: Person, fields: list[tuple[str, Any]], said: str
) -> None:
    browser = await client(lead)
    page = await browser.post("/ban/nhan-su/moi", fields, account="moi")
    assert page.status == 422
    assert said in page.text
    assert (await browser.post("/ban/nhan-su/moi", post(V), account="moi")).status == 200


async def test_a_lead_reaches_nobody_beyond_the_own_ward(
    client: ClientFor, hire: Hire, lead: Person, admin: Person, database: Database
) -> None:
    """Ids in addresses open nothing: what is not theirs to see is not there."""
    stranger = await hire("Người Ba Đình", V, wards=[BA_DINH])
    both = await hire("Người hai phường", V, wards=[BACH_MAI, BA_DINH])
    browser = await client(lead)
    listed = (await browser.get("/ban/nhan-su")).text
    assert "Người Ba Đình" not in listed
    assert (await browser.get(f"/ban/nhan-su/{stranger.id}")).status == 404
    for other in (stranger, both, admin, lead):
        for act in ("", "/lien-ket", "/khoa", "/doi-mat-khau", "/mo"):
            answer = await browser.post(f"/ban/nhan-su/{other.id}{act}", post(V, wards=(BACH_MAI,)))
            assert answer.status == 404, (other.name, act)
        async with database.read() as session:
            assert await person(session, other.id) == other


async def test_a_lead_manages_a_volunteer_of_the_ward(
    client: ClientFor, hire: Hire, lead: Person, database: Database
) -> None:
    lan = await hire("Lan", V, wards=[BACH_MAI])
    browser = await client(lead)
    page = await browser.post(f"/ban/nhan-su/{lan.id}", post(V, name="Nguyễn Thị Lan"))
    assert "Đã lưu" in page.text
    async with database.read() as session:
        assert (await person(session, lan.id) or lan).name == "Nguyễn Thị Lan"


async def test_disabling_ends_sessions_at_once_and_takes_off_the_roster(
    client: ClientFor, hire: Hire, admin: Person, database: Database
) -> None:
    lan = await hire("Lan", V, wards=[BACH_MAI])
    async with database.write() as session:
        await duty.add_shift(session, admin, duty.NewShift(lan.id, BACH_MAI, frozenset(range(7)), 0, 1440))
    theirs, browser = await client(lan), await client(admin)
    assert (await theirs.get("/ban/tai-khoan", follow=False)).status == 200
    await browser.post(f"/ban/nhan-su/{lan.id}/khoa")
    assert (await theirs.get("/ban/tai-khoan", follow=False)).status == 303
    async with database.read() as session:
        assert await rosters.next_shift(session, BACH_MAI, rosters.now()) is None
    await browser.post(f"/ban/nhan-su/{lan.id}/mo")
    async with database.read() as session:
        assert await rosters.next_shift(session, BACH_MAI, rosters.now()) is not None


async def test_roles_that_are_taken_count_from_the_next_page_on(
    client: ClientFor, hire: Hire, admin: Person
) -> None:
    nga = await hire("Nga", L, wards=[BACH_MAI])
    theirs, browser = await client(nga), await client(admin)
    assert (await theirs.get("/ban/nhan-su")).status == 200
    await browser.post(f"/ban/nhan-su/{nga.id}", post(V))
    assert (await theirs.get("/ban/nhan-su")).status == 403


async def test_somebody_is_left_who_can_let_others_in(
    client: ClientFor, hire: Hire, admin: Person, database: Database
) -> None:
    browser = await client(admin)
    page = await browser.post(f"/ban/nhan-su/{admin.id}", post(E))
    assert page.status == 422
    assert "quản trị duy nhất" in page.text
    page = await browser.post(f"/ban/nhan-su/{admin.id}/khoa")
    assert "không tự khóa" in page.text
    other = await hire("Quản trị hai", A, whole_city=True)

    async def leave(one: Person) -> None:
        async with database.write() as session:
            plain = Post(one.name, frozenset({E}), frozenset())
            await staffing.change_post(session, None, one.id, plain)

    done = await asyncio.gather(leave(admin), leave(other), return_exceptions=True)
    assert sum(isinstance(one, StaffingRefused) for one in done) == 1


async def test_html_in_names_is_shown_as_text(client: ClientFor, hire: Hire, admin: Person) -> None:
    evil = "<img src=x onerror=alert(1)>\"'&"
    other = await hire(evil, V, wards=[BACH_MAI])
    browser = await client(admin)
    for path in ("/ban/nhan-su", f"/ban/nhan-su/{other.id}", "/ban/lich-truc?phuong=00292", "/ban/nhat-ky"):
        page = await browser.get(path)
        assert "<img src=x" not in page.text, path
        assert "&lt;img src=x" in page.text, path


async def test_every_act_is_recorded(
    client: ClientFor, hire: Hire, admin: Person, database: Database
) -> None:
    browser = await client(admin)
    await browser.post("/ban/nhan-su/moi", post(V), account="moi")
    staff_id = await id_of(database, "moi")
    await browser.post(f"/ban/nhan-su/{staff_id}", post(V, L, wards=(BACH_MAI, BA_DINH), name="Tên Khác"))
    for act in ("lien-ket", "doi-mat-khau", "khoa", "mo"):
        await browser.post(f"/ban/nhan-su/{staff_id}/{act}")
    async with database.read() as session:
        rows = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    assert [row.what for row in rows] == [
        "invited",
        "renamed",
        "roles_changed",
        "wards_changed",
        "invited_again",
        "must_change",
        "disabled",
        "enabled",
    ]
    assert {(row.who, row.subject) for row in rows} == {("Quản trị Hà", f"staff:{staff_id}")}
    page = await browser.get("/ban/nhat-ky?viec=roles_changed")
    assert "Đổi vai: Tên Khác" in page.text
    assert "trước: Tình nguyện viên; sau: Tổ trưởng, Tình nguyện viên" in page.text


async def test_people_are_found_without_accents(client: ClientFor, hire: Hire, admin: Person) -> None:
    await hire("Đặng Thị Hường", V, wards=[BACH_MAI])
    await hire("Lê Văn Tám", V, wards=[BA_DINH])
    browser = await client(admin)
    page = (await browser.get("/ban/nhan-su?tim=dang+thi")).text
    assert "Đặng Thị Hường" in page
    assert "Lê Văn Tám" not in page
    page = (await browser.get(f"/ban/nhan-su?phuong={BA_DINH}")).text
    assert "Lê Văn Tám" in page
    assert "Đặng Thị Hường" not in page
