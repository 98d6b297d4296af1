"""Files at the desk: who may upload and fetch them, and that the citizen gets what was sent."""

from __future__ import annotations

import asyncio
import io
import zipfile
from urllib.parse import quote

import pytest
from aiohttp import web
from PIL import Image
from playwright.async_api import Route, expect
from sqlalchemy import select

from channels.web.attached import AttachedFiles
from conversations.attachments import LARGEST_UPLOAD, Attachments, StoredFile
from conversations.contract import Author
from conversations.models import Message
from conversations.ticket_replies import set_approve_days
from desk.people import Person
from desk.queue_services import staff_of
from desk.roles import Role
from motcua.db import Database
from tests.desk.conftest import BA_DINH, BACH_MAI, Browse, Client, ClientFor, DeskServer, Hire
from tests.desk.tickets import Tickets

PDF = b"%PDF-1.7\n" + b"x" * 500
EVIL = "<img src=x onerror=alert(1)>.pdf"


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
async def ticket(tickets: Tickets, lan: Person) -> int:
    made = await tickets.open("an", "làm khai sinh cần giấy gì", ward=BACH_MAI)
    await tickets.claim(made, staff_of(lan))
    return made


async def upload(
    who: Client, ticket: int, content: bytes = PDF, name: str = "to-khai.pdf"
) -> tuple[int, dict[str, str]]:
    headers = {"Origin": who.server.url, "X-CSRF-Token": who.token, "X-Ten-Tep": quote(name)}
    url = f"{who.server.url}/ban/phieu/{ticket}/tep"
    async with who.http.post(url, data=content, headers=headers) as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else {}


async def test_a_file_goes_to_the_citizen_with_the_reply_once(
    server: DeskServer, at_lan: Client, ticket: int, database: Database
) -> None:
    status, file = await upload(at_lan, ticket)
    assert (status, file["ten"]) == (200, "to-khai.pdf")
    for _ in range(2):  # a double click
        await at_lan.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="", khoa="k1", tep=file["ma"])
    async with database.read() as session:
        (line,) = await session.scalars(select(Message).where(Message.author == Author.STAFF))
        stored = await session.get_one(StoredFile, file["ma"])
    assert line.text == "Anh/chị xem tệp kèm theo."
    assert line.said_by == "Lan"
    assert line.reply
    assert [each["id"] for each in line.reply["attachments"]] == [file["ma"]]
    assert stored.sent_at
    page = await at_lan.get(f"/ban/phieu/{ticket}")
    assert "📎 to-khai.pdf" in page.text
    shown = await at_lan.get(f"/ban/phieu/{ticket}/tep/{file['ma']}")
    assert shown.status == 200
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in shown.headers["Content-Security-Policy"]


async def test_only_the_owner_uploads_and_only_the_ward_looks(
    client: ClientFor, hire: Hire, at_lan: Client, ticket: int
) -> None:
    _, file = await upload(at_lan, ticket)
    colleague = await client(await hire("Bình", Role.VOLUNTEER, wards=[BACH_MAI]))
    stranger = await client(await hire("Hùng", Role.VOLUNTEER, wards=[BA_DINH]))
    editor = await client(await hire("Mai", Role.EDITOR, wards=[BACH_MAI]))
    assert (await upload(colleague, ticket))[0] == 409
    assert (await upload(stranger, ticket))[0] == 404
    assert (await upload(editor, ticket))[0] == 403
    address = f"/ban/phieu/{ticket}/tep/{file['ma']}"
    assert [(await who.get(address)).status for who in (colleague, stranger, editor)] == [200, 404, 403]


async def test_a_file_of_another_conversation_cannot_be_fetched_or_sent(
    at_lan: Client, tickets: Tickets, lan: Person, ticket: int, database: Database
) -> None:
    _, file = await upload(at_lan, ticket)
    other = await tickets.open("bình", "đăng ký kết hôn", ward=BACH_MAI)
    await tickets.claim(other, staff_of(lan))
    assert (await at_lan.get(f"/ban/phieu/{other}/tep/{file['ma']}")).status == 404
    said = await at_lan.post(f"/ban/phieu/{other}/tra-loi", noi_dung="đây ạ", khoa="k", tep=file["ma"])
    assert said.status == 409
    assert "chọn lại tệp" in said.text
    assert "đây ạ" in said.text  # what was typed is not lost
    async with database.read() as session:
        assert not list(await session.scalars(select(Message).where(Message.author == Author.STAFF)))


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [(b"MZ", "a.exe", 422), (b"", "a.pdf", 422), (PDF + b"x" * LARGEST_UPLOAD, "a.pdf", 413)],
)
async def test_what_cannot_be_sent_is_said_at_once(
    at_lan: Client, ticket: int, content: bytes, name: str, status: int, database: Database
) -> None:
    got, said = await upload(at_lan, ticket, content, name)
    assert got == status
    assert "Anh/chị" in said["loi"] or "trống" in said["loi"]
    async with database.read() as session:
        assert not list(await session.scalars(select(StoredFile.id)))


