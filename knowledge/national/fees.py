"""What a way costs. The portal's "Miễn phí" is also what it shows when nobody filled the fee in.

"Free" is believed only when nothing else in the record speaks of money; a number only when its note does not
speak of another one, of a date until which it holds, or of the People's Council that sets it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.national.text import NOTHING, block, one_line
from knowledge.national.ways import Row
from knowledge.schema import Fee, FeeKind
from knowledge.wording import dong

_FREE = "Miễn phí"
_COUNCIL = re.compile(r"hội đồng nhân dân|hđnd", re.IGNORECASE)
_UNTIL = re.compile(
    r"(?:đến|tới)(?:\s+hết)?(?:\s+ngày)?\s+"
    r"(\d{1,2}\s*(?:[/-]|tháng)\s*\d{1,2}\s*(?:[/-]|năm)\s*\d{4})",
    re.IGNORECASE,
)
_NO_FEE = re.compile(
    r"\W*(?:không|không có|miễn phí|không quy định|chưa quy định|không thu|không phải nộp|không mất phí"
    r"|không có phí|không (?:thu |có )?(?:phí|lệ phí)(?:,? (?:phí|lệ phí))?)\b",
    re.IGNORECASE,
)
_ONLY_SOME = re.compile(r"\btrừ\b|\briêng\b|\bnếu\b|trường hợp|đối với", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?<![\d/.])(\d{1,3}(?:[.,]\d{3})+|\d+)\s*(?:(triệu|nghìn|ngàn)\b|(?=\s*(?:đồng|đ\b|vnđ|vnd|/)))"
    r"(?![\d/])",
    re.IGNORECASE,
)
_MONEY = re.compile(r"\d\s*(?:đồng|đ\b|vnđ|vnd|usd|triệu|nghìn)", re.IGNORECASE)
_TALK = re.compile(
    r"(?:nộp|đóng|thu|thanh toán|mức|biên lai)\s+(?:các khoản\s+|các\s+|tiền\s+|đầy đủ\s+)?(?:phí|lệ phí)\b"
    r"(?![^.;\n]{0,40}nếu có)",
    re.IGNORECASE,
)
_PER = re.compile(r"(?:đồng|đ|vnđ)?\s*/\s*([^/()\n]{2,40}?)\.?", re.IGNORECASE)
_FEE_LAW = re.compile(r"\b(?:mức thu|lệ phí)\b", re.IGNORECASE)
_TIMES = {"triệu": 1_000_000, "nghìn": 1_000, "ngàn": 1_000}
_SMALLEST = 1_000
_DONG = ("VNĐ", "Việt Nam Đồng")


@dataclass(frozen=True, slots=True)
class Told:
    """A fee as data, as words for the citizen (None: nothing is known), and why it is not believed."""

    fee: Fee
    said: str | None
    doubt: str | None = None


def speaks_of_fees(procedure: str, laws: str) -> str | None:
    """Where the steps or papers (``procedure``) or the ``laws`` speak of a fee; None when nowhere."""
    if found := _TALK.search(procedure):
        return one_line(procedure[max(0, found.start() - 40) : found.end() + 40])
    if found := _FEE_LAW.search(laws):
        return one_line(laws[max(0, found.start() - 40) : found.end() + 60])
    return None


def read_fee(row: Row, others: list[Row], elsewhere: str | None) -> Told:
    """The fee of ``row``. ``others`` are the rows beside it, ``elsewhere`` what else speaks of a fee."""
    note = block(row.fee_note)
    if row.fee == NOTHING:
        kind = FeeKind.COUNCIL if _COUNCIL.search(note) else FeeKind.UNKNOWN
        return Told(Fee(kind=kind, note=note or None), note or None)
    if _COUNCIL.search(note) or _COUNCIL.search(row.note):
        return _council(row, note)
    if row.fee == _FREE or row.fee.startswith("0 "):
        if not (doubt := _why_not_free(row, note, others, elsewhere)):
            return Told(Fee(kind=FeeKind.FREE, note=note or None), _with_note("Cổng ghi miễn phí", note))
    else:
        if _value(row)[1] not in _DONG:
            said = _with_note(one_line(row.fee), note)
            return Told(
                Fee(kind=FeeKind.UNKNOWN, note=said), said, "không phải tiền Việt Nam, giữ nguyên chữ"
            )
        amount, doubt = _amount(row, note)
        if not doubt:
            return _sure(amount, note)
    warned = f"Cổng ghi {_quoted(row)}, {doubt}" + (f": {note}" if note else "")
    return Told(Fee(kind=FeeKind.UNKNOWN, note=warned), warned, doubt)


def _sure(amount: int, note: str) -> Told:
    if per := _PER.fullmatch(note):
        return Told(
            Fee(kind=FeeKind.AMOUNT, amount=amount, per=per[1].strip()), f"{dong(amount)}/{per[1].strip()}"
        )
    return Told(Fee(kind=FeeKind.AMOUNT, amount=amount, note=note or None), _with_note(dong(amount), note))


def _council(row: Row, note: str) -> Told:
    doubt = f"Cổng ghi {_quoted(row)} nhưng ghi chú nói mức thu do Hội đồng nhân dân quy định"
    said = note if _COUNCIL.search(note) else _with_note("do HĐND cấp tỉnh quy định", note)
    kept = note if row.fee == _FREE else f"{note} (Cổng ghi {_quoted(row)})".strip()
    return Told(Fee(kind=FeeKind.COUNCIL, note=kept or None), said, doubt)


def _why_not_free(row: Row, note: str, others: list[Row], elsewhere: str | None) -> str:
    until = _UNTIL.search(note)
    noted = note and (not _NO_FEE.match(note) or _MONEY.search(note) or _ONLY_SOME.search(note))
    reasons = [
        (until, f"nhưng chỉ đến {until[1]}, cần hỏi lại" if until else ""),
        (noted, "nhưng có ghi chú về mức thu"),
        (
            _MONEY.search(row.note) or _TALK.search(row.note),
            "nhưng phần mô tả có nhắc đến tiền phải nộp, cần hỏi lại",
        ),
        (any(map(_costs, others)), "nhưng cách nộp khác lại ghi mức thu, cần hỏi lại"),
        (elsewhere, "nhưng phần khác của bản ghi có nhắc đến phí, lệ phí, cần hỏi lại"),
        (row.time.isdigit() and not note, "nhưng dòng này hình như chưa được điền, cần hỏi lại"),
    ]
    return next((reason for found, reason in reasons if found), "")


def _costs(row: Row) -> bool:
    return row.fee[0] in "123456789" or bool(row.fee_note and not _NO_FEE.match(block(row.fee_note)))


def _amount(row: Row, note: str) -> tuple[int, str]:
    """The amount in đồng, and why it is not to be believed; an empty reason when it is."""
    value, _ = _value(row)
    named = _amounts_in(note)
    until = _UNTIL.search(f"{note} {row.note}")
    if 0 < value < _SMALLEST and named == {value * 1000} and not until:
        return value * 1000, ""
    reasons = [
        (until, f"có mức chỉ áp dụng đến {until[1]}, cần hỏi lại" if until else ""),
        (value < _SMALLEST, "số này có lẽ thiếu hàng nghìn, cần hỏi lại"),
        (not row.sure and value not in named, "số này dính liền với thời hạn, cần hỏi lại"),
        (named - {value}, "nhưng ghi chú nêu mức khác hoặc nhiều mức"),
    ]
    return value, next((reason for found, reason in reasons if found), "")


def _value(row: Row) -> tuple[int, str]:
    number, _, currency = row.fee.partition(" ")
    return int(number.replace(",", "")), currency


def _quoted(row: Row) -> str:
    """What the portal says, in a way that can be read aloud."""
    if row.fee[0].isdigit():
        value, currency = _value(row)
        if value >= _SMALLEST and currency in _DONG:
            return dong(value)
    return f"“{one_line(row.fee)}”"


def _amounts_in(note: str) -> set[int]:
    return {
        int(re.sub(r"[.,]", "", found[1])) * _TIMES.get((found[2] or "").lower(), 1)
        for found in _AMOUNT.finditer(note)
    }


def _with_note(said: str, note: str) -> str:
    return f"{said} ({note.rstrip(' .')})" if note else said
