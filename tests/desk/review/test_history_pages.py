"""Every version can be opened, compared and brought back; a procedure can be ended, with a reason."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from desk.models import AuditEntry
from desk.people import Person
from knowledge import changes
from knowledge.changes import Editor, Evidence, State
from motcua.db import Database
from tests.desk.conftest import ClientFor
from tests.desk.review.conftest import RESIDENCE

BASE = f"/ban/thu-tuc/{RESIDENCE}/lich-su"


async def second_version(database: Database, editor: Person, reviewer: Person) -> None:
    """Another fee, published."""
    who, judge = Editor(editor.id, editor.name), Editor(reviewer.id, reviewer.name)
    async with database.write() as session:
        change = await changes.open_change(session, RESIDENCE, who)
        content = {**change.content, "fee": "15.000 đồng/lần."}
        change = await changes.save(session, change.id, change.revision, content, who, note="phí mới")
        change = await changes.submit(session, change.id, change.revision, who, Evidence("Nghị quyết"))
        await changes.approve(session, change.id, change.revision, judge)


async def versions(database: Database) -> list[changes.VersionLine]:
    async with database.read() as session:
        return await changes.history(session, RESIDENCE)


async def test_the_list_says_who_wrote_what_and_why(
    published: Database, client: ClientFor, editor: Person, reviewer: Person
) -> None:
    await second_version(published, editor, reviewer)
    page = await (await client(editor)).get(BASE)
    assert page.status == 200
    newest, first = await versions(published)
    for said in (editor.name, "phí mới", "bản đầu", f"Bản số {newest.id}", f"Bản số {first.id}"):
        assert said in page.text
    assert f"{reviewer.name} duyệt" in page.text


async def test_one_version_can_be_opened_and_two_compared_either_way_round(
    published: Database, client: ClientFor, editor: Person, reviewer: Person
) -> None:
    await second_version(published, editor, reviewer)
    newest, first = await versions(published)
    browser = await client(editor)
    opened = await browser.get(f"{BASE}/{first.id}")
    assert "Khôi phục bản này" in opened.text
    assert "20.000" in opened.text
    assert "Khôi phục bản này" not in (await browser.get(f"{BASE}/{newest.id}")).text
    card = await browser.get(f"{BASE}/{first.id}/web")
    assert "data-messages" in card.text
    assert "frame-ancestors 'self'" in card.headers["Content-Security-Policy"]
    one_way = await browser.get(f"{BASE}/so-sanh?tu={first.id}&den={newest.id}")
    assert "<ins>" in one_way.text
    other_way = await browser.get(f"{BASE}/so-sanh?tu={newest.id}&den={first.id}")
    assert f"Bản số {first.id} (" in other_way.text
    assert other_way.text.index(f"Bản số {first.id} (") < other_way.text.index(f"bản số {newest.id} (")


async def test_a_version_of_another_procedure_is_not_there(
    published: Database, client: ClientFor, editor: Person
) -> None:
    async with published.read() as session:
        (other,) = await changes.history(session, "1.001193")
    browser = await client(editor)
    assert (await browser.get(f"{BASE}/{other.id}")).status == 404
    assert (await browser.get(f"{BASE}/so-sanh?tu={other.id}&den={other.id}")).status == 404
    assert (await browser.get("/ban/thu-tuc/9.999999/lich-su")).status == 404
    assert (await browser.post(f"{BASE}/{other.id}/khoi-phuc")).status == 404


async def test_restoring_opens_a_draft_and_publishes_nothing(
    published: Database, client: ClientFor, editor: Person, reviewer: Person
) -> None:
    await second_version(published, editor, reviewer)
    first = (await versions(published))[-1]
    browser = await client(editor)
    page = await browser.post(f"{BASE}/{first.id}/khoi-phuc")
    assert "Đã mở bản sửa với nội dung cũ" in page.text
    async with published.read() as session:
        change = await changes.open_of(session, RESIDENCE)
        before = await changes.content_of(session, first.id)
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.what == "content_restored"))).one()
    assert change is not None
    assert change.state == State.DRAFT
    assert change.content == before
    assert entry.detail == {"change": change.id, "version": first.id}
    assert len(await versions(published)) == 2
    again = await browser.post(f"{BASE}/{first.id}/khoi-phuc")
    assert again.status == 409
    assert "đang có một bản sửa" in again.text


async def test_a_procedure_is_ended_with_a_reason_by_those_who_may(
    published: Database, client: ClientFor, editor: Person, reviewer: Person
) -> None:
    judge, address = await client(reviewer), f"/ban/thu-tuc/{RESIDENCE}/ngung"
    assert (await (await client(replace(editor))).get(address)).status == 403
    assert (await judge.post(address)).status == 422
    done = await judge.post(address, reason="bãi bỏ theo quyết định 9/QĐ")
    assert "Đã ngừng áp dụng thủ tục" in done.text
    assert "bãi bỏ theo quyết định 9/QĐ" in done.text
    newest, _ = await versions(published)
    assert newest.withdrawn
    assert (await judge.post(address, reason="lần nữa")).status == 409


async def test_what_is_being_changed_is_not_ended(
    published: Database, client: ClientFor, editor: Person, reviewer: Person
) -> None:
    async with published.write() as session:
        await changes.open_change(session, RESIDENCE, Editor(editor.id, editor.name))
    refused = await (await client(reviewer)).post(f"/ban/thu-tuc/{RESIDENCE}/ngung", reason="thôi")
    assert refused.status == 409
    assert "đang có một bản sửa" in refused.text
    assert len(await versions(published)) == 1
