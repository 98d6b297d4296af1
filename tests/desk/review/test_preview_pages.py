"""The preview is what the channels would send: every side, and as much of a broken draft as holds."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.zalo import render
from conversations.choices import publish_buttons
from desk.content.preview import replies_of
from desk.content.preview_content import previewed
from desk.people import Person
from knowledge import changes
from knowledge.answers import answer
from knowledge.changes import Editor
from knowledge.schema import Procedure
from motcua.clock import today
from motcua.db import Database
from motcua.reply import Facet
from tests.desk.conftest import ClientFor
from tests.desk.review.conftest import RESIDENCE, shipped


def content() -> dict[str, Any]:
    return shipped()[0].model_dump(mode="json", exclude_defaults=True)


async def opened(database: Database, editor: Person, **fields: object) -> int:
    who = Editor(editor.id, editor.name)
    async with database.write() as session:
        change = await changes.open_change(session, RESIDENCE, who)
        await changes.save(session, change.id, change.revision, {**change.content, **fields}, who)
        return change.id


async def test_zalo_shows_what_would_be_sent_side_by_side_with_the_web(
    published: Database, client: ClientFor, editor: Person
) -> None:
    number, browser = await opened(published, editor, fee="Lệ phí là 15.000 đồng."), await client(editor)
    page = await browser.get(f"/ban/sua-doi/{number}/xem?muc=fee")
    text = html.unescape(page.text)
    procedure = previewed({**content(), "fee": "Lệ phí là 15.000 đồng."})
    assert procedure is not None
    shown, _ = publish_buttons(answer(procedure, Facet.FEE))
    sent = render.text_of(shown)
    assert sent in text
    assert "Anh/chị trả lời bằng số:" in sent
    card = await browser.get(f"/ban/sua-doi/{number}/xem/web?muc=fee")
    drawn = re.search(r'data-messages="([^"]*)"', card.text)
    assert drawn
    (message,) = json.loads(html.unescape(drawn[1]))
    assert message["reply"]["facet"] == "fee"
    assert "15.000 đồng" in message["text"]
    assert all(isinstance(one.get("payload", ""), str) for one in message["reply"]["buttons"])


async def test_a_long_answer_is_cut_where_zalo_cuts_it(
    published: Database, client: ClientFor, editor: Person
) -> None:
    long = "Một câu dài để nói về cách nộp hồ sơ này. " * 70
    number, browser = await opened(published, editor, summary=long), await client(editor)
    page = await browser.get(f"/ban/sua-doi/{number}/xem?muc=overview")
    bubbles = re.findall(r'<div class="bubble"><p>(.*?)</p>', page.text, re.DOTALL)
    assert len(bubbles) >= 2
    assert all(len(html.unescape(bubble)) <= render.LIMIT for bubble in bubbles)


async def test_only_the_desk_itself_may_frame_the_preview(
    published: Database, client: ClientFor, editor: Person
) -> None:
    number, browser = await opened(published, editor), await client(editor)
    whole = (await browser.get(f"/ban/sua-doi/{number}/xem")).headers
    assert "frame-ancestors 'none'" in whole["Content-Security-Policy"]
    assert "frame-src 'self'" in whole["Content-Security-Policy"]
    for address in ("xem?khung=1", "xem?khung=1&kieu=web", "xem/web"):
        framed = (await browser.get(f"/ban/sua-doi/{number}/{address}")).headers
        assert "frame-ancestors 'self'" in framed["Content-Security-Policy"]
        assert "script-src 'self'" in framed["Content-Security-Policy"]
        assert framed["X-Frame-Options"] == "SAMEORIGIN"
    other = (await browser.get(f"/ban/sua-doi/{number}/so-sanh")).headers
    assert other["X-Frame-Options"] == "DENY"
    assert "frame-src" not in other["Content-Security-Policy"]


async def test_a_half_written_draft_is_shown_with_what_is_wrong(
    published: Database, client: ClientFor, editor: Person
) -> None:
    number = await opened(published, editor, summary="", ways=[{"kind": "trực tiếp"}], fee="Lệ phí mới.")
    page = await (await client(editor)).get(f"/ban/sua-doi/{number}/xem")
    assert page.status == 200
    assert "chỗ chưa đúng nên chưa hiện ở đây" in page.text
    assert "Lệ phí mới." in page.text


def test_every_side_and_every_special_case_is_shown() -> None:
    procedure = shipped()[0]
    replies = replies_of(procedure)
    assert {reply.facet for _, reply in replies} >= set(Facet)
    assert len(replies) == len(Facet) + len(procedure.special_cases)


def test_what_is_valid_is_shown_as_it_is() -> None:
    assert previewed(content()) == shipped()[0]


@pytest.mark.parametrize("name", sorted(Procedure.model_fields))
@pytest.mark.parametrize("odd", [None, "", 7, [], [{}], {}, ["x"], {"x": "y"}], ids=str)
def test_any_one_field_may_hold_anything(name: str, odd: object) -> None:
    """The rest is still shown."""
    procedure = previewed({**content(), name: odd})
    assert procedure is not None
    if name != "summary":
        assert procedure.summary == shipped()[0].summary
    replies_of(procedure)


@given(
    st.dictionaries(
        st.sampled_from(sorted(Procedure.model_fields)),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        max_size=6,
    )
)
def test_no_draft_makes_the_preview_fail(fields: dict[str, Any]) -> None:
    for whole in (fields, {**content(), **fields}):
        procedure = previewed(whole)
        assert procedure is not None
        replies_of(procedure)


def test_a_preview_is_of_the_first_day_of_the_change() -> None:
    begins = today() + timedelta(days=5)
    note = {"facet": "fee", "text": "Miễn dịp khai trương.", "begins": begins.isoformat()}
    procedure = previewed({**content(), "dated": [note]})
    assert procedure is not None
    ((_, now),) = replies_of(procedure, "fee")
    ((_, later),) = replies_of(procedure, "fee", begins)
    assert "Miễn dịp khai trương." not in now.text
    assert "Miễn dịp khai trương." in later.text
