"""Two texts side by side, with the words that differ marked: what a reviewer reads.

Whole lines are brought together first, so that a line put in between does not make all after it look new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# A sum, a date or the number of a decision is one word: half a number marked is read wrongly.
_TOKEN = re.compile(r"\s+|\d[\d.,/]*\d|\w+|[^\w\s]")
_ALIKE = 0.45
"""Lines less alike than this are two lines, one gone and one new."""
_MOST_PAIRS = 2500
"""More pairs of lines than this are not compared with each other: the first is put beside the first."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a line; ``changed`` when the other side does not have it."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line before and after; None where there is none."""

    before: tuple[Span, ...] | None
    after: tuple[Span, ...] | None

    @property
    def same(self) -> bool:
        """Nothing changed in this line."""
        spans = (*(self.before or ()), *(self.after or ()))
        return None not in (self.before, self.after) and not any(span.changed for span in spans)


def side_by_side(before: Sequence[str], after: Sequence[str]) -> list[Row]:
    """The lines of both texts in rows."""
    rows: list[Row] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            rows += [Row(_whole(line, False), _whole(line, False)) for line in before[a_from:a_to]]
        else:
            rows += _paired(before[a_from:a_to], after[b_from:b_to])
    return rows


def _paired(gone: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """The most alike lines beside each other, in their order; the others alone."""
    for old, other in _pairs(gone, new):
        if old is None:
            yield Row(None, _whole(new[other or 0], True))
        elif other is None:
            yield Row(_whole(gone[old], True), None)
        else:
            yield _words(gone[old], new[other])


def _pairs(gone: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    if len(gone) * len(new) > _MOST_PAIRS:
        both: list[tuple[int | None, int | None]] = [(n, n) for n in range(min(len(gone), len(new)))]
        both += [(n, None) for n in range(len(new), len(gone))]
        return both + [(None, n) for n in range(len(gone), len(new))]
    # best[i][j]: how alike the lines from i and from j on can be put together.
    alike = [[_likeness(one, other) for other in new] for one in gone]
    best = [[0.0] * (len(new) + 1) for _ in range(len(gone) + 1)]
    for i in range(len(gone) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            together = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(gone) or j < len(new):
        if i < len(gone) and j < len(new) and _taken(alike, best, i, j):
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif i < len(gone) and best[i + 1][j] >= (best[i][j + 1] if j < len(new) else 0.0):
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return pairs


def _taken(alike: list[list[float]], best: list[list[float]], i: int, j: int) -> bool:
    return alike[i][j] >= _ALIKE and best[i][j] == alike[i][j] + best[i + 1][j + 1]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, _TOKEN.findall(one), _TOKEN.findall(other), autojunk=False).ratio()


def _words(before: str, after: str) -> Row:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    left: list[Span] = []
    right: list[Span] = []
    for tag, a_from, a_to, b_from, b_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = tag == "equal"
        # A blank between two changed words is part of the change: else every word is a mark of its own.
        blank = same and not "".join(old[a_from:a_to]).strip() and a_from > 0 and a_to < len(old)
        left.append(Span("".join(old[a_from:a_to]), not same or blank))
        right.append(Span("".join(new[b_from:b_to]), not same or blank))
    return Row(_joined(left), _joined(right))


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].changed == span.changed:
            joined[-1] = Span(joined[-1].text + span.text, span.changed)
        elif span.text:
            joined.append(span)
    return tuple(joined)


def _whole(line: str, changed: bool) -> tuple[Span, ...]:
    return (Span(line, changed),)
