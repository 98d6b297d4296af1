"""What a photo says: the code of a dossier on a receipt, a sheet of ours, or a paper nobody should send here.

A picture is fetched, read in a process of its own (``channels.zalo.decode``) and forgotten: neither it nor
what its codes say is stored or logged, but for the code of a dossier or a link of ours, which then counts
as typed.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

import structlog

from channels.zalo.media import Media, NotFetched
from channels.zalo.metrics import PICTURES
from conversations import Resolution
from dossiers.codes import DossierCode, parse_code
from motcua.links import Link, sent_link
from motcua.reply import Button, Command, Kind, Reply

log = structlog.get_logger(__name__)

WHAT = "pictures"
_PROGRAM = Path(__file__).with_name("decode.py")
_DECODE_S = 12.0
_ALL_S = 30.0
_AT_ONCE = 2
_MOST_OUTPUT = 256 * 1024
_LONGEST_CODE = 300
_PRINTED = re.compile(
    r"(?<![\w.])(?:\d\w\w\.\w\w\.\w\w\.)?[HG]\d\d(?:\.\w{1,3}){0,3}-\d{6}-\d{4,6}(?!\w)", re.ASCII
)

# The QR code of an identity card: number | old number, 9 digits or none | name | day of birth | …
_CARD = re.compile(r"\d{12}\|(?:\d{9})?\|[^|]{2,}\|\d{8}(?:\||$)")
_NUMBER_ONLY = re.compile(r"0\d{11}|\d{9}")
# A health insurance card, and other lists of personal fields between bars.
_OTHER_CARD = re.compile(r"[A-Z]{2}\d{13}\b|\d{9,12}\|")


class Seen(StrEnum):
    """What came of a picture, for counting."""

    DOSSIER = "dossier"
    LINK = "link"
    CARD = "card"
    NOTHING = "nothing"
    NOT_FETCHED = "not_fetched"


_CARD_TEXT = (
    "Ảnh này là căn cước hoặc giấy tờ cá nhân nên Một Cửa không dùng đến, và không giữ bản nào của ảnh. "
    "Để an toàn, anh/chị xóa ảnh khỏi cuộc trò chuyện và đừng gửi giấy tờ cá nhân ở đây."
)
_CARD_ASIDE = "Trong ảnh có cả giấy tờ cá nhân: Một Cửa không giữ ảnh, lần sau anh/chị xin đừng chụp kèm."
_NOTHING_TEXT = (
    "Một Cửa chưa đọc được mã nào trong ảnh. Anh/chị gõ mã hồ sơ ghi trên giấy hẹn giúp (ví dụ "
    "H26.34.5-240607-0007), hoặc chụp lại gần hơn, đủ sáng, thẳng ô mã vuông. Ảnh không được giữ lại."
)
_NOTHING_ASIDE = "Một Cửa chưa đọc được mã nào trong ảnh, ảnh không được giữ lại."
_LOOK_UP = Button(title="Tra cứu hồ sơ", payload=Command(intent="check_dossier"))
_HUMAN = Button(title="Gặp cán bộ", payload=Command(intent="request_human"))


class Pictures:
    """Reads the pictures of messages. ``own_url`` is the address of our pages."""

    def __init__(self, media: Media, own_url: str) -> None:
        self._media, self._own_url = media, own_url
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def resolve(self, data: dict[str, Any], caption: str) -> Resolution:
        """What the message with these pictures means. Never raises."""
        found: list[str] = []
        fetched = False
        with suppress(TimeoutError):
            async with asyncio.timeout(_ALL_S):
                for url in data.get("urls", []):
                    try:
                        picture = await self._media.fetch(str(url))
                    except NotFetched as error:
                        log.warning("zalo.picture.not_fetched", why=str(error))
                        continue
                    fetched = True
                    found += await self.codes_in(picture)
        seen, resolution = meaning(found, caption, self._own_url)
        if seen is Seen.NOTHING and not fetched:
            seen = Seen.NOT_FETCHED
        PICTURES.labels(seen=seen.value).inc()
        log.info("zalo.picture.read", seen=seen.value, codes=len(found))
        return resolution

    async def codes_in(self, picture: bytes) -> list[str]:
        """The texts of the codes in a picture; none if it cannot be read in time."""
        async with self._room:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", str(_PROGRAM), env={}, stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                async with asyncio.timeout(_DECODE_S):
                    return await _talk(process, picture)
            except TimeoutError:
                log.warning("zalo.picture.took_long")
                return []
            finally:
                if process.returncode is None:
                    with suppress(ProcessLookupError):
                        process.kill()
                await process.wait()


async def _talk(process: asyncio.subprocess.Process, picture: bytes) -> list[str]:
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        return []
    with suppress(BrokenPipeError, ConnectionResetError):  # it died at once; its output says enough
        stdin.write(picture)
        await stdin.drain()
    stdin.close()
    said = bytearray()
    while chunk := await stdout.read(64 * 1024):
        said += chunk
        if len(said) > _MOST_OUTPUT:
            return []
    try:
        codes = json.loads(said)
    except ValueError:
        return []
    return [code for code in codes if isinstance(code, str)] if isinstance(codes, list) else []


def meaning(codes: list[str], caption: str, own_url: str) -> tuple[Seen, Resolution]:
    """What the codes of a picture mean. A dossier goes before a link, both before a card."""
    card = any(map(is_personal, codes))
    harmless = [code for code in codes if not is_personal(code)]
    dossiers = (found for code in harmless if (found := _dossier(code)))
    if dossier := next(dossiers, None):
        return Seen.DOSSIER, _typed(dossier, caption, card)
    links = (link for code in harmless if (link := sent_link(code, own_url)))
    if link := next(links, None):
        return Seen.LINK, _opened(link, card)
    if card:
        return Seen.CARD, _said(_CARD_TEXT, caption, _CARD_TEXT)
    return Seen.NOTHING, _said(_NOTHING_TEXT, caption, _NOTHING_ASIDE)


def is_personal(code: str) -> bool:
    """Whether a code holds what an identity or insurance card holds."""
    said = code.strip()
    return bool(_CARD.match(said) or _NUMBER_ONLY.fullmatch(said) or _OTHER_CARD.match(said))


def _dossier(code: str) -> DossierCode | None:
    """The dossier that a code names, alone or as it is printed, inside an address. Never guessed from "
    "digits."""
    if len(code) > _LONGEST_CODE:
        return None
    printed = _PRINTED.search(code)
    return parse_code(code) or (parse_code(printed[0]) if printed else None)


def _typed(dossier: DossierCode, caption: str, card: bool) -> Resolution:
    aside = f" {_CARD_ASIDE}" if card else ""
    return Resolution(
        text=f"{caption} {dossier.canonical}".strip(),
        lead=f"Một Cửa đọc được mã hồ sơ {dossier.short} trong ảnh.{aside}",
    )


def _opened(link: Link, card: bool) -> Resolution:
    return Resolution(text=link.short, command=link.command, lead=_CARD_ASIDE if card else "")


def _said(text: str, caption: str, aside: str) -> Resolution:
    """``text`` for a picture alone; before the answer to its caption, if it has one."""
    if caption:
        return Resolution(lead=aside)
    return Resolution(replies=[Reply(kind=Kind.SMALLTALK, text=text, buttons=[_LOOK_UP, _HUMAN])])
