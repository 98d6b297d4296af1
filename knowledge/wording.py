"""Turns the data of a procedure into the lines a citizen reads. Phrasing only, no decisions."""

from __future__ import annotations

from knowledge.schema import Document, Fee, FeeKind, LegalBasis, LocalTime, OnlineLevel, Procedure, TimeUnit
from knowledge.shorten import clip
from motcua.reply import Facet

BUTTON = {
    Facet.OVERVIEW: "Tóm tắt thủ tục",
    Facet.DOCUMENTS: "Cần giấy tờ gì",
    Facet.STEPS: "Các bước làm",
    Facet.TIME: "Bao lâu có kết quả",
    Facet.FEE: "Lệ phí",
    Facet.PLACE: "Nộp ở đâu",
    Facet.ONLINE: "Làm trực tuyến",
    Facet.RESULT: "Kết quả nhận được",
    Facet.CONDITIONS: "Điều kiện",
    Facet.FORM: "Mẫu đơn",
    Facet.LEGAL_BASIS: "Căn cứ pháp lý",
    Facet.DELEGATE: "Nhờ người đi thay",
    Facet.LATE: "Quá hạn, trễ hẹn",
    Facet.LINKED: "Thủ tục liên quan",
}

TITLE = {
    Facet.OVERVIEW: "{name}",
    Facet.DOCUMENTS: "Giấy tờ cần chuẩn bị – {name}",
    Facet.STEPS: "Các bước – {name}",
    Facet.TIME: "Thời gian – {name}",
    Facet.FEE: "Lệ phí – {name}",
    Facet.PLACE: "Nơi nộp – {name}",
    Facet.ONLINE: "Nộp trực tuyến – {name}",
    Facet.RESULT: "Kết quả – {name}",
    Facet.CONDITIONS: "Điều kiện – {name}",
    Facet.FORM: "Mẫu đơn – {name}",
    Facet.LEGAL_BASIS: "Căn cứ pháp lý – {name}",
    Facet.DELEGATE: "Nhờ người đi thay – {name}",
    Facet.LATE: "Quá hạn, trễ hẹn – {name}",
    Facet.LINKED: "Thủ tục liên quan – {name}",
}

NEXT = {
    Facet.OVERVIEW: (Facet.DOCUMENTS, Facet.ONLINE, Facet.DELEGATE, Facet.LINKED),
    Facet.DOCUMENTS: (Facet.FEE, Facet.TIME, Facet.ONLINE, Facet.DELEGATE),
    Facet.STEPS: (Facet.DOCUMENTS, Facet.TIME, Facet.PLACE),
    Facet.TIME: (Facet.DOCUMENTS, Facet.FEE, Facet.LATE),
    Facet.FEE: (Facet.DOCUMENTS, Facet.TIME, Facet.ONLINE),
    Facet.PLACE: (Facet.DOCUMENTS, Facet.ONLINE, Facet.TIME),
    Facet.ONLINE: (Facet.DOCUMENTS, Facet.FEE, Facet.TIME),
    Facet.RESULT: (Facet.TIME, Facet.DOCUMENTS, Facet.FEE),
    Facet.CONDITIONS: (Facet.DOCUMENTS, Facet.STEPS, Facet.FEE),
    Facet.FORM: (Facet.DOCUMENTS, Facet.ONLINE, Facet.PLACE),
    Facet.LEGAL_BASIS: (Facet.OVERVIEW, Facet.DOCUMENTS, Facet.CONDITIONS),
    Facet.DELEGATE: (Facet.DOCUMENTS, Facet.PLACE, Facet.ONLINE),
    Facet.LATE: (Facet.TIME, Facet.STEPS, Facet.PLACE),
    Facet.LINKED: (Facet.DOCUMENTS, Facet.TIME, Facet.PLACE),
}

