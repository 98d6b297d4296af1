"""The form of a change over HTTP: what is shown is what is kept, and nothing of two people's work is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from desk.content.form_codec import decode
from desk.models import AuditEntry
from desk.people import Person
from knowledge import changes
from knowledge.changes import ContentChange, Editor, Evidence
from knowledge.schema import Procedure
from motcua.db import Database
from tests.desk.conftest import ClientFor
from tests.desk.content.conftest import BIRTH, SHIPPED, OpenDraft
from tests.desk.content.form_reader import OpenForm, open_form, pairs_of


async def change_of(database: Database, change_id: int) -> ContentChange:
    async with database.read() as session:
        found = await changes.find(session, change_id)
    assert found
    return found


def dump(code: str) -> dict[str, Any]:
    return SHIPPED[code].model_dump(mode="json", exclude_defaults=True)


async def test_the_form_of_every_procedure_sends_back_what_it_shows(
    client: ClientFor, lan: Person, draft: OpenDraft, published: dict[str, Procedure]
) -> None:
    browser = await client(lan)
    for code in published:
        form = await open_form(browser, await draft(lan, code))
        assert decode(form.pairs, dump(code)).content == dump(code), code


async def test_saving_keeps_what_was_written_and_says_so(
    client: ClientFor, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    form = await open_form(await client(lan), change_id)
    form.fill(fee="Miễn lệ phí khi đăng ký đúng hạn.", _note="Lệ phí mới", _effective_from="2027-01-01")
    form.put("ways.1.fee.amount", "10.000")
    form.put("ways.1.fee.kind", "mức tiền")
    page = await form.send()
    assert page.status == 200
    assert "Đã lưu bản soạn" in page.text
    change = await change_of(database, change_id)
    fee = {**dump(BIRTH)["ways"][1]["fee"], "kind": "mức tiền", "amount": 10000}
    expected = dump(BIRTH) | {"fee": "Miễn lệ phí khi đăng ký đúng hạn."}
    expected["ways"][1]["fee"] = fee
    assert change.content == expected
    assert (change.note, str(change.effective_from)) == ("Lệ phí mới", "2027-01-01")
    assert change.editors == [lan.id]
    async with database.read() as session:
        told = (await session.scalars(select(AuditEntry))).all()
    assert [(one.what, one.subject) for one in told] == [("content_edited", f"procedure:{BIRTH}")]


async def test_saving_without_a_change_writes_nothing(
    client: ClientFor, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    form = await open_form(await client(lan), change_id)
    await form.send()
    change = await change_of(database, change_id)
    assert (change.revision, change.editors) == (1, [])


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    client: ClientFor, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    form = await open_form(await client(lan), change_id)
    form.put("documents.1.name", "")
    form.put("ways.0.time.amount", "vài ba")
    status, answer = await form.autosave()
    assert status == 200
    wrong = {one["name"]: one for one in answer["problems"]}
    assert wrong["documents.1.name"]["label"] == "Giấy tờ 2, Tên giấy tờ"
    assert "số" in wrong["ways.0.time.amount"]["said"]
    change = await change_of(database, change_id)
    assert change.content["ways"][0]["time"]["amount"] == "vài ba"
    page = (await open_form(form.client, change_id)).html
    place = re.search(r'<p class="wrong" id="p-documents\.1\.name">([^<]+)</p>', page)
    assert place
    assert wrong["documents.1.name"]["said"] in place[1]
    assert 'href="#f-documents.1.name"' in page
    assert "Giấy tờ 2, Tên giấy tờ" in page


async def two_forms(
    client: ClientFor, lan: Person, minh: Person, change_id: int
) -> tuple[OpenForm, OpenForm]:
    return await open_form(await client(lan), change_id), await open_form(await client(minh), change_id)


async def test_of_two_editors_nobody_loses_anything(
    client: ClientFor, lan: Person, minh: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    first, second = await two_forms(client, lan, minh, change_id)
    await first.fill(fee="Lan: 8.000 đồng", place="Lan: quầy số 1", steps="Một\nHai", _note="Lan sửa").send()
    assert (await second.autosave())[0] == 200, "nothing written yet: nothing to clash"
    assert second["_revision"] == "1", "what it shows is still the old text"
    second = await open_form(second.client, change_id)
    third, fourth = second, await open_form(first.client, change_id)
    await fourth.fill(fee="Lan: 9.000 đồng", place="Lan: quầy số 2", steps="Một\nHai\nBa").send()
    third.fill(fee="Minh: 7.000 đồng", late="Minh: trễ", steps="Một\nHai\nBốn")
    status, said = await third.autosave()
    assert status == 409
    assert "Nguyễn Thị Lan vừa lưu" in said["said"]
    page = await third.send()
    assert page.status == 409
    for text in ("Lan: 9.000 đồng", "Minh: 7.000 đồng", "Lan: quầy số 2", "Minh: trễ"):
        assert text in page.text
    assert "Nguyễn Thị Lan đã lưu bản sửa này" in page.text
    choice = OpenForm(third.client, f"{third.path}/chon", [], page.text)

    choice.pairs = pairs_of(page.text, choice.path)
    chosen = {name: value for name, value in choice.pairs if name.startswith("chon.")}
    # What one of them alone changed is chosen; lists are joined; a text that both wrote is to be decided.
    assert chosen == {"chon.place": "theirs", "chon.late": "mine", "chon.steps": "joined"}
    refused = await choice.send()
    assert refused.status == 409
    assert "chưa chọn" in refused.text
    choice.put("chon.fee", "mine")
    done = await choice.send()
    assert done.status == 200
    assert "Đã lưu các phần anh/chị chọn" in done.text
    content = (await change_of(database, change_id)).content
    assert content["fee"] == "Minh: 7.000 đồng"
    assert content["place"] == "Lan: quầy số 2"
    assert content["late"] == "Minh: trễ"
    assert content["steps"] == ["Một", "Hai", "Ba", "Bốn"]


async def test_written_once_more_while_choosing_shows_both_again(
    client: ClientFor, lan: Person, minh: Person, draft: OpenDraft, database: Database
) -> None:

    change_id = await draft(lan)
    first, second = await two_forms(client, lan, minh, change_id)
    await first.fill(fee="Lan: một").send()
    page = await second.fill(fee="Minh: một").send()
    choice = OpenForm(second.client, f"{second.path}/chon", pairs_of(page.text, f"{second.path}/chon"))
    choice.put("chon.fee", "mine")
    await (await open_form(first.client, change_id)).fill(fee="Lan: hai").send()
    again = await choice.send()
    assert again.status == 409
    assert "Lan: hai" in again.text
    assert "Minh: một" in again.text
    assert (await change_of(database, change_id)).content["fee"] == "Lan: hai"


async def test_an_answer_that_got_lost_is_no_second_editor(
    client: ClientFor, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    form = await open_form(await client(lan), change_id)
    before = list(form.pairs)
    form.put("fee", "Một")
    assert (await form.autosave())[0] == 200
    # The page never heard of it: it still names the old revision, and more was typed since.
    form.pairs = before
    form.put("fee", "Một hai")
    assert (await form.autosave())[0] == 200
    assert (await change_of(database, change_id)).content["fee"] == "Một hai"


async def test_a_form_that_came_in_part_takes_nothing_away(
    client: ClientFor, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    form = await open_form(await client(lan), change_id)
    form.pairs = form.pairs[:20]
    assert (await form.send()).status == 400
    assert (await form.autosave())[0] == 400
    assert (await change_of(database, change_id)).content == dump(BIRTH)


async def test_rows_are_added_moved_and_removed_without_scripts(
    client: ClientFor, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    browser = await client(lan)
    names = [one["name"] for one in dump(BIRTH)["documents"]]
    await (await open_form(browser, change_id)).send(op="down:documents.0")
    await (await open_form(browser, change_id)).send(op="drop:documents.3")
    held = [one["name"] for one in (await change_of(database, change_id)).content["documents"]]
    assert held == [names[1], names[0], names[2], *names[4:]]
    form = await open_form(browser, change_id)
    answer = await form.send(op="add:documents", follow=False)
    assert answer.headers["Location"].endswith("?them=documents#f-documents")
    page = await browser.get(f"/ban/sua-doi/{change_id}?them=documents")

    form = OpenForm(browser, form.path, pairs_of(page.text, form.path))
    form.put(f"documents.{len(held)}.name", "Ảnh 3×4")
    await form.send()
    assert (await change_of(database, change_id)).content["documents"][-1] == {"name": "Ảnh 3×4"}
    await (await open_form(browser, change_id)).send(op="drop:cases.0")
    assert next(iter((await change_of(database, change_id)).content["cases"])) == "mang-thai-ho"
    page = await browser.get(f"/ban/sua-doi/{change_id}?them=checklist.0.options")
    assert 'name="checklist.0.options.3.say"' in page.text


async def test_what_waits_for_approval_is_not_written(
    client: ClientFor, lan: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    form = await open_form(await client(lan), change_id)
    await form.fill(fee="Mới", _note="Lệ phí").send()
    late = await open_form(form.client, change_id)
    async with database.write() as session:
        change = await changes.find(session, change_id)
        assert change
        source = Evidence(source="Nghị quyết 12/2026/NQ-HĐND")
        await changes.submit(session, change_id, change.revision, Editor(lan.id, lan.name), source)
    assert (await late.fill(fee="Muộn").autosave())[0] == 409
    assert (await late.send()).status == 409
    assert (await change_of(database, change_id)).content["fee"] == "Mới"
    moved = await form.client.get(f"/ban/sua-doi/{change_id}", follow=False)
    assert (moved.status, moved.headers["Location"]) == (303, f"/ban/sua-doi/{change_id}/so-sanh")


SCRIPT = "</textarea></template>\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


async def test_a_script_in_any_field_comes_out_as_text(
    client: ClientFor, lan: Person, minh: Person, draft: OpenDraft, database: Database
) -> None:
    change_id = await draft(lan)
    form = await open_form(await client(lan), change_id)
    own = ("_revision", "_page", "_marks", "_end", "_effective_from")
    form.pairs = [(name, value if name in own else SCRIPT) for name, value in form.pairs]
    stale = await open_form(await client(minh), change_id)
    page = await form.send()
    clash = await stale.fill(fee=f"Khác {SCRIPT}").send()
    assert clash.status == 409
    pages = [
        page,
        clash,
        await form.client.get(f"/ban/thu-tuc/{BIRTH}"),
        await form.client.get("/ban/thu-tuc"),
    ]
    for shown in pages:
        assert "<script>alert" not in shown.text
        assert "<img src=x" not in shown.text
    content = (await change_of(database, change_id)).content
    assert content["fee"] == SCRIPT
    again = await open_form(form.client, change_id)
    assert decode(again.pairs, content).content == content


async def test_others_who_have_it_open_are_named_until_they_leave(
    client: ClientFor, lan: Person, minh: Person, draft: OpenDraft
) -> None:
    change_id = await draft(lan)
    first, second = await two_forms(client, lan, minh, change_id)

    async def beat(form: OpenForm, **more: str) -> Any:
        fields = {"csrf": form.client.token, "trang": form["_page"], **more}
        url = f"{form.client.server.url}{form.path}/dang-mo"
        headers = {"Origin": form.client.server.url}
        async with form.client.http.post(url, data=fields, headers=headers) as answer:
            return await answer.json()

    assert (await beat(first))["viewers"] == []
    told = await beat(second, dang_viet="1")
    assert told["viewers"] == [{"name": "Nguyễn Thị Lan", "writing": False, "myself": False}]
    assert (await beat(first))["viewers"] == [{"name": "Trần Văn Minh", "writing": True, "myself": False}]
    assert "Trần Văn Minh" in (await first.client.get(first.path)).text
    await second.fill(fee="Minh viết").autosave()
    told = await beat(first)
    assert (told["revision"], told["writer"]) == (2, "Trần Văn Minh")
    await beat(second, roi="1")
    assert (await beat(first))["viewers"] == []


@pytest.mark.parametrize(
    "body", ["{}", '{"pairs": 1}', '{"pairs": [["a"]]}', "[]", "nope", '{"pairs": [["_end", 1]]}']
)
async def test_what_is_no_form_is_refused(
    client: ClientFor, lan: Person, draft: OpenDraft, body: str
) -> None:
    change_id = await draft(lan)
    browser = await client(lan)
    headers = {
        "X-CSRF-Token": browser.token,
        "Origin": browser.server.url,
        "Content-Type": "application/json",
    }
    url = f"{browser.server.url}/ban/sua-doi/{change_id}/luu"
    async with browser.http.post(url, data=body, headers=headers) as answer:
        assert answer.status == 400
