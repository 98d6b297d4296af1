"""What is to be looked at again, the shortened times, and the sheets for the wall."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from PIL import Image
from zxingcpp import read_barcodes

from desk.content.reminders import reminders
from desk.people import Person
from knowledge.schema import Procedure
from knowledge.store import append, publish
from motcua.clock import today
from motcua.db import Database
from tests.desk.conftest import ClientFor, DeskServer
from tests.desk.review.conftest import RESIDENCE, shipped


def other(**fields: Any) -> Procedure:
    return Procedure.model_validate({**shipped()[0].model_dump(mode="json"), **fields})


async def put(database: Database, procedure: Procedure) -> None:
    async with database.write() as session:
        await publish(session, [procedure], "thử", "thử")


def test_what_is_due_what_ends_and_what_was_checked_long_ago() -> None:
    day = date(2026, 11, 23)
    ways = [way.model_dump(mode="json") for way in shipped()[0].ways]
    ways[0]["reduced"] = {"fee": {"kind": "miễn phí"}, "ends": "2026-12-10", "decision": "NQ 1"}
    record = {**shipped()[0].provenance.model_dump(mode="json"), "checked_on": "2025-11-01"}
    note = {"facet": "fee", "text": "miễn dịp Tết", "ends": "2027-06-01"}
    procedure = other(review_by="2026-11-20", ways=ways, provenance=record, dated=[note])
    found = {one.kind: one for one in reminders([procedure], [], day)}
    assert set(found) == {"den-han", "sap-het", "lau-roi"}
    assert found["den-han"].late
    assert "hết giảm lệ phí nộp trực tuyến ngày 10/12/2026" in found["sap-het"].why
    later = reminders([procedure], [], date(2026, 12, 11))
    assert [one.late for one in later if one.kind == "sap-het"] == [True]
    assert list(reminders([other(review_by="2027-06-01")], [], day)) == []


async def test_the_reminders_page_lists_edited_and_imported_ones(
    published: Database, client: ClientFor, editor: Person
) -> None:
    old = {**shipped()[0].provenance.model_dump(mode="json"), "checked_on": "2024-01-01"}
    await put(published, other(review_by=(today() + timedelta(days=3)).isoformat()))
    await put(published, other(code="9.000001", name="Nguyên văn Cổng", imported=True, provenance=old))
    browser = await client(editor)
    page = await browser.get("/ban/nhac-xem")
    assert "Đăng ký thường trú" in page.text
    assert "Nguyên văn Cổng" in page.text
    only = await browser.get("/ban/nhac-xem?loai=lau-roi")
    assert "Nguyên văn Cổng" in only.text
    assert "Đăng ký thường trú" not in only.text


async def test_a_shortened_time_stands_beside_that_of_the_law(
    published: Database, client: ClientFor, editor: Person
) -> None:
    local = {"time": {"amount": 4, "unit": "ngày làm việc"}, "decision": "QĐ 99/QĐ-UBND <i>"}
    await put(published, other(local_time=local))
    page = await (await client(editor)).get("/ban/niem-yet")
    for said in (
        "7 ngày làm việc",
        "4 ngày làm việc",
        "QĐ 99/QĐ-UBND &lt;i&gt;",
        "ngắn hơn 3 ngày làm việc (43%)",
    ):
        assert said in page.text


async def test_a_sheet_has_what_is_needed_and_a_code_that_opens_the_chat(
    published: Database, client: ClientFor, editor: Person, server: DeskServer
) -> None:
    browser = await client(editor)
    sheet = await browser.get(f"/ban/niem-yet/{RESIDENCE}")
    for said in (
        "Đăng ký thường trú",
        "CT01",
        "7 ngày làm việc",
        "20.000 đồng",
        "Công an phường/xã",
        "Nguồn: 1.004222",
    ):
        assert said in sheet.text, said
    async with browser.http.get(f"{server.url}/ban/niem-yet/{RESIDENCE}/qr.png") as response:
        image = Image.open(io.BytesIO(await response.read()))
    (code,) = read_barcodes(image)
    assert code.text == f"{server.url}/?thu-tuc={RESIDENCE}"
    assert (await browser.get("/ban/niem-yet/9.999999")).status == 404


async def test_the_sheets_of_a_field_are_printed_together_and_a_withdrawn_one_is_not(
    published: Database, client: ClientFor, editor: Person
) -> None:
    browser = await client(editor)
    field = shipped()[0].field
    together = await browser.get("/ban/niem-yet/in", params={"linh-vuc": field})
    count = sum(one.field == field for one in shipped())
    assert together.text.count('<article class="sheet">') == count
    async with published.write() as session:
        await append(session, shipped()[0], "thử", "bãi bỏ", withdrawn=True)
    rest = await browser.get("/ban/niem-yet/in", params={"linh-vuc": field})
    assert rest.text.count('<article class="sheet">') == count - 1
    assert (await browser.get(f"/ban/niem-yet/{RESIDENCE}")).status == 404
    assert (await browser.get("/ban/niem-yet/in", params={"linh-vuc": "không có"})).status == 404
