"""Files at the desk: downloaded, looked at, imported as drafts; refused when they are too large or broken."""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from desk.models import AuditEntry
from desk.roles import Role
from knowledge import Procedure, changes, publish
from knowledge.exchange import LARGEST, read_incoming
from knowledge.models import ContentChange
from motcua.db import Database
from tests.desk.conftest import Browse, Client, ClientFor, Hire
from tests.knowledge.conftest import SMALL

CODE = "9.000001"


@pytest.fixture
async def filled(database: Database) -> Database:
    async with database.write() as session:
        await publish(session, [Procedure.model_validate(SMALL)], "Nhóm nội dung", "")
    return database


@pytest.fixture
async def lan(client: ClientFor, hire: Hire) -> Client:
    return await client(await hire("Lan", Role.EDITOR))


async def _download(who: Client, kind: str) -> bytes:
    async with who.http.get(f"{who.server.url}/ban/nhap-xuat/{kind}") as response:
        assert response.status == 200
        assert response.headers["Content-Disposition"].startswith("attachment")
        return await response.read()


async def _send(who: Client, where: str, content: bytes, name: str = "thu-tuc.xlsx") -> tuple[int, str]:
    headers = {"Origin": who.server.url, "X-CSRF-Token": who.token, "X-Ten-Tep": quote(name)}
    url = f"{who.server.url}/ban/nhap-xuat/{where}"
    async with who.http.post(url, data=content, headers=headers) as response:
        return response.status, await response.text()


def _edited(content: bytes, name: str = "Nuôi cá <b>") -> bytes:
    book = load_workbook(io.BytesIO(content))
    book["Thủ tục"]["B2"] = name
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def _drafts(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(ContentChange)) or 0


@pytest.mark.parametrize("kind", ["excel", "csv", "yaml"])
async def test_what_is_downloaded_can_be_read_and_changes_nothing(
    filled: Database, lan: Client, kind: str
) -> None:
    await lan.get("/ban/nhap-xuat")
    content = await _download(lan, kind)
    assert read_incoming("tep.zip", content).codes == [CODE]
    status, said = await _send(lan, "thu", content)
    assert status == 200
    assert "không đổi thủ tục nào" in said
    async with filled.read() as session:
        assert await session.scalar(select(AuditEntry.what)) == "content_exported"


async def test_a_file_is_looked_at_and_then_imported_as_a_draft(filled: Database, lan: Client) -> None:
    await lan.get("/ban/nhap-xuat")
    book = _edited(await _download(lan, "excel"))
    _, dry = await _send(lan, "thu", book)
    assert "sẽ đổi 1 thủ tục" in dry
    assert "Nuôi cá &lt;b&gt;" in dry
    assert "<b>" not in dry
    assert await _drafts(filled) == 0
    _, done = await _send(lan, "nhap", book)
    async with filled.read() as session:
        change = await changes.open_of(session, CODE)
        recorded = list(await session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))
    assert change is not None
    assert f"/ban/sua-doi/{change.id}" in done
    assert change.content["name"] == "Nuôi cá <b>"
    assert recorded[-1] == "content_imported"


async def test_broken_and_too_large_files_are_refused_in_words(filled: Database, lan: Client) -> None:
    await lan.get("/ban/nhap-xuat")
    for content, said in (
        (b"PK\x03\x04", "Tệp hỏng"),
        (b"", "Tệp trống"),
        (b"0" * (LARGEST + 1), "Tệp lớn quá"),
        (b"a;b\n1;2\n", "không thấy trang nào"),
    ):
        for where in ("thu", "nhap"):
            status, text = await _send(lan, where, content)
            assert status == 200
            assert said in text
    assert await _drafts(filled) == 0


async def test_without_the_token_nothing_is_read(filled: Database, lan: Client) -> None:
    url = f"{lan.server.url}/ban/nhap-xuat/nhap"
    async with lan.http.post(url, data=b"x", headers={"Origin": lan.server.url}) as response:
        assert response.status == 403


async def test_in_a_browser_a_file_is_chosen_tried_and_imported(
    filled: Database, lan: Client, browse: Browse
) -> None:
    book = _edited(await _download(lan, "excel"), "Nuôi cá vàng")
    page = await browse(390, lan.person)
    await page.goto("/ban/nhap-xuat")
    await page.get_by_role("button", name="Xem thử").click()
    await page.get_by_text("chọn tệp trước").wait_for()
    file = {"name": "sửa.xlsx", "mimeType": "application/octet-stream", "buffer": book}
    await page.set_input_files("#tep", file)  # type: ignore[arg-type]
    await page.get_by_text("sửa.xlsx").wait_for()
    await page.get_by_role("button", name="Xem thử").click()
    await page.get_by_text("sẽ đổi 1 thủ tục").wait_for()
    await page.get_by_role("button", name="Nhập thành 1 bản sửa").click()
    await page.get_by_text("1 bản sửa đã mở").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await _drafts(filled) == 1
