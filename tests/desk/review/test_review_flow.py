"""A change from draft to citizens, over HTTP: who may do what, what is refused, what is recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from desk.models import AuditEntry
from desk.people import Person
from desk.roles import Role
from knowledge import changes
from knowledge.changes import ContentChange, Editor, State
from motcua.clock import today
from motcua.db import Database
from tests.desk.conftest import Client, ClientFor, Hire
from tests.desk.review.conftest import RESIDENCE

NEW_FEE = "15.000 đồng/lần nộp trực tiếp."
EVIDENCE = {"source": "Nghị quyết của HĐND Thành phố", "decision": "12/2026/NQ-HĐND", "sureness": "chắc chắn"}


async def opened(database: Database, editor: Person, **fields: object) -> ContentChange:
    """A draft with another fee."""
    async with database.write() as session:
        change = await changes.open_change(session, RESIDENCE, Editor(editor.id, editor.name))
        content = {**change.content, "fee": NEW_FEE, **fields}
        return await changes.save(
            session, change.id, change.revision, content, Editor(editor.id, editor.name), note="phí mới"
        )


async def present(database: Database, number: int) -> ContentChange:
    async with database.read() as session:
        found = await changes.find(session, number)
    assert found is not None
    return found


async def submitted(
    browser: Client, database: Database, change: ContentChange, **fields: str
) -> ContentChange:
    answer = await browser.post(
        f"/ban/sua-doi/{change.id}/gui", revision=change.revision, **{**EVIDENCE, **fields}
    )
    assert answer.status == 200, answer.text
    assert "Đã gửi duyệt" in answer.text
    return await present(database, change.id)


async def recorded(database: Database) -> list[str]:
    async with database.read() as session:
        query = select(AuditEntry.what).where(AuditEntry.subject == f"procedure:{RESIDENCE}")
        entries = await session.scalars(query.order_by(AuditEntry.id))
        return list(entries.all())


async def test_a_change_is_handed_in_seen_and_approved(
    published: Database, client: ClientFor, editor: Person, reviewer: Person
) -> None:
    change = await opened(published, editor)
    writer, judge = await client(editor), await client(reviewer)
    page = await writer.get(f"/ban/sua-doi/{change.id}/gui")
    assert "<ins>" in page.text
    assert "15.000 đồng" in page.text
    change = await submitted(writer, published, change)
    assert change.state == State.SUBMITTED

    assert "Đăng ký thường trú" in (await judge.get("/ban/duyet")).text
    seen = await judge.get(f"/ban/sua-doi/{change.id}/duyet")
    assert "phí mới" in seen.text
    assert "12/2026/NQ-HĐND" in seen.text
    assert "Duyệt bản sửa này" in seen.text
    done = await judge.post(f"/ban/sua-doi/{change.id}/duyet", revision=change.revision, note="đúng")
    assert "Người dân được trả lời theo nội dung này ngay" in done.text
    change = await present(published, change.id)
    assert change.state == State.PUBLISHED
    async with published.read() as session:
        content = await changes.content_of(session, change.published_version_id or 0)
    assert content["fee"] == NEW_FEE
    assert content["field_provenance"]["fee"]["decision"] == "12/2026/NQ-HĐND"
    assert (await recorded(published)) == ["content_submitted", "content_approved"]


async def test_a_later_day_needs_a_word_for_citizens(
    published: Database, client: ClientFor, editor: Person, reviewer: Person
) -> None:
    change = await opened(published, editor)
    writer, judge = await client(editor), await client(reviewer)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    address = f"/ban/sua-doi/{change.id}/gui"
    refused = await writer.post(address, revision=change.revision, effective_from=tomorrow, **EVIDENCE)
    assert refused.status == 422
    assert "Ghi một dòng cho người dân biết" in refused.text
    assert tomorrow in refused.text, "what was typed stays"
    assert (await present(published, change.id)).effective_from is None, "nothing of it is kept"
    change = await submitted(
        writer, published, change, effective_from=tomorrow, public_note="lệ phí còn 15.000 đồng"
    )
    done = await judge.post(
        f"/ban/sua-doi/{change.id}/duyet",
        revision=change.revision,
        effective_from=tomorrow,
        public_note=change.public_note,
    )
    assert "tự có hiệu lực lúc 0 giờ" in done.text
    assert (await present(published, change.id)).state == State.SCHEDULED
    assert (await recorded(published))[-1] == "content_scheduled"
    assert "chờ ngày có hiệu lực" in (await judge.get("/ban/duyet")).text


async def test_nobody_approves_their_own(published: Database, client: ClientFor, hire: Hire) -> None:
    both = await hire("Vừa soạn vừa duyệt", Role.EDITOR, Role.REVIEWER)
    browser = await client(both)
    change = await submitted(browser, published, await opened(published, both))
    page = await browser.get(f"/ban/sua-doi/{change.id}/duyet")
    assert "cần một người khác duyệt" in page.text
    assert "Duyệt bản sửa này" not in page.text
    refused = await browser.post(f"/ban/sua-doi/{change.id}/duyet", revision=change.revision)
    assert refused.status == 422
    assert (await present(published, change.id)).state == State.SUBMITTED
    assert "content_approved" not in await recorded(published)


async def test_sent_back_with_a_reason_and_taken_back(
    published: Database, client: ClientFor, editor: Person, reviewer: Person
) -> None:
    writer, judge = await client(editor), await client(reviewer)
    change = await submitted(writer, published, await opened(published, editor))
    address = f"/ban/sua-doi/{change.id}/tra-lai"
    assert (await judge.post(address, revision=change.revision)).status == 422
    returned = await judge.post(address, revision=change.revision, reason="ghi thêm mức trực tuyến <b>")
    assert "ghi thêm mức trực tuyến &lt;b&gt;" in returned.text
    change = await present(published, change.id)
    assert change.state == State.CHANGES_REQUESTED
    change = await submitted(writer, published, change)
    await writer.post(f"/ban/sua-doi/{change.id}/rut", revision=change.revision)
    assert (await present(published, change.id)).state == State.DRAFT
    assert (await recorded(published))[-1] == "content_taken_back"


async def test_what_happened_meanwhile_is_shown_and_nothing_is_done(
    published: Database, client: ClientFor, editor: Person, reviewer: Person
) -> None:
    writer, judge = await client(editor), await client(reviewer)
    change = await submitted(writer, published, await opened(published, editor))
    seen = change.revision
    await writer.post(f"/ban/sua-doi/{change.id}/rut", revision=seen)
    stale = await judge.post(f"/ban/sua-doi/{change.id}/duyet", revision=seen)
    assert stale.status == 409
    assert "bản sửa này đã thay đổi" in stale.text
    assert "Lấy bản sửa về soạn tiếp" in stale.text
    assert editor.name in stale.text
    assert (await present(published, change.id)).state == State.DRAFT


async def test_a_draft_that_does_not_hold_is_refused_with_every_problem(
    published: Database, client: ClientFor, editor: Person
) -> None:
    writer = await client(editor)
    change = await opened(published, editor, summary="", name="")
    refused = await writer.post(f"/ban/sua-doi/{change.id}/gui", revision=change.revision, **EVIDENCE)
    assert refused.status == 422
    assert "(summary)" in refused.text
    assert "(name)" in refused.text
    without = await writer.post(f"/ban/sua-doi/{change.id}/gui", revision=change.revision, url="http://x.vn")
    assert without.status == 422
    assert "nguồn" in without.text
    assert "https://" in without.text


async def test_an_admin_publishes_urgently_and_says_why(
    published: Database, client: ClientFor, editor: Person, reviewer: Person, admin: Person
) -> None:
    change = await opened(published, editor)
    boss = await client(admin)
    address = f"/ban/sua-doi/{change.id}/khan"
    assert (await (await client(reviewer)).get(address)).status == 403
    assert (await boss.post(address, revision=change.revision, **EVIDENCE)).status == 422
    done = await boss.post(address, revision=change.revision, reason="phí sai từ hôm qua", **EVIDENCE)
    assert "Đã xuất bản khẩn" in done.text
    change = await present(published, change.id)
    assert change.state == State.PUBLISHED
    assert change.urgent_reason == "phí sai từ hôm qua"
    assert await recorded(published) == ["content_urgent"]


async def test_a_change_given_up_leaves_what_citizens_read(
    published: Database, client: ClientFor, editor: Person
) -> None:
    writer = await client(editor)
    change = await opened(published, editor)
    done = await writer.post(f"/ban/sua-doi/{change.id}/bo", revision=change.revision, reason="trùng")
    assert "Đã bỏ bản sửa" in done.text
    assert (await present(published, change.id)).state == State.WITHDRAWN
    async with published.read() as session:
        assert len(await changes.history(session, RESIDENCE)) == 1


@pytest.mark.parametrize("page", ["so-sanh", "gui", "duyet", "xem", "xem/web", "hoi-thu", "kiem-tra"])
async def test_a_stored_script_is_text_on_every_page(
    published: Database, client: ClientFor, hire: Hire, page: str
) -> None:
    both = await hire("Soạn và duyệt", Role.EDITOR, Role.REVIEWER)
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    change = await opened(published, both, fee=evil, summary=evil, name=evil, steps=[evil])
    answer = await (await client(both)).get(f"/ban/sua-doi/{change.id}/{page}")
    assert answer.status == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
