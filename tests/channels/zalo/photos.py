"""Photos of receipts and cards as a telephone makes them: turned, small, grainy, unevenly lit, compressed."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

import segno
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

DOSSIER = "H26.34.5-240607-0007"
# Invented, in the order of fields of the identity card.
CARD = "001090999999|099999999|Nguyễn Văn Thử|01011990|Nam|Số 1 phố Thử, Hà Nội|01012022"
PAPER = (1240, 1754)


def qr(text: str, scale: int = 6) -> Image.Image:
    """A QR code, black on white."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=scale, border=4)
    return Image.open(io.BytesIO(out.getvalue())).convert("L")


def bar(text: str) -> Image.Image:
    """A Code 128 bar code."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    return Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=3)).convert("L")


def receipt(*codes: Image.Image) -> Image.Image:
    """A sheet with some writing and the codes on it."""
    sheet = Image.new("L", PAPER, 250)
    draw = ImageDraw.Draw(sheet)
    for line in range(24):
        draw.text((120, 120 + 26 * line), "Giay tiep nhan ho so va hen tra ket qua " * 2, fill=60)
    for place, code in enumerate(codes):
        sheet.paste(code, (140, 760 + place * 420))
    return sheet


def grainy(image: Image.Image, strength: float = 0.35, seed: int = 1) -> Image.Image:
    """The picture with the noise of a dim room."""
    grain = random.Random(seed).randbytes(image.width * image.height)  # noqa: S311 - a seeded test
    noise = Image.frombytes("L", image.size, grain)
    return Image.blend(image, noise, strength)


def shadowed(image: Image.Image) -> Image.Image:
    """The picture with one side in the shadow."""
    shade = Image.linear_gradient("L").resize(image.size).point(lambda v: 90 + v * 165 // 255)
    return Image.composite(image, Image.new("L", image.size, 30), shade)


def jpeg(image: Image.Image, quality: int = 60) -> bytes:
    """The picture as a telephone sends it."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def png(image: Image.Image) -> bytes:
    """The picture without loss."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def spoilt(text: str = DOSSIER) -> Iterator[tuple[str, bytes]]:
    """One receipt in the ways it is photographed."""
    sheet = receipt(qr(text))
    yield "plain", jpeg(sheet, 85)
    for degrees in (7, 33, 90, 180, 251):
        yield f"turned by {degrees}", jpeg(sheet.rotate(degrees, expand=True, fillcolor=90))
    yield "small", jpeg(sheet.resize((620, 877)))
    yield "large", jpeg(sheet.resize((3720, 5262)), 40)
    yield "blurred", jpeg(sheet.filter(ImageFilter.GaussianBlur(2)))
    yield "grainy", jpeg(grainy(sheet), 50)
    yield "in the shadow", jpeg(shadowed(sheet))
    yield "strongly compressed", jpeg(sheet, 12)
    yield (
        "askew",
        jpeg(
            sheet.transform(
                PAPER, Image.Transform.QUAD, (0, 0, 90, 1754, 1240, 1600, 1150, 60), fillcolor=120
            )
        ),
    )
    yield "inverted", png(sheet.point(lambda v: 255 - v))
