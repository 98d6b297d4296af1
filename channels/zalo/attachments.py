"""Pictures and files that go out: what Zalo takes, uploaded once and again when Zalo has forgotten it."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete

from channels.zalo import render
from channels.zalo.client import Client
from channels.zalo.errors import Failure, Stage
from channels.zalo.models import ZaloUpload
from conversations import Outgoing
from conversations.attachments import Attachments as Files
from motcua.db import Database, now


class Media(StrEnum):
    """What Zalo calls it."""

    IMAGE = "image"
    GIF = "gif"
    FILE = "file"


_MB = 1024 * 1024
_TAKEN = {
    Media.IMAGE: (1, {"jpg", "jpeg", "png"}),
    Media.GIF: (5, {"gif"}),
    Media.FILE: (5, {"pdf", "doc", "docx"}),
}
"""Largest size in MB, and extensions (shared facts on Zalo, section 2.4); other kinds vanish silently."""


@dataclass(frozen=True, slots=True, repr=False)
class Attachment:
    """A picture or file that follows a reply. ``name`` is shown to the citizen with files."""

    media: Media
    name: str
    content: bytes
    caption: str = ""


AttachmentsOf = Callable[[Outgoing], Awaitable[Sequence[Attachment]]]
"""The attachments of a reply, always the same ones in the same order."""


async def no_attachments(_outgoing: Outgoing) -> Sequence[Attachment]:
    """Replies of the bot have none."""
    return ()


def attachments_in(database: Database) -> AttachmentsOf:
    """The attachments that people at the desk sent, as Zalo takes them."""
    files = Files(database)

    async def attachments_of(outgoing: Outgoing) -> Sequence[Attachment]:
        found = [await files.read(each.id) for each in outgoing.reply.attachments]
        return [
            Attachment(Media.IMAGE if each.media == "image" else Media.FILE, each.name, each.content)
            for each in found
            if each is not None
        ]

    return attachments_of


def media_of(name: str) -> Media | None:
    """How Zalo takes a file of this name; None when it does not."""
    stem, _, extension = name.lower().rpartition(".")
    if not stem:
        return None  # without an extension Zalo answers an upload with nothing
    return next((media for media, (_, known) in _TAKEN.items() if extension in known), None)


def problem_of(name: str, size: int) -> str | None:
    """Why Zalo would not take this file, for whoever attaches it; None when it would. ``size`` in bytes."""
    media = media_of(name)
    if media is None:
        return (
            "Zalo chỉ nhận ảnh JPG, PNG, GIF và tệp PDF, DOC, DOCX. "
            "Anh/chị đổi sang một trong các loại này nhé."
        )
    most, _ = _TAKEN[media]
    if size > most * _MB:
        what = "Tệp" if media is Media.FILE else "Ảnh"
        return f"{what} lớn quá {most} MB nên Zalo không nhận. Anh/chị chọn tệp nhỏ hơn nhé."
    return "Tệp này trống." if size == 0 else None


class Uploads:
    """What has been uploaded for one account, remembered by content."""

    def __init__(self, database: Database, client: Client, oa_id: str) -> None:
        self._db = database
        self._client = client
        self._oa_id = oa_id

    async def message(self, attachment: Attachment) -> dict[str, Any] | Failure:
        """The message that shows ``attachment``, uploading it if Zalo does not have it yet.

        An upload shows nothing to anybody, so one that failed in any way may simply be done again.
        """
        digest = hashlib.sha256(attachment.content).hexdigest()
        key = (self._oa_id, attachment.media.value, digest)
        async with self._db.read() as session:
            row = await session.get(ZaloUpload, key)
        ref: str | Failure
        if row:
            ref = row.ref
        else:
            ref = await self._client.upload(attachment.media, attachment.name, attachment.content)
            if isinstance(ref, Failure):
                return Failure(Stage.UNSENT, ref.code) if ref.stage is Stage.UNCLEAR else ref
            async with self._db.write() as session:
                await session.merge(
                    ZaloUpload(oa_id=key[0], kind=key[1], digest=key[2], ref=ref, uploaded_at=now())
                )
        if attachment.media is Media.FILE:
            return render.file(ref)
        return render.picture(attachment.media, ref, attachment.caption)

    async def forget(self, attachment: Attachment) -> None:
        """Zalo no longer knows it: the next message uploads it again."""
        digest = hashlib.sha256(attachment.content).hexdigest()
        async with self._db.write() as session:
            await session.execute(
                delete(ZaloUpload).where(
                    ZaloUpload.oa_id == self._oa_id,
                    ZaloUpload.kind == attachment.media.value,
                    ZaloUpload.digest == digest,
                )
            )