async def test_without_the_token_of_the_page_nothing_is_uploaded(at_lan: Client, ticket: int) -> None:
    at_lan.token = "wrong"
    assert (await upload(at_lan, ticket))[0] == 403


async def test_a_name_is_text_wherever_it_is_shown(at_lan: Client, ticket: int) -> None:
    _, file = await upload(at_lan, ticket, name=EVIL)
    await at_lan.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="đây", khoa="k", tep=file["ma"])
    page = await at_lan.get(f"/ban/phieu/{ticket}")
    assert "<img src=x" not in page.text


async def test_a_reply_that_waits_for_a_lead_keeps_its_file(
    client: ClientFor, hire: Hire, at_lan: Client, ticket: int, database: Database
) -> None:
    async with database.write() as session:
        await set_approve_days(session, BACH_MAI, 30)
    _, file = await upload(at_lan, ticket)
    await at_lan.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="đây", khoa="k", tep=file["ma"])
    async with database.read() as session:
        assert (await session.get_one(StoredFile, file["ma"])).sent_at
        assert not list(await session.scalars(select(Message).where(Message.author == Author.STAFF)))
    lead = await client(await hire("Tổ trưởng", Role.LEAD, wards=[BACH_MAI]))
    page = await lead.get(f"/ban/phieu/{ticket}")
    assert "📎 to-khai.pdf" in page.text
    pending = page.text.split("/duyet/")[1].split('"')[0]
    await lead.post(f"/ban/phieu/{ticket}/duyet/{pending}", y="duyet")
    async with database.read() as session:
        (line,) = await session.scalars(select(Message).where(Message.author == Author.STAFF))
    assert line.reply
    assert line.reply["attachments"][0]["id"] == file["ma"]


async def test_the_citizens_link_gives_the_file_until_the_conversation_is_erased(
    server: DeskServer, at_lan: Client, ticket: int, tickets: Tickets, aiohttp_client: object
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "PNG")
    _, file = await upload(at_lan, ticket, out.getvalue(), "ảnh.png")
    app = web.Application()
    attached = AttachedFiles(Attachments(server.database), server.settings)
    app.router.add_get("/tep/{id}", attached.get)
    citizen = await aiohttp_client(app)  # type: ignore[operator]
    got = await citizen.get(f"/tep/{file['ma']}")
    assert (got.status, got.headers["Content-Type"]) == (200, "image/jpeg")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"].startswith("private")
    assert (await citizen.get(f"/tep/{'x' * 43}")).status == 404
    await server.conversations.erase(await tickets.conversation_of(ticket))
    assert (await citizen.get(f"/tep/{file['ma']}")).status == 404


async def test_the_transcript_names_files_and_who_sent_them(at_lan: Client, ticket: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    _, file = await upload(at_lan, ticket, out.getvalue(), "mẫu.docx")
    await at_lan.post(f"/ban/phieu/{ticket}/tra-loi", noi_dung="mẫu đây", khoa="k", tep=file["ma"])
    text = (await at_lan.get(f"/ban/phieu/{ticket}/ban-ghi")).text
    assert "Cán bộ Lan:\nmẫu đây\n(tệp: mẫu.docx)" in text


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_reply_sent_while_its_file_is_on_the_way_waits_for_it(
    browse: Browse, lan: Person, ticket: int, database: Database, arrives: bool
) -> None:
    page = await browse(390, lan)
    on_the_way, sent = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        on_the_way.set()
        await sent.wait()
        await (route.continue_() if arrives else route.abort())

    await page.route("**/tep", slow)
    await page.goto(f"/ban/phieu/{ticket}")
    await page.get_by_label("Câu trả lời").fill("Em gửi mẫu ạ.")
    await page.locator("#file").set_input_files(
        [{"name": "mẫu.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    await on_the_way.wait()
    await page.get_by_role("button", name="Gửi", exact=True).click()
    await expect(page.locator("#draft-state")).to_have_text("Tải xong tệp sẽ gửi ngay…")
    sent.set()
    if arrives:
        await expect(page.locator("#draft-state")).to_have_text("Đã gửi")
    else:
        await expect(page.locator("#reply-problem")).to_contain_text("chưa tải được tệp")
        await expect(page.get_by_label("Câu trả lời")).to_have_value("Em gửi mẫu ạ.")
        await expect(page.get_by_role("button", name="Gửi", exact=True)).to_be_enabled()
    async with database.read() as session:
        lines = list(await session.scalars(select(Message).where(Message.author == Author.STAFF)))
    assert [len(line.reply["attachments"]) for line in lines if line.reply] == ([1] if arrives else [])