IMPORTED = "nguyên văn Cổng Dịch vụ công quốc gia, chưa biên tập"
SEE_ALL = "Xem đầy đủ trên Cổng"
FITTED = "Danh sách cho trường hợp của tôi"
WHO_KNOWS = "Anh/chị hỏi tại quầy một cửa hoặc gọi 1022 (nhánh 7, 8)."

_LONGEST_TITLE = 140
_LONGEST_CASE = 160
_FILES = (".doc", ".docx", ".pdf")


def title_name(procedure: Procedure) -> str:
    """The name as a title can hold it: some official names fill a page."""
    return clip(procedure.name, _LONGEST_TITLE)


def more(left_out: int, *, on_portal: bool) -> str:
    """What stands under a shortened answer."""
    rest = f"Còn {left_out} mục nữa chưa nêu ở đây. " if left_out else "Phần trên đã rút gọn. "
    return rest + ("Xem đầy đủ trên Cổng Dịch vụ công quốc gia." if on_portal else WHO_KNOWS)


def law(basis: LegalBasis) -> str:
    """A legal document with its number, said once."""
    return basis.name if basis.number in basis.name else f"{basis.name} ({basis.number})"


def dong(amount: int) -> str:
    """An amount of money: ``20000`` is ``20.000 đồng``."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def paper(document: Document) -> str:
    """One paper in one line, with copies and what changes for whom."""
    counts = [f"{document.originals} bản chính"] if document.originals > 1 else []
    if document.copies:
        counts.append(f"{document.copies} bản sao")
    named = document.form and not document.form.lower().endswith(_FILES)
    if document.form and named and document.form not in document.name and len(document.form) < 12:
        counts.insert(0, f"mẫu {document.form.removeprefix('Mẫu ')}")
    name = document.name + (f" ({', '.join(counts)})" if counts else "")
    return f"{name} – {document.note}" if document.note else name


def paper_groups(procedure: Procedure) -> list[tuple[str, list[Document]]]:
    """Papers under the headings a citizen needs: what to hand in, what to show, then each case."""
    everybody = [document for document in procedure.documents if not document.cases]
    groups = [
        ("Nộp", [document for document in everybody if document.action == "nộp"]),
        ("Xuất trình (mang theo để cán bộ xem)", [d for d in everybody if d.action == "xuất trình"]),
    ]
    groups += [
        (
            clip(label, _LONGEST_CASE) if procedure.imported else f"Thêm, nếu {lower_first(label)}",
            [document for document in procedure.documents if case in document.cases],
        )
        for case, label in procedure.cases.items()
    ]
    return [(heading, papers) for heading, papers in groups if papers]


def lower_first(label: str) -> str:
    """``label`` as it stands inside a sentence; an acronym stays."""
    acronym = label[:2].isupper()
    return label if acronym else label[:1].lower() + label[1:]


def way_fee(fee: Fee) -> str:
    """What one way costs, in a few words. "Miễn phí" only when it truly is."""
    if fee.kind is FeeKind.FREE:
        return "Miễn phí"
    if fee.kind is FeeKind.COUNCIL:
        return "HĐND Thành phố quy định"
    if fee.amount is None:
        return "Chưa rõ"
    return dong(fee.amount) + (f"/{fee.per}" if fee.per else "")


def online_word(level: OnlineLevel) -> str:
    """The online level as the law names it, or nothing when nobody settled it."""
    if level in (OnlineLevel.FULL, OnlineLevel.PARTIAL):
        return f"Dịch vụ công trực tuyến {level}."
    return ""


def local_promise(local: LocalTime) -> str:
    """What the city promises beyond the statutory time."""
    if local.no_wait:
        return "Hà Nội cam kết làm ngay, không phải chờ"
    if local.time.unit is TimeUnit.UNKNOWN:
        return "Hà Nội cam kết làm nhanh hơn, chưa rõ số ngày"
    count = "" if local.time.amount is None else f"{local.time.amount} "
    return f"Hà Nội cam kết {count}{local.time.unit}"
