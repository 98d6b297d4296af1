"""What is read in photos: real codes, really drawn, spoilt and decoded in a process of their own."""

from __future__ import annotations

import asyncio
import io
import struct
import time
import zlib
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from channels.zalo.media import Media
from channels.zalo.pictures import Pictures, Seen, is_personal, meaning
from motcua.settings import ZaloSettings
from tests.channels.zalo.photos import CARD, DOSSIER, bar, jpeg, png, qr, receipt, spoilt

OWN = "https://motcua.example.vn"


@pytest.fixture
async def pictures() -> AsyncIterator[Pictures]:
    async with Media(ZaloSettings()) as media:
        yield Pictures(media, OWN)


@pytest.mark.parametrize(("way", "photo"), list(spoilt()), ids=[way for way, _ in spoilt()])
async def test_a_receipt_is_read_however_it_was_photographed(
    pictures: Pictures, way: str, photo: bytes
) -> None:
    assert await pictures.codes_in(photo) == [DOSSIER]


async def test_a_bar_code_and_several_codes_are_read(pictures: Pictures) -> None:
    assert await pictures.codes_in(jpeg(receipt(bar(DOSSIER)))) == [DOSSIER]
    both = await pictures.codes_in(jpeg(receipt(bar(DOSSIER), qr(CARD, 4))))
    assert sorted(both) == sorted([DOSSIER, CARD])


def bomb(side: int) -> bytes:
    """A PNG of ``side`` by ``side`` pixels in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def tiff() -> bytes:
    out = io.BytesIO()
    receipt(qr(DOSSIER)).save(out, "TIFF")
    return out.getvalue()


@pytest.mark.parametrize(
    "photo",
    [b"", b"\x00" * 5000, b"\xff\xd8\xff\xe0" + b"\x00" * 500, png(Image.new("L", (1, 1))), bomb(30_000),
     tiff(),
     jpeg(receipt()), jpeg(receipt(qr(DOSSIER)))[:3000], b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["nothing", "zeros", "broken", "one pixel", "bomb", "other format", "no code", "cut off", "svg"],
)  # fmt: skip
async def test_what_holds_no_code_or_is_no_picture_says_nothing(pictures: Pictures, photo: bytes) -> None:
    assert await pictures.codes_in(photo) == []


async def test_a_picture_that_takes_too_long_is_given_up_and_its_process_is_gone(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.zalo.pictures._DECODE_S", 0.001)
    begun: list[asyncio.subprocess.Process] = []
    create = asyncio.create_subprocess_exec

    async def noted(*args: str, **more: object) -> asyncio.subprocess.Process:
        begun.append(await create(*args, **more))  # type: ignore[arg-type]
        return begun[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    assert await pictures.codes_in(jpeg(receipt(qr(DOSSIER)))) == []
    assert begun[0].returncode is not None


async def test_reading_pictures_does_not_hold_up_the_loop(pictures: Pictures) -> None:
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before)

    ticking = asyncio.create_task(tick())
    large = jpeg(receipt(qr(DOSSIER)).resize((3720, 5262)), 40)
    begun = time.perf_counter()
    await asyncio.gather(*(pictures.codes_in(large) for _ in range(3)))
    took = time.perf_counter() - begun
    ticking.cancel()
    assert longest < took / 2


@pytest.mark.parametrize(
    ("codes", "seen", "text"),
    [
        ([DOSSIER], Seen.DOSSIER, DOSSIER),
        (["000.00.19.H26-231115-0001"], Seen.DOSSIER, "000.00.19.H26-231115-0001"),
        ([f"https://dichvucong.gov.vn/tra-cuu?mahoso={DOSSIER}"], Seen.DOSSIER, DOSSIER),
        (["khác", f"{DOSSIER}\n"], Seen.DOSSIER, DOSSIER),
        ([CARD, DOSSIER], Seen.DOSSIER, DOSSIER),
        (["TT 1.001193"], Seen.LINK, "TT 1.001193"),
        ([f"{OWN}/?noi=00004"], Seen.LINK, "NOI 00004"),
        ([CARD], Seen.CARD, ""),
        (["001090999999||Nguyễn Văn Thử|01011990|Nam|Hà Nội|01012022||Cha|Mẹ"], Seen.CARD, ""),
        (["001090999999"], Seen.CARD, ""),
        (["099999999"], Seen.CARD, ""),
        (["GD4010123456789|4e677579|01/01/1990|1|x"], Seen.CARD, ""),
        ([], Seen.NOTHING, ""),
        (["https://evil.example/?thu-tuc=1.001193"], Seen.NOTHING, ""),
        (["00020101021138570010A00000072701270006970436H26121211221"], Seen.NOTHING, ""),
        (["a" * 999], Seen.NOTHING, ""),
    ],
)
def test_what_the_codes_of_a_picture_mean(codes: list[str], seen: Seen, text: str) -> None:
    found, resolution = meaning(codes, "", OWN)
    assert (found, resolution.text) == (seen, text)
    assert resolution.answered is (seen in (Seen.CARD, Seen.NOTHING))
    assert "001090999999" not in resolution.model_dump_json()
    assert "Nguyễn" not in resolution.model_dump_json()


def test_a_caption_is_answered_as_well() -> None:
    _, with_code = meaning([DOSSIER], "đến đâu rồi", OWN)
    assert with_code.text == f"đến đâu rồi {DOSSIER}"
    for codes in ([CARD], []):
        _, without = meaning(codes, "đến đâu rồi", OWN)
        assert not without.answered
        assert without.lead


def test_a_card_beside_a_receipt_is_mentioned_and_not_kept() -> None:
    _, resolution = meaning([DOSSIER, CARD], "", OWN)
    assert "giấy tờ cá nhân" in resolution.lead
    assert "…240607-0007" in resolution.lead


@pytest.mark.parametrize("code", [DOSSIER, "1.001193", "https://zalo.me/388613", "1234567", "TT 1.001193"])
def test_what_is_no_card_is_not_taken_for_one(code: str) -> None:
    assert not is_personal(code)
