"""Sheets for the wall of an office: a QR code that opens the assistant on one procedure or one office.

A sheet is drawn as a page of A4 at 300 dots an inch, so that it prints from any machine without a browser.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import segno
from PIL import Image, ImageDraw

from motcua.lettering import Colour, Face

A4 = (2480, 3508)
DPI = 300
BLUE: Colour = (0x0B, 0x4F, 0x8A)
AMBER: Colour = (0xF2, 0xB1, 0x34)
INK: Colour = (0x1B, 0x24, 0x2E)
GREY: Colour = (0x55, 0x60, 0x6C)
PALE: Colour = (0xEA, 0xF2, 0xF9)
WHITE: Colour = (255, 255, 255)
_EDGE = 180
_BAND = 430
_CODE_SIDE = 860
_FOOT = 420
_TITLE_SIZES = (178, 156, 136, 118, 100, 88, 76, 66)
_TITLE_HEIGHT = 560
_LINE = 1.32  # room for the stacked marks of Ễ
_STEPS = (
    "Mở máy ảnh điện thoại, hoặc Zalo, quét ô vuông.",
    "Hỏi như nói chuyện, có dấu hay không dấu đều được.",
    "Câu trả lời có ghi nguồn. Cần người giúp thì nhắn “gặp cán bộ”.",
)


@dataclass(frozen=True, slots=True)
class Door:
    """A QR code and the words under it: ``label`` says what it opens, ``hint`` what to do or type then."""

    url: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says. ``above`` stands over the title, ``below`` under it; ``source`` is a line of "
    "its own."""

    title: str
    above: str
    below: str
    doors: Sequence[Door]
    hotline: str
    source: str
    office: str = ""


def save_sheets(sheets: Sequence[Sheet], path: Path, printed_on: date) -> None:
    """Write the sheets to ``path``: ``.pdf`` with a page each, or ``.png`` for one. Raises ValueError, "
    "OSError."""
    kind = path.suffix.lower()
    if not sheets or kind not in (".pdf", ".png") or (kind == ".png" and len(sheets) > 1):
        raise ValueError("sheets go into a .pdf, a single one also into a .png")
    whole = io.BytesIO()
    pages = (draw_sheet(sheet, printed_on) for sheet in sheets)
    if kind == ".png":
        next(pages).save(whole, "PNG", dpi=(DPI, DPI), optimize=True)
    else:
        first = next(pages)
        title = "Một Cửa: " + "; ".join(sheet.title for sheet in sheets[:3])
        # Colours are not thinned out: it would blur the edges of the codes.
        first.save(
            whole,
            "PDF",
            save_all=True,
            append_images=pages,
            resolution=DPI,
            quality=88,
            subsampling=0,
            title=title,
        )
    path.write_bytes(whole.getvalue())


def draw_sheet(sheet: Sheet, printed_on: date) -> Image.Image:
    """The page."""
    page = Image.new("RGB", A4, WHITE)
    draw = ImageDraw.Draw(page)
    _band(draw, sheet.office)
    y = _title(draw, sheet, _BAND + 150)
    y = _doors(page, draw, sheet.doors, y + 80)
    _steps(draw, y)
    _foot(draw, sheet, printed_on)
    return page


