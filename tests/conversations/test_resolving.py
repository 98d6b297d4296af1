"""Messages whose meaning is found at the turn: once, kept as found, and nothing held afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from conversations import Author, Conversations, Held, Inbound, InboundKind, Resolution
from conversations.models import Conversation, Message, Turn
from motcua.db import Database
from motcua.reply import Button, Command, Kind, Reply
from tests.conversations.conftest import Gateway
from tests.conversations.world import Rasa, answered, context, eventually, knock, reply, said

SECRET = "https://f1.zdn.vn/anh-rieng.jpg"


@dataclass
class Reader:
    """Finds out what it is told to. ``gate`` cleared: it is at it for ever."""

    channel: str = "web"
    finds: Resolution | Exception = field(default_factory=Resolution)
    asked: list[Held] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def resolve(self, held: Held) -> Resolution:
        self.asked.append(held)
        await self.gate.wait()
        if isinstance(self.finds, Exception):
            raise self.finds
        return self.finds


def picture(number: int = 1, caption: str = "", **extra: Any) -> Inbound:
    return Inbound("web", f"an:{number}", "an", InboundKind.IMAGE, caption, extra={"url": SECRET} | extra)


async def replies(running: Conversations, conversation_id: str) -> list[str]:
    lines = await running.messages_after(conversation_id, 0)
    return [line.text for line in lines if line.author is Author.BOT]


async def held(database: Database) -> list[Any]:
    async with database.read() as session:
        return list(await session.scalars(select(Turn.held)))


async def test_what_was_found_is_asked_as_if_typed_with_a_lead_and_buttons(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    more = Button(title="Khác", payload=Command(intent="find_office"))
    reader = Reader(finds=Resolution(text="mã H26", lead="Đọc được mã.", buttons=[more], ward="00004"))
    async with gateway() as running:
        running.register_resolver(reader)
        accepted = await running.receive(picture())
        await answered(database)
        lines = await running.messages_after(accepted.conversation_id, 0)
    assert rasa.heard() == ["mã H26"]
    assert [line.text for line in lines] == ["mã H26", "Đọc được mã.\nTrả lời: mã H26"]
    shown = lines[1].reply
    assert shown is not None
    assert [button.title for button in shown.buttons] == ["Khác"]
    assert await held(database) == [None]
    async with database.read() as session:
        kept = await session.get_one(Conversation, accepted.conversation_id)
    assert kept.context == {"ward": "00004"}


async def test_a_command_goes_to_the_bot_as_a_press(gateway: Gateway, database: Database, rasa: Rasa) -> None:
    command = Command(intent="find_office", entities={"ward": "00004"})
    async with gateway() as running:
        running.register_resolver(Reader(finds=Resolution(command=command)))
        await running.receive(picture())
        await answered(database)
    assert rasa.heard() == ['/find_office{"ward": "00004"}']


async def test_an_answer_of_its_own_and_silence_need_no_bot(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        reader = Reader(finds=Resolution(replies=[Reply(kind=Kind.SMALLTALK, text="Chào")], ward="00004"))
        running.register_resolver(reader)
        accepted = await running.receive(picture(1))
        await answered(database)
        reader.finds = Resolution(silent=True)
        await running.receive(picture(2))
        await answered(database)
        assert await replies(running, accepted.conversation_id) == ["Chào"]
    assert rasa.heard() == []


async def test_what_cannot_be_found_out_or_raises_is_answered_like_its_kind(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        reader = Reader()
        running.register_resolver(reader)
        accepted = await running.receive(picture(1))
        await answered(database)
        reader.finds = RuntimeError(SECRET)
        await running.receive(picture(2))
        await running.receive(picture(3, caption="khai sinh"))
        await answered(database)
        told = await replies(running, accepted.conversation_id)
    assert [text.startswith("Một Cửa chưa đọc được ảnh") for text in told] == [True, True, False]
    assert rasa.heard() == ["khai sinh"]
    assert await held(database) == [None] * 3


async def test_a_turn_killed_while_it_looks_looks_again(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    reader = Reader(finds=Resolution(text="mã H26"))
    reader.gate.clear()
    async with gateway() as running:
        running.register_resolver(reader)
        accepted = await running.receive(picture())
        await eventually(lambda: reader.asked)
    assert await held(database) == [{"url": SECRET}]
    reader.gate.set()
    async with gateway() as running:
        running.register_resolver(reader)
        await knock(running)
        await answered(database)
        assert await replies(running, accepted.conversation_id) == ["Trả lời: mã H26"]
    assert len(reader.asked) == 2


async def test_what_was_found_is_kept_while_the_bot_is_away_and_the_rest_is_gone(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    reader = Reader(finds=Resolution(text="mã H26", lead="Đọc được mã."))
    await rasa.stop()
    async with gateway() as running:
        running.register_resolver(reader)
        accepted = await running.receive(picture())

        async def found() -> bool:
            return SECRET not in str(await held(database))

        await eventually(found)
    await rasa.start()
    async with gateway() as running:  # nobody to ask: what was found is enough
        await knock(running)
        await answered(database)
        assert (await replies(running, accepted.conversation_id))[-1] == "Đọc được mã.\nTrả lời: mã H26"
    assert len(reader.asked) == 1


async def test_nothing_is_held_for_a_channel_without_a_resolver(
    desk: Conversations, database: Database
) -> None:
    await desk.receive(picture())
    assert await held(database) == [None]


async def test_nobody_looks_while_a_person_holds_the_conversation(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    reader = Reader(finds=Resolution(text="mã H26"))
    async with gateway() as running:
        running.register_resolver(reader)
        accepted = await running.receive(said(0, "chào"))
        await answered(database)
        assert await running.hold(accepted.conversation_id, "5")
        await running.receive(picture())
        await answered(database)
    assert reader.asked == []
    assert await held(database) == [None, None]


async def test_numbers_of_persons_in_what_was_found_are_masked(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        running.register_resolver(Reader(finds=Resolution(text="001090999999")))
        await running.receive(picture())
        await answered(database)
    async with database.read() as session:
        assert "001090999999" not in str((await session.scalars(select(Message.text))).all())


async def test_the_bots_own_context_is_kept_beside_the_ward(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async def remember(asked: Any) -> list[dict[str, Any]]:
        return [reply("ạ"), context(procedure="1.001193")]

    rasa.answer = remember
    async with gateway() as running:
        running.register_resolver(Reader(finds=Resolution(text="khai sinh", ward="00004")))
        accepted = await running.receive(picture())
        await answered(database)
    async with database.read() as session:
        kept = await session.get_one(Conversation, accepted.conversation_id)
    assert kept.context == {"procedure": "1.001193", "ward": "00004"}


async def test_a_short_code_typed_on_any_channel_is_its_link(
    gateway: Gateway, database: Database, rasa: Rasa
) -> None:
    async with gateway() as running:
        await running.receive(said(1, "TT 1.001193"))
        await running.receive(said(2, "noi 00004"))
        await running.receive(said(3, "tt 1.001193 mất bao nhiêu tiền"))
        await answered(database)
    assert rasa.heard() == [
        '/ask_overview{"procedure": "1.001193"}',
        '/find_office{"ward": "00004"}',
        "tt 1.001193 mất bao nhiêu tiền",
    ]
