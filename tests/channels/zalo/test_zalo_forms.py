"""Quotes, buttons, lists, pictures and files: shown when Zalo takes them, done without when it does not."""

from __future__ import annotations

import io
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from channels.zalo.attachments import Attachment, Media, media_of, problem_of
from channels.zalo.render import text_of
from conversations import Author, Outgoing, SendState
from conversations.attachments import Attachments
from conversations.models import Conversation, Message
from motcua.db import Database, now
from motcua.reply import Button, Kind, Reply
from tests.channels.zalo.conftest import Process
from tests.channels.zalo.office import USER
from tests.channels.zalo.test_zalo_sender import deliver
from tests.zalo_simulator import Fault, World
from tests.zalo_simulator.world import Entry

Make = Callable[..., Awaitable[Outgoing]]
Start = Callable[..., Awaitable[Process]]
CHOICE = Reply(
    kind=Kind.CLARIFY,
    text="Anh/chị cần loại nào ạ?",
    buttons=[Button(title=title, payload=title[0] * 22) for title in ("Bản sao", "Đăng ký lại")],
)
PDF = Attachment(Media.FILE, "to-khai.pdf", b"%PDF-1.4 form")
PHOTO = Attachment(Media.IMAGE, "so-do.png", b"\x89PNG map", caption="Sơ đồ chỗ nộp")


def messages(world: World) -> int:
    return sum(1 for name, _ in world.calls if name == "message")


@pytest.mark.parametrize("code", [-201, -233, -209, -212, -224, -210])
async def test_refused_buttons_are_left_out_at_once_and_for_a_while(
    start: Start, process: Process, world: World, outgoing: Make, code: int
) -> None:
    world.accepts_buttons, world.buttons_refused_with = False, code
    native = await start(buttons="native")
    for _ in range(3):
        assert (await native.sender.send(await outgoing(CHOICE))).state is SendState.SENT
    assert world.citizens[USER].received == [text_of(CHOICE)] * 3
    assert messages(world) == 4, "Zalo was asked once whether it takes them"


