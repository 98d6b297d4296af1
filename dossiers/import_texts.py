"""An import as a text for whoever prepared the file: Vietnamese, every row left out with its reason."""

from __future__ import annotations

from datetime import datetime

from dossiers.importer import ImportReport, RowError
from motcua.clock import HANOI

_MOST_NOTES = 1000


def report_text(name: str, at: datetime, report: ImportReport) -> str:
    """What became of the file ``name``."""
    parts = [_heading(name, at), *_numbers(report)]
    if report.ignored_columns:
        parts.append(f"Cột không dùng: {', '.join(report.ignored_columns)}")
    if report.unknown:
        parts += [
            "",
            "Trạng thái chưa có trong bảng đối chiếu (hồ sơ vẫn được nhập, hiện đúng chữ của cơ quan):",
        ]
        parts += [f"- {said}: {times} hồ sơ" for said, times in sorted(report.unknown.items())]
    parts += _lines("Dòng không nhập được:", report.errors)
    parts += _lines("Lưu ý:", report.notes[:_MOST_NOTES])
    if len(report.notes) > _MOST_NOTES:
        parts.append(f"… và {len(report.notes) - _MOST_NOTES} lưu ý nữa.")
    return "\n".join(parts) + "\n"


def refusal_text(name: str, at: datetime, reason: str) -> str:
    """Why nothing of the file ``name`` was imported."""
    return (
        f"{_heading(name, at)}\nTệp không nhập được: {reason}\nSửa xong, chép tệp vào lại thư mục chờ nhập.\n"
    )


def summary(report: ImportReport) -> str:
    """The numbers in one line."""
    done = "sẽ " if report.dry_run else ""
    return (
        f"{done}thêm {report.added}, {done}đổi {report.changed}, không đổi {report.unchanged}, "
        f"giữ bản mới hơn {report.older}, không nhập được {len(report.errors)}"
    )


def _numbers(report: ImportReport) -> list[str]:
    return [f"Kết quả: {summary(report)} (dòng)"]


def _heading(name: str, at: datetime) -> str:
    return f"Tệp: {name}\nNhập lúc: {at.astimezone(HANOI):%H:%M:%S %d/%m/%Y}"


def _lines(heading: str, errors: list[RowError]) -> list[str]:
    return ["", heading, *(f"- dòng {error.line}: {error.reason}" for error in errors)] if errors else []
