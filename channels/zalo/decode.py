"""Reads the codes in a picture: bytes on standard input, JSON on standard output. A program of its own.

A picture from the internet is read by native code. In a process of its own a picture made to crash it, to
fill the memory or to run for ever costs this process and nothing else; it has no settings, no secrets, no
files to write, and is killed after a while. Imports only Pillow and zxing-cpp, so that it starts quickly.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import sys
from collections.abc import Iterator

from PIL import Image, ImageFilter, ImageOps
from zxingcpp import BarcodeFormat, BarcodeFormats, Binarizer, read_barcodes

MOST_PIXELS = 50_000_000
"""Larger pictures are not opened: a few bytes can stand for any number of pixels."""

MOST_CODES = 12
LONGEST_TEXT = 1000
_KINDS = ("JPEG", "PNG", "WEBP", "GIF")
# No retail or interleaved bar codes: they carry bare digits, and stripes of a photo are taken for them.
_FORMATS = BarcodeFormats(
    (
        BarcodeFormat.QRCode,
        BarcodeFormat.MicroQRCode,
        BarcodeFormat.DataMatrix,
        BarcodeFormat.Aztec,
        BarcodeFormat.PDF417,
        BarcodeFormat.Code128,
        BarcodeFormat.Code39,
    )
)
_SMALL, _USUAL, _LARGE = 900, 2000, 4000
_MEMORY, _CPU_S = 1 << 30, 10


def codes_in(picture: bytes) -> list[str]:
    """The texts of the codes in a picture. Raises what Pillow raises for what is no picture it may open."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(picture), formats=_KINDS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        if max(opened.size) > _LARGE:
            opened.draft("L", (_LARGE // 2, _LARGE // 2))  # lets a JPEG be read at a fraction of its size
        image = (ImageOps.exif_transpose(opened) or opened).convert("L")
    found: dict[str, None] = {}
    for place, (attempt, binarizer) in enumerate(_attempts(image)):
        for code in read_barcodes(attempt, formats=_FORMATS, binarizer=binarizer):
            if code.text and len(found) < MOST_CODES:
                found[code.text[:LONGEST_TEXT]] = None
        if found and place:  # the second look finds what is too small, or too large, for the first
            break
    return list(found)


def _attempts(image: Image.Image) -> Iterator[tuple[Image.Image, Binarizer]]:
    """The picture as it is and mended: too large, too small, grainy, pale, unevenly lit."""
    usual = _at_most(image, _USUAL)
    yield usual, Binarizer.LocalAverage
    yield (
        _at_most(image, _LARGE) if max(image.size) > _USUAL else _at_most(image, _SMALL),
        Binarizer.LocalAverage,
    )
    yield usual.filter(ImageFilter.MedianFilter(3)), Binarizer.LocalAverage
    yield (
        ImageOps.autocontrast(usual.filter(ImageFilter.GaussianBlur(1.2)), cutoff=2),
        Binarizer.GlobalHistogram,
    )
    if max(image.size) < _USUAL:
        larger = image.resize((image.width * 2, image.height * 2), Image.Resampling.BICUBIC)
        yield larger, Binarizer.LocalAverage
    yield usual.filter(ImageFilter.UnsharpMask(3, 180, 2)), Binarizer.LocalAverage


def _at_most(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    scale = side / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def main() -> None:
    """Read one picture. Whatever is wrong with it, there is no code in it, and nothing is written of it."""
    limits = {resource.RLIMIT_AS: _MEMORY, resource.RLIMIT_CPU: _CPU_S, resource.RLIMIT_FSIZE: 0}
    for limit, most in {**limits, resource.RLIMIT_CORE: 0}.items():  # a core file would hold the picture
        resource.setrlimit(limit, (most, most))
    with contextlib.suppress(OSError):
        os.nice(10)  # answering messages goes first
    try:
        found = codes_in(sys.stdin.buffer.read())
    except Exception:
        found = []
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
