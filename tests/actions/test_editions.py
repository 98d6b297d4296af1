"""A turn is answered from one edition: the newest, or the one in which a draft is tried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from actions.base import Rooms
from knowledge import Edition, Library, Procedure, changes
from knowledge.changes import Editor, Evidence
from motcua.clock import today
from motcua.context import Context
from motcua.db import Database
from motcua.reply import Command, Facet, Kind
from tests.actions.conftest import Talk, executor_over

MARRIAGE, DEATH = "1.000894", "1.000656"
AN, BINH = Editor(1, "An"), Editor(2, "Bình")
OPEN_FEE = "Lệ phí thử nghiệm: 12.345 đồng."
EVIDENCE = Evidence("Nghị quyết mới")


class Flickering(Library):
    """A library in which something is published between any two looks at it."""

    def __init__(self, editions: list[Edition]) -> None:
        self.editions = editions
        self.looks = 0

    @property
    def edition(self) -> Edition:
        self.looks += 1
        return self.editions[self.looks % len(self.editions)]


def _marked(edition: Edition, mark: str) -> Edition:
    """The edition with the mark in every text that is answered."""
    fields = ("summary", "place", "result", "late", "online", "documents_note", "fee", "time")

    def written(procedure: Procedure) -> Procedure:
        texts = {name: f"{mark} {said}" for name in fields if (said := getattr(procedure, name))}
        return procedure.model_copy(update={"name": f"{mark} {procedure.name}", **texts})

    return replace(edition, procedures={code: written(each) for code, each in edition.procedures.items()})


@pytest.mark.parametrize("look", range(2))
async def test_no_turn_mixes_two_editions(rooms: Rooms, look: int) -> None:
    edition = rooms.library.edition
    shelf = Flickering([_marked(edition, "«một»"), _marked(edition, "«hai»")])
    talk = Talk(executor_over(replace(rooms, library=shelf)))
    shelf.looks = look
    said: list[Callable[[], Any]] = [
        lambda: talk.say(
            "đăng ký kết hôn mất bao lâu với cả hết bao nhiêu tiền",
            "ask_time",
            cuts=(
                (("đăng ký kết hôn mất bao lâu", "ask_time", 0.9), ("hết bao nhiêu tiền", "ask_fee", 0.8)),
            ),
        ),
        lambda: talk.say("xin lại giấy khai sinh", "ask_documents"),
        lambda: talk.say("cái đầu", "choose"),
        lambda: talk.say("lập danh sách giấy tờ khai sinh cho nhà em", "ask_checklist"),
        lambda: talk.say("chào", "greet"),
        lambda: talk.say("hôm nay ăn gì", "out_of_scope"),
        lambda: talk.say("kết hôn nộp ở phường bạch mai", "ask_place"),
        lambda: talk.say("abc xyz", "nlu_fallback", 0.3),
        lambda: talk.say("không", "deny"),
    ]
    mixed = 0
    for turn in said:
        before = shelf.looks
        replies = await turn()
        assert shelf.looks == before + 1
        text = " ".join([reply.text + str(reply.card) + str(reply.buttons) for reply in replies])
        assert not ("«một»" in text and "«hai»" in text), text
        mixed += "«" in text
    assert mixed >= 4


async def _draft(database: Database, **fields: Any) -> changes.ContentChange:
    async with database.write() as session:
        change = await changes.open_change(session, MARRIAGE, AN)
        return await changes.save(session, change.id, change.revision, {**change.content, **fields}, AN)


@pytest.fixture
async def own(prepared: Any, database: Database, rooms: Rooms) -> Rooms:
    """The rooms with a library over this test's database; its index is that of all tests."""
    shelf = Library(database)
    shelf._edition = prepared.library.edition
    return replace(rooms, library=shelf)


async def test_the_editor_alone_is_answered_from_the_draft(own: Rooms, database: Database) -> None:
    draft = await _draft(database, fee=OPEN_FEE, other_names=["buộc dây tơ hồng trọn kiếp"])
    editor = Talk(executor_over(own), draft=draft.id)
    citizen = Talk(executor_over(own))
    tried = await editor.one("buộc dây tơ hồng trọn kiếp hết bao nhiêu tiền", "ask_fee")
    assert (tried.procedure, tried.text.splitlines()[0]) == (MARRIAGE, OPEN_FEE)
    told = await citizen.one("đăng ký kết hôn hết bao nhiêu tiền", "ask_fee")
    assert told.procedure == MARRIAGE
    assert OPEN_FEE not in told.text
    pressed = await editor.press(Command(intent="ask_fee", entities={"procedure": MARRIAGE}))
    assert pressed.text.splitlines()[0] == OPEN_FEE


async def test_a_draft_that_is_no_procedure_yet_says_what_is_missing(own: Rooms, database: Database) -> None:
    draft = await _draft(database, ways=[])
    editor = Talk(executor_over(own), draft=draft.id, context=Context(procedure=DEATH))
    reply = await editor.one("đăng ký kết hôn hết bao nhiêu tiền", "ask_fee")
    assert reply.kind is Kind.ERROR
    assert "phải có ít nhất một dòng" in reply.text
    assert editor.context.procedure == DEATH
    gone = Talk(executor_over(own), draft=99999)
    assert "Không có bản sửa này" in (await gone.one("kết hôn", "ask_fee")).text


async def test_what_is_approved_for_a_day_is_announced_and_then_answered(
    own: Rooms, database: Database
) -> None:
    coming = today() + timedelta(days=3)
    draft = await _draft(database, fee=OPEN_FEE)
    async with database.write() as session:
        change = await changes.submit(session, draft.id, draft.revision, AN, EVIDENCE)
        await changes.approve(
            session, change.id, change.revision, BINH, effective_from=coming, public_note="lệ phí đổi."
        )
    await own.library.refresh()
    citizen = Talk(executor_over(own))
    told = await citizen.one("đăng ký kết hôn hết bao nhiêu tiền", "ask_fee")
    assert told.text.endswith(f"Từ ngày {coming:%d/%m/%Y}: lệ phí đổi.")
    assert told.facet is Facet.FEE
    async with database.write() as session:
        assert await changes.publish_due(session, coming) == [MARRIAGE]
    await own.library.refresh()
    told = await citizen.one("đăng ký kết hôn hết bao nhiêu tiền", "ask_fee")
    assert OPEN_FEE in told.text
    assert "Từ ngày" not in told.text
