"""Official texts are long: a chat shows their beginning and says what is left out."""

from __future__ import annotations

from dataclasses import dataclass

from motcua.reply import ListSection, Section, TextSection

MOST_ITEMS = 12
MOST_CHARS = 1500
LONGEST_ITEM = 300
_TOO_LITTLE = 120


@dataclass(frozen=True, slots=True)
class Shortened:
    """``sections`` as they are shown; ``left_out`` items are not, ``cut`` says that anything is missing."""

    sections: list[Section]
    left_out: int
    cut: bool


def clip(text: str, most: int) -> str:
    """At most ``most`` characters of ``text``, cut between words and marked with "…"."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    cut = max(head.rfind(" "), head.rfind("\n"))
    return head[: cut if cut > most // 2 else len(head)].rstrip(" ,;:.–-(\n") + "…"


def squeeze(text: str, most: int) -> str:
    """At most ``most`` characters of ``text``, cut in the middle: long names differ at their end."""
    if len(text) <= most:
        return text
    head = clip(text, most * 6 // 10).rstrip("…")
    tail = text[-(most - len(head) - 3) :]
    return f"{head} … {tail[tail.find(' ') + 1 :]}"


def shorten(sections: list[Section], *, fairly: bool = False) -> Shortened:
    """Sections of no more than ``MOST_ITEMS`` items and about ``MOST_CHARS`` characters.

    The first come first, or, ``fairly``, each gets its share, so that none goes missing.
    """
    shown: list[Section] = []
    items = MOST_ITEMS
    chars = MOST_CHARS
    left_out = 0
    for place, section in enumerate(sections):
        share = (chars // (len(sections) - place) if fairly else chars) - len(section.heading or "")
        short: Section | None
        match section:
            case TextSection():
                short = _short_text(section, share)
            case ListSection():
                short = _short_list(section, items, share)
                left_out += len(section.items) - (len(short.items) if short else 0)
            case _:
                short = section
        if short is None:
            continue
        shown.append(short)
        chars -= _length(short)
        items -= len(short.items) if isinstance(short, ListSection) else 0
    return Shortened(shown, left_out, cut=shown != sections)


def _short_text(section: TextSection, chars: int) -> TextSection | None:
    if chars < min(_TOO_LITTLE, len(section.text)):
        return None
    return section.model_copy(update={"text": clip(section.text, chars)})


def _short_list(section: ListSection, most: int, chars: int) -> ListSection | None:
    kept: list[str] = []
    for item in section.items[:most]:
        if chars < min(_TOO_LITTLE, len(item)):
            break
        kept.append(clip(item, min(LONGEST_ITEM, chars)))
        chars -= len(kept[-1])
    return section.model_copy(update={"items": kept}) if kept else None


def _length(section: Section) -> int:
    lines = [section.text] if isinstance(section, TextSection) else getattr(section, "items", [])
    return len(section.heading or "") + sum(map(len, lines))
