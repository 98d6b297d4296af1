"""The queue page: who waits longest, in whose ward, and what is found again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from conversations.models import Ticket
from conversations.ticket_events import Staff
from desk.roles import Role
from motcua.db import Database, now
from tests.desk.conftest import BA_DINH, BACH_MAI, ClientFor, DeskServer, Hire
from tests.desk.tickets import Tickets

ORDER = re.compile(r'href="/ban/phieu/(\d+)\?')


@pytest.fixture
def tickets(server: DeskServer) -> Tickets:
    return Tickets(server.conversations, server.database)


async def test_who_waits_longest_stands_on_top_with_the_wait_in_words(
    client: ClientFor, hire: Hire, tickets: Tickets
) -> None:
    lan = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    young = await tickets.open("an", "làm khai sinh cần giấy gì", waited=timedelta(minutes=2))
    old = await tickets.open("bình", "đổi căn cước ở đâu ạ", waited=timedelta(minutes=40))
    page = await lan.get("/ban/phieu")
    assert page.status == 200
    assert ORDER.findall(page.text) == [str(old), str(young)]
    assert "đổi căn cước ở đâu ạ" in page.text


async def test_a_volunteer_sees_the_own_ward_and_what_has_none(
    client: ClientFor, hire: Hire, tickets: Tickets
) -> None:
    lan = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    chief = await client(await hire("Hòa", Role.LEAD, whole_city=True))
    here = await tickets.open("an", "hỏi ở Bạch Mai", ward=BACH_MAI)
    there = await tickets.open("bình", "hỏi ở Ba Đình", ward=BA_DINH)
    nowhere = await tickets.open("chi", "không biết phường nào")
    assert set(ORDER.findall((await lan.get("/ban/phieu")).text)) == {str(here), str(nowhere)}
    assert set(ORDER.findall((await chief.get("/ban/phieu")).text)) == {str(here), str(there), str(nowhere)}
    assert (await lan.get(f"/ban/phieu/{there}")).status == 404
    assert (await lan.post(f"/ban/phieu/{there}/nhan")).status == 404


async def test_the_filters_are_in_the_address(client: ClientFor, hire: Hire, tickets: Tickets) -> None:
    person = await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])
    lan = await client(person)
    mine = await tickets.open("an", "khai sinh cho con", ward=BACH_MAI)
    other = await tickets.open("bình", "đăng ký kết hôn")
    await tickets.claim(mine, Staff(str(person.id), person.name))
    assert ORDER.findall((await lan.get("/ban/phieu?muc=cua-toi")).text) == [str(mine)]
    assert ORDER.findall((await lan.get("/ban/phieu")).text) == [str(other)]
    assert ORDER.findall((await lan.get("/ban/phieu?muc=tat-ca&tim=KET+HON")).text) == [str(other)]
    assert ORDER.findall((await lan.get(f"/ban/phieu?muc=tat-ca&tim=%23{mine}")).text) == [str(mine)]
    assert ORDER.findall((await lan.get("/ban/phieu?muc=phuong")).text) == [str(mine)]
    assert "Không có phiếu nào khớp" in (await lan.get("/ban/phieu?tim=%25")).text


async def test_a_new_message_is_marked_until_it_is_read(
    client: ClientFor, hire: Hire, tickets: Tickets
) -> None:
    lan = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    ticket = await tickets.open("an", "cho hỏi về khai sinh")
    assert "Có tin chưa đọc" in (await lan.get("/ban/phieu/danh-sach")).text
    await lan.get(f"/ban/phieu/{ticket}")
    assert "Có tin chưa đọc" not in (await lan.get("/ban/phieu/danh-sach")).text
    await tickets.writes("an", "alo có ai không")
    assert "Có tin chưa đọc" in (await lan.get("/ban/phieu/danh-sach")).text


async def test_what_came_before_the_doors_opened_stands_on_top(
    client: ClientFor, hire: Hire, tickets: Tickets, database: Database
) -> None:
    lan = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    morning = await tickets.open("an", "hỏi sáng nay", waited=timedelta(minutes=30))
    night = await tickets.open("bình", "hỏi tối qua")
    async with database.write() as session:
        (await session.get_one(Ticket, night)).out_of_hours = True
        (await session.get_one(Ticket, morning)).out_of_hours = False
    page = await lan.get("/ban/phieu")
    assert ORDER.findall(page.text) == [str(night), str(morning)]
    assert "Nhắn ngoài giờ trực" in page.text


async def test_what_a_citizen_wrote_is_text_in_the_queue(
    client: ClientFor, hire: Hire, tickets: Tickets
) -> None:
    lan = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    await tickets.open("an", "<img src=x onerror=alert(1)> <b>khai sinh</b>")
    listed = (await lan.get("/ban/phieu/danh-sach")).text
    assert "&lt;b&gt;khai sinh&lt;/b&gt;" in listed
    assert "<img" not in listed
    searched = (await lan.get("/ban/phieu", params={"tim": '"><script>'})).text
    assert "&#34;&gt;&lt;script&gt;" in searched
    assert '"><script>' not in searched


async def test_nobody_else_sees_the_queue(client: ClientFor, hire: Hire, tickets: Tickets) -> None:
    await tickets.open("an", "hỏi về khai sinh")
    for role in (Role.EDITOR, Role.REVIEWER, Role.ADMIN):
        browser = await client(await hire(f"Người {role}", role, wards=[BACH_MAI], whole_city=True))
        for path in ("/ban/phieu", "/ban/phieu/danh-sach", "/ban/phieu/1", "/ban/su-kien", "/ban/cau-mau"):
            assert (await browser.get(path)).status == 403, (role, path)


async def test_a_closed_ticket_is_found_in_its_own_list(
    client: ClientFor, hire: Hire, tickets: Tickets, database: Database
) -> None:
    lan = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI]))
    ticket = await tickets.open("an", "hỏi về khai sinh")
    async with database.write() as session:
        (await session.get_one(Ticket, ticket)).closed_at = now()
    assert ORDER.findall((await lan.get("/ban/phieu?muc=tat-ca")).text) == []
    assert ORDER.findall((await lan.get("/ban/phieu?muc=da-dong")).text) == [str(ticket)]


async def test_whoever_has_several_wards_may_look_at_one(
    client: ClientFor, hire: Hire, tickets: Tickets
) -> None:
    both = await client(await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI, BA_DINH]))
    here = await tickets.open("an", "hỏi ở Bạch Mai", ward=BACH_MAI)
    await tickets.open("bình", "hỏi ở Ba Đình", ward=BA_DINH)
    page = await both.get(f"/ban/phieu?phuong={BACH_MAI}")
    assert ORDER.findall(page.text) == [str(here)]
    assert f'<option value="{BACH_MAI}" selected>phường Bạch Mai</option>' in page.text
