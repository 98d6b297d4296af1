"""Offices at the desk: one proposes, another confirms, and only then citizens are told."""

from __future__ import annotations

import re
from typing import Any

from desk import audit
from desk.roles import Role
from knowledge import office_edits
from knowledge.office_answers import ward_answer
from knowledge.office_questions import Desk, Wanted
from knowledge.wards import hanoi
from motcua.db import Database
from tests.desk.conftest import BA_DINH, ClientFor, Hire

PAGE = f"/ban/noi-nop/{BA_DINH}/mot-cua"
FORM: dict[str, Any] = {
    "address": "10 phố Thử <script>alert(1)</script>",
    "hours": "8:00–17:00",
    "phones": "024.1234, 024.5678",
    "source": "Gọi hỏi quầy",
    "checked_on": "2026-07-01",
}


async def _told(database: Database) -> str:
    async with database.read() as session:
        offices = await office_edits.present(session)
    return ward_answer(offices, hanoi().by_code[BA_DINH], Desk.ONE_STOP, Wanted.WHERE)


def _decision(text: str, what: str) -> tuple[str, str]:
    """The address of a decision's form, and the revision in it."""
    found = re.search(rf'action="(/ban/noi-nop/de-xuat/\d+/{what})".*?name="revision" value="(\d+)"', text)
    assert found, what
    return found[1], found[2]


async def test_what_one_proposes_another_confirms(client: ClientFor, hire: Hire, database: Database) -> None:
    editor = await client(await hire("Lan", Role.EDITOR))
    reviewer = await client(await hire("Bình", Role.REVIEWER, Role.EDITOR))
    answer = await editor.post(PAGE, **FORM)
    assert (answer.status, answer.url.query["xong"]) == (200, "noi-nop-de-xuat")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "xac-nhan" not in answer.text
    assert "10 phố Thử" not in await _told(database)
    shown = await reviewer.get("/ban/noi-nop?con=cho")
    assert "1 đề xuất chờ xác nhận" in shown.text
    assert shown.text.count('class="whole"') == 1
    path, revision = _decision((await reviewer.get(PAGE)).text, "xac-nhan")
    done = await reviewer.post(path, revision=revision, note="đã đến xem")
    assert done.url.query["xong"] == "noi-nop-xac-nhan"
    assert "đã đến xem" in done.text
    assert "024.1234, 024.5678" in await _told(database)
    again = await reviewer.post(path, revision=revision)
    assert again.status == 422
    assert "vừa được người khác xử lý" in again.text
    assert "10 phố Thử" in (await editor.get("/ban/noi-nop?tim=10 pho thu")).text
    async with database.read() as session:
        log = [entry.what for entry in await audit.entries(session)]
    assert log[:2] == ["office_confirmed", "office_proposed"]


async def test_nobody_confirms_their_own(client: ClientFor, hire: Hire, database: Database) -> None:
    both = await client(await hire("Bình", Role.REVIEWER, Role.EDITOR))
    page = await both.post(PAGE, **FORM)
    path, revision = _decision(page.text, "rut")
    refused = await both.post(path.replace("rut", "xac-nhan"), revision=revision)
    assert refused.status == 422
    assert "không tự xác nhận" in refused.text
    assert "10 phố Thử" not in await _told(database)
    done = await both.post(path, revision=revision)
    assert done.url.query["xong"] == "noi-nop-rut"


async def test_a_proposal_is_refused_with_a_reason(client: ClientFor, hire: Hire) -> None:
    editor = await client(await hire("Lan", Role.EDITOR))
    reviewer = await client(await hire("Bình", Role.REVIEWER))
    await editor.post(PAGE, **FORM)
    path, revision = _decision((await reviewer.get(PAGE)).text, "tu-choi")
    assert (await reviewer.post(path, revision=revision, note="")).status == 422
    done = await reviewer.post(path, revision=revision, note="số nhà sai")
    assert done.status == 200
    assert "số nhà sai" in (await editor.get(PAGE)).text


async def test_what_is_missing_is_said_and_nothing_typed_is_lost(client: ClientFor, hire: Hire) -> None:
    editor = await client(await hire("Lan", Role.EDITOR))
    for wrong, said in (
        ({"checked_on": "hôm qua"}, "ngày kiểm tra"),
        ({"checked_on": "2999-01-01"}, "Ngày kiểm tra: ngày kiểm tra còn ở phía trước"),
        ({"source": " "}, "Nguồn: đang để trống"),
        ({"url": "javascript:alert(1)"}, "Liên kết: viết sai dạng"),
    ):
        answer = await editor.post(PAGE, **{**FORM, **wrong})
        assert answer.status == 422
        assert said in answer.text
        assert 'value="8:00–17:00"' in answer.text


async def test_the_list_of_every_kind(client: ClientFor, hire: Hire) -> None:
    admin = await client(await hire("Quản trị", Role.ADMIN))
    for kind in ("mot-cua", "tru-so", "cong-an"):
        page = await admin.get(f"/ban/noi-nop?loai={kind}")
        assert page.text.count('class="whole"') == 126
    assert "Gửi đề xuất" not in (await admin.get(PAGE)).text
    assert (await admin.get("/ban/noi-nop/99999/mot-cua")).status == 404
    assert "Chưa có nơi nào khớp" in (await admin.get("/ban/noi-nop?tim=khong-co-noi-nay")).text
