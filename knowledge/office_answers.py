"""What is said about offices: where to go, what became of an old ward, and plainly what is not known.

Phrasing over ``ward_names`` and ``offices``. The first line answers; a place that is now in several wards is
asked back, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from knowledge.office_questions import Desk, Wanted
from knowledge.offices import HOTLINES, Help, Office, OfficeKind, Offices, shipped_offices
from knowledge.ward_mentions import Means, Mention
from knowledge.wards import OldUnit, Ward, hanoi
from motcua.reply import Source

LAW = Source(
    code="Nghị quyết 1656/NQ-UBTVQH15",
    url="https://xaydungchinhsach.chinhphu.vn/sap-xep-dvhc-danh-sach-126-xa-phuong-moi-cua-ha-noi-"
    "119250622193659228.htm",
    checked_on=date(2026, 11, 23),
)
_MOST_PARTLY = 4
_NO_DISTRICT = "Từ 1/7/2025 không còn {districts}, hồ sơ nộp ở bộ phận một cửa của phường, xã."


def ward_answer(offices: Offices, ward: Ward, desk: Desk, wanted: Wanted, lead: str | None = None) -> str:
    """Where the office of ``ward`` is, after ``lead`` if the answer has a first line already."""
    office = offices.of(ward, OfficeKind.ONE_STOP if desk is Desk.ONE_STOP else OfficeKind.POLICE)
    name = desk.of(ward)
    seat = (
        _seat(offices, ward) if desk is Desk.ONE_STOP and wanted in (Wanted.WHERE, Wanted.ADDRESS) else None
    )
    lines = [lead] if lead else []
    if known := _known(office, wanted):
        lines.append(f"{_upper(name)}: {known}.")
    elif wanted is Wanted.WHERE:
        lines += [] if lead else [f"Anh/chị đến {name}."]
        lines.append(seat or "Một Cửa chưa có địa chỉ, giờ làm việc của nơi này.")
    else:
        lines.append(seat or f"Một Cửa chưa có {_MISSING[wanted]} của {name}.")
    return "\n".join([*lines, *_more(office, wanted), call_first()])


def call_first() -> str:
    """Whom to ask before going there."""
    return f"Hỏi trước khi đi: {shipped_offices().city.numbers}."


def mention_lead(mention: Mention, desk: Desk) -> str | None:
    """The sentence that says what a named place is today; None for a ward of today, which needs none."""
    city = shipped_offices().city
    match mention.means:
        case Means.WARD:
            lead = None
        case Means.OLD if len(mention.units) > 1:
            lead = "\n".join(["Có mấy nơi từng mang tên này:", *_each(mention.units)])
        case Means.OLD if len(mention.wards) == 1:
            lead = f"{_became(mention)}: anh/chị đến {desk.of(mention.wards[0])}."
        case Means.OLD:
            lead = f"{_became(mention)}."
        case Means.DISTRICT:
            lead = _district(mention, desk)
        case Means.ELSEWHERE:
            lead = (
                f"Một Cửa chỉ biết nơi nộp ở Hà Nội, chưa có của {mention.said}. Anh/chị gọi "
                f"{city.national_hotline.said}."
            )
        case Means.UNKNOWN:
            lead = (
                f"Một Cửa chưa thấy “{mention.said}” trong các phường, xã của Hà Nội, cũ và mới. Anh/chị xem "
                f"lại tên giúp, hoặc gọi {city.numbers}."
            )
    return lead


def became(mention: Mention) -> str | None:
    """“Phường Bách Khoa … nay thuộc phường Bạch Mai”, without a stop; None where nothing changed its name."""
    return _became(mention) if mention.means is Means.OLD and len(mention.units) == 1 else None


def namesake_note(mention: Mention) -> str | None:
    """For a ward of today: where else the old unit of its name went."""
    if mention.means is not Means.WARD or not mention.units:
        return None
    lines = [
        f"Địa chỉ cũ ghi {unit.full_name} ({unit.district}) thì có thể nay thuộc {_join(others)}."
        for unit in mention.units
        if (others := [ward for ward in hanoi().now(unit) if ward != mention.wards[0]])
    ]
    return " ".join(lines) or None


def other_office_answer(name: str) -> str:
    """For offices that are not a ward's: nobody here has their addresses."""
    numbers = shipped_offices().city.numbers
    return f"Một Cửa chưa có địa chỉ, giờ làm việc của {name}. Anh/chị gọi {numbers} để được chỉ đúng nơi."


