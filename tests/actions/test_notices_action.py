"""Being told about a dossier, asked through the actions: open it, agree, list, stop."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from actions import dossier
from actions.base import Rooms
from dossiers import Receipts, consent, parse_code
from dossiers.models import Dossier
from dossiers.notice_models import DossierSubscription
from knowledge.offices import Office, OfficeKind, Offices, shipped_offices
from knowledge.schema import Provenance
from knowledge.wards import hanoi
from motcua.context import Awaiting, Context
from motcua.db import Database
from motcua.reply import Command, Facet, Kind, Reply
from motcua.settings import Settings

Talk = Any  # tests/actions/conftest.py
CODE, LATE, DONE, FETCHED = (f"H26.99.9-260105-000{number}" for number in (1, 2, 5, 6))


def command(reply: Reply, title: str) -> Command:
    (button,) = [button for button in reply.buttons if button.title == title]
    assert isinstance(button.payload, Command)
    return button.payload


async def opened(talk: Talk, code: str = CODE) -> Reply:
    reply: Reply = await talk.one(f"{code} 4521", "check_dossier")
    assert reply.dossier
    return reply


async def followed(database: Database) -> list[tuple[str, str]]:
    async with database.read() as session:
        rows = await session.scalars(
            select(DossierSubscription).where(DossierSubscription.ended_at.is_(None))
        )
        return [(row.code, row.consent) for row in rows]


async def test_by_button_with_consent_asked_and_given(talk: Talk, database: Database) -> None:
    told = await opened(talk)
    asked = await talk.press(command(told, "Báo tôi khi có kết quả"))
    assert talk.context.awaiting is Awaiting.NOTICE_CONSENT
    for part in ("lưu mã hồ sơ", "không lưu tên", "21:00–07:00", "30 ngày", "“dừng”", "đồng ý"):
        assert part in asked.text
    assert await followed(database) == [], "asking is not agreeing"
    agreed = await talk.press(command(asked, "Đồng ý nhận tin"))
    assert await followed(database) == [(CODE, consent().version)]
    assert "Đã đăng ký" in agreed.text
    assert "đang xử lý" in agreed.text, "where it stands now, should it have changed meanwhile"
    assert talk.context.awaiting is None


@pytest.mark.parametrize(("answer", "kept"), [("affirm", True), ("deny", False)])
async def test_by_typing_and_answering_in_words(
    talk: Talk, database: Database, answer: str, kept: bool
) -> None:
    await opened(talk)
    await talk.one("báo tôi khi có kết quả", "subscribe_dossier")
    reply = await talk.one("dạ" if kept else "thôi khỏi", answer)
    assert [code for code, _ in await followed(database)] == ([CODE] if kept else [])
    assert talk.context.awaiting is None
    assert kept or "không lưu gì" in reply.text


async def test_a_no_by_button_keeps_nothing(talk: Talk, database: Database) -> None:
    await opened(talk)
    asked = await talk.one("theo dõi giúp tôi", "subscribe_dossier")
    await talk.press(command(asked, "Không cần báo"))
    assert await followed(database) == []


async def test_nothing_is_followed_that_was_not_opened_here(talk: Talk, database: Database) -> None:
    asked = await talk.one("báo tôi khi có kết quả", "subscribe_dossier")
    assert talk.context.awaiting is Awaiting.DOSSIER_CODE
    assert "mã hồ sơ" in asked.text
    forged = Command(intent="subscribe_dossier", entities={"dossier": LATE, "consent": consent().version})
    reply = await talk.press(forged)
    assert talk.context.awaiting is Awaiting.DOSSIER_SECRET
    assert "4 số cuối" in reply.text
    assert await followed(database) == []
    told = await talk.one("4521", "give_number")
    assert told.dossier
    assert told.dossier.code == LATE


async def test_an_unknown_dossier_is_asked_for_in_the_same_words(talk: Talk) -> None:
    said = []
    for code in (CODE, "H26.99.9-260105-9999"):
        talk.context = Context()
        reply = await talk.press(Command(intent="subscribe_dossier", entities={"dossier": code}))
        said.append((reply.text.replace(code[-4:], ""), reply.buttons, talk.context.awaiting))
    assert said[0] == said[1]


async def test_words_that_were_changed_meanwhile_are_asked_again(talk: Talk, database: Database) -> None:
    await opened(talk)
    stale = Command(intent="subscribe_dossier", entities={"dossier": CODE, "consent": "older words"})
    asked = await talk.press(stale)
    assert talk.context.awaiting is Awaiting.NOTICE_CONSENT
    assert command(asked, "Đồng ý nhận tin").entities["consent"] == consent().version
    assert await followed(database) == []


async def test_the_button_of_an_older_answer_means_its_dossier(talk: Talk, database: Database) -> None:
    first = await opened(talk)
    await opened(talk, LATE)
    await talk.press(command(first, "Báo tôi khi có kết quả"))
    await talk.one("vâng", "affirm")
    assert [code for code, _ in await followed(database)] == [CODE]


async def test_a_question_in_between_is_answered_and_the_dossier_stays_open(
    talk: Talk, database: Database
) -> None:
    await opened(talk)
    await talk.one("báo tôi khi có kết quả", "subscribe_dossier")
    other = await talk.one("đăng ký kết hôn mất bao nhiêu tiền", "ask_fee")
    assert (other.kind, other.facet) == (Kind.ANSWER, Facet.FEE)
    assert talk.context.awaiting is None
    await talk.one("vâng", "affirm")
    assert await followed(database) == [], "the yes was not about being told"
    await talk.one("ok vậy có kết quả thì báo nhé", "subscribe_dossier")
    await talk.one("vâng", "affirm")
    assert [code for code, _ in await followed(database)] == [CODE]


async def test_listing_and_stopping_one_or_all(talk: Talk, database: Database) -> None:
    none = await talk.one("tôi đang theo dõi hồ sơ nào", "my_subscriptions")
    assert "chưa theo dõi hồ sơ nào" in none.text
    for code in (CODE, LATE, DONE):
        await opened(talk, code)
        await talk.one("báo tôi", "subscribe_dossier")
        await talk.one("vâng", "affirm")
    listed = await talk.one("tôi đang theo dõi hồ sơ nào", "my_subscriptions")
    assert "3 hồ sơ" in listed.text
    assert [part for part in ("0001", "0002", "0005") if part not in listed.text] == []
    await talk.press(command(listed, "Thôi báo …260105-0002"))
    assert [code for code, _ in await followed(database)] == [CODE, DONE]
    await talk.one(f"thôi báo hồ sơ {DONE}", "stop_notices")
    assert [code for code, _ in await followed(database)] == [CODE]
    stopped = await talk.one("dừng", "stop_notices")
    assert "Đã dừng" in stopped.text
    assert await followed(database) == []
    again = await talk.one("dừng", "stop_notices")
    assert "không theo dõi hồ sơ nào" in again.text


async def test_stopping_one_that_is_not_followed_leaves_the_others(talk: Talk, database: Database) -> None:
    await opened(talk)
    await talk.one("báo tôi", "subscribe_dossier")
    await talk.one("vâng", "affirm")
    await talk.one(f"dừng báo {LATE}", "stop_notices")
    assert [code for code, _ in await followed(database)] == [CODE]


async def test_what_is_over_is_not_offered_and_what_waits_is_offered_as_a_reminder(talk: Talk) -> None:
    titles = [button.title for button in (await opened(talk, FETCHED)).buttons]
    assert not [title for title in titles if "Báo" in title or "Nhắc" in title]
    assert "Nhắc tôi đến nhận" in [button.title for button in (await opened(talk, DONE)).buttons]


async def test_agreeing_when_it_has_just_changed_tells_where_it_stands(
    talk: Talk, database: Database
) -> None:
    await opened(talk)
    await talk.one("báo tôi", "subscribe_dossier")
    async with database.write() as session:
        await session.execute(update(Dossier).where(Dossier.code == CODE).values(status=5))
    agreed = await talk.one("vâng", "affirm")
    assert "bổ sung giấy tờ" in agreed.text


async def test_a_photo_of_the_receipt_opens_and_may_be_followed(
    talk: Talk, settings: Settings, database: Database
) -> None:
    code = parse_code(LATE)
    assert code
    told = await talk.one(Receipts(settings).payload(code), "check_dossier")
    assert told.dossier
    assert told.dossier.code == LATE
    await talk.press(command(told, "Báo tôi khi có kết quả"))
    await talk.one("vâng", "affirm")
    assert [code for code, _ in await followed(database)] == [LATE]


async def test_a_dossier_answer_keeps_the_procedure_that_was_talked_about(talk: Talk) -> None:
    await talk.one("đăng ký kết hôn cần gì", "ask_documents")
    assert talk.context.procedure == "1.000894"
    await opened(talk)  # of another procedure
    assert talk.context.procedure == "1.000894"
    fee = await talk.one("thế lệ phí bao nhiêu", "ask_fee")
    assert (fee.procedure, fee.facet) == ("1.000894", Facet.FEE)


async def test_with_nothing_in_hand_a_follow_up_is_about_the_dossiers_procedure(talk: Talk) -> None:
    await opened(talk)
    fee = await talk.one("thế lệ phí bao nhiêu", "ask_fee")
    assert (fee.procedure, fee.facet) == ("1.004873", Facet.FEE)


async def test_a_wrong_code_then_the_right_one_while_asking_something_else(talk: Talk, rooms: Rooms) -> None:
    await talk.one("tra cứu hồ sơ", "check_dossier")
    wrong = await talk.one("H26-261315-0001", "check_dossier")
    assert "6 số ở giữa" in wrong.text
    fee = await talk.one("à đăng ký kết hôn mất bao nhiêu tiền", "ask_fee")
    assert fee.facet is Facet.FEE
    assert (await talk.one(f"hồ sơ {CODE}, 4 số cuối 4521", "check_dossier")).dossier


async def test_a_waiting_result_offers_the_way_to_its_counter(talk: Talk, database: Database) -> None:
    async with database.write() as session:
        moved = update(Dossier).where(Dossier.code == DONE).values(office="UBND phường Bạch Mai")
        await session.execute(moved)
    told = await opened(talk, DONE)
    shown = await talk.press(command(told, "Quầy ở đâu?"))
    assert shown.kind is Kind.OFFICE
    assert "Bạch Mai" in shown.text


def test_the_hours_of_the_counter_are_told_when_they_are_known() -> None:
    ward = hanoi().by_code["00004"]
    reply = Reply(kind=Kind.STATUS, text="Hồ sơ đã có kết quả.")
    known = Office(
        ward=ward.code,
        kind=OfficeKind.ONE_STOP,
        hours="8:00–12:00, 13:00–17:00",
        provenance=Provenance(source="bảng tại quầy", checked_on=date(2026, 11, 1), checked_by="Nhóm"),
    )
    offices = Offices({ward.code: {OfficeKind.ONE_STOP: known}}, shipped_offices().city)
    assert "8:00–12:00, 13:00–17:00." in dossier.counter_told(offices, reply, ward).text
    nothing = Offices({}, shipped_offices().city)
    assert dossier.counter_told(nothing, reply, ward).text == reply.text
