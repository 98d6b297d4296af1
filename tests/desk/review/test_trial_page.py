"""Hỏi thử: the bot is asked with the draft, the page remembers, and nothing else believes the page."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from sqlalchemy import func, select

from conversations.models import Conversation, Message
from desk.people import Person
from knowledge import changes
from knowledge.changes import ContentChange, Editor
from motcua.db import Database
from tests.conversations.world import Asked, Rasa, button, context, reply
from tests.desk.conftest import ClientFor
from tests.desk.review.conftest import RESIDENCE

SOURCE = {"code": RESIDENCE, "decision": "1/QĐ", "checked_on": "2026-07-15"}


async def opened(database: Database, editor: Person) -> ContentChange:
    async with database.write() as session:
        return await changes.open_change(session, RESIDENCE, Editor(editor.id, editor.name))


async def bot(asked: Asked) -> list[dict[str, Any]]:
    body = await asked.request.json()
    fee = "15.000 đồng" if "draft" in body["metadata"] else "20.000 đồng"
    more = [button("Giấy tờ", "ask_documents", procedure=RESIDENCE)]
    said = reply(fee, procedure=RESIDENCE, facet="fee", sources=[SOURCE], buttons=more)
    return [said, context(procedure=RESIDENCE, facet="fee", opened_dossiers=["H26-1"])]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return html.unescape(found[1])


async def metadata(rasa: Rasa) -> dict[str, Any]:
    body: dict[str, Any] = await rasa.asked[-1].request.json()
    return body["metadata"] | {"message": body["message"]}


async def test_the_answer_comes_from_the_draft_and_says_what_it_is(
    published: Database, client: ClientFor, editor: Person, rasa: Rasa
) -> None:
    rasa.answer = bot
    change, browser = await opened(published, editor), await client(editor)
    address = f"/ban/sua-doi/{change.id}/hoi-thu"
    page = await browser.post(address, text="phí nhập hộ khẩu")
    assert (await metadata(rasa))["draft"] == change.id
    for said in ("15.000 đồng", "trả lời", RESIDENCE, "Lệ phí", "Nguồn: 1.004222, QĐ 1/QĐ, kiểm tra 07/2026"):
        assert said in page.text
    now = await browser.post(address, text="phí nhập hộ khẩu", which="hien-tai")
    assert "20.000 đồng" in now.text
    assert "draft" not in await metadata(rasa)


async def test_the_page_remembers_and_a_number_presses_a_button(
    published: Database, client: ClientFor, editor: Person, rasa: Rasa
) -> None:
    rasa.answer = bot
    change, browser = await opened(published, editor), await client(editor)
    address = f"/ban/sua-doi/{change.id}/hoi-thu"
    page = await browser.post(address, text="phí nhập hộ khẩu")
    memory, offered = hidden(page.text, "memory"), hidden(page.text, "offered")
    await browser.post(address, text="1", memory=memory, offered=offered)
    sent = await metadata(rasa)
    assert sent["message"].startswith("/ask_documents")
    assert sent["context"]["procedure"] == RESIDENCE


async def test_a_page_cannot_claim_that_a_dossier_is_open(
    published: Database, client: ClientFor, editor: Person, rasa: Rasa
) -> None:
    rasa.answer = bot
    change, browser = await opened(published, editor), await client(editor)
    forged = {
        "opened_dossiers": ["H26.1-231115-0001"],
        "dossier_code": "H26.1-231115-0001",
        "awaiting": "dossier_secret",
    }
    page = await browser.post(
        f"/ban/sua-doi/{change.id}/hoi-thu", text="hồ sơ của tôi", memory=json.dumps(forged)
    )
    sent = (await metadata(rasa))["context"]
    assert (sent["opened_dossiers"], sent["dossier_code"], sent["awaiting"]) == ([], None, None)
    assert "H26-1" not in hidden(page.text, "memory")


async def test_nonsense_from_the_page_is_an_empty_memory(
    published: Database, client: ClientFor, editor: Person
) -> None:
    change, browser = await opened(published, editor), await client(editor)
    address = f"/ban/sua-doi/{change.id}/hoi-thu"
    for fields in (
        {"memory": "{", "offered": "[1,"},
        {"memory": "[]", "offered": '[["x"]]'},
        {"press": '["x", {"intent": "NO!"}]'},
        {"press": "null"},
    ):
        assert (await browser.post(address, text="xin chào", **fields)).status == 200


async def test_a_bot_that_is_away_is_said_plainly_and_nothing_is_stored(
    published: Database, client: ClientFor, editor: Person, rasa: Rasa
) -> None:
    change, browser = await opened(published, editor), await client(editor)
    await browser.post(f"/ban/sua-doi/{change.id}/hoi-thu", text="xin chào")
    await rasa.stop()
    page = await browser.post(f"/ban/sua-doi/{change.id}/hoi-thu", text="xin chào")
    assert page.status == 200
    assert "đang tạm nghỉ" in page.text
    async with published.read() as session:
        for table in (Conversation, Message):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