def help_answer(entry: Help) -> tuple[str, Source]:
    """The text of a help record, and where it comes from."""
    record = entry.provenance
    note = None if record.sureness == "chắc chắn" else record.sureness
    source = Source(code=record.source, url=record.url, checked_on=record.checked_on, note=note)
    return entry.text.replace(HOTLINES, shipped_offices().city.numbers), source


def which_ward(wanted: Wanted) -> str:
    """The question back when no ward is known, with what can be said already."""
    numbers = shipped_offices().city.numbers
    ask = "Anh/chị ở phường, xã nào ạ? Tên cũ hay mới đều được, ví dụ: phường Bách Khoa."
    if wanted in (Wanted.HOURS, Wanted.PHONE):
        return f"Một Cửa chưa có {_MISSING[wanted]} của từng nơi. Anh/chị gọi {numbers}.\n{ask}"
    return f"{ask}\nTên đường, khu đô thị thì Một Cửa chưa tra được: anh/chị gọi {numbers}."


_MISSING = {
    Wanted.ADDRESS: "địa chỉ",
    Wanted.HOURS: "giờ làm việc, lịch thứ Bảy và ngày lễ",
    Wanted.PHONE: "số điện thoại",
}


def _known(office: Office | None, wanted: Wanted) -> str | None:
    if office is None:
        return None
    said = {
        Wanted.WHERE: office.address,
        Wanted.ADDRESS: office.address,
        Wanted.HOURS: office.hours,
        Wanted.PHONE: ", ".join(office.phones),
    }
    return said[wanted] or None


def _more(office: Office | None, wanted: Wanted) -> list[str]:
    """What is known besides what was asked."""
    if office is None:
        return []
    said = [
        ("Địa chỉ", office.address, (Wanted.WHERE, Wanted.ADDRESS)),
        ("Giờ làm việc", office.hours, (Wanted.HOURS,)),
        ("Điện thoại", ", ".join(office.phones), (Wanted.PHONE,)),
    ]
    lines = [f"{label}: {text}." for label, text, asked in said if text and wanted not in asked]
    return [*lines, office.note] if office.note else lines


def _seat(offices: Offices, ward: Ward) -> str | None:
    """The seat of the People's Committee, where it is known: the counter may be elsewhere."""
    seat = offices.of(ward, OfficeKind.COMMITTEE)
    if seat is None or not seat.address:
        return None
    when = seat.provenance and seat.provenance.record_date
    told = f", theo thông báo ngày {when}" if when else ""
    return f"Trụ sở UBND {ward.full_name}: {seat.address}{told}; quầy nhận hồ sơ có thể ở chỗ khác."


def _became(mention: Mention) -> str:
    """``Phường Bách Khoa (quận Hai Bà Trưng cũ) nay thuộc phường Bạch Mai``."""
    place = _upper(mention.said)
    if not mention.sure:
        heirs = _join(mention.wards, "hoặc")
        return f"{place} đã nhập vào nơi khác từ trước 2025; theo dữ liệu Một Cửa có, nay thuộc {heirs}"
    if len(mention.wards) > 1:
        return f"{place} nay chia vào {_join(mention.wards)}"
    return f"{place} nay thuộc {_join(mention.wards)}"


def _each(units: Iterable[OldUnit]) -> list[str]:
    return [f"• {unit.full_name} ({unit.district}): nay thuộc {_join(hanoi().now(unit))}" for unit in units]


def _district(mention: Mention, desk: Desk) -> str:
    partly = dict.fromkeys(
        ward
        for district in mention.districts
        for ward in hanoi().of_district(district)[1]
        if ward not in mention.wards
    )
    name = mention.districts[0].split(" ", 2 if mention.districts[0].startswith("thị xã") else 1)[-1]
    first = mention.wards[0]
    same = f"Nếu là {first.full_name}: anh/chị đến {desk.of(first)}.\n" if first.name == name else ""
    rest = f"; một phần thuộc {_join(partly)}" if partly else ""
    if len(partly) > _MOST_PARTLY:
        rest = f"; một phần thuộc {len(partly)} phường, xã lân cận"
    no_district = _NO_DISTRICT.format(districts=_join_words(mention.districts))
    return f"{same}{no_district}\nĐịa bàn nay gồm {_join(mention.wards)}{rest}."


def _join(wards: Iterable[Ward], word: str = "và") -> str:
    """``phường Nghĩa Đô và phường Cầu Giấy``; the kind is said once where it stays the same."""
    names: list[str] = []
    kind = ""
    for ward in wards:
        names.append(ward.name if ward.kind == kind and len(names) > 0 else ward.full_name)
        kind = ward.kind
    return _join_words(names, word)


def _join_words(words: Iterable[str], word: str = "và") -> str:
    *head, last = words
    return f"{', '.join(head)} {word} {last}" if head else last


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
