"""Pictures and files that a person sends to a citizen: what is taken, how it is kept, who may fetch it.

A file is uploaded first and sent with a reply later. Its id is a long secret: whoever has the link of a
conversation's file may read it, like the citizen the reply went to. It goes with its conversation.
"""

from __future__ import annotations

import asyncio
import io
import re
import secrets
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from motcua.db import Base, Database, UtcDateTime, now
from motcua.reply import Attachment

LARGEST_UPLOAD = 12 * 1024 * 1024
"""In bytes, as it comes from a phone. Pictures are made smaller before they are kept."""
MOST = 3
"""How many files a reply may carry."""
_LARGEST_FILE = 5 * 1024 * 1024
_LARGEST_IMAGE = 1024 * 1024  # what Zalo takes (ZALO: section 2.4 of the facts)
_WIDEST = 1600
_MOST_PIXELS = 60_000_000
_LONGEST_NAME = 80
_KEEP_UNSENT = timedelta(days=1)
_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_KINDS = "Chỉ gửi được ảnh JPG, PNG và tệp PDF, DOCX. Anh/chị đổi sang một trong các loại này nhé."
_MACROS = "Tệp Word này có macro hoặc bị hỏng nên không gửi được. Anh/chị lưu thành PDF rồi gửi nhé."
_UNREADABLE = "Không đọc được ảnh này. Anh/chị chụp lại hoặc chọn ảnh khác nhé."


class Refused(Exception):
    """The file cannot be sent; ``str()`` says why, for whoever wants to send it."""


class StoredFile(Base):
    """A file of a conversation. ``sent_at`` stays empty until a reply with it is stored."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    by: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(_LONGEST_NAME))
    media: Mapped[str] = mapped_column(String(10))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def shown(self) -> Attachment:
        """How a reply names it."""
        return Attachment(
            id=self.id, name=self.name, media="image" if self.media == "image" else "file", size=self.size
        )


@dataclass(frozen=True, slots=True, repr=False)
class FileContent:
    """A file to be handed out. ``content_type`` was found by looking at it, never said by a browser."""

    name: str
    media: str
    content_type: str
    content: bytes


class Attachments:
    """Keeps files and hands them out."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def keep(self, conversation_id: str, by: str, name: str, content: bytes) -> Attachment:
        """Keep what ``by`` wants to send. Raises Refused.

        A picture is turned upright and made small enough for every channel, and loses what the camera
        wrote into it, such as the place.
        """
        found = await asyncio.to_thread(_checked, name, content)
        stored = StoredFile(
            id=secrets.token_urlsafe(32),
            conversation_id=conversation_id,
            by=by,
            name=found.name,
            media=found.media,
            content_type=found.content_type,
            size=len(found.content),
            content=found.content,
        )
        async with self._db.write() as session:
            session.add(stored)
            await session.execute(
                delete(StoredFile).where(
                    StoredFile.sent_at.is_(None), StoredFile.created_at < now() - _KEEP_UNSENT
                )
            )
            return stored.shown

    async def drop(self, conversation_id: str, by: str, file_id: str) -> None:
        """Forget what ``by`` has uploaded and not sent."""
        async with self._db.write() as session:
            await session.execute(
                delete(StoredFile).where(
                    StoredFile.id == file_id,
                    StoredFile.conversation_id == conversation_id,
                    StoredFile.by == by,
                    StoredFile.sent_at.is_(None),
                )
            )

    async def chosen(self, conversation_id: str, by: str, ids: list[str]) -> list[Attachment]:
        """The files ``by`` has uploaded for this conversation, in the order of ``ids``.

        Raises Refused when one is not there any more, or there are too many.
        """
        if len(ids) > MOST:
            raise Refused(f"Mỗi lần gửi nhiều nhất {MOST} tệp.")
        async with self._db.read() as session:
            rows = await session.scalars(
                select(StoredFile).where(
                    StoredFile.id.in_(ids),
                    StoredFile.conversation_id == conversation_id,
                    StoredFile.by == by,
                )
            )
            known = {row.id: row.shown for row in rows}
        if len(known) < len(set(ids)):
            raise Refused("Có tệp không còn nữa. Anh/chị chọn lại tệp giúp nhé.")
        return [known[each] for each in dict.fromkeys(ids)]

    async def read(self, file_id: str, conversation_id: str | None = None) -> FileContent | None:
        """A file by its secret id, of ``conversation_id`` if that is given; None when there is none."""
        query = select(StoredFile.name, StoredFile.media, StoredFile.content_type, StoredFile.content).where(
            StoredFile.id == file_id
        )
        if conversation_id is not None:
            query = query.where(StoredFile.conversation_id == conversation_id)
        async with self._db.read() as session:
            row = (await session.execute(query)).one_or_none()
        return FileContent(*row) if row else None


async def mark_sent(session: AsyncSession, attachments: list[Attachment]) -> None:
    """These belong to a stored reply now, and stay as long as it does."""
    for each in attachments:
        stored = await session.get(StoredFile, each.id)
        if stored:
            stored.sent_at = stored.sent_at or now()


async def forget(session: AsyncSession, conversation_id: str) -> None:
    """Delete the files of a conversation: it is being erased."""
    await session.execute(
        delete(StoredFile)
        .where(StoredFile.conversation_id == conversation_id)
        .execution_options(synchronize_session=False)
    )


def clean_name(name: str) -> str:
    """A file name that is safe to show and to save: no folders, no control characters, not too long."""
    name = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]', "", name).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(extension) - 1]}.{extension}"


def _checked(name: str, content: bytes) -> FileContent:
    name = clean_name(name) or "tep"
    if not content:
        raise Refused("Tệp này trống.")
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n")):
        return _picture(name, content)
    ending = PurePosixPath(name).suffix.lower()
    if ending == ".pdf" and content.startswith(b"%PDF-"):
        pass
    elif ending == ".docx" and content.startswith(b"PK\x03\x04"):
        _check_word(content)
    else:
        raise Refused(_KINDS)
    if len(content) > _LARGEST_FILE:
        raise Refused(f"Tệp lớn quá {_LARGEST_FILE // 1024 // 1024} MB. Anh/chị chọn tệp nhỏ hơn nhé.")
    return FileContent(name, "file", _TYPES[ending], content)


def _check_word(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused(_MACROS) from error
    if "word/document.xml" not in names or any("vbaproject" in each.lower() for each in names):
        raise Refused(_MACROS)


def _picture(name: str, content: bytes) -> FileContent:
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise Refused(_UNREADABLE)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused(_UNREADABLE) from error
    flat = Image.new("RGB", upright.size, "white")
    shaped = upright.convert("RGBA")
    flat.paste(shaped, mask=shaped.getchannel("A"))
    widest = _WIDEST
    while True:
        small = flat.copy()
        small.thumbnail((widest, widest))
        for quality in (88, 75, 60):
            out = io.BytesIO()
            small.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= _LARGEST_IMAGE:
                return FileContent(f"{PurePosixPath(name).stem}.jpg", "image", "image/jpeg", out.getvalue())
        widest = widest * 2 // 3