async def test_after_that_while_buttons_are_tried_again(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    native = await start(buttons="native", bare_for_s=0)
    world.accepts_buttons = False
    await native.sender.send(await outgoing(CHOICE))
    world.accepts_buttons = True
    await native.sender.send(await outgoing(CHOICE))
    assert len(world.citizens[USER].entries[-1].buttons) == 2


async def test_a_refusal_for_another_reason_does_not_take_the_buttons_away(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    native = await start(buttons="native")
    world.faults.order("message", -201, -201)
    assert (await native.sender.send(await outgoing(CHOICE))).state is SendState.FAILED
    assert (await native.sender.send(await outgoing(CHOICE))).state is SendState.SENT
    assert world.citizens[USER].entries[-1].buttons


async def test_a_question_is_a_list_when_asked_for_and_text_when_that_is_refused(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    native = await start(lists="native")
    await native.sender.send(await outgoing(CHOICE))
    shown = world.citizens[USER].entries[-1]
    assert [element["title"] for element in shown.elements] == [CHOICE.text, "Bản sao", "Đăng ký lại"]
    assert shown.text == text_of(CHOICE), "whoever sees no list can still answer by number"
    world.accepts_lists = False
    assert (await native.sender.send(await outgoing(CHOICE))).state is SendState.SENT
    assert not world.citizens[USER].entries[-1].elements


@pytest.fixture
def answer(database: Database, world: World) -> Callable[..., Awaitable[Outgoing]]:
    """Makes an answer to a citizen's message, with ``newer`` messages after that one."""

    async def make(newer: int = 0, msg_id: str = "m-asked", kind: str = "text") -> Outgoing:
        world.citizens[USER].entries.append(Entry(msg_id, 1, "hỏi", 0.0))
        conversation_id = uuid.uuid4().hex
        async with database.write() as session:
            session.add(
                Conversation(id=conversation_id, channel="zalo", address_key=uuid.uuid4().hex, context={})
            )
            await session.flush()
            asked = Message(
                conversation_id=conversation_id, author=Author.CITIZEN, kind=kind, text="hỏi",
                channel="zalo", channel_message_id=msg_id,
            )  # fmt: skip
            session.add(asked)
            await session.flush()
            for n in range(newer):
                session.add(
                    Message(
                        conversation_id=conversation_id, author=Author.CITIZEN, kind="text", text="nữa",
                        channel="zalo", channel_message_id=f"{msg_id}-newer-{n}",
                    )
                )  # fmt: skip
            reply = Message(
                conversation_id=conversation_id, author=Author.BOT, kind="reply", text="Đáp.",
                channel="zalo", turn_id=asked.id,
            )  # fmt: skip
            session.add(reply)
            await session.flush()
            message_id = reply.id
        text = Reply(kind=Kind.ANSWER, text="Đáp.")
        return Outgoing(message_id, conversation_id, "zalo", "oa", USER, text, 1, now(), now(), now())

    return make


@pytest.mark.parametrize(
    ("when", "newer", "quoted"),
    [("crowded", 0, None), ("crowded", 1, "m-asked"), ("always", 0, "m-asked"), ("never", 2, None)],
)
async def test_the_question_is_quoted_when_others_wait(
    start: Start, process: Process, world: World, answer: Make, when: str, newer: int, quoted: str | None
) -> None:
    one = await start(quote=when)
    assert (await one.sender.send(await answer(newer))).state is SendState.SENT
    assert world.citizens[USER].entries[-1].quote == quoted


async def test_a_refused_quote_is_left_out_and_the_buttons_stay(
    start: Start, process: Process, world: World, answer: Make
) -> None:
    world.accepts_quotes = False
    one = await start(quote="always", buttons="native")
    assert (await one.sender.send(await answer())).state is SendState.SENT
    assert messages(world) == 2
    assert world.citizens[USER].entries[-1].quote is None


@pytest.mark.parametrize(
    ("msg_id", "kind"), [("0" * 64, "text"), ("m-photo", "image"), ("m-follow", "follow")]
)
async def test_what_zalo_cannot_quote_is_not_quoted(
    start: Start, process: Process, world: World, answer: Make, msg_id: str, kind: str
) -> None:
    one = await start(quote="always")
    assert (await one.sender.send(await answer(msg_id=msg_id, kind=kind))).state is SendState.SENT
    assert world.citizens[USER].entries[-1].quote is None


def with_files(*files: Attachment) -> dict[str, Any]:
    async def attachments_of(_outgoing: Outgoing) -> Sequence[Attachment]:
        return files

    return {"attachments_of": attachments_of}


async def test_a_picture_and_a_file_follow_the_text_and_are_uploaded_once(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    one = await start(with_files(PHOTO, PDF))
    for _ in range(2):
        assert (await one.sender.send(await outgoing("Tờ khai đây ạ."))).state is SendState.SENT
    shown = [(entry.kind, entry.text, entry.attachment) for entry in world.citizens[USER].entries]
    assert shown == [
        ("text", "Tờ khai đây ạ.", b""), ("photo", PHOTO.caption, PHOTO.content), ("file", "", PDF.content),
    ] * 2  # fmt: skip
    assert sum(1 for name, _ in world.calls if name == "upload") == 2


async def test_an_upload_that_zalo_has_forgotten_is_uploaded_again_once(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    one = await start(with_files(PDF))
    await one.sender.send(await outgoing("Một."))
    world.forget_uploads()
    assert (await one.sender.send(await outgoing("Hai."))).state is SendState.SENT
    assert [entry.kind for entry in world.citizens[USER].entries] == ["text", "file"] * 2
    world.faults.order("message", None, -100, -100)
    assert (await one.sender.send(await outgoing("Ba."))).state is SendState.FAILED


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.ERROR_500_BEFORE, Fault.CUT_AFTER])
async def test_a_file_whose_fate_is_unknown_arrives_once(
    start: Start, process: Process, world: World, outgoing: Make, fault: Fault
) -> None:
    one = await start(with_files(PDF))
    world.faults.order("message", None, fault)
    assert (await deliver(one, await outgoing("Tờ khai đây ạ."))).state is SendState.SENT
    assert [entry.kind for entry in world.citizens[USER].entries] == ["text", "file"]


@pytest.mark.parametrize("fault", [Fault.ERROR_500_BEFORE, Fault.TIMEOUT_AFTER, Fault.FORBIDDEN, -32])
async def test_an_upload_that_failed_is_simply_tried_again(
    start: Start, process: Process, world: World, outgoing: Make, fault: Fault | int
) -> None:
    one = await start(with_files(PDF))
    world.faults.order("upload", fault)
    reply = await outgoing("Tờ khai đây ạ.")
    assert (await one.sender.send(reply)).state is SendState.RETRY
    assert (await deliver(one, reply)).state is SendState.SENT
    assert [entry.kind for entry in world.citizens[USER].entries] == ["text", "file"]


def test_what_zalo_does_not_take_is_said_before_it_is_sent() -> None:
    assert (media_of("a.JPG"), media_of("a.docx"), media_of("a.gif")) == (Media.IMAGE, Media.FILE, Media.GIF)
    assert media_of("a.zip") is media_of("jpg") is media_of("") is None
    assert problem_of("to-khai.pdf", 5 * 1024 * 1024) is None
    assert "5 MB" in (problem_of("to-khai.pdf", 5 * 1024 * 1024 + 1) or "")
    assert "1 MB" in (problem_of("anh.png", 2 * 1024 * 1024) or "")
    assert "PDF" in (problem_of("to-khai.zip", 10) or "")
    assert problem_of("to-khai.pdf", 0)


async def test_a_file_that_zalo_would_drop_silently_ends_the_send(
    start: Start, process: Process, world: World, outgoing: Make
) -> None:
    one = await start(with_files(Attachment(Media.FILE, "to-khai.zip", b"PK")))
    outcome = await one.sender.send(await outgoing("Tờ khai đây ạ."))
    assert (outcome.state, outcome.code) == (SendState.FAILED, "attachment_not_for_zalo")


async def test_what_the_desk_attached_goes_out_as_a_picture_and_a_file(
    start: Start, process: Process, world: World, outgoing: Make, database: Database
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (30, 30), "red").save(picture, "PNG")
    bare = await outgoing("Tờ khai đây ạ.")
    files = Attachments(database)
    kept = [
        await files.keep(bare.conversation_id, "lan", "ảnh.png", picture.getvalue()),
        await files.keep(bare.conversation_id, "lan", "tờ khai.pdf", PDF.content),
    ]
    reply = bare.reply.model_copy(update={"attachments": kept})
    one = await start()
    assert (await one.sender.send(replace(bare, reply=reply))).state is SendState.SENT
    assert [entry.kind for entry in world.citizens[USER].entries] == ["text", "photo", "file"]
    assert world.citizens[USER].entries[2].attachment == PDF.content
