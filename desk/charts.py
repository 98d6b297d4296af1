"""Charts as SVG that need no script: bars with their numbers written on them.

Everything a chart shows stands in the table under it as well, so that it needs nobody's eyes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from desk.words import number

_WIDTH = 420  # about a phone's: what is written stays readable there
_LABEL, _VALUE = 140, 44
_ROW = 32
_TALL = 170
_FOOT = 26
_MOST_COLUMNS = 92
_FRAME = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
_RECT = Markup('<rect class="part-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>')
_SQUARE = Markup(
    '<li><svg viewBox="0 0 9 9" aria-hidden="true"><rect class="part-{}" width="9" height="9"/></svg>{}</li>'
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, its parts from the first on, and what is written beside it (the sum, if nothing)."""

    name: str
    parts: tuple[float, ...]
    said: str = ""

    @property
    def total(self) -> float:
        """How long it is."""
        return sum(self.parts)


def rows(bars: Sequence[Bar], label: str, key: Sequence[str] = ()) -> Markup:
    """Bars that lie under each other, their names before them. ``key`` names the parts."""
    longest = max((bar.total for bar in bars), default=0) or 1
    room = _WIDTH - _LABEL - _VALUE
    drawn: list[Markup] = []
    for place, bar in enumerate(bars):
        y = place * _ROW
        drawn.append(
            Markup('<text class="name" x="{}" y="{}" text-anchor="end">{}</text>').format(
                _LABEL - 8, y + 20, _short(bar.name, 20)
            )
        )
        x = float(_LABEL)
        for index, part in enumerate(bar.parts):
            width = part / longest * room
            drawn.append(_rect(x, y + 6, width, _ROW - 12, part=index, title=f"{bar.name}: {number(part)}"))
            x += width
        drawn.append(
            Markup('<text class="value" x="{}" y="{}">{}</text>').format(
                round(x + 6, 1), y + 20, bar.said or number(bar.total)
            )
        )
    return _chart(drawn, max(1, len(bars)) * _ROW, label, key)


def columns(bars: Sequence[Bar], label: str, key: Sequence[str] = ()) -> Markup:
    """Bars that stand beside each other, such as days. Only some of the names fit under them."""
    bars = bars[-_MOST_COLUMNS:]
    highest = max((bar.total for bar in bars), default=0) or 1
    step = _WIDTH / max(1, len(bars))
    every = max(1, -(-len(bars) // 8))
    drawn = [
        Markup('<line class="base" x1="0" y1="{0}" x2="{1}" y2="{0}"/>').format(_TALL, _WIDTH),
        Markup('<text class="value" x="0" y="14">{}</text>').format(number(highest)),
        Markup('<line class="grid" x1="0" y1="20" x2="{}" y2="20"/>').format(_WIDTH),
    ]
    for place, bar in enumerate(bars):
        y = float(_TALL)
        for index, part in enumerate(bar.parts):
            height = part / highest * (_TALL - 20)
            y -= height
            drawn.append(
                _rect(
                    place * step + step * 0.1,
                    y,
                    step * 0.8,
                    height,
                    part=index,
                    title=f"{bar.name}: {number(part)}",
                )
            )
        if place % every == 0:
            drawn.append(
                Markup('<text class="name" x="{}" y="{}" text-anchor="middle">{}</text>').format(
                    round((place + 0.5) * step, 1), _TALL + 18, bar.name
                )
            )
    return _chart(drawn, _TALL + _FOOT, label, key)


def _rect(x: float, y: float, width: float, height: float, *, part: int, title: str) -> Markup:
    if width <= 0 or height <= 0:
        return Markup()
    return _RECT.format(part, round(x, 1), round(y, 1), round(width, 1), round(height, 1), title)


def _chart(drawn: Sequence[Markup], height: float, label: str, key: Sequence[str]) -> Markup:
    picture = _FRAME.format(_WIDTH, height, label, Markup().join(drawn))
    if not key:
        return picture
    named = Markup().join(_SQUARE.format(index, name) for index, name in enumerate(key))
    return picture + Markup('<ul class="key">{}</ul>').format(named)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
