"""The name of a form's file, which the portal's table writes right behind the name of the paper."""

from __future__ import annotations

import re

_EXTENSION = re.compile(r"\.(?:docx?|pdf|xlsx?|pptx?|rtf|odt|zip|rar|7z|jpe?g|png|html?)$", re.IGNORECASE)
# How file names begin; behind anything but a blank, such a word can only be the beginning of one.
_BEGINNING = re.compile(
    r"(?<=[^\s(/\-_])(?:(?i:mẫu|mau(?=[\W\d_]|[a-z]*\d)|phụ lục|phu ?luc|phlc|tokhai|tờ khai|to khai|đơn đ"
    r"|don_|tờ trình|văn bản|báo cáo|giấy đ|biểu)|Mau|Mus|Mu\d|Ms\d|PL\d|BM[.\d])"
)
_ABBREVIATED = re.compile(r"(?<=[a-zà-ỹđ.;)\]”])(?:TK|TPHS|GMS|BC|BM|NA|PL|CV|GM)[\s._\d-]")
_LONGEST = 160


def split_file_name(text: str) -> tuple[str, str | None]:
    """The name of the paper and that of its file; the whole and None where the seam is not certain.

    A file name that cannot be told from the name stays where it is.
    """
    text = text.rstrip()
    extension = _EXTENSION.search(text)
    if not extension:
        return text, None
    seam = _seam(text[: extension.start()])
    if seam is None:
        return text, None
    return text[:seam].rstrip(), text[seam:]


def has_file_name(text: str) -> bool:
    """Whether a name ends in that of a file."""
    return bool(_EXTENSION.search(text.rstrip()))


def _seam(stem: str) -> int | None:
    start = max(0, len(stem) - _LONGEST)
    for pattern in (_BEGINNING, _ABBREVIATED):
        if found := pattern.search(stem, start):
            return found.start()
    words = [(word.start(), word.group()) for word in re.finditer(r"\S+", stem) if word.end() > start]
    for at, word in reversed(words):
        places = range(1, len(word))
        plain = next((place for place in places if _is_plain_seam(word, place)), None)
        if plain is not None:
            return at + next((place for place in places[:plain] if _is_new_sentence(word, place)), plain)
    for at, word in reversed(words):
        sentence = next((place for place in range(1, len(word)) if _is_new_sentence(word, place)), None)
        if sentence is not None:
            return at + sentence
    return None


def _is_plain_seam(word: str, place: int) -> bool:
    """ "cố địnhDon", "Bộ)Mau", "TT-BTCDon", "mẫu1.7": the case or the kind of letter changes."""
    before, here, after = word[place - 1], word[place], word[place + 1 : place + 2]
    if here.isupper():
        return before.islower() or before in ");”]" or (before.isupper() and after.islower())
    if here.isdigit():
        return (before.islower() and not word[:place].isascii()) or before in ");”]"
    return here.islower() and before in ");”]"


def _is_new_sentence(word: str, place: int) -> bool:
    return word[place - 1] in ".:" and (word[place].isupper() or word[place].isdigit()) and place > 1
