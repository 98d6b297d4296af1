"""What an import did and what it could not read, for the screen and, piece by piece, as a file."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from knowledge.national import mend, prose, records
from knowledge.national.build import INTERNAL
from knowledge.national.findings import Finding, Outcome
from knowledge.national.records import BadLine, Record

# The fields in the order of the portal's page, as an editor calls them.
NAMES = {
    records.CODE: "Mã thủ tục",
    records.NAME: "Tên thủ tục",
    "so_quyet_dinh": "Quyết định công bố",
    "cap_thuc_hien": "Cấp thực hiện",
    "loai_thu_tuc": "Loại thủ tục",
    "linh_vuc": "Lĩnh vực",
    mend.STEPS: "Trình tự",
    mend.WAYS: "Cách nộp, thời hạn, phí",
    mend.PAPERS: "Thành phần hồ sơ",
    "doi_tuong_thuc_hien": "Đối tượng",
    mend.AGENCY: "Cơ quan thực hiện",
    mend.AUTHORITY: "Cơ quan có thẩm quyền",
    "dia_chi_tiep_nhan": "Địa chỉ tiếp nhận",
    "co_quan_duoc_uy_quyen": "Cơ quan được ủy quyền",
    "co_quan_phoi_hop": "Cơ quan phối hợp",
    mend.RESULT: "Kết quả",
    mend.LAWS: "Căn cứ pháp lý",
    prose.CONDITIONS: "Yêu cầu, điều kiện",
    "thu_tuc_lien_quan": "Thủ tục liên quan",
    records.URL: "Đường dẫn",
    "formality_id": "Số nội bộ của Cổng",
    "bo_nganh": "Bộ, ngành",
}
_COLUMNS = ("code", "field", "outcome", "reason", "text")


@dataclass(frozen=True, slots=True)
class FieldCount:
    """In how many records a field stands, and what became of it there.

    ``whole``: every piece of it is data. The others may hold of one record together; a field for internal use
    has none of them.
    """

    name: str
    present: int
    whole: int
    kept: int
    doubted: int
    mended: int
    left_out: int

    @property
    def label(self) -> str:
        """What an editor calls the field; the portal's own name when it is new."""
        return NAMES.get(self.name, self.name)


@dataclass(slots=True)
class ImportReport:
    """What an import did. All lists are in the order of the file or of the codes."""

    day: date
    records: list[Record] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failed: list[BadLine] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept_edited: list[str] = field(default_factory=list)
    replaced: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    ministry_changed: int = 0
    review_tasks: list[str] = field(default_factory=list)

    @property
    def refused(self) -> list[BadLine]:
        """Lines that gave no procedure, in the order of the file."""
        return sorted([*self.bad, *self.failed], key=lambda bad: bad.line)

    @property
    def unchanged(self) -> int:
        """How many records were in the knowledge base already, as they are."""
        out = len(self.failed) + len(self.changed) + len(self.kept_edited) + len(self.replaced)
        return len(self.records) - out

    def fields(self) -> list[FieldCount]:
        """The count of every field that any record has."""
        codes: defaultdict[tuple[str, Outcome], set[str]] = defaultdict(set)
        for finding in self.findings:
            codes[finding.field, finding.outcome].add(finding.code)
        present: defaultdict[str, int] = defaultdict(int)
        for record in self.records:
            for name in record.fields:
                present[name] += 1
        ordered = [name for name in NAMES if name in present]
        strangers = sorted(present.keys() - NAMES.keys())
        return [_count(name, present[name], codes) for name in [*ordered, *strangers]]


def write_report(report: ImportReport, path: Path) -> None:
    """Write every finding to ``path``: JSON when it ends in ``.json``, otherwise CSV. Raises OSError."""
    if path.suffix.lower() == ".json":
        path.write_text(_json(report), encoding="utf-8")
    else:  # Excel reads a CSV as UTF-8 only with the mark in front
        path.write_text(_csv(report), encoding="utf-8-sig", newline="")


def _count(name: str, present: int, codes: dict[tuple[str, Outcome], set[str]]) -> FieldCount:
    kept, doubted, mended, left_out = (
        codes.get((name, outcome), set())
        for outcome in (Outcome.KEPT, Outcome.DOUBTED, Outcome.MENDED, Outcome.LEFT_OUT)
    )
    touched = kept | doubted | mended | left_out
    whole = 0 if name in INTERNAL else present - len(touched)
    return FieldCount(name, present, whole, len(kept), len(doubted), len(mended), len(left_out))


def _rows(report: ImportReport) -> Iterable[Finding]:
    yield from sorted(report.findings, key=lambda finding: (finding.code, finding.field))
    for code in report.kept_edited:
        yield Finding(code, "", Outcome.LEFT_OUT, "", "đã có bản do người biên tập, giữ bản đó")
    for code, by in report.replaced.items():
        yield Finding(code, "", Outcome.LEFT_OUT, "", f"thủ tục {by} do người biên tập đã thay mã này")


def _csv(report: ImportReport) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("mã thủ tục", "mục", "kết quả", "lý do", "nội dung"))
    for bad in report.refused:
        writer.writerow((f"dòng {bad.line}", "", "không nhập được", bad.reason, ""))
    for finding in _rows(report):
        writer.writerow([_safe(str(getattr(finding, column))) for column in _COLUMNS])
    for code in report.review_tasks:
        writer.writerow(
            (code, "", "cần xem lại", "Cổng đã đổi bản ghi của thủ tục do người biên tập soạn", "")
        )
    for code in report.missing:
        writer.writerow((code, "", "vắng mặt", "đã nhập trước đây, tệp này không còn; giữ nguyên", ""))
    return out.getvalue()


def _safe(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula: the portal's lines begin with "-" and "+"."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell


def _json(report: ImportReport) -> str:
    content = {
        "day": report.day.isoformat(),
        "records": len(report.records),
        "refused": [asdict(bad) for bad in report.refused],
        "changed": report.changed,
        "kept_edited": report.kept_edited,
        "replaced": report.replaced,
        "missing": report.missing,
        "review_tasks": report.review_tasks,
        "fields": [asdict(count) for count in report.fields()],
        "findings": [asdict(finding) for finding in _rows(report)],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)
