"""The list of procedures, one for reading, and how a change of it is opened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from desk.content.list_rows import PER_PAGE, Filters, find, look_up, needs_review
from desk.models import AuditEntry
from desk.people import Person
from desk.roles import Role
from knowledge import changes
from knowledge.catalogue import CatalogueRow
from knowledge.changes import Editor
from knowledge.schema import Procedure
from knowledge.store import publish
from motcua.clock import today
from motcua.db import Database
from tests.desk.conftest import ClientFor, Hire
from tests.desk.content.conftest import BIRTH, SHIPPED, OpenDraft
from vietnamese import fold


@pytest.mark.parametrize(
    "typed", ["khai sinh cho con", "KHAI SINH", "dang ky khai sinh", "1.001193", "lam giay khai sinh"]
)
async def test_a_procedure_is_found_by_names_and_code_without_accents(
    client: ClientFor, lan: Person, published: dict[str, Procedure], typed: str
) -> None:
    page = await (await client(lan)).get("/ban/thu-tuc", params={"tim": typed})
    assert f'href="/ban/thu-tuc/{BIRTH}"' in page.text


async def test_filters_stay_in_the_address_and_pages_are_of_fifty(
    client: ClientFor, lan: Person, published: dict[str, Procedure]
) -> None:
    browser = await client(lan)
    page = await browser.get("/ban/thu-tuc")
    assert page.text.count('class="whole"') == PER_PAGE
    assert "88 thủ tục" in page.text
    second = await browser.get("/ban/thu-tuc?trang=2")
    assert second.text.count('class="whole"') == 88 - PER_PAGE
    field = await browser.get("/ban/thu-tuc", params={"linh-vuc": "Hộ tịch", "loai": "bien-tap"})
    assert "20 thủ tục" in field.text
    assert '<option value="Hộ tịch" selected>' in field.text
    assert "Chưa có thủ tục nào khớp" in (await browser.get("/ban/thu-tuc?loai=nguyen-van")).text
    odd = await browser.get("/ban/thu-tuc?trang=99999&loai=x&ban-sua=y&linh-vuc=")
    assert "88 thủ tục" in odd.text


async def test_open_changes_and_new_procedures_are_in_the_list(
    client: ClientFor, lan: Person, draft: OpenDraft, database: Database
) -> None:
    browser = await client(lan)
    change_id = await draft(lan)
    page = await browser.post("/ban/thu-tuc/moi", code="9.000001", name="Thủ tục thử", field="Hộ tịch")
    assert page.status == 200
    assert "Thủ tục thử" in page.text
    shown = await browser.get("/ban/thu-tuc?ban-sua=draft")
    assert "2 thủ tục" in shown.text
    assert "Chưa áp dụng" in shown.text
    assert "Nguyễn Thị Lan mở bản sửa" in shown.text
    assert "Chưa có thủ tục nào khớp" in (await browser.get("/ban/thu-tuc?ban-sua=submitted")).text
    async with database.write() as session:
        await changes.withdraw(session, change_id, 1, Editor(lan.id, lan.name), "thôi")
    assert "1 thủ tục" in (await browser.get("/ban/thu-tuc?ban-sua=co")).text
    async with database.read() as session:
        what = (await session.scalars(select(AuditEntry.what))).all()
    assert list(what) == ["content_opened"]


async def test_reading_a_procedure_shows_its_parts_and_where_they_come_from(
    client: ClientFor, hire: Hire, published: dict[str, Procedure]
) -> None:
    browser = await client(await hire("Quản trị", Role.ADMIN))
    page = await browser.get(f"/ban/thu-tuc/{BIRTH}")
    birth = SHIPPED[BIRTH]
    assert "Đang áp dụng" in page.text
    for text in (birth.documents[1].name, birth.legal_basis[0].number, birth.provenance.checked_by):
        assert text in page.text
    for own in birth.field_provenance.values():
        assert own.source in page.text
    assert "Giấy tờ cần chuẩn bị" in page.text
    assert f'action="/ban/thu-tuc/{BIRTH}/sua"' not in page.text, "an administrator does not edit"
    assert (await browser.get("/ban/thu-tuc/9.999999")).status == 404


async def test_opening_twice_leads_to_the_same_draft(
    client: ClientFor, lan: Person, minh: Person, published: dict[str, Procedure]
) -> None:
    first = await (await client(lan)).post(f"/ban/thu-tuc/{BIRTH}/sua", follow=False)
    second = await (await client(minh)).post(f"/ban/thu-tuc/{BIRTH}/sua", follow=False)
    assert first.headers["Location"] == second.headers["Location"]
    page = await (await client(minh)).get(f"/ban/thu-tuc/{BIRTH}")
    assert "Bản sửa đang mở" in page.text
    assert "Sửa tiếp" in page.text
    assert (await (await client(lan)).post("/ban/thu-tuc/9.999999/sua")).status == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"code": "", "name": "A", "field": "B"}, "nhập mã"),
        ({"code": "1.23", "name": "A", "field": "B"}, "sáu số"),
        ({"code": BIRTH, "name": "A", "field": "B"}, "đã có"),
        ({"code": "9.000001", "name": " ", "field": "B"}, "nhập tên"),
    ],
)
async def test_a_new_procedure_needs_a_code_of_its_own(
    client: ClientFor, lan: Person, published: dict[str, Procedure], fields: dict[str, str], said: str
) -> None:
    page = await (await client(lan)).post("/ban/thu-tuc/moi", list(fields.items()))
    assert page.status == 422
    assert said in page.text


async def test_a_withdrawn_procedure_leaves_the_list_and_says_so_when_read(
    client: ClientFor, lan: Person, published: dict[str, Procedure], database: Database
) -> None:
    async with database.write() as session:
        await changes.withdraw_procedure(session, BIRTH, Editor(lan.id, lan.name), "bị bãi bỏ")
    browser = await client(lan)
    assert f"/ban/thu-tuc/{BIRTH}" not in (await browser.get(f"/ban/thu-tuc?tim={BIRTH}")).text
    assert "Đã ngừng cung cấp" in (await browser.get(f"/ban/thu-tuc/{BIRTH}")).text


async def test_the_field_that_names_a_procedure_finds_it(
    client: ClientFor, lan: Person, published: dict[str, Procedure]
) -> None:
    browser = await client(lan)
    async with browser.http.get(browser.server.url + "/ban/thu-tuc/tim?tim=thuong tru") as answer:
        found = await answer.json()
    assert "1.004222" in [one["code"] for one in found]
    assert len(found) <= 10
    async with browser.http.get(browser.server.url + "/ban/thu-tuc/tim") as answer:
        assert await answer.json() == []


async def test_an_imported_procedure_is_marked_and_an_ended_one_too(
    client: ClientFor, lan: Person, published: dict[str, Procedure], database: Database
) -> None:
    birth = SHIPPED[BIRTH]
    raw = birth.model_copy(update={"code": "2.000001", "name": "Bản ghi thử", "imported": True})
    old = birth.model_copy(
        update={"code": "2.000002", "name": "Đã cũ", "effective_to": today() - timedelta(days=3)}
    )
    async with database.write() as session:
        await publish(session, [raw, old], "cổng", "nhập")
    browser = await client(lan)
    page = await browser.get("/ban/thu-tuc?loai=nguyen-van")
    assert "1 thủ tục" in page.text
    assert "Nguyên văn Cổng" in page.text
    assert "Hết hiệu lực" in (await browser.get("/ban/thu-tuc?tim=da cu")).text
    assert "Hết hiệu lực từ" in (await browser.get("/ban/thu-tuc/2.000002")).text


DAY = date(2027, 3, 1)


def row(code: str = "1.000001", name: str = "Cấp giấy", **more: Any) -> CatalogueRow:
    values: dict[str, Any] = {
        "code": code,
        "name": name,
        "folded": fold(f"{name} | {code}"),
        "field": "Hộ tịch",
        "levels": ("xã",),
        "imported": False,
        "checked_on": DAY,
        "review_by": None,
        "effective_to": None,
        "version_id": 1,
        "withdrawn": False,
    }
    return CatalogueRow(**{**values, **more})


@pytest.mark.parametrize(
    ("more", "due"),
    [
        ({}, False),
        ({"review_by": DAY}, True),
        ({"review_by": DAY + timedelta(days=1)}, False),
        ({"checked_on": DAY - timedelta(days=365)}, False),
        ({"checked_on": DAY - timedelta(days=366)}, True),
        ({"checked_on": DAY - timedelta(days=999), "imported": True}, False),
        ({"checked_on": DAY - timedelta(days=999), "review_by": DAY + timedelta(days=9)}, False),
    ],
)
def test_what_needs_another_look(more: dict[str, Any], due: bool) -> None:
    assert needs_review(row(**more), DAY) is due
    assert bool(find([row(**more)], {}, Filters(review=True), DAY).lines) is due


def test_the_code_itself_comes_first_then_names_that_begin_like_the_words() -> None:
    rows = [
        row("1.000009", "Xin cấp giấy phép 1.000002"),
        row("1.000003", "Giấy phép xây dựng", imported=True),
        row("1.000004", "Giấy phép lái xe"),
        row("1.000002", "Sửa tên"),
        row("1.000005", "Giấy phép đã bỏ", withdrawn=True),
    ]
    assert [one.code for one in look_up(rows, "giay phep", 10)] == ["1.000004", "1.000003", "1.000009"]
    assert [one.code for one in look_up(rows, "1.000002", 10)] == ["1.000002", "1.000009"]
    assert look_up(rows, " ", 10) == []
