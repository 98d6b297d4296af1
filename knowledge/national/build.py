"""One record of the portal becomes one procedure, in the portal's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from knowledge.national.fees import Told, read_fee, speaks_of_fees
from knowledge.national.findings import Findings, Outcome
from knowledge.national.laws import read_laws
from knowledge.national.mend import AGENCY, AUTHORITY, LAWS, PAPERS, RESULT, STEPS, WAYS, mended
from knowledge.national.names import everyday_name, short_name
from knowledge.national.papers import Papers, read_papers
from knowledge.national.prose import CONDITIONS, read_conditions, read_result, read_steps
from knowledge.national.records import CODE, NAME, URL, Record
from knowledge.national.text import block, capital, one_line, says_nothing
from knowledge.national.times import read_time
from knowledge.national.ways import HEAD, Row, read_rows
from knowledge.schema import (
    Duration,
    Fee,
    FeeKind,
    Level,
    OnlineLevel,
    Procedure,
    Provenance,
    TimeUnit,
    Way,
    WayKind,
    facets_with_content,
)
from motcua.reply import Facet

SOURCE = "Cổng Dịch vụ công quốc gia"
CHECKED_BY = "máy đọc từ bản ghi, chưa ai biên tập"
DECISION = "so_quyet_dinh"
LEVEL = "cap_thuc_hien"
FIELD = "linh_vuc"
AUDIENCE = "doi_tuong_thuc_hien"
PLACE = "dia_chi_tiep_nhan"
PARTNERS = "co_quan_phoi_hop"
DELEGATES = "co_quan_duoc_uy_quyen"
_USED = {
    CODE, NAME, URL, DECISION, LEVEL, FIELD, AUDIENCE, PLACE, PARTNERS, DELEGATES, CONDITIONS,
    STEPS, WAYS, PAPERS, LAWS, RESULT, AGENCY, AUTHORITY,
}  # fmt: skip
INTERNAL = {
    "formality_id": "số nội bộ của Cổng",
    "bo_nganh": "tên thư mục của bản tải về",
    "loai_thu_tuc": "cách Cổng phân loại, không phải nội dung cho người dân",
}
_LEVELS = {
    "Cấp bộ": Level.MINISTRY,
    "Cấp tỉnh": Level.PROVINCE,
    "Cấp xã": Level.COMMUNE,
    "Cơ quan khác": Level.OTHER,
}
_LISTED = re.compile(r",\s+(?=[A-ZĐ])(?![^()]*\))")
_LOCAL = re.compile(r"QĐ-UBND$")
_DISTRICT = re.compile(r"cấp huyện|UBND huyện|Ủy ban nhân dân huyện|quận, huyện", re.IGNORECASE)
_TIME_WORDS = re.compile(r"\b(?:ngày|giờ|tháng|thời hạn|thời gian)\b", re.IGNORECASE)
# The portal shows one time and fee a way even where they go by case, see knowledge.national.ways.
_DIFFERENT = "Cổng ghi khác nhau theo cách nộp, có thể là do khác trường hợp; anh/chị hỏi lại khi nộp."
_NO_LETTER = re.compile(r"\W+")
_UNKNOWN_AGENCY = "Cổng không ghi cơ quan thực hiện"


def to_procedure(record: Record, day: date, findings: Findings) -> Procedure:
    """The procedure in ``record``, as it stood on ``day``; what is not read into it is in ``findings``."""
    fields = mended(record.fields, findings)
    _note_strangers(fields, findings)
    papers = read_papers(fields.get(PAPERS, ""), findings)
    result, about = read_result(fields.get(RESULT, ""), findings)
    agency = _agency(fields)
    name = everyday_name(fields[NAME])
    content: dict[str, Any] = {
        "code": record.code,
        "name": name,
        "official_name": one_line(fields[NAME]),
        "short_name": short_name(name),
        "sample_questions": [short_name(name)],
        "field": one_line(fields.get(FIELD, "")) or "chưa rõ",
        "audience": _listed(fields.get(AUDIENCE, "")),
        "levels": _levels(fields, findings),
        "agency": agency or _UNKNOWN_AGENCY,
        "summary": _summary(fields, agency, about),
        "place": _place(fields, agency),
        "online_level": _online_level(name),
        "steps": read_steps(fields.get(STEPS, "")),
        "result": result,
        "conditions": read_conditions(fields.get(CONDITIONS, "")),
        "legal_basis": read_laws(fields[LAWS], findings) if LAWS in fields else [],
        "imported": True,
        "provenance": _provenance(fields, day, findings),
        **_papers(papers),
        **_ways(fields, findings),
    }
    said = facets_with_content(Procedure.model_construct(**content))
    return Procedure.model_validate({**content, "unknown": [facet for facet in Facet if facet not in said]})


def _note_strangers(fields: dict[str, str], findings: Findings) -> None:
    for name, text in fields.items():
        if name in INTERNAL:
            findings.add(name, Outcome.FURNITURE, text, INTERNAL[name])
        elif name not in _USED:
            findings.add(name, Outcome.LEFT_OUT, text, "mẫu không có chỗ cho mục này")


def _listed(text: str) -> list[str]:
    """A list written with commas, whose items may hold commas: a new one begins with a capital letter."""
    return [item for item in _LISTED.split(one_line(text)) if item]


def _levels(fields: dict[str, str], findings: Findings) -> list[Level]:
    levels: list[Level] = []
    for named in _listed(fields.get(LEVEL, "")):
        if named in _LEVELS:
            levels.append(_LEVELS[named])
        else:
            findings.add(LEVEL, Outcome.LEFT_OUT, named, "không phải cấp bộ, tỉnh, xã hay cơ quan khác")
    if not levels:
        findings.add(LEVEL, Outcome.DOUBTED, fields.get(LEVEL, ""), "không rõ cấp nào, ghi là cơ quan khác")
    return levels or [Level.OTHER]


def _agency(fields: dict[str, str]) -> str | None:
    named = [fields.get(name) for name in (AGENCY, AUTHORITY)]
    return next((one_line(text) for text in named if text and not says_nothing(text)), None)


def _summary(fields: dict[str, str], agency: str | None, about: str | None) -> str:
    lines = [
        ("Lĩnh vực", fields.get(FIELD)),
        ("Cơ quan thực hiện", agency),
        ("Cơ quan có thẩm quyền", fields.get(AUTHORITY)),
        ("Cơ quan được ủy quyền", fields.get(DELEGATES)),
        ("Cơ quan phối hợp", fields.get(PARTNERS)),
        ("Cấp thực hiện", fields.get(LEVEL)),
        ("Dành cho", fields.get(AUDIENCE)),
    ]
    said: dict[str, str] = {}
    for label, text in lines:
        value = one_line(text or "")
        if not says_nothing(value) and value not in said.values():
            said[label] = value
    body = [f"{label}: {value}." for label, value in said.items()]
    return "\n".join([*body, *([about] if about else [])]) or one_line(fields[NAME])


def _place(fields: dict[str, str], agency: str | None) -> str | None:
    if not says_nothing(address := fields.get(PLACE)):
        return capital(block(address or ""))
    return f"Cơ quan thực hiện: {agency}." if agency else None


def _online_level(name: str) -> OnlineLevel:
    """Only a name that says so settles it; that a record has an online way does not."""
    full, partial = "toàn trình" in name, "một phần" in name
    if full != partial:
        return OnlineLevel.FULL if full else OnlineLevel.PARTIAL
    return OnlineLevel.UNKNOWN


def _provenance(fields: dict[str, str], day: date, findings: Findings) -> Provenance:
    url = fields.get(URL, "").strip()
    if not url.startswith("https://"):
        if url:
            findings.add(URL, Outcome.LEFT_OUT, url, "không phải địa chỉ https")
        url = ""
    decision = one_line(fields.get(DECISION, "")) or None
    return Provenance(
        source=SOURCE,
        decision=decision,
        url=url or None,
        checked_on=day,
        checked_by=CHECKED_BY,
        sureness="cần kiểm tra lại",
        note=_warning(fields, decision),
    )


def _warning(fields: dict[str, str], decision: str | None) -> str | None:
    warnings = []
    if decision and _LOCAL.search(decision):
        warnings.append("do UBND một tỉnh công bố, có thể chỉ áp dụng ở địa phương đó")
    if _DISTRICT.search("\n".join(fields.get(name, "") for name in (STEPS, WAYS, PAPERS, AGENCY, PLACE))):
        warnings.append("bản ghi còn nhắc cấp huyện, nay không còn")
    return "; ".join(warnings) or None


def _papers(papers: Papers) -> dict[str, Any]:
    return {
        "documents": papers.documents,
        "cases": papers.cases,
        "forms": papers.forms,
        "documents_note": "\n".join(f"- {note}" for note in papers.notes) or None,
    }


def _ways(fields: dict[str, str], findings: Findings) -> dict[str, Any]:
    """Ways, time, fee and online filing: all of it stands in one table."""
    rows, before = read_rows(fields.get(WAYS, ""))
    if before.strip() and before.strip() != HEAD:
        outcome = Outcome.LEFT_OUT if rows else Outcome.KEPT
        findings.add(WAYS, outcome, before.strip(), "không đọc được thành cách nộp, thời hạn và phí")
    if not rows:
        unknown = Way(
            kind=WayKind.DIRECT,
            time=Duration(unit=TimeUnit.UNKNOWN),
            fee=Fee(kind=FeeKind.UNKNOWN),
            note=block(before) or "Cổng không ghi cách nộp",
        )
        return {"ways": [unknown]}
    elsewhere = speaks_of_fees(f"{fields.get(STEPS, '')}\n{fields.get(PAPERS, '')}", fields.get(LAWS, ""))
    ways: list[Way] = []
    times: list[tuple[WayKind, str | None]] = []
    fees: list[tuple[WayKind, str | None]] = []
    for place, row in enumerate(rows):
        time, said, doubt = read_time(row.time)
        told = read_fee(row, rows[:place] + rows[place + 1 :], elsewhere)
        _note_doubts(row, doubt, told, elsewhere, findings)
        ways.append(Way(kind=row.kind, time=time, fee=told.fee, note=block(row.note) or None))
        times.append((row.kind, said))
        fees.append((row.kind, told.said))
    notes = list(dict.fromkeys(way.note for way in ways if way.note))
    timely = [note for note in notes if _TIME_WORDS.search(note)]
    online = [way.note for way in ways if way.kind is WayKind.ONLINE]
    return {
        "ways": ways,
        "time": "\n".join([*_by_way(times), *timely]) or None,
        "fee": "\n".join(_by_way(fees)) or None,
        "online": _online(online) if online else None,
    }


def _note_doubts(row: Row, doubt: str | None, told: Told, elsewhere: str | None, findings: Findings) -> None:
    if doubt:
        findings.add(WAYS, Outcome.DOUBTED, f"{row.kind}: {row.time}", doubt)
    if told.doubt:
        because = f" [{elsewhere}]" if elsewhere and "phần khác" in told.doubt else ""
        findings.add(
            WAYS,
            Outcome.DOUBTED,
            f"{row.kind}: {row.fee} ({row.fee_note}){because}",
            told.doubt.removeprefix("nhưng "),
        )


def _by_way(told: Sequence[tuple[WayKind, str | None]]) -> list[str]:
    """What was told of each way, once where it is the same for all."""
    kinds: dict[str, list[str]] = {}
    first: dict[str, str] = {}  # as it was said first; the portal repeats itself with other commas
    for kind, text in told:
        if text:
            said = first.setdefault(_NO_LETTER.sub("", text), text)
            if kind.value not in kinds.setdefault(said, []):
                kinds[said].append(kind.value)
    everywhere = len({kind for kind, _ in told})
    lines = []
    for said, named in kinds.items():
        label = "" if len(kinds) == 1 and len(named) == everywhere else ", ".join(named).capitalize() + ": "
        line = capital(f"{label}{said}")
        lines.append(line if line.endswith((".", "…", ";")) else f"{line}.")
    return [*lines, _DIFFERENT] if len(lines) > 1 else lines


def _online(notes: list[str | None]) -> str:
    told = list(dict.fromkeys(note for note in notes if note))
    return "\n".join(["Cổng có ghi cách nộp trực tuyến.", *told])
