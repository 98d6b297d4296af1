"""A message is stored, once and masked, before the channel may acknowledge it."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from conversations import Author, Conversations, Inbound, InboundKind
from conversations.models import Conversation, Message, Turn, TurnState
from motcua.db import Database
from motcua.settings import Settings
from tests.conversations.world import count, said, written


async def test_a_message_is_stored_with_its_turn_before_receive_returns(
    desk: Conversations, database: Database
) -> None:
    accepted = await desk.receive(said(1, "  làm khai sinh cần gì\u200b "))
    async with database.read() as session:
        message = await session.get_one(Message, accepted.message_id)
        turn = await session.get_one(Turn, accepted.message_id)
    assert (message.text, message.author, message.conversation_id) == (
        "làm khai sinh cần gì", Author.CITIZEN, accepted.conversation_id,
    )  # fmt: skip
    assert turn.state == TurnState.PENDING
    assert not accepted.duplicate


async def test_the_same_message_again_changes_nothing(desk: Conversations, database: Database) -> None:
    first = await desk.receive(said(1, "chào"))
    again = await desk.receive(said(1, "chào lần nữa"))
    assert again.duplicate
    assert (again.message_id, again.conversation_id) == (first.message_id, first.conversation_id)
    assert [line.text for line in await desk.messages_after(first.conversation_id, 0)] == ["chào"]
    assert await count(database, Turn) == 1


async def test_twenty_hand_ins_at_once_store_one_message(desk: Conversations, database: Database) -> None:
    accepted = await asyncio.gather(*(desk.receive(said(1, "chào")) for _ in range(20)))
    assert [one.duplicate for one in accepted].count(False) == 1
    assert len({(one.message_id, one.conversation_id) for one in accepted}) == 1
    assert (await count(database, Message), await count(database, Conversation)) == (1, 1)


async def test_a_new_citizen_who_writes_five_messages_four_times_over_loses_none(
    settings: Settings, database: Database
) -> None:
    gateways = [Conversations(database, settings) for _ in range(4)]
    await asyncio.gather(*(one.receive(said(n, f"câu {n}")) for n in range(5) for one in gateways))
    assert (await count(database, Message), await count(database, Conversation)) == (5, 1)


async def test_two_citizens_have_a_conversation_each(desk: Conversations) -> None:
    an, binh = await desk.receive(said(1, "chào", "an")), await desk.receive(said(1, "chào", "bình"))
    assert an.conversation_id != binh.conversation_id
    assert await desk.conversation_of("web", "", "an") == an.conversation_id
    assert await desk.conversation_of("web", "", "chi") is None


async def test_the_same_name_on_two_channels_is_two_citizens(desk: Conversations) -> None:
    web, zalo = await desk.receive(said(1, "chào")), await desk.receive(written(1, "chào"))
    assert web.conversation_id != zalo.conversation_id


async def test_an_address_is_stored_only_if_it_is_needed(desk: Conversations, database: Database) -> None:
    web, zalo = await desk.receive(said(1, "chào")), await desk.receive(written(1, "chào"))
    async with database.read() as session:
        assert (await session.get_one(Conversation, web.conversation_id)).address is None
        assert (await session.get_one(Conversation, zalo.conversation_id)).address == "an"
        keys = (await session.scalars(select(Conversation.address_key))).all()
    assert not any(key == "an" or len(key) != 64 for key in keys)


async def test_an_address_that_is_needed_later_is_stored_then(
    desk: Conversations, database: Database
) -> None:
    first = Inbound("zalo", "f", "an", InboundKind.FOLLOW, account="oa")
    accepted = await desk.receive(first)
    await desk.receive(written(1, "chào"))
    async with database.read() as session:
        assert (await session.get_one(Conversation, accepted.conversation_id)).address == "an"


STORED = {
    "sđt 0912 004 521": "sđt ‹số điện thoại›",
    "số định danh 001199012345": "số định danh ‹số định danh›",
    "hồ sơ H26-231115-0001": "hồ sơ H26-231115-0001",
    "<script>alert(1)</script> & 'x'; --": "<script>alert(1)</script> & 'x'; --",
    "": "",
    "😀\x00": "😀",
    "a" * 10_000: "a" * 10_000,
    "a" * 30_000: "a" * 20_000,
}


async def test_what_is_stored_is_clean_and_masked(desk: Conversations) -> None:
    for n, text in enumerate(STORED):
        accepted = await desk.receive(said(n, text))
    lines = await desk.messages_after(accepted.conversation_id, 0)
    assert [line.text for line in lines] == list(STORED.values())


async def test_every_kind_of_message_is_stored_and_has_a_turn(
    desk: Conversations, database: Database
) -> None:
    for kind in InboundKind:
        accepted = await desk.receive(Inbound("web", kind.value, "an", kind))
        assert await count(database, Turn, Turn.message_id == accepted.message_id) == 1


async def test_a_memory_that_cannot_be_read_does_not_keep_a_citizen_out(
    desk: Conversations, database: Database
) -> None:
    first = await desk.receive(said(1, "chào"))
    async with database.write() as session:
        conversation = await session.get_one(Conversation, first.conversation_id)
        conversation.context = {"from another version": True}
    assert not (await desk.receive(said(2, "còn đây"))).duplicate