def qr_image(url: str, side: int) -> Image.Image:
    """The QR code of ``url`` with its quiet zone, at most ``side`` pixels, of whole pixels a module."""
    code = segno.make(url, error="q", micro=False, boost_error=True)
    modules = code.symbol_size(border=4)[0]
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=max(1, side // modules), border=4)
    return Image.open(drawn).convert("RGB")


def _band(draw: ImageDraw.ImageDraw, office: str) -> None:
    draw.rectangle((0, 0, A4[0], _BAND), fill=BLUE)
    draw.rectangle((0, _BAND, A4[0], _BAND + 16), fill=AMBER)
    _gate(draw, _EDGE, 115, 200)
    left = _EDGE + 260
    Face(700, 130).write(draw, (left, 222), "Một Cửa", WHITE)
    Face(400, 60).write(draw, (left, 312), office or "Trợ lý thủ tục hành chính phường, xã của Hà Nội", WHITE)


def _gate(draw: ImageDraw.ImageDraw, x: int, y: int, side: int) -> None:
    """The mark of the web chat: a gate with its door open."""

    def at(*numbers: float) -> list[float]:
        return [number * side / 44 + (y if place % 2 else x) for place, number in enumerate(numbers)]

    draw.rounded_rectangle(at(0, 0, 44, 44), radius=side * 10 // 44, fill=WHITE)
    width = side * 3 // 44
    for line in ((9, 15, 35, 15), (12, 15, 12, 33), (32, 15, 32, 33), (7, 33, 37, 33)):
        draw.line(at(*line), fill=BLUE, width=width)
    draw.polygon(at(22, 6.5, 35, 15, 9, 15), fill=BLUE)
    draw.pieslice(at(17.5, 20.5, 26.5, 29.5), 180, 360, fill=AMBER)
    draw.rectangle(at(17.5, 25, 26.5, 33), fill=AMBER)


def _title(draw: ImageDraw.ImageDraw, sheet: Sheet, y: int) -> int:
    """Writes what the sheet is about; where it ends."""
    width, middle = A4[0] - 2 * _EDGE, A4[0] / 2
    Face(600, 64).write(draw, (middle, y), sheet.above, GREY, middle=True)
    face, lines = _fitting(sheet.title, width)
    for line in lines:
        y += round(face.size * _LINE)
        face.write(draw, (middle, y), line, BLUE, middle=True)
    below = Face(400, 62)
    y += 30
    for line in below.lines(sheet.below, width):
        y += 88
        below.write(draw, (middle, y), line, INK, middle=True)
    return y


def _fitting(title: str, width: float) -> tuple[Face, list[str]]:
    """The largest face in which a title has room; the smallest one for what never has."""
    for size in _TITLE_SIZES:
        face = Face(700, size)
        lines = face.lines(title, width)
        height = len(lines) * face.size * _LINE
        if height <= _TITLE_HEIGHT and max(map(face.length, lines)) <= width:
            return face, lines
    return face, lines


def _doors(page: Image.Image, draw: ImageDraw.ImageDraw, doors: Sequence[Door], y: int) -> int:
    """Puts the QR codes side by side; where they end."""
    room = A4[0] // len(doors)
    bottom = y
    for place, door in enumerate(doors):
        middle = room * place + room // 2 + (_EDGE // 3 if place == 0 else -_EDGE // 3) * (len(doors) - 1)
        code = qr_image(door.url, _CODE_SIDE)
        half = _CODE_SIDE // 2 + 30
        frame = (middle - half, y, middle + half, y + 2 * half)
        draw.rounded_rectangle(frame, radius=44, fill=WHITE, outline=BLUE, width=10)
        page.paste(code, (middle - code.width // 2, y + half - code.height // 2))
        Face(700, 70).write(draw, (middle, y + 2 * half + 105), door.label, BLUE, middle=True)
        hint = Face(600, 54)
        end = y + 2 * half + 105
        for line in hint.lines(door.hint, room - _EDGE):
            end += 78
            hint.write(draw, (middle, end), line, INK, middle=True)
        bottom = max(bottom, end)
    return bottom


def _steps(draw: ImageDraw.ImageDraw, above: int) -> None:
    """The steps in the middle of what is left between ``above`` and the foot."""
    number, words = Face(700, 74), Face(400, 62)
    left, each = _EDGE + 40, 176
    y = above + (A4[1] - _FOOT - above - len(_STEPS) * each) // 2
    for place, step in enumerate(_STEPS, start=1):
        draw.ellipse((left, y, left + 112, y + 112), fill=BLUE)
        number.write(draw, (left + 56, y + 83), str(place), WHITE, middle=True)
        lines = words.lines(step, A4[0] - _EDGE - left - 160)
        for row, line in enumerate(lines):
            words.write(draw, (left + 160, y + 78 + 72 * row - 36 * (len(lines) - 1)), line, INK)
        y += each


def _foot(draw: ImageDraw.ImageDraw, sheet: Sheet, printed_on: date) -> None:
    top = A4[1] - _FOOT
    draw.rectangle((0, top, A4[0], A4[1]), fill=PALE)
    Face(700, 78).write(draw, (_EDGE, top + 125), sheet.hotline, BLUE)
    Face(400, 54).write(
        draw, (_EDGE, top + 212), "Không dùng điện thoại thông minh: hỏi cán bộ tại quầy, miễn phí.", INK
    )
    Face(400, 42).write(draw, (_EDGE, top + 312), f"{sheet.source} · In ngày {printed_on:%d/%m/%Y}", GREY)
