"""Files from the desk to a citizen: what is taken, what is taken out of it, and when it is gone."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from conversations import Conversations
from conversations.attachments import Attachments, Refused, StoredFile, clean_name
from conversations.models import Conversation, Holder
from motcua.db import Database, now
from motcua.reply import Attachment, Kind, Reply
from motcua.settings import Settings

PDF = b"%PDF-1.7\n" + b"x" * 500


@pytest.fixture
async def files(database: Database) -> Attachments:
    async with database.write() as session:
        for name in ("an", "bình"):
            session.add(
                Conversation(
                    id=name, channel="web", address_key=name, context={}, holder=Holder.STAFF, held_by="lan"
                )
            )
    return Attachments(database)


def photo(width: int = 4000, height: int = 3000, kind: str = "JPEG") -> bytes:
    """A picture as a phone takes it: large, lying on its side, with the place written into it."""
    image = Image.effect_noise((width // 4, height // 4), 90).convert("RGB").resize((width, height))
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x8825] = {1: "N", 2: (21.0, 1.0, 42.0)}
    exif[0x010F] = "MayAnh-0912345678"
    image.save(out, kind, exif=exif)
    return out.getvalue()


def word(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


async def count(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(StoredFile)) or 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_a_picture_becomes_small_upright_and_says_nothing_of_its_camera(
    files: Attachments, kind: str
) -> None:
    kept = await files.keep("an", "lan", "IMG 0001.HEIC.png", photo(kind=kind))
    found = await files.read(kept.id)
    assert found
    assert (kept.media, kept.name, found.content_type) == ("image", "IMG 0001.HEIC.jpg", "image/jpeg")
    assert kept.size == len(found.content) <= 1024 * 1024
    assert b"MayAnh" not in found.content
    with Image.open(io.BytesIO(found.content)) as image:
        assert not image.getexif()
        assert image.height > image.width
        assert max(image.size) <= 1600


async def test_a_see_through_picture_stands_on_white(files: Attachments) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    found = await files.read((await files.keep("an", "lan", "a.png", out.getvalue())).id)
    assert found
    with Image.open(io.BytesIO(found.content)) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("đơn.pdf", b"", "trống"),
        ("đơn.pdf", b"<html><script>alert(1)</script>", "PDF"),
        ("trang.html", b"<html>", "PDF"),
        ("hình.svg", b"<svg onload='alert(1)'/>", "PDF"),
        ("cài.exe", b"MZ\x90", "PDF"),
        ("đơn.docx", b"PK\x03\x04 broken", "macro"),
        ("đơn.docx", word("word/document.xml", "word/vbaProject.bin"), "macro"),
        ("bảng.docx", word("xl/workbook.xml"), "macro"),
        ("đơn.pdf", PDF + b"x" * (5 * 1024 * 1024), "5 MB"),
        ("ảnh.jpg", b"\xff\xd8\xff\xe0 not a picture", "ảnh"),
        ("ảnh.png", photo(40, 40, "PNG")[:200], "ảnh"),
    ],
)
async def test_what_cannot_be_sent_is_refused_with_a_reason(
    files: Attachments, database: Database, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        await files.keep("an", "lan", name, content)
    assert await count(database) == 0


async def test_a_picture_that_would_unfold_to_gigabytes_is_refused(files: Attachments) -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert out.tell() < 200_000
    with pytest.raises(Refused, match="ảnh"):
        await files.keep("an", "lan", "bom.png", out.getvalue())


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Lan\\Tờ khai.pdf", "Tờ khai.pdf"),
        ('a"b\r\nX: y<script>.pdf', "abX yscript.pdf"),
        ("đơn\u202efdp.exe.pdf", "đơnfdp.exe.pdf"),
        ("x" * 200 + ".docx", "x" * 75 + ".docx"),
        ("...", ""),
    ],
)
def test_a_name_is_only_a_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean


async def test_one_can_only_send_what_one_has_uploaded_for_this_citizen(files: Attachments) -> None:
    mine = await files.keep("an", "lan", "a.pdf", PDF)
    hers = await files.keep("an", "hùng", "b.pdf", PDF)
    elsewhere = await files.keep("bình", "lan", "c.pdf", PDF)
    assert await files.chosen("an", "lan", [mine.id, mine.id]) == [mine]
    for stranger in (hers.id, elsewhere.id, "x" * 43):
        with pytest.raises(Refused):
            await files.chosen("an", "lan", [mine.id, stranger])
    with pytest.raises(Refused, match="3"):
        await files.chosen("an", "lan", [mine.id] * 4)


async def test_a_file_goes_with_its_conversation(
    files: Attachments, database: Database, settings: Settings
) -> None:
    talks = Conversations(database, settings)
    sent = await files.keep("an", "lan", "a.pdf", PDF)
    other = await files.keep("bình", "lan", "b.pdf", PDF)
    reply = Reply(kind=Kind.ANSWER, text="Đây ạ.", attachments=[sent])
    await talks.say("an", "lan", reply, key="1", name="Lan")
    (line,) = await talks.messages_after("an", 0)
    assert line.reply
    assert line.reply.attachments == [sent]
    await talks.erase("an")
    assert await files.read(sent.id) is None
    assert await files.read(other.id) is not None


async def test_what_was_never_sent_is_forgotten_after_a_day(files: Attachments, database: Database) -> None:
    sent, unsent = [await files.keep("an", "lan", f"{n}.pdf", PDF) for n in "ab"]
    async with database.write() as session:
        await session.execute(update(StoredFile).values(created_at=now() - timedelta(days=2)))
        (await session.get_one(StoredFile, sent.id)).sent_at = now()
    await files.keep("an", "lan", "c.pdf", PDF)
    assert await files.read(unsent.id) is None
    assert await files.read(sent.id) is not None


async def test_only_the_one_who_uploaded_takes_back_and_nothing_that_was_sent(
    files: Attachments, database: Database, settings: Settings
) -> None:
    kept = await files.keep("an", "lan", "a.pdf", PDF)
    await files.drop("an", "hùng", kept.id)
    assert await files.read(kept.id)
    await Conversations(database, settings).say(
        "an", "lan", Reply(kind=Kind.ANSWER, text="Đây ạ.", attachments=[kept]), key="1"
    )
    await files.drop("an", "lan", kept.id)
    assert await files.read(kept.id)


def test_the_wire_of_a_reply_without_files_stays_as_it_was() -> None:
    assert "attachments" not in Reply(kind=Kind.ANSWER, text="x").to_wire()
    file = Attachment(id="a" * 43, name="a.pdf", media="file", size=3)
    assert (
        Reply(kind=Kind.ANSWER, text="x", attachments=[file]).to_wire()["attachments"][0]["name"] == "a.pdf"
    )
