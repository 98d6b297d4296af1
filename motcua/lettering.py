"""Be Vietnam Pro for drawing. It is shipped in two files: each letter is drawn from the one that has it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import groupby
from typing import Literal

from PIL import ImageDraw, ImageFont

from motcua.settings import ROOT

FOLDER = ROOT / "channels" / "web" / "static" / "fonts"
Weight = Literal[400, 600, 700]
Colour = tuple[int, int, int]
# The letters of the file "vietnamese", as its style sheet lists them; all others are in "latin".
_VIETNAMESE = (
    (0x102, 0x103), (0x110, 0x111), (0x128, 0x129), (0x168, 0x169), (0x1A0, 0x1A1), (0x1AF, 0x1B0),
    (0x300, 0x301), (0x303, 0x304), (0x308, 0x309), (0x323, 0x323), (0x329, 0x329), (0x1EA0, 0x1EF9),
    (0x20AB, 0x20AB),
)  # fmt: skip


class Face:
    """The font in one weight and size, in pixels."""

    def __init__(self, weight: Weight, size: int) -> None:
        self.size = size
        self._files = {name: _file(f"{name}-{weight}", size) for name in ("latin", "vietnamese")}

    def length(self, text: str) -> float:
        """How wide ``text`` is, in pixels."""
        return sum(self._files[name].getlength(run) for name, run in _runs(text))

    def write(
        self,
        draw: ImageDraw.ImageDraw,
        place: tuple[float, float],
        text: str,
        fill: Colour,
        *,
        middle: bool = False,
    ) -> None:
        """Write ``text`` on the base line at ``place``, beginning or centred there."""
        x, y = place
        if middle:
            x -= self.length(text) / 2
        for name, run in _runs(text):
            draw.text((x, y), run, font=self._files[name], fill=fill, anchor="ls")
            x += self._files[name].getlength(run)

    def lines(self, text: str, width: float) -> list[str]:
        """``text`` in lines no wider than ``width``, divided between words and of much the same length."""
        words = text.split()
        count = len(self._filled(words, width))
        low, high = 0.0, width
        while high - low > 4:  # the narrowest column with the same number of lines
            middle = (low + high) / 2
            fits = len(self._filled(words, middle)) == count
            low, high = (low, middle) if fits else (middle, high)
        return self._filled(words, high)

    def _filled(self, words: list[str], width: float) -> list[str]:
        lines: list[str] = []
        for word in words:
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.length(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


@lru_cache
def _file(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FOLDER / f"{name}.woff2", size, layout_engine=ImageFont.Layout.BASIC)


def _runs(text: str) -> list[tuple[str, str]]:
    composed = unicodedata.normalize("NFC", text)
    return [(name, "".join(letters)) for name, letters in groupby(composed, key=_home)]


def _home(letter: str) -> str:
    point = ord(letter)
    return "vietnamese" if any(first <= point <= last for first, last in _VIETNAMESE) else "latin"
