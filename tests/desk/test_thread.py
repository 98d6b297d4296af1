"""The page of a ticket: claiming, answering, passing on, ending; and nobody does it for somebody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from conversations.contract import Author
from conversations.models import ButtonChoice, Conversation, Holder, Message, Ticket
from conversations.ticket_models import KnowledgeGap, PendingReply, TicketNote
from desk.models import AuditEntry
from desk.people import Person
from desk.roles import Role
from motcua.db import Database, now
from tests.desk.conftest import BA_DINH, BACH_MAI, Client, ClientFor, DeskServer, Hire
from tests.desk.tickets import Tickets

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture
def tickets(server: DeskServer) -> Tickets:
    return Tickets(server.conversations, server.database)


@pytest.fixture
async def lan(hire: Hire) -> Person:
    return await hire("Lan", Role.VOLUNTEER, wards=[BACH_MAI])


@pytest.fixture
async def at_lan(client: ClientFor, lan: Person) -> Client:
    return await client(lan)


@pytest.fixture
async def ticket(tickets: Tickets) -> int:
    return await tickets.open("an", "làm khai sinh cần giấy gì", ward=BACH_MAI)


async def stored(database: Database, ticket_id: int) -> tuple[Ticket, Conversation]:
    async with database.read() as session:
        found = await session.get_one(Ticket, ticket_id)
        return found, await session.get_one(Conversation, found.conversation_id)


async def said(database: Database, author: Author = Author.STAFF) -> list[str]:
    async with database.read() as session:
        rows = await session.scalars(
            select(Message.text).where(Message.author == author).order_by(Message.id)
        )
        return list(rows)


async def audited(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))


async def test_a_volunteer_claims_answers_and_closes(
    at_lan: Client, lan: Person, ticket: int, database: Database
) -> None:
    page = await at_lan.get(f"/ban/phieu/{ticket}")
    assert "Nhận phiếu" in page.text
    assert "làm khai sinh cần giấy gì" in page.text
    page = await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    assert 'name="noi_dung"' in page.text
    held, conversation = await stored(database, ticket)
    assert (held.claimed_by, conversation.held_by) == (str(lan.id), str(lan.id))
    await at_lan.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="Anh/chị mang giấy chứng sinh ạ.", khoa="k1")
    assert await said(database) == ["Anh/chị mang giấy chứng sinh ạ."]
    answered, _ = await stored(database, ticket)
    assert answered.waiting_since is None
    assert answered.first_reply_at is not None
    page = await at_lan.post(f"/ban/phieu/{ticket}/dong", ket_qua="answered")
    assert "Đã đóng phiếu" in page.text
    closed, conversation = await stored(database, ticket)
    assert (closed.outcome, conversation.holder) == ("answered", Holder.BOT)
    assert conversation.context == {"procedure": "1.001193"}
    async with database.read() as session:
        buttons = list(await session.scalars(select(ButtonChoice.title).order_by(ButtonChoice.position)))
    assert buttons == ["Có ích", "Chưa"]
    assert await audited(database) == ["ticket_replied", "ticket_closed"]


async def test_a_double_click_sends_once_and_another_text_is_another_message(
    at_lan: Client, ticket: int, database: Database
) -> None:
    await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    for text, key in (("Một", "k1"), ("Một", "k1"), ("Hai", "k2")):
        await at_lan.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung=text, khoa=key)
    assert await said(database) == ["Một", "Hai"]


async def test_whoever_does_not_have_the_ticket_cannot_answer_and_loses_nothing_typed(
    client: ClientFor, at_lan: Client, hire: Hire, ticket: int, database: Database
) -> None:
    at_minh = await client(await hire("Minh", Role.VOLUNTEER, wards=[BACH_MAI]))
    refused = await at_minh.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="Chào anh", khoa="k")
    assert (refused.status, await said(database)) == (409, [])
    assert "Phiếu đang ở hàng đợi" in refused.text
    await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    late = await at_minh.post(f"/ban/phieu/{ticket}/nhan")
    assert late.status == 409
    assert "Lan vừa nhận phiếu này trước anh/chị" in late.text
    for path, fields in (
        ("tra-loi", {"noi_dung": "Chào", "khoa": "k"}),
        ("dong", {"ket_qua": "answered"}),
        ("tra-lai", {}),
        ("chuyen", {"phuong": BA_DINH}),
    ):
        refused = await at_minh.post(f"/ban/phieu/{ticket}/{path}", **fields)
        assert refused.status == 409, path
        assert "Lan đang giữ phiếu này" in refused.text
    assert await said(database) == []
    script = await at_minh.post(
        f"/ban/phieu/{ticket}/tra-loi", noi_dung="Chào", khoa="k", headers={"Accept": "application/json"}
    )
    assert script.status == 409


async def test_what_was_typed_comes_back_with_the_error(at_lan: Client, ticket: int) -> None:
    await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    page = await at_lan.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="x" * 4001, khoa="k")
    assert page.status == 409
    assert "dài quá 4.000 chữ cái" in page.text
    assert "x" * 4001 in page.text


async def test_a_citizens_html_is_text_everywhere(
    at_lan: Client, tickets: Tickets, database: Database
) -> None:
    ticket = await tickets.open("an", EVIL, ward=BACH_MAI)
    await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    await at_lan.post(f"/ban/phieu/{ticket}/ghi-chu", ghi_chu=EVIL)
    await at_lan.post(f"/ban/phieu/{ticket}/nhap", noi_dung=f"</textarea>{EVIL}")
    for part in ("", "/loi-thoai", "/thong-tin", "/goi-y"):
        page = await at_lan.get(f"/ban/phieu/{ticket}{part}")
        assert page.status == 200
        assert EVIL not in page.text
        assert "</textarea><script>" not in page.text
    assert "&lt;script&gt;alert(1)" in (await at_lan.get(f"/ban/phieu/{ticket}/loi-thoai")).text


async def test_a_ticket_is_passed_on_to_a_colleague_of_another_ward(
    client: ClientFor, at_lan: Client, hire: Hire, ticket: int, database: Database
) -> None:
    minh = await hire("Minh", Role.VOLUNTEER, wards=[BA_DINH])
    at_minh = await client(minh)
    assert (await at_minh.get(f"/ban/phieu/{ticket}")).status == 404
    nowhere = await at_lan.post(f"/ban/phieu/{ticket}/chuyen", phuong="", nguoi="")
    assert nowhere.status == 409
    await at_lan.post(f"/ban/phieu/{ticket}/chuyen", phuong=BA_DINH, nguoi=minh.id)
    moved, conversation = await stored(database, ticket)
    assert (moved.ward, moved.wanted_by, conversation.ward) == (BA_DINH, str(minh.id), BA_DINH)
    assert "Chuyển cho anh/chị" in (await at_minh.get("/ban/phieu?muc=cua-toi")).text
    assert (await at_lan.get(f"/ban/phieu/{ticket}")).status == 404
    assert (await at_minh.post(f"/ban/phieu/{ticket}/nhan")).status == 200


async def test_a_lead_takes_a_ticket_away_and_it_is_recorded(
    client: ClientFor, at_lan: Client, hire: Hire, ticket: int, database: Database
) -> None:
    await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    lead = await client(await hire("Hòa", Role.LEAD, wards=[BACH_MAI]))
    await lead.post(f"/ban/phieu/{ticket}/tra-lai")
    assert (await stored(database, ticket))[0].claimed_by is None
    assert await audited(database) == ["ticket_taken_away"]


async def test_a_new_volunteers_reply_waits_for_a_lead_when_the_team_says_so(
    client: ClientFor, hire: Hire, at_lan: Client, ticket: int, database: Database
) -> None:
    lead = await client(await hire("Hòa", Role.LEAD, wards=[BACH_MAI]))
    await lead.post("/ban/cau-mau/duyet", phuong=BACH_MAI, ngay=14)
    page = await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    assert "Gửi để duyệt" in page.text
    for key, text in (("k1", "Sai rồi"), ("k2", "Mang giấy chứng sinh ạ")):
        page = await at_lan.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung=text, khoa=key)
        assert "chờ tổ trưởng duyệt" in page.text
    assert await said(database) == []
    async with database.read() as session:
        wrong, right = (await session.scalars(select(PendingReply.id).order_by(PendingReply.id))).all()
    assert (await at_lan.post(f"/ban/phieu/{ticket}/duyet/{right}", y="duyet")).status == 403
    await lead.post(f"/ban/phieu/{ticket}/duyet/{wrong}", y="tra-lai", ly_do="Xem lại nguồn")
    for _ in range(2):
        await lead.post(f"/ban/phieu/{ticket}/duyet/{right}", y="duyet")
    assert await said(database) == ["Mang giấy chứng sinh ạ"]
    assert "Xem lại nguồn" in (await at_lan.get(f"/ban/phieu/{ticket}")).text
    assert (await stored(database, ticket))[0].waiting_since is None


async def test_an_old_volunteers_reply_goes_out_at_once(
    client: ClientFor, hire: Hire, ticket: int, database: Database
) -> None:
    old = await hire("Lâu Năm", Role.VOLUNTEER, wards=[BACH_MAI], created_at=now() - timedelta(days=15))
    lead = await client(await hire("Hòa", Role.LEAD, wards=[BACH_MAI]))
    await lead.post("/ban/cau-mau/duyet", phuong=BACH_MAI, ngay=14)
    at_old = await client(old)
    await at_old.post(f"/ban/phieu/{ticket}/nhan")
    await at_old.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="Dạ", khoa="k")
    assert await said(database) == ["Dạ"]


async def test_notes_are_private_masked_and_deleted_by_their_author_only(
    client: ClientFor, hire: Hire, at_lan: Client, ticket: int, database: Database
) -> None:
    minh = await hire("Minh", Role.VOLUNTEER, wards=[BACH_MAI])
    at_minh = await client(minh)
    await at_lan.post(f"/ban/phieu/{ticket}/ghi-chu", ghi_chu="gọi lại 0912345678 nhé", nhac=minh.id)
    assert "Nhắc đến anh/chị" in (await at_minh.get("/ban/phieu/danh-sach")).text
    page = await at_minh.get(f"/ban/phieu/{ticket}")
    assert "gọi lại ‹số điện thoại› nhé" in page.text
    assert "Nhắc đến anh/chị" not in (await at_minh.get("/ban/phieu/danh-sach")).text
    async with database.read() as session:
        note = await session.scalar(select(TicketNote.id))
    assert (await at_minh.post(f"/ban/phieu/{ticket}/ghi-chu/{note}/xoa")).status == 403
    await at_lan.post(f"/ban/phieu/{ticket}/ghi-chu/{note}/xoa")
    assert "gọi lại" not in (await at_lan.get(f"/ban/phieu/{ticket}")).text
    assert await said(database) == []


async def test_the_editors_get_the_question_with_the_answer_once_and_it_can_be_undone(
    at_lan: Client, ticket: int, database: Database
) -> None:
    await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    await at_lan.post(f"/ban/phieu/{ticket}/thieu")
    await at_lan.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="Cần giấy chứng sinh.", khoa="k")
    page = await at_lan.post(f"/ban/phieu/{ticket}/thieu")
    assert "Đã báo kho kiến thức thiếu câu này" in page.text
    async with database.read() as session:
        gaps = (await session.scalars(select(KnowledgeGap))).all()
    assert [(gap.question, gap.answer, gap.procedure) for gap in gaps] == [
        ("làm khai sinh cần giấy gì", "Cần giấy chứng sinh.", "1.001193")
    ]
    await at_lan.post(f"/ban/phieu/{ticket}/thieu/bo")
    async with database.read() as session:
        assert (await session.scalars(select(KnowledgeGap))).all() == []


async def test_the_transcript_is_exported_with_numbers_masked_and_recorded(
    at_lan: Client, ticket: int, tickets: Tickets, database: Database
) -> None:
    await tickets.writes("an", "số tôi là 0912345678, căn cước 001099012345")
    answer = await at_lan.get(f"/ban/phieu/{ticket}/ban-ghi")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "‹số điện thoại›" in answer.text
    assert not re.search(r"0912345678|001099012345", answer.text)
    assert await audited(database) == ["ticket_exported"]


async def test_closing_can_be_undone(at_lan: Client, ticket: int, lan: Person, database: Database) -> None:
    await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    assert (await at_lan.post(f"/ban/phieu/{ticket}/dong", ket_qua="bịa")).status == 409
    await at_lan.post(f"/ban/phieu/{ticket}/dong", ket_qua="not_ours")
    assert await said(database) == []
    again = await at_lan.post(f"/ban/phieu/{ticket}/dong", ket_qua="answered")
    assert again.status == 409
    await at_lan.post(f"/ban/phieu/{ticket}/mo-lai")
    opened, conversation = await stored(database, ticket)
    assert (opened.claimed_by, opened.closed_at, conversation.held_by) == (str(lan.id), None, str(lan.id))


async def test_a_draft_is_there_on_another_device(
    client: ClientFor, at_lan: Client, lan: Person, ticket: int
) -> None:
    await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    await at_lan.post(f"/ban/phieu/{ticket}/nhap", noi_dung="Đang viết dở")
    other = await client(lan)
    assert "Đang viết dở" in (await other.get(f"/ban/phieu/{ticket}")).text
    await other.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="Xong", khoa="k")
    assert "Đang viết dở" not in (await at_lan.get(f"/ban/phieu/{ticket}")).text


async def test_who_else_looks_and_types_is_said(
    client: ClientFor, hire: Hire, at_lan: Client, ticket: int
) -> None:
    at_minh = await client(await hire("Minh", Role.VOLUNTEER, wards=[BACH_MAI]))
    await at_minh.post("/ban/nhip", phieu=ticket, dang_viet=1)
    page = await at_lan.get(f"/ban/phieu/{ticket}")
    assert "Minh (đang viết)" in page.text


async def test_canned_replies_are_filled_in_and_only_the_own_are_removed(
    client: ClientFor, hire: Hire, at_lan: Client, ticket: int
) -> None:
    await at_lan.post("/ban/cau-mau", ten="Chào", noi_dung="Chào anh/chị ở {phuong}, {ten_toi} đây ạ.")
    at_minh = await client(await hire("Minh", Role.VOLUNTEER, wards=[BACH_MAI]))
    assert "đây ạ" not in (await at_minh.get("/ban/cau-mau")).text
    assert (await at_minh.post("/ban/cau-mau/1/xoa")).status == 404
    page = await at_lan.post(f"/ban/phieu/{ticket}/nhan")
    assert "Chào anh/chị ở phường Bạch Mai, Lan đây ạ." in page.text
    page = await at_lan.post("/ban/cau-mau/1/xoa")
    assert "Hoàn tác" in page.text
    page = await at_lan.post("/ban/cau-mau/1/khoi-phuc")
    assert "đây ạ" in page.text


async def test_only_a_lead_makes_canned_replies_for_others(
    client: ClientFor, hire: Hire, at_lan: Client
) -> None:
    await at_lan.post("/ban/cau-mau", ten="Của Lan", noi_dung="riêng", cho="tat-ca")
    lead = await client(await hire("Hòa", Role.LEAD, wards=[BACH_MAI]))
    await lead.post("/ban/cau-mau", ten="Của phường", noi_dung="chung phường", cho=BACH_MAI)
    elsewhere = await client(await hire("Minh", Role.VOLUNTEER, wards=[BA_DINH]))
    assert "chung phường" in (await at_lan.get("/ban/cau-mau")).text
    text = (await elsewhere.get("/ban/cau-mau")).text
    assert "chung phường" not in text
    assert "riêng" not in text.split("<main")[1].split("<h2>Chung")[1].split("Thêm câu mẫu")[0]
    assert (await at_lan.post("/ban/cau-mau/duyet", phuong=BACH_MAI, ngay=3)).status == 403
