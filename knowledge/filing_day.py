"""The day a citizen means to file: "nộp thứ 6 này", "mai tôi nộp", "nộp 30/4 sau 3 giờ chiều".

A date in a question about time may mean many things (a birth, a deadline, a flight). It counts as the
filing day only where it stands beside a word of filing; anything less clear is no filing day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import dropwhile, islice, takewhile

from motcua.working_days import FILING_CUTOFF
from vietnamese import fold, normalise


@dataclass(frozen=True, slots=True)
class FilingDay:
    """When somebody files. ``late`` says whether that is after 15:00; None when nobody said."""

    day: date
    late: bool | None = None


_SOONER = timedelta(days=60)  # "nộp 20/11", said on 23/11, is the one that was
_END = time(17)
_WEEKDAY = {
    "2": 0, "hai": 0, "3": 1, "ba": 1, "4": 2, "tu": 2, "5": 3, "nam": 3, "6": 4, "sau": 4, "7": 5, "bay": 5,
}  # fmt: skip
_DIGIT = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8,
    "chin": 9,
}  # fmt: skip
_UNITS = "|".join(_DIGIT)
_SPELT = re.compile(rf"\b(ngay|thang) ((?:(?:{_UNITS}) )?muoi(?: (?:{_UNITS}))?|{_UNITS})\b")

_DAY = re.compile(
    r"\b(?:(?P<part>sang|trua|chieu|toi) (?:ngay |hom )?)?(?:"
    r"(?:ngay |hom )?(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})(?:[/.-](?P<y>\d{4}|\d{2}))?"
    r"|(?:ngay |hom )?(?P<day>\d{1,2}) thang (?P<month>\d{1,2})(?: nam (?P<year>\d{4}))?"
    r"|(?P<today>(?:ngay )?hom nay|bua nay|bay gio|(?:(?<=sang )|(?<=trua )|(?<=chieu )|(?<=toi )|^)nay)"
    r"|(?P<tomorrow>(?:ngay )?mai(?! (?:mot|tang)\b)|bua mai)"
    r"|(?P<after>ngay mot|bua mot|hom mot|(?<!mai )mot|ngay kia)"
    r"|(?P<yesterday>(?:ngay )?hom qua|bua qua)"
    r"|(?P<later>\d{1,2}) (?:ngay|hom|bua) nua"
    r"|(?P<start>(?:dau )?(?<!giua )(?<!cuoi )tuan (?:sau|toi))"
    r"|(?:thu ?(?P<week>[2-7]|hai|ba|tu|nam|sau|bay)|t(?P<short>[2-7])|(?P<sunday>chu nhat|cn))"
    r"(?P<which> (?:nay|tuan nay|toi|sap toi|tuan sau|tuan toi))?"
    r"|(?:ngay|hom) (?P<only>\d{1,2})(?![/.-]\d)(?! (?:ngay|gio|nguoi|ban|bo|tuoi|lan))"
    r")\b"
)
# What stands right before a date that is no filing day: a deadline, an appointment, the third child.
_NOT_AFTER = {
    "truoc", "den", "hen", "han", "sinh", "mat", "chet", "cuoi", "mua", "ban", "bay", "hoc", "thi",
    "het", "tu", "con", "dua", "lan", "cai", "nguoi", "be", "chau", "so", "muc", "loai", "cau",
    "giua", "khoan", "dieu", "cap", "bac", "giay", "thang",
}  # fmt: skip
# Words that end the reach of "nộp": what follows them is about something else.
_ENDS = {
    "thi", "lay", "co", "xong", "tra", "hen", "truoc", "den", "khi", "la", "han", "can", "muon",
    "duoc", "phat", "thue", "tien", "phi", "roi", "ma", "sinh",
}  # fmt: skip
# A date at the start of what is said, or after one of these, may belong to the doing that follows it.
_LEADS = {
    "toi", "em", "minh", "anh", "chi", "con", "chau", "bac", "co", "chu", "nha", "neu", "vi", "du",
    "gia", "su", "the", "vay", "va", "ma", "hay", "dinh", "tinh", "a", "u", "da", "lo", "vao",
}  # fmt: skip
_BETWEEN = {
    "toi", "em", "minh", "anh", "chi", "con", "chau", "bac", "co", "chu", "nha", "moi", "se",
    "ranh", "tranh", "thu", "ra", "di", "len", "qua", "ghe", "dinh", "tinh",
}  # fmt: skip
_DOING = re.compile(r"(?:lam(?! viec)|dang ky|gui ho_so|phuong|xa|uy ban|mot cua|quay)\b")
_ASKED = {"thi", "bao", "khi", "may", "chung", "hom", "ngay", "bua", "luc", "co", "kip", "the"}
_REACH = 6
# Words that folding makes look like others: "cần", "số".
_WHOLE = (("can cuoc", "can_cuoc"), ("ho so", "ho_so"))

_OF_FILING = {"nop", "thi", "lay", "nhan", "co", "xong", "duoc", "den", "neu", "vao", "luc", "sau", "truoc"}

_CLOCK = re.compile(
    r"(?:(?P<rel>sau|truoc|luc|khoang|tam) )?\b(?P<h>\d{1,2}) ?(?:h|gio|g|:)"
    r"(?: ?(?P<min>\d{2})\b| ?(?P<half>ruoi))?(?: (?P<part>sang|trua|chieu|toi))?"
)
# The same in normalised text, where it stands between "nộp" and the day.
_HOUR = re.compile(
    r"\b(?:(?:sau|truoc|luc|khoang|tam) )?\d{1,2} gio(?: \d{2}| ruoi)?(?: (?:sang|trua|chieu|toi))?\b"
)
_LENGTH_BEFORE = re.compile(r"\b(?:trong|mat|het|can|cho|vong)(?: vong)? $")
_CLAUSE = re.compile(r"[,;?!\n…]+|\.(?:\s|$)| - ")
_WHEN = re.compile(
    r"\b(?:bao gio|khi nao|luc nao|hom nao|ngay nao|bua nao|chung nao|hoi nao|bua dau|hom dau|may gio lay"
    r"|thu may|may ngay|may hom|bao lau|ngay bao nhieu|ngay may|kip|lay duoc|co ket qua|co giay|co chua"
    r"|xong chua|thi sao|hen ngay)\b"
)


def filing_day(text: str, now: datetime) -> FilingDay | None:
    """The day ``text`` names for filing, counted from ``now`` (Hanoi time); None when it names none."""
    typed = unicodedata.normalize("NFC", text.lower())
    for clause in _CLAUSE.split(typed):
        if found := _in_clause(clause, typed, now):
            return found
    return None


def asks_when(text: str) -> bool:
    """Whether ``text`` asks for a day, so that a filing day in it wants a due date."""
    return bool(_WHEN.search(normalise(text)))


def apart_from_filing(text: str) -> str:
    """``text``, normalised, without the day, "nộp" and the words that ask when.

    What is left may name a procedure.
    "Chủ nhật nộp thì bao giờ lấy" names none, though people also "lấy chồng".
    """
    said = normalise(text)
    for words in (_HOUR, _DAY, _WHEN):
        said = words.sub(" ", said)
    return " ".join(word for word in said.split() if word not in _OF_FILING)


def _in_clause(clause: str, typed: str, now: datetime) -> FilingDay | None:
    said = _digits(normalise(clause))
    for words, whole in _WHOLE:
        said = said.replace(words, whole)
    for match in _DAY.finditer(said):
        if not _as_typed(match, typed):
            continue
        words_before = _HOUR.sub(" ", said[: match.start()]).split()
        words_after = _HOUR.sub(" ", said[match.end() :]).split()
        if not _beside_filing(words_before, words_after):
            continue
        day = _day_of(match, typed, now.date())
        if day:
            return FilingDay(day, _late(clause, match["part"], day, now))
    return _only_a_time(clause, said, now)


def _digits(said: str) -> str:
    """Spelt numbers after "ngày" and "tháng" as digits: "ngày hai mươi lăm" is "ngay 25"."""

    def value(match: re.Match[str]) -> str:
        words = match[2].split()
        if "muoi" not in words:
            # "ngày mốt" is the day after tomorrow; "tháng tư" is a month.
            return match[0] if match[1] == "ngay" else f"{match[1]} {_DIGIT[words[0]]}"
        at = words.index("muoi")
        tens = _DIGIT[words[0]] if at else 1
        return f"{match[1]} {tens * 10 + (_DIGIT[words[at + 1]] if len(words) > at + 1 else 0)}"

    return _SPELT.sub(value, said)


def _as_typed(match: re.Match[str], typed: str) -> bool:
    """Folding makes one word of many: with diacritics, "mai" must have been typed "mai", not "mái"."""
    if fold(typed) == typed:
        # Without diacritics "mot" alone is more often a number.
        return match["after"] != "mot"
    words = set(re.findall(r"\w+", typed))
    needed = {
        "tomorrow": {"mai"},
        "after": {"mốt"} if (match["after"] or "").endswith("mot") else {"kia", "kìa"},
    }
    if match["week"] == "tu":
        return "tư" in words
    return all(not match[name] or wanted & words for name, wanted in needed.items())


def _beside_filing(before: list[str], after: list[str]) -> bool:
    """Whether a word of filing stands near, and nothing between says that the date is another one."""
    if before and before[-1] in _NOT_AFTER:
        return False
    reach = _within_reach(reversed(before))
    if "nop" in reach:
        at = len(before) - 1 - reach.index("nop")
        return not at or before[at - 1] not in ("han", "phi", "tien")
    ahead = _within_reach(after)
    if "nop" in ahead:
        return True
    if not before or before[-1] in _LEADS:
        doing = dropwhile(_BETWEEN.__contains__, ahead)
        if _DOING.match(" ".join(doing)):
            return True
    return "lam" in reach or "ky" in reach if not after or after[0] in _ASKED else False


def _within_reach(words: Iterable[str]) -> list[str]:
    return list(takewhile(lambda word: word not in _ENDS, islice(words, _REACH)))


def _day_of(match: re.Match[str], typed: str, today: date) -> date | None:
    if match["d"] or match["day"]:
        year = match["y"] or match["year"]
        return _calendar_day(int(match["d"] or match["day"]), int(match["m"] or match["month"]), year, today)
    if match["only"]:
        return _day_of_month(int(match["only"]), today)
    if match["week"] or match["short"] or match["sunday"]:
        weekday = 6 if match["sunday"] else _WEEKDAY[match["week"] or match["short"]]
        return _weekday(weekday, (match["which"] or "").strip(), today)
    if match["start"]:
        return _weekday(0, "tuan sau", today)
    return today + timedelta(days=_days_ahead(match, typed))


def _days_ahead(match: re.Match[str], typed: str) -> int:
    if match["later"]:
        return int(match["later"])
    if match["after"]:
        return 3 if "kìa" in typed else 2
    return 1 if match["tomorrow"] else -1 if match["yesterday"] else 0


def _calendar_day(day: int, month: int, year: str | None, today: date) -> date | None:
    """A date; without a year the coming one, or the one that was a short while ago."""
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        this = date(today.year, month, day)
        return this if this >= today - _SOONER else date(today.year + 1, month, day)
    except ValueError:
        return None


def _day_of_month(day: int, today: date) -> date | None:
    month = today.month if day >= today.day else today.month % 12 + 1
    year = today.year + (1 if month < today.month else 0)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday(weekday: int, which: str, today: date) -> date:
    if which in ("tuan sau", "tuan toi"):
        return today + timedelta(days=7 - today.weekday() + weekday)
    ahead = (weekday - today.weekday()) % 7
    if not ahead and which in ("toi", "sap toi"):
        ahead = 7
    return today + timedelta(days=ahead)


def _late(clause: str, part: str | None, day: date, now: datetime) -> bool | None:
    """After 15:00, before it, or not said. What is filed today is filed later than now."""
    clock = _clock(clause)
    if clock:
        relation, at = clock
        return at > FILING_CUTOFF or (relation == "sau" and at == FILING_CUTOFF)
    if day == now.date() and now.time() > FILING_CUTOFF:
        return True
    return False if part in ("sang", "trua") else None


def _clock(clause: str) -> tuple[str, time] | None:
    """The time of day of filing in ``clause``, up to where it asks for the result."""
    head = re.split(r"\bthi\b", fold(clause))[0]
    match = _CLOCK.search(head)
    if not match or _LENGTH_BEFORE.search(head[: match.start()]):
        return None
    hour = int(match["h"])
    if match["part"] in ("chieu", "toi") and hour < 12:
        hour += 12
    elif not match["part"] and 1 <= hour <= 5:
        hour += 12  # offices are closed at night: "nộp lúc 3 giờ" is the afternoon
    minute = 30 if match["half"] else int(match["min"] or 0)
    return (match["rel"] or "", time(hour, minute)) if hour < 24 and minute < 60 else None


def _only_a_time(clause: str, said: str, now: datetime) -> FilingDay | None:
    """ "Nộp sau 3 giờ chiều thì sao": no day is named, so today; tomorrow when that time is over."""
    words = said.split()
    clock = _clock(clause)
    if not clock or not ("nop" in words[:_REACH] or said.startswith("sau ")):
        return None
    late = clock[1] > FILING_CUTOFF or (clock[0] == "sau" and clock[1] == FILING_CUTOFF)
    over = now.time() >= _END if clock[0] == "sau" else now.time() > clock[1]
    return FilingDay(now.date() + timedelta(days=1 if over else 0), late)
